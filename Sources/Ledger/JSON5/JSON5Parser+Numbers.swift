extension JSON5Parser {
    /// A number, exact: decimal with point and exponent, or hexadecimal, with a sign or none.
    mutating func parseNumber() -> Rational? {
        let start = offset
        var isNegative = false
        if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") {
            isNegative = byte == UInt8(ascii: "-")
            offset += 1
        }
        let bodyStart = offset
        while let next = byte, blankLength() == 0,
            JSON5Parser.isIdentifier(next) || isNumberPart(next, from: bodyStart)
        {
            offset += 1
        }
        let text = source[bodyStart..<offset]
        switch ExactNumber.parse(text, isNegative: isNegative) {
        case .value(let number): return number
        case .malformed:
            let shown = String(decoding: source[start..<offset], as: UTF8.self)
            mistakes.add(start, "'\(shown)' is no number")
        case .tooLarge:
            mistakes.add(start, "this number is too large or too fine to be kept exactly")
        }
        return nil
    }

    /// A point, or the sign of a decimal exponent.
    private func isNumberPart(_ byte: UInt8, from start: Int) -> Bool {
        if byte == UInt8(ascii: ".") { return true }
        guard byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-"), offset > start else {
            return false
        }
        let before = source[offset - 1]
        let isHex =
            offset > start + 1 && (source[start + 1] | 0x20) == UInt8(ascii: "x")
        return before | 0x20 == UInt8(ascii: "e") && !isHex
    }
}

/// The exact value of a number's digits.
enum ExactNumber {
    case value(Rational)
    case malformed
    case tooLarge

    /// `digits[.digits][e[±]digits]` with digits on one side of the point at least, or `0x…`.
    static func parse(_ text: ArraySlice<UInt8>, isNegative: Bool = false) -> ExactNumber {
        let bytes = Array(text)
        if bytes.count > 2, bytes[0] == UInt8(ascii: "0"), bytes[1] | 0x20 == UInt8(ascii: "x") {
            return hexadecimal(bytes.dropFirst(2), isNegative: isNegative)
        }
        var mantissa: Int64 = 0
        var places = 0
        var digits = 0
        var hasPoint = false
        var index = 0
        while index < bytes.count, bytes[index] | 0x20 != UInt8(ascii: "e") {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
                continue
            }
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return .malformed }
            digits += 1
            if hasPoint { places += 1 }
            guard push(Int64(byte - UInt8(ascii: "0")), onto: &mantissa, base: 10, isNegative)
            else {
                return remainderIsWellFormed(bytes, from: index, hasPoint) ? .tooLarge : .malformed
            }
        }
        let hasLeadingZero =
            bytes.count > 1 && bytes[0] == UInt8(ascii: "0")
            && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[1])
        guard digits > 0, !hasLeadingZero else { return .malformed }
        guard let exponent = exponent(bytes[index...]) else { return .malformed }
        return scaled(mantissa, by: exponent - places)
    }

    private static func scaled(_ mantissa: Int64, by exponent: Int) -> ExactNumber {
        guard mantissa != 0 else { return .value(.zero) }
        // 10^19 leaves Int64, but a mantissa may end in as many zeros as it has digits.
        guard exponent.magnitude < 19 else { return .tooLarge }
        guard let scale = Rational(10).power(Int64(exponent)),
            let value = Rational(mantissa).multiplied(by: scale)
        else { return .tooLarge }
        return .value(value)
    }

    /// 0 where there is none; `nil` where it isn't one. Far larger than any that fits is cut off.
    private static func exponent(_ text: ArraySlice<UInt8>) -> Int? {
        guard !text.isEmpty else { return 0 }
        var rest = text.dropFirst()
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        guard !rest.isEmpty else { return nil }
        var value = 0
        for byte in rest {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = min(value * 10 + Int(byte - UInt8(ascii: "0")), 10_000_000)
        }
        return isNegative ? -value : value
    }

    private static func hexadecimal(
        _ digits: ArraySlice<UInt8>, isNegative: Bool
    ) -> ExactNumber {
        var value: Int64 = 0
        var fits = true
        for byte in digits {
            guard let digit = JSON5Parser.hexDigit(byte) else { return .malformed }
            fits = fits && push(Int64(digit), onto: &value, base: 16, isNegative)
        }
        return fits ? .value(Rational(value)) : .tooLarge
    }

    /// Grows away from zero in the number's own direction, so that Int64.min can be written.
    private static func push(
        _ digit: Int64, onto value: inout Int64, base: Int64, _ isNegative: Bool
    ) -> Bool {
        let (shifted, tooHigh) = value.multipliedReportingOverflow(by: base)
        let (sum, tooFar) = shifted.addingReportingOverflow(isNegative ? -digit : digit)
        if tooHigh || tooFar { return false }
        value = sum
        return true
    }

    private static func remainderIsWellFormed(
        _ bytes: [UInt8], from index: Int, _ hasPoint: Bool
    ) -> Bool {
        var points = hasPoint ? 1 : 0
        for (position, byte) in bytes.enumerated().dropFirst(index) {
            if byte | 0x20 == UInt8(ascii: "e") { return exponent(bytes[position...]) != nil }
            if byte == UInt8(ascii: ".") { points += 1 }
            let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            if !isDigit && byte != UInt8(ascii: ".") || points > 1 { return false }
        }
        return true
    }
}
