/// Which account an id is: a hash table from the tokens of ids to account numbers.
///
/// A slot has the number and 32 bits of the token, eight bytes in all; the other bits lie in the
/// account's row, which is looked at next anyway. Open addressing with linear probing, in 256 parts
/// that grow one by one: no insertion ever moves more than a part.
struct Directory: ~Copyable, Sendable {
    // Not private: Swift 6.3 fails on a private type within a generic one, in a debug build.
    struct Part: ~Copyable, Sendable {
        /// The tag above the number; 0 where there is none.
        var slots = Flat(repeating: UInt64(0), count: 8)
        var count = 0

        /// The empty slot where a token with this tag belongs.
        @inline(__always)
        borrowing func free(_ tag: UInt32) -> Int {
            let mask = slots.count - 1
            var index = Int(tag) & mask
            while slots[index] != 0 { index = (index + 1) & mask }
            return index
        }

        mutating func grow() {
            var larger = Part()
            larger.slots = Flat(repeating: 0, count: slots.count * 2)
            for index in 0..<slots.count where slots[index] != 0 {
                let free = larger.free(Directory.tag(slots[index]))
                larger.slots[free] = slots[index]
            }
            larger.count = count
            self = larger
        }

        /// Moves later entries of the run back, so that no probe stops short of its entry.
        mutating func closeGap(_ removed: Int) {
            let mask = slots.count - 1
            var gap = removed
            var index = (gap + 1) & mask
            while slots[index] != 0 {
                let home = Int(Directory.tag(slots[index])) & mask
                if (index &- home) & mask >= (index &- gap) & mask {
                    slots[gap] = slots[index]
                    gap = index
                }
                index = (index + 1) & mask
            }
            slots[gap] = 0
        }
    }

    /// Where an entry is, until the table changes.
    struct Place {
        var part: Int
        var slot: Int
    }

    private var parts = Flat(count: 256) { Part() }

    private static func tag(_ slot: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: slot >> 32) }

    @inline(__always)
    private func part(_ token: Token) -> Int { Int(truncatingIfNeeded: token.high >> 56) }

    subscript(place: Place) -> AccountNumber {
        @inline(__always) get {
            AccountNumber(UInt32(truncatingIfNeeded: parts[place.part].slots[place.slot]))
        }
    }

    /// Has the slot fetched where looking for a token begins.
    @inline(__always)
    func prefetch(_ token: Token) {
        let part = part(token)
        let mask = parts[part].slots.count - 1
        parts[part].slots.prefetch(Int(UInt32(truncatingIfNeeded: token.low)) & mask)
    }

    /// The first entry whose tag is the token's; which account's token it is, its row says.
    @inline(__always)
    func first(_ token: Token) -> Place? {
        let part = part(token)
        return find(token, part, Int(UInt32(truncatingIfNeeded: token.low)))
    }

    /// The next such entry.
    func next(_ token: Token, after place: Place) -> Place? {
        find(token, place.part, place.slot + 1)
    }

    @inline(__always)
    private func find(_ token: Token, _ part: Int, _ start: Int) -> Place? {
        let mask = parts[part].slots.count - 1
        let tag = UInt32(truncatingIfNeeded: token.low)
        var index = start & mask
        while parts[part].slots[index] != 0 {
            if Self.tag(parts[part].slots[index]) == tag { return Place(part: part, slot: index) }
            index = (index + 1) & mask
        }
        return nil
    }

    /// Adds an entry for a token that has none.
    mutating func insert(_ token: Token, _ account: AccountNumber) {
        precondition(account != .ledger, "the ledger has no id")
        let part = part(token)
        if parts[part].count * 10 >= parts[part].slots.count * 7 { parts[part].grow() }
        let tag = UInt32(truncatingIfNeeded: token.low)
        let free = parts[part].free(tag)
        parts[part].slots[free] = UInt64(tag) << 32 | UInt64(account.rawValue)
        parts[part].count += 1
    }

    mutating func remove(_ place: Place) {
        parts[place.part].count -= 1
        parts[place.part].closeGap(place.slot)
    }
}

extension State {
    /// Where the directory in memory has a token.
    private func place(_ token: Token) -> Directory.Place? {
        var next = directory.first(token)
        while let place = next {
            if rows.hasID(directory[place], token) { return place }
            next = directory.next(token, after: place)
        }
        return nil
    }

    /// The account that memory has under a token, `forgottenEntry` if its id was forgotten.
    func directoryValue(_ token: Token) -> UInt64? {
        if let place = place(token) { return UInt64(directory[place].rawValue) }
        return forgottenIDs[token] == nil ? nil : Self.forgottenEntry
    }

    /// Sets or, with `nil`, removes what memory has under a token.
    mutating func setDirectoryValue(_ token: Token, _ value: UInt64?) {
        if let place = place(token) { directory.remove(place) }
        forgottenIDs.remove(token)
        guard let value else { return }
        guard value != Self.forgottenEntry else { return forgottenIDs.insert(token, 1) }
        let account = AccountNumber(UInt32(value))
        directory.insert(token, account)
        rows.setID(account, token)
    }

    /// The account that memory may have under a token, `.ledger` if none; its row says if it is.
    @inline(__always)
    func likelyAccount(_ token: Token) -> AccountNumber {
        directory.first(token).map { directory[$0] } ?? .ledger
    }
}
