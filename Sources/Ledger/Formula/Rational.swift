/// An exact fraction in lowest terms, its denominator positive. Every operation that leaves Int64
/// answers `nil`: the caller refuses with OVERFLOW.
package struct Rational: Hashable, Sendable {
    package let numerator: Int64
    package let denominator: Int64

    package init(_ whole: Int64) {
        numerator = whole
        denominator = 1
    }
}

extension Rational {
    /// A fraction that is in lowest terms already, its denominator positive; `nil` otherwise.
    package init?(exactly numerator: Int64, over denominator: Int64) {
        guard denominator == 1 else { return nil }
        self.init(numerator)
    }
}
