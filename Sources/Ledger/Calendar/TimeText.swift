/// Times as people write them.
package enum TimeText {
    /// RFC 3339: `2026-01-05T12:00:00Z`, an offset `+01:00` for `Z`, up to six digits of a fraction.
    /// In microseconds since 1970; `nil` for anything else.
    package static func microseconds(_ bytes: [UInt8], _ range: ByteRange) -> Int64? {
        guard range.count >= 20 else { return nil }
        let at = range.start
        guard let day = day(bytes, ByteRange(start: at, count: 10)),
            bytes[at + 10] | 0x20 == UInt8(ascii: "t"),
            bytes[at + 13] == UInt8(ascii: ":"), bytes[at + 16] == UInt8(ascii: ":"),
            let hour = digits(bytes, at + 11, 2), let minute = digits(bytes, at + 14, 2),
            let second = digits(bytes, at + 17, 2), hour <= 23, minute <= 59, second <= 59
        else { return nil }
        let end = range.start + range.count
        var next = at + 19
        var fraction: Int64 = 0
        if bytes[next] == UInt8(ascii: ".") {
            next += 1
            let first = next
            while next < end, FormulaLexer.isDigit(bytes[next]), next - first < 6 { next += 1 }
            guard next > first, let value = digits(bytes, first, next - first) else { return nil }
            fraction = value
            for _ in (next - first)..<6 { fraction *= 10 }
        }
        guard next < end, let offset = offsetSeconds(bytes, next, end) else { return nil }
        let seconds = day * 86_400 + hour * 3600 + minute * 60 + second - offset
        return seconds * 1_000_000 + fraction
    }

    /// `2026-01-05`, in days since 1970-01-01; `nil` for anything else.
    package static func day(_ bytes: [UInt8], _ range: ByteRange) -> Int64? {
        let at = range.start
        guard range.count == 10, bytes[at + 4] == UInt8(ascii: "-"),
            bytes[at + 7] == UInt8(ascii: "-"), let year = digits(bytes, at, 4),
            let month = digits(bytes, at + 5, 2), let day = digits(bytes, at + 8, 2)
        else { return nil }
        let date = CivilDate(year: year, month: month, day: day)
        return date.isValid ? date.daysSince1970 : nil
    }

    /// `Z`, or `±hh:mm`, up to the end.
    private static func offsetSeconds(_ bytes: [UInt8], _ at: Int, _ end: Int) -> Int64? {
        if end - at == 1, bytes[at] | 0x20 == UInt8(ascii: "z") { return 0 }
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
            guard FormulaLexer.isDigit(bytes[index]) else { return nil }
            value = value * 10 + Int64(bytes[index] & 0x0F)
        }
        return value
    }

    /// A duration: a whole number of `s`, `m`, `h` or `d`, in microseconds; `nil` for anything else,
    /// and for more than ten thousand years.
    package static func duration(_ bytes: [UInt8]) -> Int64? {
        guard let unit = bytes.last, (2...13).contains(bytes.count),
            let count = digits(bytes, 0, bytes.count - 1)
        else { return nil }
        let seconds: Int64
        switch unit {
        case UInt8(ascii: "s"): seconds = 1
        case UInt8(ascii: "m"): seconds = 60
        case UInt8(ascii: "h"): seconds = 3600
        case UInt8(ascii: "d"): seconds = 86_400
        default: return nil
        }
        let (total, overflow) = count.multipliedReportingOverflow(by: seconds)
        guard !overflow, total <= 10_000 * 366 * 86_400 else { return nil }
        return total * 1_000_000
    }

    /// RFC 3339 in UTC, with a fraction only where there is one: `2026-01-05T00:00:00Z`.
    package static func text(_ instant: Instant) -> String {
        let (seconds, micros) = instant.microseconds.quotientAndFloorRemainder(1_000_000)
        let (days, second) = seconds.quotientAndFloorRemainder(86_400)
        var text = text(day: days) + "T\(padded(second / 3600)):\(padded(second / 60 % 60))"
        text += ":\(padded(second % 60))"
        if micros > 0 { text += "." + padded(micros, 6) }
        return text + "Z"
    }

    /// `2026-01-05`.
    package static func text(day: Int64) -> String {
        let date = CivilDate(daysSince1970: day)
        return "\(padded(date.year, 4))-\(padded(date.month))-\(padded(date.day))"
    }

    private static func padded(_ value: Int64, _ width: Int = 2) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
