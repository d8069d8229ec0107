/// Eight decimal digits as they are written, the first in the lowest byte.
package enum EightDigits {
    /// Divides by 10,000, then both halves by 100, then all four quarters by 10, side by side in one
    /// word, by multiplying with reciprocals.
    @inline(__always)
    package static func encode(_ value: UInt32) -> UInt64 {
        let high = UInt64(value / 10_000)
        let low = UInt64(value % 10_000)
        let halves = high | low << 32
        let hundreds = ((halves &* 10_486) >> 20) & 0x0000_007F_0000_007F
        let quarters = hundreds | (halves &- 100 &* hundreds) << 16
        let tens = ((quarters &* 103) >> 10) & 0x000F_000F_000F_000F
        let digits = tens | (quarters &- 10 &* tens) << 8
        return digits | 0x3030_3030_3030_3030
    }

    /// Appends a number of any size without leading zeros; at most twenty digits.
    static func append(_ value: UInt64, to span: inout OutputSpan<UInt8>) {
        guard value >= 100_000_000 else {
            let digits = encode(UInt32(truncatingIfNeeded: value))
            // Zeros in front, of which the last one stays if there is nothing else.
            let zeros = min((digits ^ 0x3030_3030_3030_3030).trailingZeroBitCount >> 3, 7)
            return append(digits >> UInt64(8 * zeros), count: 8 - zeros, to: &span)
        }
        let (high, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
        append(high, to: &span)
        append(encode(UInt32(truncatingIfNeeded: low)), count: 8, to: &span)
    }

    private static func append(_ digits: UInt64, count: Int, to span: inout OutputSpan<UInt8>) {
        var rest = digits
        for _ in 0..<count {
            span.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }
}
