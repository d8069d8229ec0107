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
            micros = calendarTime(bytes, range)
        }
        guard let micros, micros >= 0, micros <= instantMax else { return nil }
        return Instant(microseconds: micros)
    }

    private static func calendarTime(_ bytes: [UInt8], _ range: ByteRange) -> Int64? {
        guard range.count >= 20 else { return nil }
        let at = range.start
        guard bytes[at + 4] == UInt8(ascii: "-"), bytes[at + 7] == UInt8(ascii: "-"),
            bytes[at + 10].uppercased == UInt8(ascii: "T"),
            bytes[at + 13] == UInt8(ascii: ":"), bytes[at + 16] == UInt8(ascii: ":"),
            let year = digits(bytes, at, 4), let month = digits(bytes, at + 5, 2),
            let day = digits(bytes, at + 8, 2), let hour = digits(bytes, at + 11, 2),
            let minute = digits(bytes, at + 14, 2), let second = digits(bytes, at + 17, 2)
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        guard date.isValid, hour <= 23, minute <= 59, second <= 59 else { return nil }

        let end = range.start + range.count
        var next = at + 19
        var fraction: Int64 = 0
        if bytes[next] == UInt8(ascii: ".") {
            next += 1
            let first = next
            while next < end, bytes[next].isDigit, next - first < 6 { next += 1 }
            guard next > first, let value = digits(bytes, first, next - first) else { return nil }
            fraction = value
            for _ in (next - first)..<6 { fraction *= 10 }
        }
        guard next < end, let offset = offsetSeconds(bytes, next, end) else { return nil }
        let seconds = date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second - offset
        return seconds * 1_000_000 + fraction
    }

    /// `Z`, or `±hh:mm`, up to the end.
    private static func offsetSeconds(_ bytes: [UInt8], _ at: Int, _ end: Int) -> Int64? {
        if end - at == 1, bytes[at].uppercased == UInt8(ascii: "Z") { return 0 }
        guard end - at == 6, bytes[at + 3] == UInt8(ascii: ":"),
            bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-"),
            let hours = digits(bytes, at + 1, 2), let minutes = digits(bytes, at + 4, 2),
            hours <= 23, minutes <= 59
        else { return nil }
        let seconds = hours * 3600 + minutes * 60
        return bytes[at] == UInt8(ascii: "-") ? -seconds : seconds
    }

    /// Exactly so many digits, leading zeros included.
    private static func digits(_ bytes: [UInt8], _ at: Int, _ count: Int) -> Int64? {
        var value: Int64 = 0
        for index in at..<(at + count) {
            guard bytes[index].isDigit else { return nil }
            value = value * 10 + Int64(bytes[index] & 0x0F)
        }
        return value
    }
}
