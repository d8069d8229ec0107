/// Which account an id is: a hash table from the tokens of ids to account numbers.
///
/// A slot has the number and 32 bits of the token, eight bytes in all; the other bits lie in the
/// account's row, which is looked at next anyway. Open addressing with linear probing, in 256 parts
/// that grow by an eighth, so that two slots of three are in use, and one after the other: no insertion
/// ever moves more than a part, and what they leave behind lies together, where others can move in. A
/// token's place goes by its bytes: entries lie in the order of their tokens, but for neighbours that
/// got in each other's way.
struct Directory: ~Copyable, Sendable {
    // Not private: Swift 6.3 fails on a private type within a generic one, in a debug build.
    struct Part: ~Copyable, Sendable {
        /// The tag above the number; 0 where there is none.
        var slots = Flat(repeating: UInt64(0), count: Directory.sizeMin)
        var count = 0

        var isFull: Bool { count * 5 >= slots.count * 4 }

        /// Where looking for a tag begins.
        @inline(__always)
        borrowing func home(_ tag: UInt32) -> Int {
            Int(truncatingIfNeeded: (UInt64(tag) &* UInt64(slots.count)) &>> 32)
        }

        @inline(__always)
        borrowing func following(_ index: Int) -> Int {
            index &+ 1 == slots.count ? 0 : index &+ 1
        }

        /// How many steps it is from one slot to another.
        borrowing func steps(from start: Int, to end: Int) -> Int {
            end >= start ? end - start : end - start + slots.count
        }

        /// The empty slot where a token with this tag belongs.
        @inline(__always)
        borrowing func free(_ tag: UInt32) -> Int {
            var index = home(tag)
            while slots[index] != 0 { index = following(index) }
            return index
        }

        mutating func grow(to size: Int) {
            var larger = Part()
            larger.slots = Flat(repeating: 0, count: size)
            for index in 0..<slots.count where slots[index] != 0 {
                let free = larger.free(Directory.tag(slots[index]))
                larger.slots[free] = slots[index]
            }
            larger.count = count
            self = larger
        }

        /// Moves later entries of the run back, so that no probe stops short of its entry.
        mutating func closeGap(_ removed: Int) {
            var gap = removed
            var index = following(gap)
            while slots[index] != 0 {
                let home = home(Directory.tag(slots[index]))
                if steps(from: home, to: index) >= steps(from: gap, to: index) {
                    slots[gap] = slots[index]
                    gap = index
                }
                index = following(index)
            }
            slots[gap] = 0
        }

        /// Lends each entry whose tag is in the range.
        borrowing func visit(_ tags: ClosedRange<UInt32>, _ body: (UInt64) -> Void) {
            var index = home(tags.lowerBound)
            let steps = home(tags.upperBound) - index
            for step in 0..<slots.count {
                let slot = slots[index]
                // They lie there, or behind others that follow one another without a gap.
                if step > steps, slot == 0 { return }
                if slot != 0, tags.contains(Directory.tag(slot)) { body(slot) }
                index = following(index)
            }
        }
    }

    /// Where an entry is, until the table changes.
    struct Place {
        var part: Int
        var slot: Int
    }

    private static let partBits: UInt64 = 8
    static let partCount = 1 << Int(partBits)

    private static let sizeMin = 8

    private var parts = Flat(count: partCount) { Part() }
    /// The size that all parts are to have soon, and the next one that is to grow to it.
    private var size = sizeMin
    private var nextToGrow = partCount
    private var insertions = 0
    /// A part grows with so many insertions: few parts wait long, and few insertions wait for one.
    private static let insertionsPerPart = 32

    /// Bytes that the slots take.
    var byteCount: Int { (0..<Self.partCount).reduce(0) { $0 + parts[$1].slots.count * 8 } }

    private static func tag(_ slot: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: slot >> 32) }

    // The token's first byte chooses the part, the next 32 bits are the tag.

    @inline(__always)
    private func part(_ token: Token) -> Int {
        Int(truncatingIfNeeded: token.low.byteSwapped &>> (64 - Self.partBits))
    }

    @inline(__always)
    private static func tag(_ token: Token) -> UInt32 {
        UInt32(truncatingIfNeeded: token.low.byteSwapped &>> (32 - partBits))
    }

    subscript(place: Place) -> AccountNumber {
        @inline(__always) get {
            Self.account(parts[place.part].slots[place.slot])
        }
    }

    /// Has the slot fetched where looking for a token begins.
    @inline(__always)
    func prefetch(_ token: Token) {
        let part = part(token)
        parts[part].slots.prefetch(parts[part].home(Self.tag(token)))
    }

    /// The first entry whose tag is the token's; which account's token it is, its row says.
    @inline(__always)
    func first(_ token: Token) -> Place? {
        let part = part(token)
        return find(token, part, parts[part].home(Self.tag(token)))
    }

    /// The next such entry.
    func next(_ token: Token, after place: Place) -> Place? {
        find(token, place.part, parts[place.part].following(place.slot))
    }

    @inline(__always)
    private func find(_ token: Token, _ part: Int, _ start: Int) -> Place? {
        let tag = Self.tag(token)
        var index = start
        while parts[part].slots[index] != 0 {
            if Self.tag(parts[part].slots[index]) == tag { return Place(part: part, slot: index) }
            index = parts[part].following(index)
        }
        return nil
    }

    /// Adds an entry for a token that has none.
    mutating func insert(_ token: Token, _ account: AccountNumber) {
        precondition(account != .ledger, "the ledger has no id")
        let part = part(token)
        if parts[part].isFull { makeRoom(part) }
        if nextToGrow < Self.partCount { growSome() }
        let tag = Self.tag(token)
        let free = parts[part].free(tag)
        parts[part].slots[free] = UInt64(tag) << 32 | UInt64(account.rawValue)
        parts[part].count += 1
    }

    private mutating func makeRoom(_ part: Int) {
        if parts[part].slots.count == size {
            size += size / 8
            nextToGrow = 0
        }
        parts[part].grow(to: size)
    }

    private mutating func growSome() {
        insertions += 1
        guard insertions % Self.insertionsPerPart == 0 else { return }
        if parts[nextToGrow].slots.count < size { parts[nextToGrow].grow(to: size) }
        nextToGrow += 1
    }

    mutating func remove(_ place: Place) {
        parts[place.part].count -= 1
        parts[place.part].closeGap(place.slot)
    }

    // MARK: In order

    /// Goes through some slots, and appends those whose accounts are in a set, in the order of tokens.
    ///
    /// - Parameter place: the part and the first tag; moved on, to the next part where this one is done.
    func appendSome(
        of accounts: borrowing AccountSet, at place: inout (part: Int, tag: UInt32),
        to slots: inout [UInt64]
    ) {
        let share = UInt64(Self.slotsAtOnce) << 32 / UInt64(parts[place.part].slots.count)
        let end = min(UInt64(place.tag) + max(1, share), 1 << 32)
        parts[place.part].visit(place.tag...UInt32(end - 1)) { slot in
            if accounts.contains(Self.account(slot)) { slots.append(slot) }
        }
        slots.sort()
        place = end == 1 << 32 ? (place.part + 1, 0) : (place.part, UInt32(end))
    }

    /// Few enough that no client notices.
    private static let slotsAtOnce = 256

    static func account(_ slot: UInt64) -> AccountNumber {
        AccountNumber(UInt32(truncatingIfNeeded: slot))
    }

    /// The first four bytes of the token of a part's slot, the first one lowest.
    static func firstBytes(_ slot: UInt64, ofPart part: Int) -> UInt32 {
        (UInt32(part) << UInt32(32 - partBits) | tag(slot) >> UInt32(partBits)).byteSwapped
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
