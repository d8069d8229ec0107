import Testing

@testable import Ledger

@Test("all mistakes of a rulebook are told at once, each with its place and what would be right")
func allAtOnce() {
    let found = mistakes(
        """
        {
          edition: 2,
          titel: "Typo",
          time_zone: "Europe/Vienna",
          currencies: {
            xp: { decimals: 19, never_decreses: true, raw: ["everyone"] },
            "a b": {},
            rep: { facets: "opne" },
            coins: [],
          },
          ladders: {
            level: { of: "earned('px')", tail: 500 },
            empty: { of: "earned('xp')" },
            falling: { of: "earned('xp')", tail: "10 - n", cap: 5 },
            endless: { of: "earned('xp')", tail: "n * n - 1" },
            high: { of: "earned('xp')", rungs: [10, 20, 20] },
            late: { of: "earned('xp')", rungs: [0, 5], cap: 3, lose: "nevr" },
          },
          actions: {
            act: {
              inputs: { n: "number", who: "account", "1st": "int", few: { type: "int", min: 5, max: 3, default: 9 } },
              let: { x: "few +", y: "x + few" },
              show: ["z"],
              requires: [{ test: "few", unmet: "few is {fwe}" }, { use: "level_at_least" }],
              posts: [
                { balance: "xp", amount: "y", to: "whom", side: "earned" },
                { balance: "xpp" },
              ],
              sets: [{ fact: "a", item: "b" }, { fact: "f" }],
              once: ["whoo"],
              goals: {},
            },
          },
        }
        """)
    #expect(
        found == [
            "2:12 an integer from 1 to 1 is needed here, not 2",
            "3:3 a rulebook has no 'titel'; did you mean 'title'?",
            "4:14 a time zone is 'UTC' or an offset such as '+02:00'",
            "6:21 an integer from 0 to 18 is needed here, not 19",
            "6:25 a currency has no 'never_decreses'; did you mean 'never_decreases'?",
            "6:53 who may post a currency raw is 'game' or 'operate'",
            "7:5 'a b' can't be a name here: 1 to 32 letters, digits, '_', '.' or '-'",
            "8:20 facets are 'open', 'none' or a list of names in brackets",
            "9:12 a currency, an object in braces, is needed here, not a list",
            "12:26 there is no currency 'px'; did you mean 'xp'?",
            "13:12 the ladder has no rungs: give rungs, or a tail such as 500 (for each rung) or '500 * (n - 1)' (where rung n begins)",
            "14:42 the first rung begins at 9; it has to be 0: everyone stands on a rung",
            "15:42 a ladder with a formula needs a cap of at most 1000000 rungs",
            "16:41 the first rung begins at 0: everyone stands on a rung",
            "16:49 a rung has to begin above the one before, which is at 20",
            "17:53 the last of these rungs is 2; the cap can't be 3",
            "17:62 'nevr' is none of 'follows', 'never'; did you mean 'never'?",
            "21:20 'number' is no type: an input is int, bool, name, account, text, list",
            "21:46 '1st' can't be a name here: a letter or '_', then letters, digits or '_', and no word of the formula language",
            "21:93 max is below min, so that no value would do",
            "21:105 the default 9 is not within the input's bounds",
            "22:23 a value is expected here, not the end of the formula",
            "23:14 there is no step 'z'",
            "24:27 a truth (true or false) is needed here; this is a number",
            "24:49 there is no input, step or variable 'fwe'; did you mean 'few'?",
            "24:65 there is no requirement 'level_at_least'",
            "26:43 'whom' is no account; known are account, parent, owner, who",
            "26:57 'earned' is none of 'by_sign', 'earn', 'spend'; did you mean 'earn'?",
            "27:9 the amount is missing here",
            "27:20 there is no currency 'xpp'; did you mean 'xp'?",
            "29:14 a mark is exactly one of fact, clear_fact, item and unlock",
            "29:40 the fact's value is missing here",
            "30:14 there is no input 'whoo'; did you mean 'who'?",
            "31:7 an action has no 'goals'; known are inputs, active, staff_only, let, show, requires, posts, sets, gives, once, limit, limits, stamp",
        ])
}

@Test("parts of the language that don't exist yet are unknown keys")
func laterParts() {
    let found = mistakes("{ edition: 1, recipes: {} }")
    #expect(found.count == 1)
    #expect(
        found.first?.hasPrefix(
            "1:15 a rulebook has no 'recipes'; known are edition, title, time_zone, ") == true)
}

@Test("a place in a text with escapes is the place in the file")
func placesBehindEscapes() {
    #expect(
        mistakes(
            "{ edition: 1, actions: { a: { inputs: { x: 'int' }, let: { y: 'x == \\'p\\' or\\\n zz' } } } }"
        ) == ["1:69 a number is needed here; this is a name"])
    #expect(
        mistakes("{ edition: 1, actions: { a: { let: { y: '1 + \\x31 +\\\n zz' } } } }") == [
            "2:2 there is no input, step or variable 'zz'; a name needs quotes: 'zz'"
        ])
}

@Test("a requirement template is checked where it stands, its uses where they stand")
func requirementTemplates() throws {
    let source = """
        { edition: 1, currencies: { xp: {} },
          requirements: { least: { with: { trait: 'name', n: 'number' },
            test: "(fact('trait:<trait>') else 0) >= n", unmet: "{trait} has to be {n / 10 | 1}, {{not less}" } },
          actions: { a: { inputs: { t: 'name', k: 'int' }, requires: [
            { use: 'least', trait: "'strength'", n: 20 }, { use: 'least', trait: 't', n: 'k + 1' } ] } } }
        """
    let (rulebook, words) = try compiled(source)
    var context = TestContext(words: words.numbers)
    context.inputs = ["strength", 30]
    context.facts = ["trait:strength": .number(25)]
    let rules = rulebook.actions[0].requirements
    #expect(try rules.map { try $0.test.holds(in: context) } == [true, false])
    guard case .number(let shown, decimals: 1) = rules[1].unmet.variants[0].message.parts[2] else {
        Issue.record("{n / 10 | 1} is a number with one digit")
        return
    }
    #expect(try shown.evaluate(in: context) == Rational(31, over: 10))
    guard case .name(.word(let name)) = rules[0].unmet.variants[0].message.parts[0] else {
        Issue.record("{trait} is a name")
        return
    }
    #expect(name == words["strength"])
    guard case .text(let tail) = rules[0].unmet.variants[0].message.parts[3] else {
        Issue.record("a text follows")
        return
    }
    #expect(tail == ", {not less}")

    #expect(
        mistakes(source.replacing("trait: 't', n: 'k + 1'", with: "trait: 'k', n: 'k', x: 1")) == [
            "5:75 a name is needed here; this is a number",
            "5:87 the use of 'least' has no 'x'; known are use, when, trait, n",
        ])
    #expect(
        mistakes(source.replacing(">= n\"", with: ">= t\"")) == [
            "3:46 there is no input, step or variable 't'; a name needs quotes: 't'"
        ])
}

@Test("names get the ledger's numbers, in the file's order, and only if all is right")
func wordsAreAssigned() throws {
    let source =
        "{ edition: 1, currencies: { xp: {}, coins: {} }, actions: { a: { inputs: { n: 'int' } } } }"
    let (rulebook, words) = try compiled(source)
    #expect(words.texts.map { String(decoding: $0, as: UTF8.self) } == ["xp", "coins", "a", "n"])
    #expect(rulebook.currencies.map(\.name) == [Word(1001), Word(1002)])
    var untouched = TestWords()
    let wrong = Rulebook.compile(
        source: Array(source.replacing("'int'", with: "'itn'").utf8), file: "x", words: &untouched)
    #expect(throws: Mistakes.self) { try wrong.get() }
    #expect(untouched.texts.isEmpty)
}
