import Ledger

/// Keys and durable events kept in memory: what a ledger needs of its surroundings.
final class MemorySource: StateSource {
    var keys: [AccountNumber: TokenKey] = [:]
    var events: [SequenceNumber: [UInt8]] = [:]
    var rows: [AccountNumber: [UInt8]] = [:]

    func storedRow(_ account: AccountNumber) -> [UInt8]? { rows[account] }
    func storedAccount(_ directoryKey: Token) -> AccountNumber? { nil }
    /// Keys that are stored, and how often some were.
    var storedKeys: [Token: SequenceNumber] = [:] { didSet { storedKeysVersion += 1 } }
    private(set) var storedKeysVersion: UInt64 = 0

    func storedKey(_ token: Token) -> SequenceNumber? { storedKeys[token] }

    func mayBeStored(_ tokens: Span<Token>) -> UInt64 {
        tokens.indices.reduce(0) {
            storedKeys[tokens[$1]] == nil ? $0 : $0 | 1 << UInt64($1)
        }
    }

    func tokenKey(_ account: AccountNumber) -> TokenKey { keys[account] ?? .absent }

    func drawKey(_ account: AccountNumber) -> TokenKey {
        let key = TokenKey(low: UInt64(account.rawValue) &* 0x9E37_79B9_7F4A_7C15, high: 7)
        keys[account] = key
        return key
    }

    /// Not encrypted, but as long as if it were.
    func seal(
        _ text: [UInt8], _ account: AccountNumber, _ sequence: SequenceNumber, field: UInt8
    ) -> [UInt8] {
        text + [UInt8](repeating: field, count: 16)
    }

    func unseal(
        _ sealed: [UInt8], _ account: AccountNumber, _ sequence: SequenceNumber, field: UInt8
    ) -> [UInt8]? {
        keys[account] == nil || sealed.count < 16 ? nil : Array(sealed.dropLast(16))
    }

    func storedEvent(_ sequence: SequenceNumber) -> [UInt8]? { events[sequence] }
    func storedID(_ account: AccountNumber) -> (opened: SequenceNumber, sealed: [UInt8])? { nil }
}
