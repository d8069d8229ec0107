import Ledger
import Testing

@Suite("Bringing players over into a season")
struct SeasonMigrationTests {
    static let rulebook = """
        {
          edition: 1,
          currencies: {
            pass: { facets: 'open', raw: ['operate'] }, coins: { raw: ['operate'] },
          },
          seasons: {
            spring: {
              from: '2023-01-01', until: '2024-01-01', numbers: { per: 100, most: 20 },
              on_entry: [{ balance: 'coins', amount: 7 }],
            },
          },
          items: { skin: { slot: 'skin' } },
          ladders: {
            tier: {
              of: "earned('pass:<season>')", tail: 'season.per * (n - 1)', cap: 'season.most',
              past_cap: 'lose',
              rewards: {
                claim: 'reward',
                tracks: {
                  free: {
                    rungs: {
                      '1': {
                        automatic: true,
                        gives: [{ item: 'skin', unless_owned: true, equip: 'if_empty' }],
                      },
                      '2-20': [{ balance: 'coins', amount: 10 }],
                    },
                  },
                },
              },
            },
          },
          actions: { play: { inputs: { n: { type: 'int', min: 1 } } } },
          streaks: { daily: { counts: ['play'] } },
          goals: { plays: { counts: [{ action: 'play', by: 'n' }], target: 50, window: 'none' } },
          offers: { premium: { per: 'season', cost: { balance: 'coins', amount: 1 } } },
          migrations: {
            old: {
              fields: {
                tier: { type: 'int', min: 0, max: 20 },
                xp: { type: 'int', min: 0 },
                claimed: { type: 'list', of: 'int', min: 1, max: 20, optional: true },
                premium: { type: 'bool', default: false },
                run: { type: 'int', min: 0, default: 0 },
                best: { type: 'int', min: 0, default: 0 },
                plays: { type: 'int', min: 0, max: 50, default: 0 },
              },
              let: {
                new_tier: 'max(tier, 1)',
                needs_first: 'tier == 0 and not contains(claimed, 1)',
              },
              gives: [
                { balance: 'pass:<season>', amount: 'season.per * (new_tier - 1) + xp' },
                { rung: 'tier', value: 'new_tier' },
                { claim: 'reward', tier: 'each', track: 'free', for_each: 'claimed' },
                { claim: 'reward', tier: 1, track: 'free', when: 'needs_first' },
                { item: 'skin', unless_owned: true, equip: 'if_empty', when: 'needs_first' },
                { claim: 'premium', when: 'premium' },
                { streak: 'daily', current: 'run', longest: 'best', day: 'day - 1' },
                { goal: 'plays', progress: 'plays', done: 'if(plays >= 50, 1, 0)' },
              ],
            },
          },
        }
        """

    struct Player {
        var tier: Int64
        var xp: Int64
        var claimed: Set<Int64>
        var isPremium: Bool
        var run: Int64
        var best: Int64
        var plays: Int64

        init(_ random: inout SplitMix) {
            tier = Int64(random.next() % 21)
            xp = Int64(random.next() % 260)
            let count = random.next() % 5
            claimed = []
            for _ in 0..<count { claimed.insert(Int64(random.next() % 20) + 1) }
            isPremium = random.next() % 3 == 0
            run = Int64(random.next() % 30)
            best = run + Int64(random.next() % 9)
            plays = Int64(random.next() % 51)
        }

        var command: String {
            var text = "tier=\(tier) xp=\(xp) premium=\(isPremium ? 1 : 0) run=\(run) best=\(best)"
            let list = claimed.sorted().map(String.init).joined(separator: ",")
            if !claimed.isEmpty { text += " claimed=\(list)" }
            return text + " plays=\(plays)"
        }

        var newTier: Int64 { max(tier, 1) }
        var getsFirst: Bool { tier == 0 && !claimed.contains(1) }
        var claimedAfter: Set<Int64> { getsFirst ? claimed.union([1]) : claimed }
    }

    @Test("players keep tier, claims, streak and goal, and go on from there", arguments: 0..<8)
    func players(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var scenario = Scenario(rulebook: Self.rulebook)
        for index in 0..<250 {
            let player = Player(&random)
            let account = "p\(index)"
            #expect(scenario.outcome("migrate old \(account) \(player.command)") == "ok")
            check(player, account, &scenario)
            goOn(player, account, &random, &scenario)
            #expect(scenario.outcome("migrate old \(account) \(player.command)") == "TAKEN")
            scenario.commit()
        }
    }

    private func cells(
        _ account: String, _ kind: CellKind, _ scenario: inout Scenario
    ) -> [String: CellValue] {
        let bytes = Array(account.utf8)
        guard let number = scenario.ledger.state.find(bytes, bytes.indices) else { return [:] }
        let words = scenario.ledger.state.words
        var values: [String: CellValue] = [:]
        for cell in scenario.ledger.state.cells(number, kind) {
            let qualifier = words.string(Word(cell.key.qualifier))
            let name = words.string(cell.key.word)
            values[qualifier.isEmpty ? name : "\(name) \(qualifier)"] = cell.value
        }
        return values
    }

    /// All of it as it was, and nothing besides: no newcomer's coins, no rung climbed or rewarded.
    private func check(_ player: Player, _ account: String, _ scenario: inout Scenario) {
        let total = 100 * (player.newTier - 1) + player.xp
        #expect(scenario.available(account, "pass:spring") == total)
        #expect(scenario.available(account, "coins") == 0)
        let rungs = cells(account, .rung, &scenario).mapValues(\.a)
        #expect(rungs == (player.newTier == 1 ? [:] : ["tier spring": player.newTier]))
        var claims = Set(player.claimedAfter.map { "reward spring:\($0):free" })
        claims.formUnion(["spring", "old"])
        if player.isPremium { claims.insert("premium spring") }
        #expect(Set(cells(account, .claim, &scenario).keys) == claims)
        let skins: Int64? = player.getsFirst ? 1 : nil
        #expect(cells(account, .item, &scenario)["skin"]?.a == skins)
        #expect((cells(account, .equipped, &scenario)["skin"] != nil) == player.getsFirst)
        let today = scenario.now.microseconds / 86_400_000_000
        let streak = cells(account, .streak, &scenario)["daily"]
        #expect(streak == CellValue(player.run, player.best, today - 1))
        #expect(cells(account, .goal, &scenario)["plays"]?.a == player.plays)
    }

    private func goOn(
        _ player: Player, _ account: String, _ random: inout SplitMix, _ scenario: inout Scenario
    ) {
        #expect(scenario.outcome("record \(account) play n=3") == "ok")
        let streak = cells(account, .streak, &scenario)["daily"]
        #expect(streak?.a == player.run + 1)
        #expect(streak?.b == max(player.best, player.run + 1))
        #expect(cells(account, .goal, &scenario)["plays"]?.a == min(50, player.plays + 3))
        // What is over a tier is rolled over with the next award.
        #expect(scenario.outcome("award \(account) pass:spring 1") == "ok")
        let total = 100 * (player.newTier - 1) + player.xp + 1
        let tier = max(player.newTier, min(20, total / 100 + 1))
        #expect(cells(account, .rung, &scenario)["tier spring"]?.a ?? 1 == tier)
        let rung = Int64(random.next() % 20) + 1
        let isTaken = player.claimedAfter.contains(rung)
        let expected = isTaken ? "TAKEN" : rung <= tier ? "ok" : "REQUIREMENT"
        #expect(
            scenario.outcome("claim \(account) reward tier=\(rung) track=free") == expected,
            "\(player) \(rung)")
    }
}
