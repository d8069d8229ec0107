import Testing

@testable import Ledger

private func ladder(_ text: String) throws -> LadderRule {
    try compiled(
        "{ edition: 1, currencies: { xp: {}, rep: { facets: 'open' } }, ladders: { l: \(text) } }"
    )
    .0.ladders[0]
}

@Test("a linear tail goes on behind the table for ever, or up to its cap")
func linearTail() throws {
    let open = try ladder("{ of: \"earned('xp')\", rungs: [0, 100, 250], tail: 300 }")
    #expect([0, 99, 100, 249, 250, 549, 550, 850].map(open.rung(at:)) == [1, 1, 2, 2, 3, 3, 4, 5])
    #expect((0...6).map(open.floor(of:)) == [nil, 0, 100, 250, 550, 850, 1150])
    #expect(open.rung(at: .max) == 3 + (.max - 250) / 300)
    #expect(open.rung(at: .min) == 1)
    #expect(open.floor(of: .max) == nil)
    #expect(open.next(after: .max) == nil)
    #expect(open.rung(at: 850, near: 5) == 5)
    #expect(open.rung(at: 100, near: 1) == 2)
    #expect(open.rung(at: 0, near: .min) == 1)

    let capped = try ladder(
        "{ of: \"earned('xp')\", tail: 1000, cap: 100, start: 0, past_cap: 'lose' }")
    #expect(
        [0, 999, 1000, 99_999, 100_000, .max].map(capped.rung(at:)) == [0, 0, 1, 99, 100, 100])
    #expect(capped.next(after: 100) == nil)
    #expect(capped.floor(of: 101) == nil)
    #expect(capped.pastCap == .lose)
}

@Test("a formula's rungs begin where whole values first reach them")
func fractionalCurve() throws {
    let rule = try ladder(
        "{ of: \"available('xp')\", tail: \"(n - 1) * 2.5\", cap: 4, lose: 'never' }")
    #expect(rule.floors == [0, 3, 5, 8])
    #expect(rule.lose == .never)
    #expect(rule.cap == 4)
}

@Test("bands: a table, then a formula")
func bands() throws {
    // 500 a level up to 30, then 750 up to 60, then 1,000 up to 100, then 1,500.
    let rule = try ladder(
        """
        { of: "earned('xp')", cap: 1000, lose: 'never', tail: "if(n <= 30, 500 * (n - 1),
         if(n <= 60, 14500 + 750 * (n - 30), if(n <= 100, 37000 + 1000 * (n - 60), 77000 + 1500 * (n - 100))))" }
        """.replacing("\n", with: " "))
    #expect(
        [2, 30, 31, 60, 61, 100, 101, 300].map(rule.floor(of:)) == [
            500, 14500, 15250, 37000, 38000, 77000, 78500, 377_000,
        ])
    #expect(rule.rung(at: 152_000) == 150)
}

@Test("what a ladder climbs with")
func sources() throws {
    func isWhole(_ text: String) throws -> LadderRule.Source { try ladder(text).source }
    if case .balance(_, .whole, .earned) = try isWhole("{ of: \"earned('xp')\", tail: 5 }") {
    } else {
        Issue.record("earned('xp') is a balance")
    }
    if case .balance(_, .each, .available) = try isWhole(
        "{ of: \"available('rep:<facet>')\", tail: 5 }")
    {
    } else {
        Issue.record("<facet> keeps the ladder for each facet")
    }
    if case .balance(_, .one, .earned) = try isWhole("{ of: \"earned('rep:a')\", tail: 5 }") {
    } else {
        Issue.record("a facet in full is one")
    }
    let sum = try isWhole("{ of: \"earned('xp') + earned('rep:a') / 2\", tail: 5 }")
    guard case .formula(let formula) = sum else {
        Issue.record("a sum is a formula")
        return
    }
    #expect(formula.currenciesRead.count == 2)
}

@Test("what was received climbs where the ladder or the currency says so")
func received() throws {
    func climbs(_ currency: String, _ received: String) throws -> Bool {
        try compiled(
            """
            { edition: 1, currencies: { xp: { transferable: true \(currency) } },
              ladders: { l: { of: "earned('xp')", tail: 5 \(received) } } }
            """
        ).0.ladders[0].receivedClimbs
    }
    #expect(try climbs("", "") == false)
    #expect(try climbs(", received_climbs: true", "") == true)
    #expect(try climbs("", ", received: 'climbs'") == true)
    #expect(try climbs(", received_climbs: true", ", received: 'stays'") == false)
}

@Test("a million rungs are proven at once")
func million() throws {
    let rule = try ladder("{ of: \"earned('xp')\", tail: \"n * n - 1\", cap: 1000000 }")
    #expect(rule.rung(at: 999_999_999_999) == 1_000_000)
    #expect(rule.rung(at: 999_999_999_998) == 999_999)
}

@Test("bands of steps: each takes the ladder to a rung, the last one goes on")
func bandsOfSteps() throws {
    let text = "[{ to: 30, step: 500 }, { to: 60, step: 750 }, { to: 100, step: 1000 }"
    let open = try ladder("{ of: \"available('xp')\", tail: \(text), { step: 1500 }] }")
    // rung, where it begins
    let begins: [(Int64, Int64)] = [
        (1, 0), (2, 500), (30, 14_500), (31, 15_250), (60, 37_000), (61, 38_000), (100, 77_000),
        (101, 78_500), (300, 377_000),
    ]
    for (rung, floor) in begins {
        #expect(open.floor(of: rung) == floor)
        #expect(open.rung(at: floor) == rung)
        #expect(open.rung(at: floor - 1) == max(rung - 1, 1))
    }
    #expect(open.cap == nil)

    // Behind a table, up to the end of the last band.
    let ended = try ladder(
        "{ of: \"earned('xp')\", rungs: [0, 10], tail: [{ to: 4, step: 5 }, { to: 5, step: 7 }] }")
    #expect(ended.floors == [0, 10, 15, 20, 27])
    #expect(ended.cap == 5)
    #expect(ended.rung(at: .max) == 5)

    // A cap cuts the band that it is in.
    let cut = try ladder(
        "{ of: \"earned('xp')\", start: 0, cap: 3, tail: [{ to: 2, step: 1 }, { to: 9, step: 2 }] }"
    )
    #expect(cut.floors == [0, 1, 2, 4])
    #expect(cut.cap == 3)
    let cutBehind = try ladder(
        "{ of: \"earned('xp')\", cap: 9, tail: [{ to: 2, step: 1 }, { step: 2 }] }")
    #expect(cutBehind.rung(at: .max) == 9)
    #expect(cutBehind.floor(of: 9) == 15)
}

@Test("what can be wrong with bands")
func wrongBands() {
    func of(_ tail: String, _ rest: String = "") -> [String] {
        mistakes(
            "{ edition: 1, currencies: { xp: {} }, ladders: { l: { of: \"earned('xp')\",\n"
                + "tail: \(tail)\(rest) } } }")
    }
    #expect(of("[]") == ["2:7 at least one band is needed: { step: 500 }"])
    #expect(
        of("[{ step: 5 }, { step: 6 }]")
            == ["2:8 only the last band goes on without an end (to)"])
    #expect(of("[{ to: 5 }]") == ["2:8 the band's step is missing here"])
    #expect(
        of("[{ to: 5, step: 0 }]")
            == ["2:23 an integer from 1 to 9223372036854775807 is needed here, not 0"])
    #expect(
        of("[{ to: 5, step: 1 }, { to: 5, step: 2 }]")
            == ["2:34 the rungs before this band reach 5 already"])
    #expect(
        of("[{ to: 5, step: 1 }, { step: 2 }]", ", cap: 5")
            == ["2:28 the ladder ends at rung 5, before this band"])
    #expect(
        of("[{ to: 4, step: 4611686018427387904 }]")
            == ["2:14 rung 3 would begin beyond 64-bit integers"])
    #expect(of("[{ too: 4, step: 1 }]") == ["2:10 a band has no 'too'; did you mean 'to'?"])
}
