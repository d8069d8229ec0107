/// The named databases of the state; `ops/formats.md`, section 6, says what they hold.
package enum StateTable: String, CaseIterable, Sendable {
    case meta
    case accounts
    case directory
    case ids
    case words
    case actors
    case rulebooks
    case keys
}

/// Tables of bytes that may be lost at any time, since folding the log gives them again: LMDB for
/// the daemon, something that fails on purpose for a simulation.
package protocol StateStorage: AnyObject, Sendable {
    /// Lends the value of a key; nil if there is none.
    func withValue<R>(
        in table: StateTable, forKey key: Span<UInt8>, _ body: (Span<UInt8>) -> R
    ) throws(StoreError) -> R?

    /// Lends the entries from `key` on, in the order of the keys' bytes, until `body` returns
    /// false. All of it is one snapshot, so that must be soon.
    func scan(
        _ table: StateTable, from key: Span<UInt8>,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) throws(StoreError)

    /// Lends the last entry whose key is less than `key` and the first one whose key isn't, of those that
    /// there are; both of one snapshot.
    func neighbours(
        of key: Span<UInt8>, in table: StateTable,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>, _ side: Neighbour) -> Void
    ) throws(StoreError)

    /// Makes all the changes or none; they are durable when this returns.
    /// - Throws: `.stateFull` before anything is written if the disk hasn't the room.
    func apply(_ changes: StateChanges) throws(StoreError)

    /// Empties every table.
    func removeAll() throws(StoreError)

    /// Notes that every entry was read once, and none was fatal.
    func noteRead() throws(StoreError)

    /// Notes that something is wrong with it: the next start begins anew, from the log.
    func distrust() throws(StoreError)
}

extension StateStorage {
    package func noteRead() throws(StoreError) {}
    package func distrust() throws(StoreError) {}
}

/// On which side of a key an entry was found.
package enum Neighbour: Sendable {
    case before
    case atOrAfter
}
