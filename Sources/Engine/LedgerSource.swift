package import Ledger
package import Secrets
package import Store

/// A state source with what the engine needs besides: keys to be stored, room, faults.
package protocol LedgerSource: StateSource, AnyObject {
    /// What was found damaged, if anything was: nothing may be answered after that.
    var fault: String? { get }
    /// The newest event that is on disk.
    var durable: SequenceNumber { get set }
    /// The keys of the accounts in `range`, to be stored before the events that opened them.
    func drawnKeys(_ range: Range<UInt32>) -> [KeySlot]
    /// The keys of these accounts are in the file now, from where FORGET wipes them.
    func dropDrawnKeys(_ range: Range<UInt32>)
    /// The disk may have room again.
    func retryRoom()
    /// Whether the log can take so many bytes more, and a key for so many accounts.
    func hasRoom(batchBytes: Int, highestAccount: UInt32) -> Bool
}

/// State, keys and events as the store keeps them.
package final class StoredSource<Log: LogStorage, Stored: StateStorage>: LedgerSource {
    private let log: Log
    private let reader: LogReader<Log>
    private let state: StateStore<Stored>
    private let random: () throws(RandomnessUnavailable) -> AccountKey
    private let sealer = TextSealer()
    /// Keys that may not be in the keys file yet.
    private var drawn = DrawnKeys()
    /// The tokens that were asked for together last.
    private var sought: [KeyToken] = []
    /// Keys read from the file together, while the log is folded.
    private var keyPage: KeyPage?
    private var newestKey: UInt32 = 0
    private var checkedKey: (account: AccountNumber, key: AccountKey)?
    /// The last account that may have a row in the state; of those after it memory has all there is.
    private var lastStored = UInt32.max
    /// Whether the state was empty at the start: rows and ids of accounts are all in memory.
    private var wasEmpty = false
    /// Asking the file system again for each refused command would cost a call each.
    private var isFull = false
    package private(set) var fault: String?
    package var durable: SequenceNumber = 0

    /// - Parameter random: draws keys; a simulation gives its own.
    package init(
        log: Log, state: StateStore<Stored>,
        random: @escaping () throws(RandomnessUnavailable) -> AccountKey
    ) {
        self.log = log
        self.state = state
        self.random = random
        reader = LogReader(log)
    }

    /// Runs a read of the store; a failure is remembered and answered with `nil`.
    private func attempt<Value>(_ read: () throws(StoreError) -> Value?) -> Value? {
        do {
            return try read()
        } catch {
            if case .stateDamaged = error { return reject("\(error)") }
            fault = fault ?? "\(error)"
            return nil
        }
    }

    /// The state isn't what was written: nothing more is answered from it, nor by the next start.
    private func reject<Value>(_ what: String) -> Value? {
        fault = fault ?? what
        try? state.storage.distrust()
        return nil
    }

    /// The state was emptied: all that it will have comes out of memory, which keeps rows and ids.
    package func noteEmpty() { wasEmpty = true }

    /// The state has so many accounts, and perhaps rows of some that were opened later.
    package func noteStored(accountCount: UInt32) throws(StoreError) {
        var last = accountCount
        let end = UInt32.max.bigEndianBytes
        try state.storage.neighbours(of: end.span, in: .accounts) { key, _, _ in
            last = max(last, key.bigEndianNumber ?? 0)
        }
        lastStored = last
        newestKey = accountCount
    }

    package func storedRow(_ account: AccountNumber) -> [UInt8]? {
        guard !wasEmpty, account.rawValue <= lastStored else { return nil }
        let row = attempt { () throws(StoreError) in
            try state.value(in: .accounts, orProvenAbsent: account.rawValue.bigEndianBytes)
        }
        guard let row else { return nil }
        guard State.isRow(row), let last = try? Self.last(ofRow: row) else {
            return reject(Self.damage(account))
        }
        return isPast(last, of: account) ? row : nil
    }

    private static func damage(_ account: AccountNumber) -> String {
        "state damaged: account \(account.rawValue)"
    }

    /// Whether a row has seen nothing but what is on disk: rows are stored once that is so. Otherwise the log
    /// has lost events since.
    private func isPast(_ last: SequenceNumber, of account: AccountNumber) -> Bool {
        guard last > durable else { return true }
        fault =
            fault ?? "log regressed: account \(account.rawValue) has seen event \(last), "
            + "the log ends at \(durable)"
        return false
    }

    /// Has memory take in all rows that are stored, in the order of their accounts: one after the other they
    /// are read ten times as fast as by account. Only within `withKeyPages`.
    package func takeStoredRows(into ledger: inout Ledger) {
        let count = ledger.state.accountCount
        _ = attempt { () throws(StoreError) in
            try state.scan(.accounts, from: []) { key, value in
                guard let account = key.bigEndianNumber.map(AccountNumber.init) else {
                    return reject("state damaged: a row of no account") ?? false
                }
                // The tail opens those behind.
                guard account.rawValue <= count else { return false }
                guard bringKeyNear(account) else { return false }
                guard let last = ledger.state.take(storedRow: value, of: account) else {
                    return reject(Self.damage(account)) ?? false
                }
                return isPast(last, of: account) && fault == nil
            }
        }
    }

    /// Has an account's key at hand, with those behind it.
    ///
    /// - Returns: false after a fault.
    private func bringKeyNear(_ account: AccountNumber) -> Bool {
        if keyPage?[account.rawValue] == nil { readKeyPage(from: account.rawValue) }
        return keyPage != nil
    }

    private func readKeyPage(from account: UInt32) {
        let bytes = attempt { () throws(StoreError) in
            try log.keys(from: account, count: KeyPage.keyCount)
        }
        keyPage = bytes.map { KeyPage(first: account, $0) }
    }

    /// A row begins with its account's last event.
    private static func last(ofRow row: [UInt8]) throws -> SequenceNumber {
        var reader = ByteReader(row)
        return try reader.varint()
    }

    package func storedAccount(_ directoryKey: Token) -> AccountNumber? {
        guard !wasEmpty else { return nil }
        let value = attempt { () throws(StoreError) in
            try state.value(in: .directory, orProvenAbsent: directoryKey.bytes)
        }
        guard let value else { return nil }
        guard value.count == 4 else { return reject("state damaged: the directory") }
        return AccountNumber(UInt32(littleEndian: value))
    }

    package func storedKey(_ token: Token) -> SequenceNumber? {
        attempt { () throws(StoreError) in
            try state.sequence(
                ofToken: KeyToken(littleEndianLow: token.low, high: token.high))
        }
    }

    package var storedKeysVersion: UInt64 { state.keysVersion }

    package func mayBeStored(_ tokens: Span<Token>) -> UInt64 {
        // Taken out: each look at what an object has is checked for others under way.
        var sought: [KeyToken] = []
        swap(&sought, &self.sought)
        defer { swap(&sought, &self.sought) }
        sought.removeAll(keepingCapacity: true)
        for index in tokens.indices {
            sought.append(
                KeyToken(littleEndianLow: tokens[index].low, high: tokens[index].high))
        }
        // What can't be read may be there; `storedKey` will say what is wrong.
        return (try? state.mayHave(sought)) ?? .max
    }

    private func key(_ account: AccountNumber) -> AccountKey {
        if let key = drawn[account.rawValue] ?? lastKey(account) { return key }
        guard let key = storedKey(account) else { return .absent }
        guard key.isIntact else {
            fault =
                fault ?? "keys damaged: the key of account \(account.rawValue) isn't what it was; "
                + "put DIR/keys back from a copy"
            return .absent
        }
        if keyPage != nil { checkedKey = (account, key) }
        return key
    }

    /// The key that was looked at last, while there are pages: opening an account looks at it twice.
    private func lastKey(_ account: AccountNumber) -> AccountKey? {
        checkedKey?.account == account ? checkedKey?.key : nil
    }

    private func storedKey(_ account: AccountNumber) -> AccountKey? {
        if let page = keyPage {
            if let key = page[account.rawValue] {
                newestKey = max(newestKey, account.rawValue)
                return key
            }
            if account.rawValue == newestKey &+ 1 { return firstKey(ofPageFrom: account.rawValue) }
        }
        let bytes = attempt { () throws(StoreError) in try log.key(of: account.rawValue) }
        return bytes.map { AccountKey($0) }
    }

    /// Accounts are opened in the order of their numbers: the keys behind this one come next.
    private func firstKey(ofPageFrom account: UInt32) -> AccountKey? {
        newestKey = account
        readKeyPage(from: account)
        return keyPage?[account]
    }

    /// Runs what looks at the keys of many accounts, one after another, while nobody forgets any.
    package func withKeyPages<R>(_ body: () throws -> R) rethrows -> R {
        keyPage = KeyPage()
        defer {
            keyPage = nil
            checkedKey = nil
        }
        return try body()
    }

    package func tokenKey(_ account: AccountNumber) -> TokenKey {
        let words = key(account).tokenKey
        return TokenKey(low: words.0, high: words.1)
    }

    package func drawKey(_ account: AccountNumber) -> TokenKey {
        do {
            let key = try random()
            drawn.set(account.rawValue, key)
            return TokenKey(low: key.tokenKey.0, high: key.tokenKey.1)
        } catch {
            fault = fault ?? "the system gives no random bytes"
            return .absent
        }
    }

    package func drawnKeys(_ range: Range<UInt32>) -> [KeySlot] {
        var slots: [KeySlot] = []
        slots.reserveCapacity(range.count)
        for account in range {
            guard let key = drawn[account] else { continue }
            slots.append(KeySlot(account: account, littleEndian: key.littleEndianWords))
        }
        return slots
    }

    package func dropDrawnKeys(_ range: Range<UInt32>) { drawn.drop(range) }

    package func seal(
        _ text: [UInt8], _ account: AccountNumber, _ sequence: SequenceNumber, field: UInt8
    ) -> [UInt8] {
        sealer.seal(text, under: key(account), sequence: sequence, field: field)
    }

    package func unseal(
        _ sealed: [UInt8], _ account: AccountNumber, _ sequence: SequenceNumber, field: UInt8
    ) -> [UInt8]? {
        // What was forgotten is remembered as no text, while its key waits to be wiped.
        if sealed.isEmpty { return nil }
        // FORGET may be wiping the key this very moment: it is looked at again.
        for _ in 1...2 {
            let key = key(account)
            if key.isAbsent { return nil }
            let text = sealer.unseal(sealed, under: key, sequence: sequence, field: field)
            if let text { return text }
        }
        // The log vouches for the sealed bytes: it is the key that isn't what it was. An account
        // that can't be found by its id would open again, and its tokens would count twice.
        fault = fault ?? "keys damaged: the key of account \(account.rawValue)"
        return nil
    }

    package func storedEvent(_ sequence: SequenceNumber) -> [UInt8]? {
        guard sequence >= 1, sequence <= durable else { return nil }
        return attempt { () throws(StoreError) in try reader.event(sequence) }
    }

    package func storedID(
        _ account: AccountNumber
    ) -> (opened: SequenceNumber, sealed: [UInt8])? {
        let value = attempt { () throws(StoreError) in
            try state.value(in: .ids, orProvenAbsent: account.rawValue.bigEndianBytes)
        }
        guard let value else { return nil }
        var reader = ByteReader(value)
        guard let opened = try? reader.varint(), let sealed = try? reader.bytes() else {
            return reject("state damaged: the id of account \(account.rawValue)")
        }
        return (opened, Array(value[sealed.range]))
    }

    package func hasRoom(batchBytes: Int, highestAccount: UInt32) -> Bool {
        if log.hasRoom(batchBytes: batchBytes, highestAccount: highestAccount) { return true }
        if isFull { return false }
        let isReserved =
            attempt { () throws(StoreError) in
                try log.reserveRoom(batchBytes: batchBytes, highestAccount: highestAccount)
            } ?? false
        isFull = !isReserved
        return isReserved
    }

    package func retryRoom() { isFull = false }
}

extension UInt32 {
    package var bigEndianBytes: [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: self >> $0) }
    }

    package var littleEndianBytes: [UInt8] { bigEndianBytes.reversed() }

    package init(littleEndian bytes: [UInt8]) {
        self = bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}

extension Token {
    package var bytes: [UInt8] {
        [low, high].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
        }
    }
}
