/// Where state that isn't in memory comes from: what a checkpoint stored; and what holds the keys.
///
/// Asked once per account and start, never on the hot path; so a class behind an existential does.
/// Only its owner's protocol says that it is a class: an existential of unknown layout makes `State`,
/// and the ledger around it, values that are lent by their address. Otherwise each method that only
/// reads would have a kilobyte copied aside for it first.
/// A source that finds damage remembers it and answers as if nothing were stored: its owner asks it
/// for faults before anything is answered to a client.
package protocol StateSource {
    /// The row as `State.encodeRow` wrote it.
    func storedRow(_ account: AccountNumber) -> [UInt8]?
    func storedAccount(_ directoryKey: Token) -> AccountNumber?
    /// The event that carries the idempotency token.
    func storedKey(_ token: Token) -> SequenceNumber?
    /// Counts the changes of what `storedKey` finds.
    var storedKeysVersion: UInt64 { get }
    /// Which of at most 64 tokens `storedKey` may find, by their bits: of a token whose bit isn't set it is
    /// certain that it doesn't, as long as the version stays what it was before.
    func mayBeStored(_ tokens: Span<Token>) -> UInt64
    /// The token key of an account that was opened before; absent if it was forgotten.
    func tokenKey(_ account: AccountNumber) -> TokenKey
    /// Draws the key of an account that is about to be opened.
    func drawKey(_ account: AccountNumber) -> TokenKey
    /// Encrypts with the account's key.
    /// - Parameter field: 0 an id, 1 the memo, 2 + i input i of the event.
    func seal(
        _ text: [UInt8], _ account: AccountNumber, _ sequence: SequenceNumber, field: UInt8
    ) -> [UInt8]
    /// `nil` where the key is gone or the bytes are not what was sealed.
    func unseal(
        _ sealed: [UInt8], _ account: AccountNumber, _ sequence: SequenceNumber, field: UInt8
    ) -> [UInt8]?
    /// The bytes of an event that is durable.
    func storedEvent(_ sequence: SequenceNumber) -> [UInt8]?
    /// The sealed id of an account, and the event that opened it.
    func storedID(_ account: AccountNumber) -> (opened: SequenceNumber, sealed: [UInt8])?
}

extension StateSource {
    package var storedKeysVersion: UInt64 { 0 }
    package func mayBeStored(_ tokens: Span<Token>) -> UInt64 { .max }
}

/// A source of nothing: what is folded is all there is, and nobody's text can be read.
package final class EmptySource: StateSource {
    package init() {}
    package func storedRow(_ account: AccountNumber) -> [UInt8]? { nil }
    package func storedAccount(_ directoryKey: Token) -> AccountNumber? { nil }
    package func storedKey(_ token: Token) -> SequenceNumber? { nil }
    package func tokenKey(_ account: AccountNumber) -> TokenKey { .absent }
    package func drawKey(_ account: AccountNumber) -> TokenKey { .absent }
    package func seal(
        _ text: [UInt8], _ account: AccountNumber, _ sequence: SequenceNumber, field: UInt8
    ) -> [UInt8] { text }
    package func unseal(
        _ sealed: [UInt8], _ account: AccountNumber, _ sequence: SequenceNumber, field: UInt8
    ) -> [UInt8]? { nil }
    package func storedEvent(_ sequence: SequenceNumber) -> [UInt8]? { nil }
    package func storedID(
        _ account: AccountNumber
    ) -> (opened: SequenceNumber, sealed: [UInt8])? { nil }
}
