extension Rational {
    /// The largest integer that is not above the value.
    package var floor: Rational {
        if denominator == 1 { return self }
        return Rational(numerator / denominator - (numerator < 0 ? 1 : 0))
    }

    /// The smallest integer that is not below the value.
    package var ceiling: Rational {
        if denominator == 1 { return self }
        return Rational(numerator / denominator + (numerator > 0 ? 1 : 0))
    }

    /// The integer part: rounds towards zero.
    package var truncated: Rational {
        denominator == 1 ? self : Rational(numerator / denominator)
    }

    /// The nearest integer; a half goes up, so 2.5 gives 3 and −2.5 gives −2.
    package var rounded: Rational {
        if denominator == 1 { return self }
        let below = floor
        return isAtLeastHalf(above: below) ? Rational(below.numerator + 1) : below
    }

    /// The nearest integer; a half goes to the even neighbour, so 2.5 gives 2 and 3.5 gives 4.
    package var roundedToEven: Rational {
        if denominator == 1 { return self }
        let below = floor
        let goesUp =
            denominator == 2
            ? below.numerator & 1 == 1 : isAtLeastHalf(above: below)
        return goesUp ? Rational(below.numerator + 1) : below
    }

    /// The fraction has a denominator of at least 2, so its floor is far from Int64's ends.
    private func isAtLeastHalf(above below: Rational) -> Bool {
        let rest = Int128(numerator) - Int128(below.numerator) * Int128(denominator)
        return 2 * rest >= Int128(denominator)
    }

    /// The value to an integer power; a negative one gives the reciprocal. 0 to the power 0 is 1.
    /// `nil` where it leaves Int64, or where 0 meets a negative exponent.
    package func power(_ exponent: Int64) -> Rational? {
        if self == .one || exponent == 0 { return .one }
        if isZero { return exponent > 0 ? .zero : nil }
        if self == Rational(-1) { return exponent & 1 == 0 ? .one : self }
        // Every other base has a part of at least 2, whose 64th power leaves Int64.
        guard exponent.magnitude < 64 else { return nil }
        var result = Rational.one
        for _ in 0..<exponent.magnitude {
            guard let next = result.multiplied(by: self) else { return nil }
            result = next
        }
        return exponent > 0 ? result : Rational.one.divided(by: result)
    }

    /// The largest integer whose `degree`-th power is not above the value; `nil` for a negative
    /// value or a degree below 1.
    package func root(_ degree: Int64) -> Rational? {
        guard numerator >= 0, degree >= 1 else { return nil }
        let target = floor.numerator
        if degree == 1 || target < 2 { return Rational(target) }
        guard degree < 63 else { return .one }
        var low: Int64 = 1
        // 2^(64/degree) is above every root of an Int64.
        var high: Int64 = 1 << (63 / degree + 1)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if let power = Rational(middle).power(degree), power.numerator <= target {
                low = middle
            } else {
                high = middle
            }
        }
        return Rational(low)
    }
}
