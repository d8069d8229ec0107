/// A hash table from tokens to numbers: the directory (account ids) and the recent idempotency keys.
///
/// Tokens are keyed hashes already, so their bits are used as they are. Open addressing with linear
/// probing, in 256 parts that grow one by one: no insertion ever moves more than a part.
package struct TokenTable: Sendable {
    package struct Entry: Sendable {
        package var token = Token(low: 0, high: 0)
        /// 0: the slot is empty.
        package var value: UInt64 = 0
    }

    private struct Part: Sendable {
        var slots = ContiguousArray<Entry>(repeating: Entry(), count: 8)
        var count = 0
    }

    private var parts = [Part](repeating: Part(), count: 256)
    package private(set) var count = 0

    package init() {}

    @inline(__always)
    private func part(_ token: Token) -> Int { Int(truncatingIfNeeded: token.high >> 56) }

    /// The slot that holds the token, or the empty one where it belongs.
    @inline(__always)
    private func slot(_ part: borrowing Part, _ token: Token) -> Int {
        let mask = part.slots.count - 1
        var index = Int(truncatingIfNeeded: token.low) & mask
        while part.slots[index].value != 0, part.slots[index].token != token {
            index = (index + 1) & mask
        }
        return index
    }

    package subscript(token: Token) -> UInt64? {
        let number = part(token)
        let value = parts[number].slots[slot(parts[number], token)].value
        return value == 0 ? nil : value
    }

    /// - Parameter value: not 0.
    package mutating func insert(_ token: Token, _ value: UInt64) {
        precondition(value != 0)
        let number = part(token)
        if parts[number].count * 10 >= parts[number].slots.count * 7 { grow(number) }
        let index = slot(parts[number], token)
        if parts[number].slots[index].value == 0 {
            parts[number].count += 1
            count += 1
        }
        parts[number].slots[index] = Entry(token: token, value: value)
    }

    package mutating func remove(_ token: Token) {
        let number = part(token)
        let found = slot(parts[number], token)
        guard parts[number].slots[found].value != 0 else { return }
        parts[number].count -= 1
        count -= 1
        closeGap(number, found)
    }

    /// Moves later entries of the run back, so that no probe stops short of its entry.
    private mutating func closeGap(_ number: Int, _ removed: Int) {
        let mask = parts[number].slots.count - 1
        var gap = removed
        var index = (gap + 1) & mask
        while parts[number].slots[index].value != 0 {
            let home = Int(truncatingIfNeeded: parts[number].slots[index].token.low) & mask
            if (index &- home) & mask >= (index &- gap) & mask {
                parts[number].slots[gap] = parts[number].slots[index]
                gap = index
            }
            index = (index + 1) & mask
        }
        parts[number].slots[gap] = Entry()
    }

    private mutating func grow(_ number: Int) {
        let old = parts[number]
        parts[number].slots = ContiguousArray(repeating: Entry(), count: old.slots.count * 2)
        for entry in old.slots where entry.value != 0 {
            let index = slot(parts[number], entry.token)
            parts[number].slots[index] = entry
        }
    }

    /// All entries in ascending order of their tokens' bytes.
    package func sorted() -> [Entry] {
        var entries: [Entry] = []
        entries.reserveCapacity(count)
        for part in parts {
            for entry in part.slots where entry.value != 0 { entries.append(entry) }
        }
        return entries.sorted { $0.token < $1.token }
    }
}
