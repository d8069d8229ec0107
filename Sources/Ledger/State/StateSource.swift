/// Where state that isn't in memory comes from: what a checkpoint stored, and the keys.
///
/// Asked once per account and start, never on the hot path; so a class behind an existential does.
/// A source that finds damage remembers it and answers as if nothing were stored: its owner asks it
/// for faults before anything is answered to a client.
package protocol StateSource: AnyObject {
    /// The row as `State.encodeRow` wrote it.
    func storedRow(_ account: AccountNumber) -> [UInt8]?
    func storedAccount(_ directoryKey: Token) -> AccountNumber?
    /// The event that carries the idempotency token.
    func storedKey(_ token: Token) -> SequenceNumber?
    /// The token key of an account that was opened before; absent if it was forgotten.
    func tokenKey(_ account: AccountNumber) -> TokenKey
    /// Draws the key of an account that is about to be opened.
    func drawKey(_ account: AccountNumber) -> TokenKey
}

/// A source of nothing: the ledger is folded from its first event.
package final class EmptySource: StateSource {
    package init() {}
    package func storedRow(_ account: AccountNumber) -> [UInt8]? { nil }
    package func storedAccount(_ directoryKey: Token) -> AccountNumber? { nil }
    package func storedKey(_ token: Token) -> SequenceNumber? { nil }
    package func tokenKey(_ account: AccountNumber) -> TokenKey { .absent }
    package func drawKey(_ account: AccountNumber) -> TokenKey { .absent }
}
