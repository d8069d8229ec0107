/// A place in bytes that somebody lends, read on from without copying any of them.
///
/// Accepts only what `ByteReader` accepts, but not all of that (no varint of more than eight bytes unless
/// it is asked for); and it doesn't say what is wrong: whoever finds `isGood` false has it read in the
/// general way, which does.
struct FlatReader {
    private(set) var position: Int
    private let end: Int
    /// False from the first thing on that wasn't read; what is read after that is zero or nonsense.
    private(set) var isGood = true

    @inline(__always)
    init(_ range: Range<Int>) {
        position = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { position == end }

    @inline(__always)
    mutating func refuse() { isGood = false }

    /// Goes on only if what was read is as it must be.
    @inline(__always)
    mutating func expect(_ condition: Bool) {
        if !condition { isGood = false }
    }

    @inline(__always)
    mutating func u8(_ bytes: Span<UInt8>) -> UInt8 {
        guard position < end else {
            isGood = false
            return 0
        }
        let byte = bytes[position]
        position &+= 1
        return byte
    }

    /// Up to eight bytes as a number, the first one lowest.
    @inline(__always)
    mutating func word(_ bytes: Span<UInt8>, count: Int) -> UInt64 {
        guard count <= end &- position else {
            isGood = false
            return 0
        }
        let word = bytes.word(at: position, count: count)
        position &+= count
        return word
    }

    @inline(__always)
    mutating func varint(_ bytes: Span<UInt8>) -> UInt64 {
        guard position < end else {
            isGood = false
            return 0
        }
        let first = bytes[position]
        guard first >= 0x80 else {
            position &+= 1
            return UInt64(first)
        }
        return longVarint(bytes)
    }

    @inline(__always)
    private mutating func longVarint(_ bytes: Span<UInt8>) -> UInt64 {
        let number = LoadedVarint(
            bytes.word(at: position, count: min(8, bytes.count &- position)))
        guard number.isGood, number.size <= end &- position else {
            isGood = false
            return 0
        }
        position &+= number.size
        return number.value
    }

    /// As `varint`, also of nine and ten bytes.
    @inline(__always)
    mutating func anyVarint(_ bytes: Span<UInt8>) -> UInt64 {
        guard end &- position > 8 else { return varint(bytes) }
        let word = bytes.word(at: position)
        guard word & LoadedVarint.marks == LoadedVarint.marks else { return varint(bytes) }
        let low = LoadedVarint.joined(word)
        let ninth = UInt64(bytes[position &+ 8])
        if ninth < 0x80 {
            expect(ninth > 0)
            position &+= 9
            return low | ninth << 56
        }
        // The tenth byte holds the 64th bit alone.
        guard end &- position > 9, bytes[position &+ 9] == 1 else {
            isGood = false
            return 0
        }
        position &+= 10
        return low | (ninth & 0x7F) << 56 | 1 << 63
    }

    @inline(__always)
    mutating func varint32(_ bytes: Span<UInt8>) -> UInt32 {
        let value = varint(bytes)
        expect(value <= UInt64(UInt32.max))
        return UInt32(truncatingIfNeeded: value)
    }

    @inline(__always)
    mutating func signed(_ bytes: Span<UInt8>) -> Int64 { Self.signed(varint(bytes)) }

    /// As `signed`, also of nine and ten bytes.
    @inline(__always)
    mutating func anySigned(_ bytes: Span<UInt8>) -> Int64 { Self.signed(anyVarint(bytes)) }

    @inline(__always)
    private static func signed(_ zigzag: UInt64) -> Int64 {
        Int64(bitPattern: (zigzag >> 1) ^ (0 &- (zigzag & 1)))
    }

    /// A number of things that each take at least one more byte.
    @inline(__always)
    mutating func count(_ bytes: Span<UInt8>) -> Int {
        let value = varint(bytes)
        guard value <= UInt64(truncatingIfNeeded: end &- position) else {
            isGood = false
            return 0
        }
        return Int(truncatingIfNeeded: value)
    }

    /// Passes over a length and as many bytes, and answers how many those were.
    @inline(__always)
    mutating func skip(_ bytes: Span<UInt8>) -> Int {
        let count = count(bytes)
        position &+= count
        return count
    }
}

/// A varint of two to eight bytes, read out of the word that begins with it, all of its bytes at once:
/// where the first without a high bit is tells how many there are, and three steps push the groups of
/// seven bits together.
struct LoadedVarint {
    let value: UInt64
    /// Its bytes; nonsense if it isn't good.
    let size: Int
    /// Whether its end is in the word and it is the one encoding of the number: a last byte of zero
    /// would be a second one.
    let isGood: Bool

    /// The high bit of each byte.
    static let marks: UInt64 = 0x8080_8080_8080_8080

    @inline(__always)
    init(_ word: UInt64) {
        let stops = ~word & Self.marks
        size = (stops.trailingZeroBitCount >> 3) &+ 1
        // Where no byte ends it, `&>>` makes nonsense of the size, and so does the rest.
        value = Self.joined(word & (UInt64.max &>> UInt64(truncatingIfNeeded: 64 &- 8 &* size)))
        isGood =
            stops != 0 && value &>> UInt64(truncatingIfNeeded: 7 &* (size &- 1)) != 0
    }

    /// The lowest seven bits of each byte, side by side.
    @inline(__always)
    static func joined(_ word: UInt64) -> UInt64 {
        var groups = word & 0x7F7F_7F7F_7F7F_7F7F
        groups = (groups & 0x007F_007F_007F_007F) | (groups & 0x7F00_7F00_7F00_7F00) >> 1
        groups = (groups & 0x0000_3FFF_0000_3FFF) | (groups & 0x3FFF_0000_3FFF_0000) >> 2
        return (groups & 0x0000_0000_0FFF_FFFF) | (groups & 0x0FFF_FFFF_0000_0000) >> 4
    }
}
