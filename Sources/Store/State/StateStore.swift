import LMDB

/// The checksum of an entry: SipHash-2-4-64 of its key and the value before it.
package typealias StateChecksum = @Sendable (_ key: Span<UInt8>, _ value: Span<UInt8>) -> UInt64

/// What folding the log has given so far, each entry with a checksum. Nothing in it is trusted
/// blindly, and all of it can be had again from the log.
package struct StateStore<Storage: StateStorage>: Sendable {
    package let storage: Storage
    let checksum: StateChecksum
    /// Shared by all copies.
    let keyIndex = KeyIndex()

    package init(_ storage: Storage, checksum: @escaping StateChecksum) {
        self.storage = storage
        self.checksum = checksum
    }

    /// Lends the value of a key, once its checksum is checked and cut off; nil if there is none.
    /// - Throws: `.stateDamaged` if it isn't what was written.
    package func withValue<R>(
        in table: StateTable, forKey key: [UInt8], _ body: (Span<UInt8>) -> R
    ) throws(StoreError) -> R? {
        let found = try storage.withValue(in: table, forKey: key.span) { stored -> R?? in
            lendChecked(key.span, stored) { _, value in body(value) }
        }
        guard let found else { return nil }
        guard let result = found else { throw .stateDamaged(table: table, key: key) }
        return result
    }

    /// The value of a key, to keep; nil if there is none.
    package func value(in table: StateTable, forKey key: [UInt8]) throws(StoreError) -> [UInt8]? {
        try withValue(in: table, forKey: key) { [UInt8](copying: $0) }
    }

    /// As `value`, and nil only where it is certain that there is none: between two entries, neighbours in
    /// the order of keys, that are both what was written. Where a changed key, or a changed page on the way,
    /// leads a search astray, it ends beside one that isn't, or out of order.
    package func value(
        in table: StateTable, orProvenAbsent key: [UInt8]
    ) throws(StoreError) -> [UInt8]? {
        if let value = try value(in: table, forKey: key) { return value }
        var isProven = true
        var isThere = false
        try storage.neighbours(of: key.span, in: table) { other, stored, side in
            let order = other.compare(key.span)
            // Written since we looked.
            if order == 0 { isThere = true }
            let isInOrder = side == .before ? order < 0 : order > 0
            if !isInOrder || lendChecked(other, stored, { _, _ in true }) == nil {
                isProven = false
            }
        }
        if isThere { return try self.value(in: table, forKey: key) }
        guard isProven else { throw .stateDamaged(table: table, key: key) }
        return nil
    }

    /// Lends the entries from `key` on, each checked, until `body` returns false, which must be
    /// soon.
    package func scan(
        _ table: StateTable, from key: [UInt8],
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) throws(StoreError) {
        var damaged: [UInt8]? = nil
        try storage.scan(table, from: key.span) { key, stored in
            guard let goesOn = lendChecked(key, stored, body) else {
                damaged = [UInt8](copying: key)
                return false
            }
            return goesOn
        }
        if let damaged { throw .stateDamaged(table: table, key: damaged) }
    }

    /// Writes entries, in one transaction that is durable when this returns.
    /// - Throws: `.stateFull` before anything is written if the disk hasn't the room.
    package func write(_ changes: StateChanges) throws(StoreError) {
        try storage.apply(changes.withChecksums(checksum))
    }

    /// The same, of a few.
    package func write(_ changes: [StateChange]) throws(StoreError) {
        try write(StateChanges(changes))
    }

    /// Forgets everything, to begin again from the log.
    package func wipe() throws(StoreError) {
        try storage.removeAll()
        keyIndex.reset()
    }

    /// Nil if the stored bytes don't end in the checksum of the others.
    private func lendChecked<R>(
        _ key: Span<UInt8>, _ stored: Span<UInt8>, _ body: (Span<UInt8>, Span<UInt8>) -> R
    ) -> R? {
        guard stored.count >= 8 else { return nil }
        let value = stored.extracting(0..<(stored.count - 8))
        guard stored.u64(at: value.count) == checksum(key, value) else { return nil }
        return body(key, value)
    }
}

extension Span<UInt8> {
    /// What a key of four bytes says, the first one highest; `nil` of any other.
    package var bigEndianNumber: UInt32? {
        guard count == 4 else { return nil }
        return UInt32(self[0]) << 24 | UInt32(self[1]) << 16 | UInt32(self[2]) << 8
            | UInt32(self[3])
    }
}
