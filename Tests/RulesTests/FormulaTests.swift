import Testing

@testable import Ledger

/// An action whose one step is the formula, in a rulebook that has a bit of everything.
private func source(_ formula: String) -> String {
    """
    { edition: 1,
    currencies: { xp: { facets: 'none' }, coins: {}, rep: { facets: 'open' }, dev: { facets: ['str', 'dex'] } },
    tables: { pay: { a: 5, b: 7.5 }, chart: { knight: { '2': 100, '3': 150 }, mystic: { '2': 33 } },
      kind: { archery: 'physical', lore: 'mental' }, by_level: { '1': 10, '-1': 3 } },
    ladders: { level: { of: "earned('xp')", tail: 500 },
      tier: { of: "earned('xp')", rungs: { low: 0, mid: 10, high: 20 } },
      rank: { of: "earned('rep:<facet>')", tail: 100 } },
    actions: { act: { inputs: { a: 'int', flag: 'bool', name: 'name', other: 'account', note: 'text',
      many: { type: 'list' }, b: 'int', maybe: { type: 'name', optional: true } },
    let: { x:
    "\(formula)" } } } }
    """
}

/// The value for a = 10, flag = true, name = `archery`, other = account 9, three in a list, b = 3.
private func value(of formula: String, name: String = "archery") throws -> String {
    var (rulebook, words) = try compiled(source(formula))
    for known in ["trait:archery", "trait:lore", "path:archery"] {
        _ = words.word(for: Array(known.utf8))
    }
    var context = TestContext(words: words.numbers)
    context.inputs = [10, true, .name(name), .account(9), "note", .list(3), 3, nil]
    context.balances = [
        "xp earned": 120, "xp available": 80, "xp spent": 30, "xp held": 10,
        "rep:lore available": 4,
        "9 coins available": 55, "3 coins available": 66, "dev:str earned": 12,
    ]
    context.rungs = [0: 4, 1: 2, 2: 6]
    context.facts = [
        "trait:archery": .number(25), "trait:lore": .number(-3), "path": .word(words["archery"]),
        "traits": .number(1000),
    ]
    context.owned = ["skin": 2]
    context.unlocked = ["path:archery"]
    do {
        return try rulebook.actions[0].steps[0].formula.evaluate(in: context).description
    } catch {
        return "\(error)"
    }
}

@Test(
    "formulas compute",
    arguments: [
        ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("10 - 4 - 3", "3"), ("24 / 4 / 3", "2"),
        ("-a + 1", "-9"), ("--a", "10"), ("2 * -3", "-6"), ("1 / 3 + 1 / 6", "1/2"),
        ("0.25 * 8", "2"),
        ("a / b", "10/3"), ("floor(a / b)", "3"), ("ceil(a / b)", "4"), ("round(5 / 2)", "3"),
        ("round_even(5 / 2)", "2"), ("truncate(-a / 4)", "-2"), ("abs(b - a)", "7"),
        ("min(a, b, 5)", "3"), ("max(a, b, 5)", "10"), ("clamp(a, 1, 8)", "8"),
        ("clamp(b, 4, 8)", "4"),
        ("root(a * a + 1, 2)", "10"), ("power(b, 3)", "27"), ("power(a, -1)", "1/10"),
        ("if(flag, a, b)", "10"), ("if(not flag, a, b)", "3"), ("1 + if(a > b, 1, 2) * 2", "3"),
    ])
func formulasCompute(formula: String, expected: String) throws {
    #expect(try value(of: formula) == expected)
}

@Test(
    "truths are 1 and 0",
    arguments: [
        ("a == 10", "1"), ("a != 10", "0"), ("a < 10", "0"), ("a <= 10", "1"), ("a > 9", "1"),
        ("a >= 11", "0"), ("1 / 2 == 2 / 4", "1"), ("flag and a == 10", "1"),
        ("flag and a == 9", "0"),
        ("not flag or a == 10", "1"), ("not (flag or true)", "0"), ("not not flag", "1"),
        ("a == 9 and 1 / (a - 10) == 1", "0"), ("a == 10 or 1 / (a - 10) == 1", "1"),
        ("flag == (a == 10)", "1"), ("name == 'archery'", "1"), ("name != 'lore'", "1"),
        ("name == 'never-seen'", "0"), ("other == account", "0"), ("parent != account", "1"),
        ("given(maybe)", "0"), ("given(name)", "1"), ("name in table.kind", "1"),
        ("'x' in table.pay", "0"), ("a in table.by_level", "0"), ("0 - 1 in table.by_level", "1"),
    ])
func truths(formula: String, expected: String) throws {
    #expect(try value(of: formula) == expected)
}

@Test(
    "formulas look things up",
    arguments: [
        ("table.pay['b']", "15/2"), ("table.chart['knight'][b]", "150"),
        ("table.chart['mystic'][b] else 99", "99"), ("table.chart['mystic'][2] else 99", "33"),
        ("1 + table.pay[name] else 4", "5"), ("table.kind[name] == 'physical'", "1"),
        ("table.by_level[1]", "10"), ("earned('xp')", "120"), ("available('xp') / 2", "40"),
        ("spent('xp') + held('xp')", "40"), ("available('coins', other)", "55"),
        ("available('coins', parent)", "66"), ("available('coins', account)", "0"),
        ("available('rep:lore')", "4"), ("available('rep:<name>')", "0"),
        ("earned('dev:str')", "12"),
        ("rung('level')", "4"), ("rung('tier') >= rung_named('tier', 'mid')", "1"),
        ("rung_named('tier', 'high')", "3"), ("rung('rank:lore')", "6"),
        ("fact('trait:<name>') else 0", "25"), ("fact('trait:bogus') else 7", "7"),
        ("has('trait:<name>')", "1"), ("has('trait:<maybe>')", "0"),
        ("fact_name('path') else 'none' == name", "1"), ("sum('trait:*')", "22"),
        ("max('trait:*')", "25"), ("count('trait:*')", "2"), ("count('nothing:*')", "0"),
        ("count(many)", "3"), ("owns('skin')", "1"), ("items('skin')", "2"), ("owns('hat')", "0"),
        ("unlocked('path:<name>')", "1"), ("unlocked('path:<a>')", "0"),
        ("first(t in 10..100 step 10 where t > 25)", "30"),
        ("first(t in 100..0 step -10 where t <= 25)", "20"),
        ("first(t in 0..5 where t > a) else -1", "-1"),
        ("1 + first(t in 1..9 where first(u in 1..9 where u * t >= 20) else 0 > 0)", "4"),
    ])
func formulasLookThingsUp(formula: String, expected: String) throws {
    #expect(try value(of: formula.replacing("\"", with: "'")) == expected)
}

@Test(
    "a formula without a value is a refusal",
    arguments: [
        ("a / (b - 3)", "divisionByZero"), ("9223372036854775807 + a", "overflow"),
        ("power(a, 30)", "overflow"), ("power(a - a, -1)", "divisionByZero"),
        ("root(-a, 2)", "outOfDomain"), ("power(a, 1 / b)", "outOfDomain"),
        ("first(t in 0..5 where t > a)", "noneFound"), ("fact('path') else 0", "wrongFact"),
        ("if(flag, fact_name('trait:lore') else 'x', 'y') == 'x'", "wrongFact"),
    ])
func refusals(formula: String, expected: String) throws {
    #expect(try value(of: formula) == expected)
}

@Test("a missing entry names its table")
func missingEntry() throws {
    let (rulebook, words) = try compiled(source("table.pay[name]"))
    var context = TestContext(words: words.numbers)
    context.inputs = [1, true, "zzz"]
    #expect(throws: FormulaFault.noEntry(words["pay"])) {
        try rulebook.actions[0].steps[0].formula.evaluate(in: context)
    }
}

@Test("names that the ledger has never met are equal only if their texts are")
func unmetNames() throws {
    #expect(try value(of: "name == 'lore'", name: "unheard-of") == "0")
    #expect(try value(of: "name == name", name: "unheard-of") == "1")
    #expect(try value(of: "table.pay[name] else 1", name: "unheard-of") == "1")
    let twin = source("name == maybe")
    let (rulebook, words) = try compiled(twin)
    var context = TestContext(words: words.numbers)
    context.inputs = [1, true, "new", nil, nil, nil, 1, "new"]
    #expect(try rulebook.actions[0].steps[0].formula.holds(in: context))
    context.inputs[7] = "newer"
    #expect(try !rulebook.actions[0].steps[0].formula.holds(in: context))
}

@Test("what depends on nothing is computed when the rulebook is loaded")
func folding() throws {
    let formula = try compiled(
        source("if(2 > 1 and 'a' == 'a', table.pay['a'], 0) * min(2, 3) + round(7 / 2)")
    ).0.actions[0].steps[0].formula
    #expect(formula.constant == Rational(14))
    #expect(formula.program.code.count == 1)
}

@Test(
    "a mistake says where it is and what would be right",
    arguments: [
        ("1 +", "4: a value is expected here, not the end of the formula"),
        ("a = 10", "3: '=' means nothing in a formula; to compare, write '=='"),
        ("a % 3", "3: '%' means nothing in a formula; write the fraction, as in amount * 15 / 100"),
        ("1 < a < 3", "7: compare two values at a time: a < b and b < c"),
        ("aa + 1", "1: there is no input, step or variable 'aa'; did you mean 'a'?"),
        (
            "xp + 1",
            "1: there is no input, step or variable 'xp'; for the balance, write available('xp') or earned('xp')"
        ),
        (
            "level",
            "1: there is no input, step or variable 'level'; for the rung, write rung('level')"
        ),
        ("a + flag", "5: a number is needed here; this is a truth (true or false)"),
        ("if(a, 1, 2)", "4: a truth (true or false) is needed here; this is a number"),
        ("if(flag, 1, 'x')", "13: a number is needed here; this is a name"),
        ("a == 'x'", "6: a number is needed here; this is a name"),
        ("note == 'x'", "1: 'note' is a text, which rules can't read"),
        ("many", "1: 'many' is a list; write count(many)"),
        ("floor(a, b)", "1: write floor(a)"),
        ("flor(a)", "1: there is no function 'flor'; did you mean 'floor'?"),
        ("available('xpp')", "11: there is no currency 'xpp'; did you mean 'xp'?"),
        ("available(name)", "11: a name in quotes is needed here: available('currency')"),
        ("available('rep')", "11: 'rep' is divided into facets: say which, as in 'rep:<input>'"),
        ("available('xp:a')", "11: 'xp' isn't divided into facets: write 'xp'"),
        ("earned('dev:int')", "8: 'dev' has no facet 'int'"),
        ("earned('rep:<nam>')", "8: there is no input 'nam'; did you mean 'name'?"),
        (
            "earned('rep:<flag>')",
            "8: a name can be built from names and integers; 'flag' is a truth (true or false)"
        ),
        ("rung('lvl')", "6: there is no ladder 'lvl'"),
        ("rung('rank')", "6: 'rank' is kept for each facet: say which, as in rung('rank:<input>')"),
        ("rung_named('tier', 'hihg')", "20: 'tier' has no rung 'hihg'; did you mean 'high'?"),
        ("table.pey['a']", "1: there is no table 'pey'; did you mean 'pay'?"),
        ("table.pay['c']", "1: this has no value: a table has no such entry"),
        ("table.pay[1]", "11: a name is needed here; this is a number"),
        ("table.chart['knight']", "1: this table has 2 key(s): table.chart[key][key]"),
        ("fact('x')", "1: a fact may be absent: say what then, as in fact('name') else 0"),
        (
            "a else 3",
            "8: 'else' follows a table look-up, a fact or first(…); else write if(a, b, c)"
        ),
        ("1 / 0", "5: this divides by zero"),
        ("a / (2 - 2)", "6: this divides by zero"),
        (
            "9223372036854775807 + 1",
            "1: this has no value: a number is too large to be kept exactly"
        ),
        ("99999999999999999999", "1: this number is too large or too fine to be kept exactly"),
        ("007", "1: '007' is no number: it may not begin with 0"),
        ("first(t in 0..256 where t > a)", "1: first(…) may try at most 256 values"),
        ("first(t in 1..0 where t > a)", "1: first(…) has no values to try"),
        ("first(t in 1..a where t > a)", "15: the bounds of first(…) have to be plain numbers"),
        (
            "first(t in 0..255 where first(u in 0..255 where u > t) else 0 > a)",
            "49: this formula takes too many steps"
        ),
        (
            "'no name'",
            "1: 'no name' is no name: 1 to 32 letters, digits, '_', '.' or '-', parts joined by ':'"
        ),
        (
            "available('coins', name)",
            "20: an account is needed here: account, parent, owner or an input of type account"
        ),
    ])
func formulaMistakes(formula: String, expected: String) {
    // The formula stands on a line of its own, from column 2 on.
    let found = mistakes(source(formula))
    let place = (found.first ?? "").prefix { $0 != " " }.split(separator: ":")
    let message = (found.first ?? "").drop { $0 != " " }.dropFirst()
    #expect(found.count == 1)
    #expect("\((place.last.flatMap { Int($0) } ?? 0) - 1): \(message)" == expected)
}

@Test("nesting, length and depth are limited")
func limits() {
    let deep = String(repeating: "(", count: 47) + "a" + String(repeating: ")", count: 47)
    #expect(mistakes(source(deep)) == [])
    #expect(mistakes(source("(" + deep + ")")).first?.contains("nested too deep") == true)
    let long = "a" + String(repeating: " + a", count: 249)
    #expect(mistakes(source(long)) == [])
    #expect(mistakes(source(long + " + a")).first?.contains("at most 500 words") == true)
    let wide = String(repeating: "a + (", count: 15) + "a" + String(repeating: ")", count: 15)
    #expect(mistakes(source(wide)) == [])
    #expect(mistakes(source("a + (" + wide + ")")).first?.contains("split it with let") == true)
    #expect(mistakes(source(String(repeating: " ", count: 4097))).first?.contains("4096") == true)
}
