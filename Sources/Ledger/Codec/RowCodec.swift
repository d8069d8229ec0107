extension State {
    /// Encodes an account's row as `ops/formats.md`, section 6 says, without the checksum.
    package mutating func encodeRow(_ account: AccountNumber) -> [UInt8] {
        ensure(account)
        var writer = ByteWriter(capacity: Self.rowBytesMax(cells: rows.block(account).count))
        encodeRow(account, into: &writer)
        return writer.bytes
    }

    /// Writes it in place of what `writer` has, which is made larger where need be.
    package mutating func encodeRow(_ account: AccountNumber, into writer: inout ByteWriter) {
        ensure(account)
        let row = rows[account]
        let bytesMax = Self.rowBytesMax(cells: row.block.count)
        if bytesMax > writer.capacity { writer = ByteWriter(capacity: 2 * bytesMax) }
        writer.reset()
        writer.varint(row.last)
        writer.varint(row.opened)
        writer.varint(row.eventCount)
        writer.varint(row.parent.rawValue)
        writer.u8(row.flags.intersection(.stored).rawValue)
        writer.varint(row.block.count)
        var before: UInt64 = 0
        pool.withCells(row.block) { cells in
            for index in cells.indices {
                let cell = cells[index]
                writer.varint(cell.key.rawValue - before)
                before = cell.key.rawValue
                writer.signed(cell.value.a)
                writer.signed(cell.value.b)
                writer.signed(cell.value.c)
            }
        }
        precondition(!writer.hasOverflowed, "a cell takes at most 40 bytes")
    }

    private static func rowBytesMax(cells count: UInt32) -> Int { 64 + Int(count) * 40 }

    /// Takes in the stored row of an account that memory has nothing of yet.
    ///
    /// - Returns: false where it can't be decoded, which leaves the account empty.
    @discardableResult
    mutating func decodeRow(_ account: AccountNumber, _ bytes: Span<UInt8>) -> Bool {
        var row = rows[account]
        guard Self.decodeRow(bytes, into: &row, &taken) else { return false }
        row.block = pool.take(taken)
        rows[account] = row
        return true
    }

    /// Answers whether that is a row; the cells that it replaces `cells` with are in order then.
    private static func decodeRow(
        _ bytes: Span<UInt8>, into row: inout AccountRow, _ cells: inout [Cell]
    ) -> Bool {
        var reader = FlatReader(0..<bytes.count)
        row.last = reader.anyVarint(bytes)
        row.opened = reader.anyVarint(bytes)
        row.eventCount = reader.varint32(bytes)
        row.parent = AccountNumber(reader.varint32(bytes))
        let flags = AccountRow.Flags(rawValue: reader.u8(bytes))
        reader.expect(flags.isSubset(of: .stored))
        row.flags.formUnion(flags)
        cells.removeAll(keepingCapacity: true)
        var before: UInt64 = 0
        for index in 0..<reader.count(bytes) {
            let (key, overflow) = before.addingReportingOverflow(reader.anyVarint(bytes))
            reader.expect(!overflow && (index == 0 || key > before))
            before = key
            let value = CellValue(
                reader.anySigned(bytes), reader.anySigned(bytes), reader.anySigned(bytes))
            guard reader.isGood else { return false }
            cells.append(Cell(key: CellKey(rawValue: key), value: value))
        }
        return reader.isGood && reader.isAtEnd
    }

    /// What a stored row says; of one that can't be decoded, nothing.
    static func glance(ofRow bytes: [UInt8]) -> AccountGlance {
        var row = AccountRow()
        var cells: [Cell] = []
        guard decodeRow(bytes.span, into: &row, &cells) else { return AccountGlance() }
        return AccountGlance(
            eventCount: row.eventCount, isForgotten: row.flags.contains(.forgotten), cells: cells)
    }

    /// Whether the bytes are a row, for whoever must decide if stored state can be trusted.
    package static func isRow(_ bytes: [UInt8]) -> Bool {
        var row = AccountRow()
        var cells: [Cell] = []
        return decodeRow(bytes.span, into: &row, &cells)
    }
}
