/// A hash table from tokens to numbers: the directory (account ids) and the recent idempotency keys.
///
/// Tokens are keyed hashes already, so their bits are used as they are. Open addressing with linear
/// probing, in 256 parts that grow one by one: no insertion ever moves more than a part.
package struct TokenTable: ~Copyable, Sendable {
    package struct Entry: Sendable {
        package var token = Token(low: 0, high: 0)
        /// 0: the slot is empty.
        package var value: UInt64 = 0
    }

    // Not private: Swift 6.3 fails on a private type within a generic one, in a debug build.
    struct Part: ~Copyable, Sendable {
        var slots = Flat(repeating: Entry(), count: 8)
        var count = 0

        /// The slot that holds the token, or the empty one where it belongs.
        @inline(__always)
        borrowing func slot(_ token: Token) -> Int {
            let mask = slots.count - 1
            var index = Int(truncatingIfNeeded: token.low) & mask
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
                let home = Int(truncatingIfNeeded: slots[index].token.low) & mask
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
            for index in 0..<slots.count where slots[index].value != 0 {
                let slot = larger.slot(slots[index].token)
                larger.slots[slot] = slots[index]
            }
            larger.count = count
            self = larger
        }
    }

    private var parts = Flat(count: 256) { Part() }
    package private(set) var count = 0

    package init() {}

    @inline(__always)
    private func part(_ token: Token) -> Int { Int(truncatingIfNeeded: token.high >> 56) }

    /// What lies where looking for the token begins.
    @inline(__always)
    func home(_ token: Token) -> UInt64 {
        let number = part(token)
        let mask = parts[number].slots.count - 1
        return parts[number].slots[Int(truncatingIfNeeded: token.low) & mask].value
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

    package mutating func remove(_ token: Token) {
        let number = part(token)
        let found = parts[number].slot(token)
        guard parts[number].slots[found].value != 0 else { return }
        parts[number].count -= 1
        count -= 1
        parts[number].closeGap(found)
    }

    /// All entries in ascending order of their tokens' bytes.
    package func sorted() -> [Entry] {
        var entries: [Entry] = []
        entries.reserveCapacity(count)
        for number in 0..<parts.count {
            for index in 0..<parts[number].slots.count where parts[number].slots[index].value != 0 {
                entries.append(parts[number].slots[index])
            }
        }
        return entries.sorted { $0.token < $1.token }
    }
}

/// A table that won't change any more, for more than one to look into.
package final class FrozenTokens: Sendable {
    package let table: TokenTable

    init(_ table: consuming TokenTable) { self.table = table }
}
