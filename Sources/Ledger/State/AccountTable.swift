/// An account's row; its cells lie in the pool.
struct AccountRow: Sendable {
    /// The account's last event, 0 before the first.
    var last: SequenceNumber = 0
    /// The event that opened it.
    var opened: SequenceNumber = 0
    var tokenKey = TokenKey.absent
    var eventCount: UInt32 = 0
    var parent = AccountNumber.ledger
    var block = CellBlock()
    var flags: Flags = []

    struct Flags: OptionSet, Sendable {
        var rawValue: UInt8
        static let frozen = Flags(rawValue: 1)
        static let forgotten = Flags(rawValue: 2)
        /// The row is in memory.
        static let loaded = Flags(rawValue: 4)
        /// The row differs from what the last checkpoint took.
        static let dirty = Flags(rawValue: 8)

        /// Those that are stored.
        static let stored: Flags = [.frozen, .forgotten]
    }
}

/// The rows of all accounts by number, in pages that never move.
struct AccountTable: Sendable {
    private static let pageBits = 12
    private var pages: [ContiguousArray<AccountRow>?] = []

    /// A row that was never touched is empty and not loaded.
    @inline(__always)
    func row(_ account: AccountNumber) -> AccountRow {
        let index = Int(account.rawValue)
        let page = index >> Self.pageBits
        guard page < pages.count, let rows = pages[page] else { return AccountRow() }
        return rows[index & (1 << Self.pageBits - 1)]
    }

    subscript(account: AccountNumber) -> AccountRow {
        @inline(__always) get { row(account) }
        @inline(__always) _modify {
            let index = Int(account.rawValue)
            let page = index >> Self.pageBits
            if page >= pages.count || pages[page] == nil { makePage(page) }
            yield &pages[page]![index & (1 << Self.pageBits - 1)]  // makePage has just filled it
        }
    }

    private mutating func makePage(_ page: Int) {
        while pages.count <= page { pages.append(nil) }
        pages[page] = ContiguousArray(repeating: AccountRow(), count: 1 << Self.pageBits)
    }
}
