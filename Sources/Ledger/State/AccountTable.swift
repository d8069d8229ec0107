/// An account's row; its cells lie in the pool. What every event looks at comes first, so that it mostly
/// shares a cache line.
struct AccountRow: Sendable {
    /// The account's last event, 0 before the first.
    var last: SequenceNumber = 0
    var block = CellBlock()
    var flags: Flags = []
    var eventCount: UInt32 = 0
    var parent = AccountNumber.ledger
    /// Part of the token of its id: see `idHigh`.
    var idMiddle: UInt32 = 0
    /// The event that opened it.
    var opened: SequenceNumber = 0
    var tokenKey = TokenKey.absent
    /// The token of its id, if the directory in memory has it, but for the 32 bits that lie there.
    var idHigh: UInt64 = 0

    struct Flags: OptionSet, Sendable {
        var rawValue: UInt8
        static let frozen = Flags(rawValue: 1)
        static let forgotten = Flags(rawValue: 2)
        /// The row is in memory.
        static let loaded = Flags(rawValue: 4)
        /// The row differs from what the last checkpoint took: it is in `State.dirty`.
        static let dirty = Flags(rawValue: 8)

        /// Those that are stored.
        static let stored: Flags = [.frozen, .forgotten]
    }
}

/// The rows of all accounts by number, in pages that never move.
struct AccountTable: ~Copyable, Sendable {
    private static let pageBits = 12
    private static let empty = AccountRow()
    /// A page without rows was never touched.
    private var pages = Flat<Flat<AccountRow>>()

    /// A row that was never touched is empty and not loaded.
    subscript(account: AccountNumber) -> AccountRow {
        @inline(__always) get {
            let (page, index) = place(account)
            return isThere(page, index) ? pages[page][index] : Self.empty
        }
        @inline(__always) _modify {
            let (page, index) = place(account)
            if !isThere(page, index) { makePage(page) }
            yield &pages[page][index]
        }
    }

    /// Has the row fetched.
    @inline(__always)
    func prefetch(_ account: AccountNumber) {
        let (page, index) = place(account)
        if page < pages.count { pages[page].prefetch(index) }
    }

    // One field of a row at a time, where one is enough.

    @inline(__always)
    func last(_ account: AccountNumber) -> SequenceNumber {
        let (page, index) = place(account)
        return isThere(page, index) ? pages[page][index].last : 0
    }

    @inline(__always)
    func flags(_ account: AccountNumber) -> AccountRow.Flags {
        let (page, index) = place(account)
        return isThere(page, index) ? pages[page][index].flags : []
    }

    @inline(__always)
    func block(_ account: AccountNumber) -> CellBlock {
        let (page, index) = place(account)
        return isThere(page, index) ? pages[page][index].block : CellBlock()
    }

    @inline(__always)
    func hasID(_ account: AccountNumber, _ token: Token) -> Bool {
        let (page, index) = place(account)
        return isThere(page, index) && pages[page][index].idHigh == token.high
            && pages[page][index].idMiddle == UInt32(truncatingIfNeeded: token.low >> 32)
    }

    /// The token of an account's id, of which the directory has the first bytes.
    func token(_ account: AccountNumber, beginning first: UInt32) -> Token {
        let row = self[account]
        return Token(
            low: UInt64(row.idMiddle) << 32 | UInt64(first), high: row.idHigh)
    }

    mutating func setID(_ account: AccountNumber, _ token: Token) {
        self[account].idHigh = token.high
        self[account].idMiddle = UInt32(truncatingIfNeeded: token.low >> 32)
    }

    @inline(__always)
    func tokenKey(_ account: AccountNumber) -> TokenKey {
        let (page, index) = place(account)
        return isThere(page, index) ? pages[page][index].tokenKey : .absent
    }

    @inline(__always)
    func parent(_ account: AccountNumber) -> AccountNumber {
        let (page, index) = place(account)
        return isThere(page, index) ? pages[page][index].parent : .ledger
    }

    /// Notes an event of an account whose row is in memory and noted as changed, and whose last event is
    /// `previous`; answers where its cells lie. `nil` where that isn't so: nothing has changed then.
    @inline(__always)
    mutating func note(
        _ account: AccountNumber, _ sequence: SequenceNumber, after previous: SequenceNumber
    ) -> CellBlock? {
        let (page, index) = place(account)
        guard isThere(page, index) else { return nil }
        return Self.note(&pages[page][index], sequence, after: previous)
    }

    @inline(__always)
    private static func note(
        _ row: inout AccountRow, _ sequence: SequenceNumber, after previous: SequenceNumber
    ) -> CellBlock? {
        guard row.last == previous, row.flags.isSuperset(of: [.loaded, .dirty]) else { return nil }
        row.last = sequence
        row.eventCount += 1
        return row.block
    }

    @inline(__always)
    private func place(_ account: AccountNumber) -> (page: Int, index: Int) {
        let number = Int(account.rawValue)
        return (number >> Self.pageBits, number & (1 << Self.pageBits - 1))
    }

    @inline(__always)
    private func isThere(_ page: Int, _ index: Int) -> Bool {
        page < pages.count && index < pages[page].count
    }

    @inline(never)
    private mutating func makePage(_ page: Int) {
        if page >= pages.count { pages.grow(to: max(page + 1, pages.count * 2)) { Flat() } }
        pages[page] = Flat(repeating: Self.empty, count: 1 << Self.pageBits)
    }
}
