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
