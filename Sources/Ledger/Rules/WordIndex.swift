/// From words to small positions, in a flat table of open addressing that is at most half full.
///
/// Words are ledger-wide numbers that may be in the millions, so a table indexed by them directly
/// would be mostly holes.
struct WordIndex: Sendable {
    /// Word in the high half, position in the low one; 0 is a free place, as no word is 0.
    private var places: [UInt64] = [0, 0]
    private var count = 0

    init(_ words: [Word]) {
        for (position, word) in words.enumerated() { insert(word, position) }
    }

    @inline(__always)
    func position(of word: Word) -> Int? {
        guard word.rawValue != 0 else { return nil }
        var place = start(of: word)
        while places[place] != 0 {
            if UInt32(truncatingIfNeeded: places[place] >> 32) == word.rawValue {
                return Int(truncatingIfNeeded: places[place] & 0xFFFF_FFFF)
            }
            place = (place + 1) & (places.count - 1)
        }
        return nil
    }

    @inline(__always)
    private func start(of word: Word) -> Int {
        Int(truncatingIfNeeded: (UInt64(word.rawValue) &* 0x9E37_79B9_7F4A_7C15) >> 32)
            & (places.count - 1)
    }

    /// The first position given for a word stays.
    private mutating func insert(_ word: Word, _ position: Int) {
        guard word.rawValue != 0, self.position(of: word) == nil else { return }
        if (count + 1) * 2 > places.count { grow() }
        var place = start(of: word)
        while places[place] != 0 { place = (place + 1) & (places.count - 1) }
        places[place] = UInt64(word.rawValue) << 32 | UInt64(position)
        count += 1
    }

    private mutating func grow() {
        let old = places
        places = [UInt64](repeating: 0, count: old.count * 2)
        for entry in old where entry != 0 {
            var place = start(of: Word(UInt32(truncatingIfNeeded: entry >> 32)))
            while places[place] != 0 { place = (place + 1) & (places.count - 1) }
            places[place] = entry
        }
    }
}
