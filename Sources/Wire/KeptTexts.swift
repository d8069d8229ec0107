import Ledger

/// Texts as replies have them, back to back, with room behind them for `ByteWriter` to copy a short one
/// in a block.
struct TextRun {
    private(set) var bytes = [UInt8](repeating: 0, count: ByteWriter.blockSize)

    /// - Returns: where it is.
    mutating func add(_ text: [UInt8]) -> Range<Int> {
        let start = bytes.count - ByteWriter.blockSize
        bytes.replaceSubrange(start..., with: text)
        bytes += [UInt8](repeating: 0, count: ByteWriter.blockSize)
        return start..<(start + text.count)
    }

    mutating func add(_ text: String) -> Range<Int> { add(Array(text.utf8)) }

    /// A key whose value is an integer, whose digits and line end are to follow.
    mutating func add(numbered key: String) -> Range<Int> {
        add(Fragment.bulk(key) + [UInt8(ascii: ":")])
    }
}

/// Texts that were put together lately, each under a number.
struct KeptTexts {
    /// Those that meet in a place take turns.
    static let placeBits = 10
    /// Longer ones, which are rare, have no place.
    private static let textSize = 128
    /// No text is kept under this number.
    private static let none = UInt64.max
    private var keys = [UInt64](repeating: none, count: 1 << placeBits)
    private var counts = [Int](repeating: 0, count: 1 << placeBits)
    /// One in each place.
    private(set) var texts = [UInt8](repeating: 0, count: textSize << placeBits)

    @inline(__always)
    static func place(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - placeBits))
    }

    /// Where in `texts` the one with this number is.
    @inline(__always)
    subscript(key: UInt64) -> Range<Int>? {
        let place = Self.place(key)
        guard keys[place] == key else { return nil }
        let start = place &* Self.textSize
        return start..<(start &+ counts[place])
    }

    /// Keeps a text, if it isn't too long.
    mutating func keep(_ text: [UInt8], under key: UInt64) {
        guard text.count <= Self.textSize else { return }
        let place = Self.place(key)
        keys[place] = key
        counts[place] = text.count
        for (index, byte) in text.enumerated() { texts[place * Self.textSize + index] = byte }
    }

    mutating func forget() {
        for place in keys.indices { keys[place] = Self.none }
    }
}
