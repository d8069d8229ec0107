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
    mutating func decodeRow(_ account: AccountNumber, _ bytes: [UInt8]) -> Bool {
        var row = rows[account]
        guard let cells = try? Self.decodeRow(bytes, into: &row) else { return false }
        row.block = pool.take(cells)
        rows[account] = row
        return true
    }

    private static func decodeRow(
        _ bytes: [UInt8], into row: inout AccountRow
    ) throws(DecodingError) -> [Cell] {
        var reader = ByteReader(bytes)
        row.last = try reader.varint()
        row.opened = try reader.varint()
        row.eventCount = try reader.varint32()
        row.parent = AccountNumber(try reader.varint32())
        let flags = AccountRow.Flags(rawValue: try reader.u8())
        guard flags.isSubset(of: .stored) else {
            throw DecodingError("no such flag", at: reader.position)
        }
        row.flags.formUnion(flags)
        let cells = try decodeCells(&reader)
        try reader.expectEnd()
        return cells
    }

    private static func decodeCells(_ reader: inout ByteReader) throws(DecodingError) -> [Cell] {
        var cells: [Cell] = []
        var before: UInt64 = 0
        for index in 0..<(try reader.count()) {
            let (key, overflow) = before.addingReportingOverflow(try reader.varint())
            guard !overflow, index == 0 || key > before else {
                throw DecodingError("cells are out of order", at: reader.position)
            }
            before = key
            let value = CellValue(try reader.signed(), try reader.signed(), try reader.signed())
            cells.append(Cell(key: CellKey(rawValue: key), value: value))
        }
        return cells
    }

    /// What a stored row says; of one that can't be decoded, nothing.
    static func glance(ofRow bytes: [UInt8]) -> AccountGlance {
        var row = AccountRow()
        guard let cells = try? decodeRow(bytes, into: &row) else { return AccountGlance() }
        return AccountGlance(
            eventCount: row.eventCount, isForgotten: row.flags.contains(.forgotten), cells: cells)
    }

    /// Whether the bytes are a row, for whoever must decide if stored state can be trusted.
    package static func isRow(_ bytes: [UInt8]) -> Bool {
        var row = AccountRow()
        return (try? decodeRow(bytes, into: &row)) != nil
    }
}
