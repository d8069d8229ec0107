/// A set of accounts, a bit for each: adding one that is there already, as nearly every event does,
/// costs a look, and going through them in order of their numbers needs no sorting.
package struct AccountSet: ~Copyable, Sendable {
    private var words = Flat<UInt64>()

    package init() {}

    @inline(__always)
    private static func place(_ account: AccountNumber) -> (word: Int, bit: UInt64) {
        (Int(account.rawValue >> 6), 1 << UInt64(account.rawValue & 63))
    }

    @inline(__always)
    package mutating func insert(_ account: AccountNumber) {
        let (word, bit) = Self.place(account)
        if word >= words.count { grow(through: word) }
        words[word] |= bit
    }

    @inline(__always)
    package func contains(_ account: AccountNumber) -> Bool {
        let (word, bit) = Self.place(account)
        return word < words.count && words[word] & bit != 0
    }

    /// Has fetched what `insert` will change.
    @inline(__always)
    func prefetch(_ account: AccountNumber) { words.prefetch(Self.place(account).word) }

    package var count: Int {
        var count = 0
        for word in 0..<words.count { count += words[word].nonzeroBitCount }
        return count
    }

    /// The first account from the given one on.
    package func first(from account: AccountNumber) -> AccountNumber? {
        let (first, bit) = Self.place(account)
        guard first < words.count else { return nil }
        var rest = words[first] & ~(bit &- 1)
        var word = first
        while rest == 0 {
            word += 1
            guard word < words.count else { return nil }
            rest = words[word]
        }
        return AccountNumber(UInt32(word << 6 | rest.trailingZeroBitCount))
    }

    @inline(never)
    private mutating func grow(through word: Int) {
        words.grow(to: max(word + 1, 2 * words.count)) { 0 }
    }
}

extension AccountNumber {
    var next: AccountNumber { AccountNumber(rawValue &+ 1) }
}
