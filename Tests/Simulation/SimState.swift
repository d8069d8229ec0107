import Store

/// The tables of the state, each in the order of its keys' bytes.
struct SimTables {
    struct Row {
        var key: [UInt8]
        var value: [UInt8]
    }

    private(set) var rows: [StateTable: [Row]] = [:]

    /// The first row whose key isn't below the given one.
    func position(_ table: StateTable, _ key: [UInt8]) -> Int {
        let rows = rows[table] ?? []
        var low = 0
        var high = rows.count
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].key.lexicographicallyPrecedes(key) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    mutating func apply(_ change: StateChange) {
        let index = position(change.table, change.key)
        let count = rows[change.table]?.count ?? 0
        let isThere = index < count && rows[change.table]?[index].key == change.key
        switch (isThere, change.value) {
        case (true, let value?): rows[change.table]?[index].value = value
        case (false, let value?):
            rows[change.table, default: []].insert(Row(key: change.key, value: value), at: index)
        case (true, nil): rows[change.table]?.remove(at: index)
        case (false, nil): break
        }
    }

    /// Changes one byte of one stored value.
    mutating func damage(_ tape: inout Tape) -> Bool {
        let tables = StateTable.allCases.filter { !(rows[$0] ?? []).isEmpty }
        guard !tables.isEmpty else { return false }
        let table = tape.pick(tables)
        let index = tape.below(rows[table]?.count ?? 1)
        guard let size = rows[table]?[index].value.count, size > 0 else { return false }
        rows[table]?[index].value[tape.below(size)] ^= UInt8(1 << tape.below(8))
        return true
    }

    /// Changes a number of a row as who knows the checksum could.
    mutating func forge(_ change: ([UInt8], [UInt8]) -> [UInt8]?) {
        for index in (rows[.accounts] ?? []).indices.reversed() {
            guard let row = rows[.accounts]?[index], let forged = change(row.key, row.value)
            else { continue }
            rows[.accounts]?[index].value = forged
            return
        }
    }
}

/// The state in memory that outlives a crash: a transaction is there wholly or not at all.
final class SimState: StateStorage, @unchecked Sendable {
    private let disk: SimDisk

    init(_ disk: SimDisk) { self.disk = disk }

    func withValue<R>(
        in table: StateTable, forKey key: Span<UInt8>, _ body: (Span<UInt8>) -> R
    ) throws(StoreError) -> R? {
        let key = Self.copy(key)
        let index = disk.tables.position(table, key)
        guard let rows = disk.tables.rows[table], index < rows.count, rows[index].key == key else {
            return nil
        }
        let value = rows[index].value
        return body(value.span)
    }

    private static func copy(_ span: Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        for index in span.indices { bytes.append(span[index]) }
        return bytes
    }

    func scan(
        _ table: StateTable, from key: Span<UInt8>,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) throws(StoreError) {
        let rows = disk.tables.rows[table] ?? []
        for row in rows[disk.tables.position(table, Self.copy(key))...] {
            let (key, value) = (row.key, row.value)
            guard body(key.span, value.span) else { return }
        }
    }

    func neighbours(
        of key: Span<UInt8>, in table: StateTable,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>, _ side: Neighbour) -> Void
    ) throws(StoreError) {
        let rows = disk.tables.rows[table] ?? []
        let index = disk.tables.position(table, Self.copy(key))
        if index < rows.count {
            let (key, value) = (rows[index].key, rows[index].value)
            body(key.span, value.span, .atOrAfter)
        }
        guard index > 0 else { return }
        let (key, value) = (rows[index - 1].key, rows[index - 1].value)
        body(key.span, value.span, .before)
    }

    func apply(_ changes: StateChanges) throws(StoreError) {
        if disk.tape.chance(disk.faults.isFull) {
            disk.count("the state is full")
            throw .stateFull
        }
        try disk.run("commit of the state") {
            changes.visit { table, key, value, isRemoval in
                if disk.mutant == .sliceIsLost, table == .accounts { return }
                if disk.mutant == .keyRunIsLost, table == .keys { return }
                disk.tables.apply(
                    StateChange(
                        table, key: Self.copy(key), value: isRemoval ? nil : Self.copy(value)))
            }
        }
    }

    func removeAll() throws(StoreError) {
        try disk.run("emptying of the state") { disk.tables = SimTables() }
    }
}
