package import Ledger

extension [UInt8] {
    /// Appends a number in decimal digits.
    package mutating func appendDecimal(_ value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        appendDecimal(value.magnitude)
    }

    package mutating func appendDecimal(_ value: UInt64) {
        if value < 10 { return append(0x30 &+ UInt8(truncatingIfNeeded: value)) }
        append(addingCapacity: 20) { (span: inout OutputSpan<UInt8>) in
            EightDigits.append(value, to: &span)
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
