/// The words that `name` events gave numbers to: text by number, number by text.
package struct Words: Sendable {
    /// Text of word n at n − 1.
    private var texts: [[UInt8]] = []
    /// Open addressing over word numbers; 0 is empty.
    private var slots: [UInt32] = Array(repeating: 0, count: 64)

    package init() {}

    package var count: Int { texts.count }

    /// Empty for `Word.none` and for numbers never given.
    package func text(_ word: Word) -> [UInt8] {
        guard word != .none, Int(word.rawValue) <= texts.count else { return [] }
        return texts[Int(word.rawValue) - 1]
    }

    package func string(_ word: Word) -> String {
        String(decoding: text(word), as: UTF8.self)
    }

    package func find(_ bytes: [UInt8], _ range: Range<Int>) -> Word? {
        let mask = slots.count - 1
        var index = hash(bytes, range) & mask
        while slots[index] != 0 {
            let number = slots[index]
            if isEqual(texts[Int(number) - 1], bytes, range) { return Word(number) }
            index = (index + 1) & mask
        }
        return nil
    }

    package func find(_ text: String) -> Word? {
        let bytes = Array(text.utf8)
        return find(bytes, bytes.indices)
    }

    /// Gives the next number to a text that has none yet.
    package mutating func append(_ text: [UInt8]) {
        texts.append(text)
        if texts.count * 2 > slots.count { rehash() } else { place(texts.count - 1) }
    }

    /// Takes back the words above the first `count`.
    package mutating func truncate(to count: Int) {
        guard count < texts.count else { return }
        texts.removeLast(texts.count - count)
        rehash()
    }

    private mutating func rehash() {
        var size = 64
        while size < texts.count * 4 { size *= 2 }
        slots = Array(repeating: 0, count: size)
        for index in texts.indices { place(index) }
    }

    private mutating func place(_ index: Int) {
        let mask = slots.count - 1
        var slot = hash(texts[index], texts[index].indices) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = UInt32(index + 1)
    }

    /// Words come from rulebooks and from clients. The seed is this process's own, so that nobody can
    /// make them meet; unlike a keyed hash it costs next to nothing for the short words that they are.
    private func hash(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
        var hash = Self.seed ^ UInt64(range.count)
        for index in range {
            let product = (hash ^ UInt64(bytes[index]))
                .multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
            hash = product.high ^ product.low
        }
        return Int(truncatingIfNeeded: hash)
    }

    private static let seed = UInt64.random(in: .min ... .max)

    private func isEqual(_ text: [UInt8], _ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        guard text.count == range.count else { return false }
        for index in 0..<text.count where text[index] != bytes[range.lowerBound + index] {
            return false
        }
        return true
    }
}
