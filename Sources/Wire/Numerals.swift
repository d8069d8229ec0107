package import Ledger

/// Numbers and times as clients write them: one spelling for each value.
package enum Numerals {
    /// Digits only, no sign, no leading zero, within Int64.
    package static func whole(_ bytes: [UInt8], _ range: ByteRange) -> Int64? {
        guard range.count >= 1, range.count <= 19 else { return nil }
        guard range.count == 1 || bytes[range.start] != 0x30 else { return nil }
        var value: UInt64 = 0
        // Nineteen digits fit in UInt64, so only the last step can leave Int64.
        for index in range.range {
            guard bytes[index].isDigit else { return nil }
            value = value * 10 + UInt64(bytes[index] & 0x0F)
        }
        return Int64(exactly: value)
    }

    package static func isDigits(_ bytes: [UInt8], _ range: ByteRange) -> Bool {
        guard range.count > 0 else { return false }
        for index in range.range where !bytes[index].isDigit { return false }
        return true
    }

    /// Latest instant that seven bytes of microseconds hold; far enough.
    package static let instantMax: Int64 = (1 << 56) - 1

    /// `@` and microseconds since 1970, or RFC 3339: `2026-01-05T12:00:00Z`, an offset `+01:00`
    /// for `Z`, up to six digits of a fraction.
    package static func instant(_ bytes: [UInt8], _ range: ByteRange) -> Instant? {
        guard range.count >= 2 else { return nil }
        let micros: Int64?
        if bytes[range.start] == UInt8(ascii: "@") {
            micros = whole(bytes, ByteRange(start: range.start + 1, count: range.count - 1))
        } else {
            micros = TimeText.microseconds(bytes, range)
        }
        guard let micros, micros >= 0, micros <= instantMax else { return nil }
        return Instant(microseconds: micros)
    }
}
