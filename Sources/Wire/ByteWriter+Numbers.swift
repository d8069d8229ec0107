import Ledger

extension ByteWriter {
    /// A RESP integer.
    @inline(__always)
    mutating func integer(_ value: Int64) {
        u8(UInt8(ascii: ":"))
        if value < 0 { u8(UInt8(ascii: "-")) }
        digits(value.magnitude)
        word(0x0A0D, count: 2)
    }

    @inline(__always)
    mutating func raw(_ text: [UInt8]) { raw(text, text.indices) }

    /// Without leading zeros.
    @inline(__always)
    private mutating func digits(_ value: UInt64) {
        guard value < 100_000_000 else { return manyDigits(value) }
        let digits = EightDigits.encode(UInt32(truncatingIfNeeded: value))
        // Of zeros in front the last one stays if there is nothing else.
        let zeros = min((digits ^ 0x3030_3030_3030_3030).trailingZeroBitCount >> 3, 7)
        word(digits >> UInt64(truncatingIfNeeded: 8 &* zeros), count: 8 &- zeros)
    }

    private mutating func manyDigits(_ value: UInt64) {
        let (high, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
        digits(high)
        word(EightDigits.encode(UInt32(truncatingIfNeeded: low)), count: 8)
    }
}
