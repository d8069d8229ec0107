/// What folding the log has given: every account's balances, rungs, facts and holds, and the words,
/// actors and rulebooks by number.
///
/// Rows are read from the source when they are first touched. Changes can be journalled and taken
/// back, which is how a group is all or nothing and how a dry run sees the very outcome.
package struct State: ~Copyable {
    /// An adopted rulebook's text.
    package struct AdoptedRules: Sendable {
        package var number: UInt32
        package var sequence: SequenceNumber
        package var hash: [UInt8]
        package var text: [UInt8]
        package var length: Int

        package init(
            number: UInt32, sequence: SequenceNumber, hash: [UInt8], text: [UInt8], length: Int
        ) {
            self.number = number
            self.sequence = sequence
            self.hash = hash
            self.text = text
            self.length = length
        }

        package var isComplete: Bool { text.count == length }
    }

    /// What the directory has under a key.
    package struct DirectoryEntry: Sendable {
        /// None once the id is forgotten.
        package var account: UInt32?
    }

    /// An id that no checkpoint has taken yet.
    package struct NewID: Sendable {
        package var opened: SequenceNumber
        package var sealed: [UInt8]
    }

    package internal(set) var head: SequenceNumber = 0
    package internal(set) var time = Instant(microseconds: 0)
    package internal(set) var ledgerID: [UInt8] = []
    package internal(set) var accountCount: UInt32 = 0
    package internal(set) var words = Words()
    package internal(set) var actors: [Actor] = []
    package internal(set) var rulebooks: [AdoptedRules] = []
    /// Ids since the last checkpoint that aren't stored yet.
    package internal(set) var newIDs = NewIDs()
    /// Those on their way there apart from a checkpoint; of an account that one under way has, too, the
    /// checkpoint has what is newer.
    var leavingIDs = NewIDs()
    var directory = Directory()
    /// Tokens of ids that were forgotten.
    var forgottenIDs = TokenTable()
    /// Accounts that entered the directory since the last checkpoint, and tokens that left it.
    var newlyIndexed = AccountSet()
    var directoryRemovals = ChangedTokens()
    package internal(set) var recentKeys = TokenTable()
    /// Those on their way there, still looked up here until they have arrived.
    package internal(set) var leavingKeys: FrozenTokens?
    /// Tokens of events up to this one are there already: folding passes over them.
    package var keyedThrough: SequenceNumber = 0
    /// What a checkpoint under way has taken and not stored yet.
    package internal(set) var leaving = Leaving()
    /// Accounts whose rows changed since the last checkpoint.
    package internal(set) var dirty = AccountSet()
    package var source: any StateSource

    var standings = AllStandings()
    var rows = AccountTable()
    var pool = CellPool()
    var journal = Journal()
    var actorNumbers: [Actor: UInt32] = [:]
    /// The id of the account that is being opened, while its event is folded.
    var idBeingOpened: [UInt8]?
    /// Cells of the row that is being taken in.
    var taken: [Cell] = []
    /// Ids lately shown, unsealed.
    var ids: [AccountNumber: [UInt8]] = [:]
    private static let idsMax = 65_536

    /// The directory's entry of an id that was forgotten.
    static let forgottenEntry = UInt64.max

    /// Whether ids of accounts that are opened are kept until a checkpoint takes them.
    let keepsIDs: Bool

    /// - Parameter keepsIDs: false for who folds a log to look at balances, and asks for no id.
    package init(source: any StateSource, keepsIDs: Bool = true) {
        self.source = source
        self.keepsIDs = keepsIDs
    }

    // MARK: Reading

    /// Reads the row into memory if it isn't there.
    @inline(__always)
    mutating func ensure(_ account: AccountNumber) {
        if !rows.flags(account).contains(.loaded) { load(account) }
    }

    package mutating func last(_ account: AccountNumber) -> SequenceNumber {
        ensure(account)
        return rows.last(account)
    }

    /// The event that opened the account.
    package mutating func opened(_ account: AccountNumber) -> SequenceNumber {
        ensure(account)
        return rows[account].opened
    }

    package mutating func eventCount(_ account: AccountNumber) -> UInt32 {
        ensure(account)
        return rows[account].eventCount
    }

    package mutating func parent(_ account: AccountNumber) -> AccountNumber {
        ensure(account)
        return rows.parent(account)
    }

    package mutating func tokenKey(_ account: AccountNumber) -> TokenKey {
        ensure(account)
        return rows.tokenKey(account)
    }

    package mutating func isFrozen(_ account: AccountNumber) -> Bool {
        ensure(account)
        return rows.flags(account).contains(.frozen)
    }

    package mutating func isForgotten(_ account: AccountNumber) -> Bool {
        ensure(account)
        return rows.flags(account).contains(.forgotten)
    }

    package mutating func value(_ account: AccountNumber, _ key: CellKey) -> CellValue? {
        ensure(account)
        return pool.value(rows.block(account), key)
    }

    /// Whether the account has any cell of the kind.
    mutating func hasCells(_ account: AccountNumber, _ kind: CellKind) -> Bool {
        ensure(account)
        return pool.hasCells(rows.block(account), kind)
    }

    /// As `value`, of an account whose row is known to be in memory.
    func loadedValue(_ account: AccountNumber, _ key: CellKey) -> CellValue? {
        pool.value(rows.block(account), key)
    }

    func loadedCells(_ account: AccountNumber, _ kind: CellKind) -> ArraySlice<Cell> {
        pool.cells(rows.block(account), kind)
    }

    package mutating func balance(_ account: AccountNumber, _ balance: BalanceName) -> CellValue {
        value(account, CellKey(balance)) ?? .zero
    }

    /// The account's cells in ascending order of keys.
    package mutating func cells(_ account: AccountNumber) -> ArraySlice<Cell> {
        ensure(account)
        return pool.cells(rows.block(account))
    }

    /// The account's cells of one kind in ascending order of keys.
    package mutating func cells(
        _ account: AccountNumber, _ kind: CellKind
    ) -> ArraySlice<Cell> {
        ensure(account)
        return pool.cells(rows.block(account), kind)
    }

    /// The account that the directory has under this key of its id.
    package mutating func account(_ directoryKey: Token) -> AccountNumber? {
        if let entry = directoryValue(directoryKey) {
            return entry == Self.forgottenEntry ? nil : AccountNumber(UInt32(entry))
        }
        guard let stored = source.storedAccount(directoryKey) else { return nil }
        setDirectoryValue(directoryKey, UInt64(stored.rawValue))
        return stored
    }

    /// What changed in the directory under this key: the account that is there now, or none. `nil`
    /// where the change was taken back.
    package func directoryEntry(_ key: Token) -> DirectoryEntry? {
        guard let entry = directoryValue(key) else { return nil }
        return DirectoryEntry(account: entry == Self.forgottenEntry ? nil : UInt32(entry))
    }

    /// What the directory has an id under.
    package mutating func directoryKey(_ bytes: [UInt8], _ range: Range<Int>) -> Token {
        var hash = SipHash(key: tokenKey(.ledger), isWide: true)
        hash.append(2)
        hash.append(bytes, range)
        return hash.finish128()
    }

    /// The account of an id, if it was ever seen and isn't forgotten.
    package mutating func find(_ bytes: [UInt8], _ range: Range<Int>) -> AccountNumber? {
        guard let account = account(directoryKey(bytes, range)), !isForgotten(account) else {
            return nil
        }
        return account
    }

    /// The account's id; `~<number>` once it is forgotten.
    package mutating func id(_ account: AccountNumber) -> [UInt8] {
        if let known = ids[account] { return known }
        var id: [UInt8]?
        if let new = newIDs[account] ?? leaving.ids[account] ?? leavingIDs[account] {
            id = source.unseal(new.sealed, account, new.opened, field: 0)
        } else if let stored = source.storedID(account) {
            id = source.unseal(stored.sealed, account, stored.opened, field: 0)
        }
        guard let id else { return Array("~\(account.rawValue)".utf8) }
        if ids.count >= Self.idsMax { ids.removeAll(keepingCapacity: true) }
        ids[account] = id
        return id
    }

    /// The event that carries this idempotency token.
    package func event(of token: Token) -> SequenceNumber? {
        recentKeys[token] ?? leavingKeys?.table[token] ?? source.storedKey(token)
    }

    /// The same, of a token of which `StateSource.mayBeStored` was asked.
    @inline(__always)
    func event(of token: Token, mayBeStored: Bool) -> SequenceNumber? {
        recentKeys[token] ?? olderEvent(of: token, mayBeStored: mayBeStored)
    }

    /// The same, of a token that isn't among the recent ones.
    @inline(__always)
    func olderEvent(of token: Token, mayBeStored: Bool) -> SequenceNumber? {
        if let leavingKeys, let leaving = leavingKeys.table[token] { return leaving }
        return mayBeStored ? source.storedKey(token) : nil
    }

    package func actorNumber(_ actor: Actor) -> UInt32? { actorNumbers[actor] }

    package func actor(_ number: UInt32) -> Actor? {
        number == 0 || Int(number) > actors.count ? nil : actors[Int(number) - 1]
    }

    /// The rulebook in force, if any was adopted.
    package var rules: AdoptedRules? { rulebooks.last { $0.isComplete } }

    // MARK: Loading

    mutating func load(_ account: AccountNumber) {
        rows[account].flags.insert(.loaded)
        guard account == .ledger || account.rawValue <= accountCount else { return }
        // Its checksum was right: where it can't be decoded, the source's owner is told, not here.
        if let stored = source.storedRow(account) { decodeRow(account, stored.span) }
        rows[account].tokenKey = source.tokenKey(account)
    }

    /// Takes in the stored row of an account, as touching it first would; what memory has already stays.
    ///
    /// - Returns: the account's last event; `nil` where the row can't be decoded.
    package mutating func take(
        storedRow bytes: Span<UInt8>, of account: AccountNumber
    ) -> SequenceNumber? {
        guard !rows.flags(account).contains(.loaded) else { return rows.last(account) }
        guard decodeRow(account, bytes) else { return nil }
        rows[account].flags.insert(.loaded)
        rows[account].tokenKey = source.tokenKey(account)
        return rows.last(account)
    }

    /// Brings the counters back that a checkpoint stored; the rest follows row by row.
    package mutating func restore(
        head: SequenceNumber, time: Instant, ledgerID: [UInt8], accountCount: UInt32,
        words: [[UInt8]], actors: [Actor], rulebooks: [AdoptedRules]
    ) {
        self.head = head
        self.time = time
        self.ledgerID = ledgerID
        self.accountCount = accountCount
        for word in words { self.words.append(word) }
        for actor in actors { append(actor) }
        self.rulebooks = rulebooks
    }

    mutating func append(_ actor: Actor) {
        actors.append(actor)
        actorNumbers[actor] = UInt32(actors.count)
    }

    // MARK: Changing

    mutating func touch(_ account: AccountNumber) {
        ensure(account)
        // The row is at hand, the set's bit may not be.
        if !rows.flags(account).contains(.dirty) {
            rows[account].flags.insert(.dirty)
            dirty.insert(account)
        }
    }

    mutating func setCell(_ account: AccountNumber, _ key: CellKey, _ value: CellValue) {
        touch(account)
        let old = pool.set(&rows[account].block, key, value)
        if journal.isRecording { journal.record(.cell(account, key, old)) }
    }

    mutating func removeCell(_ account: AccountNumber, _ key: CellKey) {
        touch(account)
        let old = pool.remove(&rows[account].block, key)
        if journal.isRecording { journal.record(.cell(account, key, old)) }
    }

    /// Notes the row before it is changed, so that it can be taken back.
    mutating func journalRow(_ account: AccountNumber) {
        if journal.isRecording { journal.record(.row(account, rows[account])) }
    }

    mutating func setDirectory(_ key: Token, _ value: UInt64) {
        if journal.isRecording { journal.record(.directory(key, directoryValue(key))) }
        setDirectoryValue(key, value)
        if value == Self.forgottenEntry {
            directoryRemovals.append(key)
        } else {
            newlyIndexed.insert(AccountNumber(UInt32(value)))
        }
    }
}
