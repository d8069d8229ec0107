package import Ledger

extension [UInt8] {
    /// Appends a number in decimal digits.
    package mutating func appendDecimal(_ value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        appendDecimal(value.magnitude)
    }

    package mutating func appendDecimal(_ value: UInt64) {
        let first = count
        var rest = value
        repeat {
            append(0x30 &+ UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        // The digits came lowest first.
        var low = first
        var high = count - 1
        while low < high {
            swapAt(low, high)
            low += 1
            high -= 1
        }
    }

    /// Appends exactly two digits.
    @inline(__always)
    private mutating func appendTwo(_ value: UInt64) {
        append(0x30 &+ UInt8(truncatingIfNeeded: value / 10))
        append(0x30 &+ UInt8(truncatingIfNeeded: value % 10))
    }

    /// Appends `2026-01-05`.
    mutating func appendDate(_ date: CivilDate) {
        let year = UInt64(Swift.min(Swift.max(date.year, 0), 9999))
        appendTwo(year / 100)
        appendTwo(year % 100)
        append(UInt8(ascii: "-"))
        appendTwo(UInt64(date.month))
        append(UInt8(ascii: "-"))
        appendTwo(UInt64(date.day))
    }

    /// Appends an instant as RFC 3339 in UTC with microseconds, always 27 bytes.
    package mutating func appendTime(_ instant: Instant) {
        let (seconds, micros) = instant.microseconds.quotientAndFloorRemainder(1_000_000)
        let (days, second) = seconds.quotientAndFloorRemainder(86_400)
        appendDate(CivilDate(daysSince1970: days))
        let (time, fraction) = (UInt64(second), UInt64(micros))
        append(UInt8(ascii: "T"))
        appendTwo(time / 3600)
        append(UInt8(ascii: ":"))
        appendTwo(time / 60 % 60)
        append(UInt8(ascii: ":"))
        appendTwo(time % 60)
        append(UInt8(ascii: "."))
        appendTwo(fraction / 10_000)
        appendTwo(fraction / 100 % 100)
        appendTwo(fraction % 100)
        append(UInt8(ascii: "Z"))
    }

    /// Appends a fraction: an integer if it is one, else `p/q`.
    package mutating func appendRational(_ value: Rational) {
        appendDecimal(value.numerator)
        guard value.denominator != 1 else { return }
        append(UInt8(ascii: "/"))
        appendDecimal(value.denominator)
    }

    /// Appends text with everything escaped that could end a line, move a cursor or turn the
    /// direction of writing: `\xNN` for each of its bytes, `\\` for a backslash.
    ///
    /// - Parameter isFact: also escape spaces, so that `name=value` pairs stay apart.
    package mutating func appendEscaped(_ text: String, isFact: Bool = false) {
        for scalar in text.unicodeScalars {
            if scalar == "\\" && isFact {
                append(contentsOf: "\\\\".utf8)
            } else if UTF8Text.isPrintable(scalar.value) || (scalar == " " && !isFact) {
                append(contentsOf: String(scalar).utf8)
            } else {
                for byte in String(scalar).utf8 { appendHexEscape(byte) }
            }
        }
    }

    private mutating func appendHexEscape(_ byte: UInt8) {
        let digits = Array("0123456789abcdef".utf8)
        append(contentsOf: "\\x".utf8)
        append(digits[Int(byte >> 4)])
        append(digits[Int(byte & 15)])
    }
}

/// A day of the proleptic Gregorian calendar.
struct CivilDate: Equatable {
    var year: Int64
    var month: Int64
    var day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// Counts from 0000-03-01, so that the leap day is a year's last and months follow one formula.
    init(daysSince1970 days: Int64) {
        let (era, dayOfEra) = (days + 719_468).quotientAndFloorRemainder(146_097)
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSince1970: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shiftedYear.quotientAndFloorRemainder(400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    var isValid: Bool {
        guard month >= 1, month <= 12, day >= 1 else { return false }
        let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
        switch month {
        case 2: return day <= (isLeap ? 29 : 28)
        case 4, 6, 9, 11: return day <= 30
        default: return day <= 31
        }
    }
}

extension Int64 {
    /// Quotient rounded down and the remainder that goes with it, never negative.
    func quotientAndFloorRemainder(_ divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
