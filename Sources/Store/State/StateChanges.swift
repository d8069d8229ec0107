private import LMDB

/// An entry of a table to set, or with a value of nil to remove.
package struct StateChange: Sendable {
    package var table: StateTable
    package var key: [UInt8]
    package var value: [UInt8]?

    package init(_ table: StateTable, key: [UInt8], value: [UInt8]?) {
        self.table = table
        self.key = key
        self.value = value
    }
}

/// Entries to set and to remove, in one piece of memory: a checkpoint has hundreds of thousands.
package struct StateChanges: Sendable {
    private struct Entry {
        var table: StateTable
        var isRemoval: Bool
        /// Where key and value end; the key begins where the entry before ends.
        var keyEnd: Int
        var end: Int
    }

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    private var tables = Set<StateTable>()

    package init() {}

    package init(_ changes: [StateChange]) {
        for change in changes { append(change) }
    }

    package var count: Int { entries.count }
    package var isEmpty: Bool { entries.isEmpty }
    /// Of all keys and values.
    package var byteCount: Int { bytes.count }

    package mutating func append(_ change: StateChange) {
        append(change.table, isRemoval: change.value == nil) {
            $0 += change.key
        } value: {
            if let value = change.value { $0 += value }
        }
    }

    /// Sets the entry under a number, most significant byte first, to what `value` appends, or removes it.
    package mutating func set(
        _ table: StateTable, number: UInt32, isRemoval: Bool = false,
        value: (inout [UInt8]) -> Void
    ) {
        append(table, isRemoval: isRemoval) {
            $0.append(UInt8(truncatingIfNeeded: number >> 24))
            $0.append(UInt8(truncatingIfNeeded: number >> 16))
            $0.append(UInt8(truncatingIfNeeded: number >> 8))
            $0.append(UInt8(truncatingIfNeeded: number))
        } value: {
            value(&$0)
        }
    }

    /// Sets the entry under 16 bytes, eight in each number, the first one lowest, to what `value` appends,
    /// or removes it.
    package mutating func set(
        _ table: StateTable, littleEndian key: (UInt64, UInt64), isRemoval: Bool,
        value: (inout [UInt8]) -> Void
    ) {
        append(table, isRemoval: isRemoval) {
            $0.append(littleEndian: key.0)
            $0.append(littleEndian: key.1)
        } value: {
            value(&$0)
        }
    }

    /// Sets the entry under a number, most significant byte first, to words, least significant byte first.
    mutating func set(_ table: StateTable, bigEndian key: UInt64, to words: [UInt64]) {
        bytes.append(littleEndian: key.byteSwapped)
        let keyEnd = bytes.count
        bytes.append(littleEndian: words)
        note(Entry(table: table, isRemoval: false, keyEnd: keyEnd, end: bytes.count))
    }

    func haveSome(of table: StateTable) -> Bool { tables.contains(table) }

    /// Empties it, keeping its memory.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        tables.removeAll(keepingCapacity: true)
    }

    private mutating func append(
        _ table: StateTable, isRemoval: Bool, key: (inout [UInt8]) -> Void,
        value: (inout [UInt8]) -> Void
    ) {
        key(&bytes)
        let keyEnd = bytes.count
        value(&bytes)
        note(Entry(table: table, isRemoval: isRemoval, keyEnd: keyEnd, end: bytes.count))
    }

    @inline(__always)
    private mutating func note(_ entry: Entry) {
        if entries.last?.table != entry.table { tables.insert(entry.table) }
        entries.append(entry)
    }

    /// The same with each value followed by its checksum.
    func withChecksums(_ checksum: StateChecksum) -> StateChanges {
        var sealed = StateChanges()
        sealed.bytes.reserveCapacity(bytes.count + 8 * count)
        sealed.entries.reserveCapacity(count)
        visit { table, key, value, isRemoval in
            sealed.append(table, isRemoval: isRemoval) {
                $0.append(copying: key)
            } value: {
                guard !isRemoval else { return }
                $0.append(copying: value)
                $0.append(littleEndian: checksum(key, value))
            }
        }
        return sealed
    }

    /// Lends each entry in the order of appending.
    package func visit<E: Error>(
        _ body: (
            _ table: StateTable, _ key: Span<UInt8>, _ value: Span<UInt8>, _ isRemoval: Bool
        ) throws(E) -> Void
    ) throws(E) {
        var start = 0
        for entry in entries {
            try body(
                entry.table, bytes.span.extracting(start..<entry.keyEnd),
                bytes.span.extracting(entry.keyEnd..<entry.end), entry.isRemoval)
            start = entry.end
        }
    }
}
