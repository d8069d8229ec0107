import Ledger

extension ByteWriter {
    /// A RESP integer.
    @inline(__always)
    mutating func integer(_ value: Int64) {
        u8(UInt8(ascii: ":"))
        number(value)
    }

    /// Digits and the end of their line.
    @inline(__always)
    mutating func number(_ value: Int64) {
        guard value >= 0, value < 1_000_000 else { return longNumber(value) }
        let digits = EightDigits.encode(UInt32(truncatingIfNeeded: value))
        let zeros = Self.zeros(digits)
        let count = 8 &- zeros
        let lineEnd: UInt64 = 0x0A0D << UInt64(truncatingIfNeeded: 8 &* count)
        word(digits >> UInt64(truncatingIfNeeded: 8 &* zeros) | lineEnd, count: count &+ 2)
    }

    private mutating func longNumber(_ value: Int64) {
        if value < 0 { u8(UInt8(ascii: "-")) }
        digits(value.magnitude)
        word(0x0A0D, count: 2)
    }

    /// The head of an array.
    @inline(__always)
    mutating func array(_ count: Int) {
        u8(UInt8(ascii: "*"))
        number(Int64(count))
    }

    /// The head of a map of so many pairs.
    @inline(__always)
    mutating func map(_ count: Int, isRESP3: Bool) {
        guard isRESP3 else { return array(2 &* count) }
        u8(UInt8(ascii: "%"))
        number(Int64(count))
    }

    @inline(__always)
    mutating func raw(_ text: [UInt8]) { raw(text, text.indices) }

    @inline(__always)
    mutating func raw(_ texts: TextRun, _ range: Range<Int>) { raw(texts.bytes, range) }

    /// Without leading zeros.
    @inline(__always)
    private mutating func digits(_ value: UInt64) {
        guard value < 100_000_000 else { return manyDigits(value) }
        let digits = EightDigits.encode(UInt32(truncatingIfNeeded: value))
        let zeros = Self.zeros(digits)
        word(digits >> UInt64(truncatingIfNeeded: 8 &* zeros), count: 8 &- zeros)
    }

    /// How many zeros are in front; the last one stays if there is nothing else.
    @inline(__always)
    private static func zeros(_ digits: UInt64) -> Int {
        min((digits ^ 0x3030_3030_3030_3030).trailingZeroBitCount >> 3, 7)
    }

    private mutating func manyDigits(_ value: UInt64) {
        let (high, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
        digits(high)
        word(EightDigits.encode(UInt32(truncatingIfNeeded: low)), count: 8)
    }
}
