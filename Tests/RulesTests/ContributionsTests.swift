import Testing

@testable import Ledger

/// Compiled once for all tests of this file.
private let shared = Result<(Rulebook, TestWords), any Error> {
    var words = TestWords()
    let source = try fixture("rulebooks/contributions.json5")
    return (
        try Rulebook.compile(source: source, file: "contributions.json5", words: &words).get(),
        words
    )
}

private func contributions() throws -> (Rulebook, TestWords) { try shared.get() }

@Test(
    "a contribution awards 5 for a merge, else 10 + 2 × min(files, 20)",
    arguments: [
        // files, merge, points
        (0, false, 10), (1, false, 12), (3, false, 16), (19, false, 48), (20, false, 50),
        (21, false, 50), (1_000_000, false, 50), (0, true, 5), (300, true, 5),
    ] as [(Int64, Bool, Int64)])
func contributionPoints(files: Int64, merge: Bool, points: Int64) throws {
    let (rulebook, words) = try contributions()
    let action = try #require(rulebook.action(words["contribution"]))
    var context = TestContext(words: words.numbers)
    context.inputs = ["lmdb", .number(files), .number(merge ? 1 : 0)]
    context.steps = [try action.steps[0].formula.evaluate(in: context)]
    #expect(action.steps[0].isShown)
    let posted = try action.posts.map { try $0.amount.evaluate(in: context) }
    #expect(posted == [Rational(points), Rational(points)])
}

@Test("a contribution's points go to xp and to the project's reputation")
func contributionBalances() throws {
    var (rulebook, words) = try contributions()
    let project = words.word(for: Array("lmdb".utf8))
    let action = try #require(rulebook.action(words["contribution"]))
    var context = TestContext(words: words.numbers)
    context.inputs = ["lmdb", 1, false]
    #expect(
        action.posts.map { $0.balance.name(in: context) } == [
            BalanceName(currency: words["xp"]),
            BalanceName(currency: words["reputation"], facet: project),
        ])
    context.inputs = ["new-project", 1, false]
    #expect(action.posts[1].balance.name(in: context) == nil)
    #expect(action.posts[1].balance.facet?.text(in: context) == Array("new-project".utf8))
    #expect(rulebook.ladders(postedBy: words["xp"]) == [0, 1])
    #expect(rulebook.ladders(postedBy: words["reputation"]) == [])
    #expect(rulebook.currency(words["xp"])?.neverDecreases == true)
    #expect(rulebook.currency(words["contribution"]) == nil)
    #expect(rulebook.currency(words["reputation"])?.facets == .open)
    #expect(action.input(words["files"]) == 1)
}

@Test(
    "level n begins at 100 × n × (n − 1) / 2 xp; tiers at 0, 500, 5,000, 25,000 and 100,000",
    arguments: [
        // xp, level, next level at, tier, its name, next tier at
        (0, 1, 100, 1, "newcomer", 500), (99, 1, 100, 1, "newcomer", 500),
        (100, 2, 300, 1, "newcomer", 500), (299, 2, 300, 1, "newcomer", 500),
        (300, 3, 600, 1, "newcomer", 500), (499, 3, 600, 1, "newcomer", 500),
        (500, 3, 600, 2, "regular", 5000), (4999, 10, 5500, 2, "regular", 5000),
        (5000, 10, 5500, 3, "core", 25000), (25000, 22, 25300, 4, "maintainer", 100_000),
        (99999, 45, 103_500, 4, "maintainer", 100_000), (100_000, 45, 103_500, 5, "legend", nil),
        (4_999_499_999, 9999, 4_999_500_000, 5, "legend", nil),
        (4_999_500_000, 10000, nil, 5, "legend", nil), (.max, 10000, nil, 5, "legend", nil),
    ] as [(Int64, Int64, Int64?, Int64, String, Int64?)])
func contributionLadders(
    xp: Int64, level: Int64, nextLevel: Int64?, tier: Int64, name: String, nextTier: Int64?
) throws {
    let (rulebook, words) = try contributions()
    let levels = try #require(rulebook.ladder(words["level"]))
    #expect(levels.rung(at: xp) == level)
    for near in [1, 2, 3, level - 1, level, level + 1, 9998, 9999, 10000] {
        #expect(levels.rung(at: xp, near: near) == level)
    }
    #expect(levels.next(after: level) == nextLevel)
    #expect(levels.floor(of: level) == 50 * level * (level - 1))
    #expect(levels.name(of: level) == nil)
    let tiers = try #require(rulebook.ladder(words["tier"]))
    #expect(tiers.rung(at: xp) == tier)
    #expect(tiers.next(after: tier) == nextTier)
    #expect(tiers.name(of: tier) == words[name])
}

@Test("a rulebook lists what it has")
func listing() throws {
    let (rulebook, _) = try contributions()
    #expect(
        rulebook.listing() == """
            {"edition":1,"title":"Contributions to open-source projects","currencies":["xp","reputation"],\
            "ladders":[{"name":"level","start":1,"cap":10000},{"name":"tier","start":1,"cap":5,\
            "rungs":["newcomer","regular","core","maintainer","legend"]}],\
            "actions":[{"name":"contribution","inputs":[{"name":"project","type":"name","required":true},\
            {"name":"files","type":"int","required":true},{"name":"merge","type":"bool","required":true}]}],\
            "tables":["points"]}
            """)
}
