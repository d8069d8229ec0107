/// A hash table from tokens to numbers: the recent idempotency keys.
///
/// Tokens are keyed hashes already, so their bits are used as they are, and from the first byte on: a
/// token's place tells where it comes among all tokens in the order of their bytes. So the table is
/// nearly sorted, it is searched through in order when it grows, and to sort it takes one pass. Open
/// addressing with linear probing, in parts that grow one by one: no insertion ever moves more than a part.
package struct TokenTable: ~Copyable, Sendable {
    package struct Entry: Sendable {
        package var token = Token(low: 0, high: 0)
        /// 0: the slot is empty.
        package var value: UInt64 = 0

        package init() {}

        init(token: Token, value: UInt64) {
            self.token = token
            self.value = value
        }
    }

    // Not private: Swift 6.3 fails on a private type within a generic one, in a debug build.
    struct Part: ~Copyable, Sendable {
        var slots = Flat(repeating: Entry(), count: 8)
        var count = 0
        /// How many bits of a token its slot doesn't depend on.
        var shift: UInt64 = 61

        static let bits: UInt64 = 4

        /// Where looking for the token begins: by the bits behind those that chose the part.
        @inline(__always)
        borrowing func home(_ token: Token) -> Int {
            Int(truncatingIfNeeded: (token.low.byteSwapped &<< Self.bits) &>> shift)
        }

        /// The slot that holds the token, or the empty one where it belongs.
        @inline(__always)
        borrowing func slot(_ token: Token) -> Int {
            let mask = slots.count - 1
            var index = home(token)
            while slots[index].value != 0, slots[index].token != token {
                index = (index + 1) & mask
            }
            return index
        }

        /// Moves later entries of the run back, so that no probe stops short of its entry.
        mutating func closeGap(_ removed: Int) {
            let mask = slots.count - 1
            var gap = removed
            var index = (gap + 1) & mask
            while slots[index].value != 0 {
                let home = home(slots[index].token)
                if (index &- home) & mask >= (index &- gap) & mask {
                    slots[gap] = slots[index]
                    gap = index
                }
                index = (index + 1) & mask
            }
            slots[gap] = Entry()
        }

        mutating func grow() {
            var larger = Part()
            larger.slots = Flat(repeating: Entry(), count: slots.count * 2)
            larger.shift = shift - 1
            for index in 0..<slots.count where slots[index].value != 0 {
                let slot = larger.slot(slots[index].token)
                larger.slots[slot] = slots[index]
            }
            larger.count = count
            self = larger
        }

        /// Appends all entries in the order of their tokens' bytes.
        ///
        /// They lie in that order but for neighbours that got in each other's way, and but for those at
        /// the front that found no room at the end.
        borrowing func appendSorted(to entries: inout [Entry]) {
            let start = entries.count
            var firstEmpty = 0
            while slots[firstEmpty].value != 0 { firstEmpty += 1 }
            for index in 0..<slots.count where slots[index].value != 0 {
                if index >= firstEmpty || home(slots[index].token) <= index {
                    Self.add(slots[index], to: &entries, notBefore: start)
                }
            }
            for index in 0..<firstEmpty where home(slots[index].token) > index {
                Self.add(slots[index], to: &entries, notBefore: start)
            }
        }

        /// Appends an entry, and moves it forward past those that it comes before.
        @inline(__always)
        private static func add(_ entry: Entry, to entries: inout [Entry], notBefore start: Int) {
            var index = entries.count
            entries.append(entry)
            while index > start, entry.token < entries[index - 1].token {
                entries[index] = entries[index - 1]
                index -= 1
            }
            entries[index] = entry
        }
    }

    /// Few enough that each becomes large, and its memory a piece that huge pages fit into: with small pages
    /// every look at a token would wait for a look at the page table.
    package static let partCount = 1 << Int(Part.bits)

    private var parts = Flat(count: partCount) { Part() }
    package private(set) var count = 0

    package init() {}

    /// By the first bits of the token's first byte.
    @inline(__always)
    private func part(_ token: Token) -> Int {
        Int(truncatingIfNeeded: (token.low & 0xFF) &>> (8 - Part.bits))
    }

    /// Has the slots fetched where looking for a token begins: at least two and a half, as many as one looks
    /// at on average.
    @inline(__always)
    func prefetch(_ token: Token) {
        let number = part(token)
        parts[number].slots.prefetchOn(parts[number].home(token))
    }

    package subscript(token: Token) -> UInt64? {
        @inline(__always) get {
            let number = part(token)
            let value = parts[number].slots[parts[number].slot(token)].value
            return value == 0 ? nil : value
        }
    }

    /// - Parameter value: not 0.
    package mutating func insert(_ token: Token, _ value: UInt64) {
        precondition(value != 0)
        let number = part(token)
        if parts[number].count * 10 >= parts[number].slots.count * 7 { parts[number].grow() }
        let index = parts[number].slot(token)
        if parts[number].slots[index].value == 0 {
            parts[number].count += 1
            count += 1
        }
        parts[number].slots[index] = Entry(token: token, value: value)
    }

    /// Where a token is, or belongs, until the table changes.
    struct Place {
        fileprivate var part = 0
        fileprivate var slot = 0
        var isFree = true
    }

    @inline(__always)
    func place(_ token: Token) -> Place {
        let number = part(token)
        let slot = parts[number].slot(token)
        return Place(part: number, slot: slot, isFree: parts[number].slots[slot].value == 0)
    }

    /// The same as `insert`, where it belongs.
    ///
    /// - Parameter place: what `place` said of the token; it must be free.
    @inline(__always)
    mutating func insert(_ token: Token, _ value: UInt64, at place: Place) {
        precondition(value != 0 && place.isFree)
        guard parts[place.part].count * 10 < parts[place.part].slots.count * 7 else {
            return insert(token, value)
        }
        parts[place.part].count += 1
        count += 1
        parts[place.part].slots[place.slot] = Entry(token: token, value: value)
    }

    package mutating func remove(_ token: Token) {
        let number = part(token)
        let found = parts[number].slot(token)
        guard parts[number].slots[found].value != 0 else { return }
        parts[number].count -= 1
        count -= 1
        parts[number].closeGap(found)
    }

    /// Appends the entries of a part in ascending order of their tokens' bytes; those of the next part
    /// come behind them.
    package func appendSorted(_ part: Int, to entries: inout [Entry]) {
        parts[part].appendSorted(to: &entries)
    }
}

/// A table that won't change any more, for more than one to look into.
package final class FrozenTokens: Sendable {
    package let table: TokenTable

    init(_ table: consuming TokenTable) { self.table = table }
}
