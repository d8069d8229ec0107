/// Bounds of what the ledger accepts.
package enum Limits {
    /// A tlog-tiles entry is at most this long, so every event can be published as one.
    package static let eventBytesMax = 65_535
    /// One bit of a word each, where an event is folded.
    package static let eventAccountsMax = 64
    /// Follows its event in numbered parts.
    package static let rulebookBytesMax = 1 << 20
    /// Leaves room for the rest of the event that carries a part.
    package static let rulebookPartBytesMax = 60_000
    package static let accountBytesMax = 64
    package static let nameBytesMax = 32
    /// A name of several segments, joined by colons.
    package static let joinedNameBytesMax = 128
    package static let keyBytesMax = 128
    package static let memoBytesMax = 255
    /// Far below LMDB's 131,071 dirty pages a transaction.
    package static let batchEventsMax = 16_384
    package static let batchBytesMax = 8 << 20
    package static let groupCommandsMax = 1_000
}
