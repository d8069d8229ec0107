/// An exact fraction in lowest terms, its denominator positive. Every operation that leaves Int64
/// answers `nil`: the caller refuses with OVERFLOW.
///
/// Whole numbers, which are nearly all that a rulebook computes with, take a path of their own in
/// every operation: it costs a few instructions where the general one needs a 128-bit division.
package struct Rational: Hashable, Sendable {
    package let numerator: Int64
    package let denominator: Int64

    package init(_ whole: Int64) {
        numerator = whole
        denominator = 1
    }

    /// The fraction in lowest terms, or `nil` where the denominator is 0 or a part leaves Int64.
    package init?(_ numerator: Int64, over denominator: Int64) {
        self.init(wide: Int128(numerator), over: Int128(denominator))
    }

    /// Both parts are below 2^127 in size, so that either may be negated.
    private init?(wide numerator: Int128, over denominator: Int128) {
        guard denominator != 0 else { return nil }
        let divisor = Rational.greatestDivisor(numerator.magnitude, denominator.magnitude)
        let signed = denominator < 0 ? -Int128(divisor) : Int128(divisor)
        guard let top = Int64(exactly: numerator / signed),
            let bottom = Int64(exactly: denominator / signed)
        else { return nil }
        self.numerator = top
        self.denominator = bottom
    }

    package static let zero = Rational(0)
    package static let one = Rational(1)

    package var isWhole: Bool { denominator == 1 }
    package var isZero: Bool { numerator == 0 }

    /// The value as an integer, `nil` for a proper fraction.
    package var whole: Int64? { denominator == 1 ? numerator : nil }

    /// Euclid's algorithm, in 64 bits as soon as both numbers fit: 128-bit division is slow.
    private static func greatestDivisor(_ first: UInt128, _ second: UInt128) -> UInt128 {
        var a = first
        var b = second
        while b != 0 {
            if let small = UInt64(exactly: a), let smaller = UInt64(exactly: b) {
                return UInt128(greatestDivisor(small, smaller))
            }
            (a, b) = (b, a % b)
        }
        return a
    }

    private static func greatestDivisor(_ first: UInt64, _ second: UInt64) -> UInt64 {
        var a = first
        var b = second
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}

extension Rational {
    @inline(__always)
    package func adding(_ other: Rational) -> Rational? {
        if denominator == 1 && other.denominator == 1 {
            let (sum, overflow) = numerator.addingReportingOverflow(other.numerator)
            return overflow ? nil : Rational(sum)
        }
        return addingFractions(other)
    }

    @inline(__always)
    package func subtracting(_ other: Rational) -> Rational? {
        if denominator == 1 && other.denominator == 1 {
            let (difference, overflow) = numerator.subtractingReportingOverflow(other.numerator)
            return overflow ? nil : Rational(difference)
        }
        return subtractingFractions(other)
    }

    @inline(__always)
    package func multiplied(by other: Rational) -> Rational? {
        if denominator == 1 && other.denominator == 1 {
            let (product, overflow) = numerator.multipliedReportingOverflow(by: other.numerator)
            return overflow ? nil : Rational(product)
        }
        return multipliedFractions(other)
    }

    /// `nil` also where `other` is 0, which the caller tells apart by looking at it.
    package func divided(by other: Rational) -> Rational? {
        Rational(
            wide: Int128(numerator) * Int128(other.denominator),
            over: Int128(denominator) * Int128(other.numerator))
    }

    package var negated: Rational? {
        guard numerator != .min else { return nil }
        return Rational(uncheckedTop: -numerator, bottom: denominator)
    }

    package var magnitude: Rational? { numerator < 0 ? negated : self }

    // A product of two Int64 is at most 2^126, a sum of two products at most 2^127 − 2^64: both
    // factors can't be Int64.min, as denominators are positive.

    @inline(never)
    private func addingFractions(_ other: Rational) -> Rational? {
        Rational(
            wide: Int128(numerator) * Int128(other.denominator)
                + Int128(other.numerator) * Int128(denominator),
            over: Int128(denominator) * Int128(other.denominator))
    }

    @inline(never)
    private func subtractingFractions(_ other: Rational) -> Rational? {
        Rational(
            wide: Int128(numerator) * Int128(other.denominator)
                - Int128(other.numerator) * Int128(denominator),
            over: Int128(denominator) * Int128(other.denominator))
    }

    @inline(never)
    private func multipliedFractions(_ other: Rational) -> Rational? {
        Rational(
            wide: Int128(numerator) * Int128(other.numerator),
            over: Int128(denominator) * Int128(other.denominator))
    }

    /// For parts that are known to be in lowest terms already.
    private init(uncheckedTop: Int64, bottom: Int64) {
        numerator = uncheckedTop
        denominator = bottom
    }
}

extension Rational: Comparable {
    @inline(__always)
    package static func < (a: Rational, b: Rational) -> Bool {
        if a.denominator == b.denominator { return a.numerator < b.numerator }
        return Int128(a.numerator) * Int128(b.denominator)
            < Int128(b.numerator) * Int128(a.denominator)
    }
}

extension Rational: CustomStringConvertible {
    /// An integer, or `p/q`.
    package var description: String {
        denominator == 1 ? String(numerator) : String(numerator) + "/" + String(denominator)
    }
}
