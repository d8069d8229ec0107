import Testing

@testable import Ledger

private func r(_ top: Int64, _ bottom: Int64 = 1) -> Rational {
    Rational(top, over: bottom) ?? .zero
}

@Test("fractions are kept in lowest terms with a positive denominator")
func lowestTerms() {
    #expect(r(6, -4).description == "-3/2")
    #expect(r(0, -9).description == "0")
    #expect(Rational(1, over: 0) == nil)
    #expect(Rational(.min, over: -1) == nil)
    #expect(Rational(.min, over: 2)?.description == "-4611686018427387904")
    #expect(Rational(.min, over: .min) == .one)
}

@Test("arithmetic is exact and leaves Int64 only as nil")
func arithmetic() {
    #expect(r(1, 3).adding(r(1, 6)) == r(1, 2))
    #expect(r(1, 3).subtracting(r(1, 3)) == .zero)
    #expect(r(2, 3).multiplied(by: r(3, 4)) == r(1, 2))
    #expect(r(2, 3).divided(by: r(-4, 9)) == r(-3, 2))
    #expect(r(1).divided(by: .zero) == nil)
    #expect(r(.max).adding(r(1)) == nil)
    #expect(r(.max).adding(r(1, 2)) == nil)
    #expect(r(.min).subtracting(r(1)) == nil)
    #expect(r(.min).negated == nil)
    #expect(r(.max, 2).multiplied(by: r(2)) == r(.max))
    #expect(r(1, .max).multiplied(by: r(1, 2)) == nil)
    #expect(r(.min, .max).adding(r(.min, .max - 1)) == nil)
}

@Test("fractions compare by value, at the ends of Int64 as well")
func comparison() {
    #expect(r(1, 3) < r(1, 2))
    #expect(r(-1, 2) < r(-1, 3))
    #expect(r(.max - 1, .max) < r(1))
    #expect(r(.min) < r(.min + 1))
    #expect(r(.max - 2, .max - 1) < r(.max - 1, .max))
}

@Test(
    "rounding",
    arguments: [
        // value, floor, ceil, truncate, half up, half even
        (5, 2, [2, 3, 2, 3, 2]), (7, 2, [3, 4, 3, 4, 4]), (-5, 2, [-3, -2, -2, -2, -2]),
        (-7, 2, [-4, -3, -3, -3, -4]), (1, 2, [0, 1, 0, 1, 0]), (-1, 2, [-1, 0, 0, 0, 0]),
        (7, 3, [2, 3, 2, 2, 2]), (8, 3, [2, 3, 2, 3, 3]), (-7, 3, [-3, -2, -2, -2, -2]),
        (-8, 3, [-3, -2, -2, -3, -3]), (4, 1, [4, 4, 4, 4, 4]),
    ] as [(Int64, Int64, [Int64])])
func rounding(top: Int64, bottom: Int64, expected: [Int64]) {
    let value = r(top, bottom)
    let all = [
        value.floor, value.ceiling, value.truncated, value.rounded, value.roundedToEven,
    ]
    #expect(all == expected.map { Rational($0) })
}

@Test("powers and roots")
func powersAndRoots() {
    #expect(r(2).power(62) == r(1 << 62))
    #expect(r(2).power(63) == nil)
    #expect(r(-2).power(63) == r(.min))
    #expect(r(2, 3).power(-2) == r(9, 4))
    #expect(r(0).power(0) == .one)
    #expect(r(0).power(-1) == nil)
    #expect(r(-1).power(.max) == r(-1))
    #expect(r(-1).power(.min) == .one)
    #expect(r(10).power(.min) == nil)
    #expect(r(99).root(2) == r(9))
    #expect(r(100).root(2) == r(10))
    #expect(r(.max).root(2) == r(3_037_000_499))
    #expect(r(.max).root(62) == r(2))
    #expect(r(.max).root(63) == r(1))
    #expect(r(.max).root(3) == r(2_097_151))
    #expect(r(17, 2).root(3) == r(2))
    #expect(r(-1).root(3) == nil)
    #expect(r(4).root(0) == nil)
}
