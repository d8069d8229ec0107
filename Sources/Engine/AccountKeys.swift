import Secrets

/// Keys that were drawn and may not be in the keys file yet: of accounts that were opened one after
/// another.
struct DrawnKeys {
    private var first: UInt32 = 0
    private var keys: [AccountKey] = []

    subscript(account: UInt32) -> AccountKey? {
        guard account >= first, account - first < keys.count else { return nil }
        let key = keys[Int(account - first)]
        return key.isAbsent ? nil : key
    }

    mutating func set(_ account: UInt32, _ key: AccountKey) {
        if keys.isEmpty { first = account }
        if account < first {
            keys.insert(contentsOf: repeatElement(.absent, count: Int(first - account)), at: 0)
            first = account
        }
        let index = Int(account - first)
        // There is a gap where drawing has failed, which nobody gets an answer after.
        while keys.count <= index { keys.append(.absent) }
        keys[index] = key
    }

    /// Drops those of the accounts in `range`, and of any before it.
    mutating func drop(_ range: Range<UInt32>) {
        guard range.upperBound > first else { return }
        let count = min(Int(range.upperBound - first), keys.count)
        keys.removeFirst(count)
        first += UInt32(count)
    }
}

/// Neighbouring slots of the keys file, read at once.
struct KeyPage {
    private var first: UInt32 = 0
    private var bytes: [UInt8] = []
    static let keyCount = 4_096

    init() {}

    init(first: UInt32, _ bytes: [UInt8]) {
        self.first = first
        self.bytes = bytes
    }

    /// The key of an account as the file has it; `nil` if it isn't in here.
    subscript(account: UInt32) -> AccountKey? {
        guard account >= first else { return nil }
        let start = Int(account - first) * AccountKey.byteCount
        guard start < bytes.count else { return nil }
        return AccountKey(bytes.span.extracting(start..<(start + AccountKey.byteCount)))
    }
}
