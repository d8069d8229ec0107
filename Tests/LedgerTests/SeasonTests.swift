import Testing

@testable import Ledger

@Suite("Seasons")
struct SeasonTests {
    static let rulebook = """
        { edition: 1,
          currencies: { xp: { facets: 'open', raw: ['game'] }, coins: { raw: ['game'] } },
          seasons: {
            autumn: { from: '2026-09-01', until: '2026-12-01', numbers: { per: 10, top: 3 }, grace: '1h',
              on_entry: [{ balance: 'coins', amount: 7 }, { fact: 'seen:<season>', value: 1 }] },
            spring: { from: '2026-03-01', until: '2026-06-01', numbers: { per: 100, top: 5 },
              on_entry: [{ balance: 'coins', amount: 1 }] },
          },
          ladders: { tier: { of: "earned('xp:<season>')", tail: 'season.per * (n - 1)',
            cap: 'season.top', past_cap: 'lose',
            rewards: { claim: 'reward', tracks: { free: { rungs: {
              '1': { automatic: true, gives: [{ item: 'skin', unless_owned: true }] },
              '2-5': [{ balance: 'coins', amount: 100 }] } } } } } },
          actions: {
            play: { inputs: { points: 'int' }, stamp: ['tier'],
              let: { factor: 'season.per', inside: "progress('tier')", next: "floor_of('tier', 2)" },
              show: ['inside', 'next'],
              gives: [{ balance: 'xp:<season>', amount: 'points' }] },
            look: { let: { on: 'in_season', n: 'if(in_season, season.per, 0)' }, show: ['on', 'n'] },
          },
        }
        """

    @Test("a season is entered once, each with its own facet, curve and numbers")
    func seasons() {
        DayTable.check(
            Self.rulebook,
            """
            2026-02-28 23:59 | record ada play points=5   | NOSEASON
            2026-02-28 23:59 | record ada look            | on = 0, n = 0
            2026-02-28 23:59 | fact ada mood 1            | mood is 1
            2026-03-01 00:00 | fact ada mood 2            | mood is 2
            2026-03-01 00:00 | record ada look            | +1 coins (opening spring), took spring, took reward spring:1:free, 1 skin, on = 1, n = 100
            2026-03-01 00:00 | record ada play points=99  | +99 xp:spring, tier = 1, inside = 0, next = 100
            2026-03-01 00:00 | record ada play points=151 | +151 xp:spring, no reward, no reward, tier 1 to 3, tier = 1, inside = 99, next = 100
            2026-03-01 00:00 | claim ada reward tier=2 track=free | +100 coins (gift), took reward spring:2:free
            2026-03-01 00:00 | claim ada reward tier=4 track=free | REQUIREMENT unmet=1
            2026-03-01 00:00 | record ada play points=999 | +999 xp:spring, no reward, no reward, tier 3 to 5, tier = 3, inside = 50, next = 100
            2026-05-31 23:59 | record ada play points=1   | +1 xp:spring, tier = 5, inside = 0, next = 100
            2026-06-01 00:00 | record ada play points=1   | NOSEASON
            2026-09-01 00:00 | record ada play points=25  | +25 xp:autumn, +7 coins (opening autumn), took autumn, seen:autumn is 1, took reward autumn:1:free, no reward, no reward, tier 1 to 3, tier = 1, inside = 0, next = 10
            2026-05-31 12:00 | record ada play points=1   | +1 xp:spring, tier = 5, inside = 0, next = 100
            2026-11-30 23:59 | award bob coins 5          | +5 coins, +7 coins (opening autumn), took autumn, seen:autumn is 1, took reward autumn:1:free, 1 skin
            """)
    }

    @Test("what happened before the end is taken until the grace is over")
    func grace() {
        DayTable.check(
            Self.rulebook,
            """
            2026-11-30 22:00                    | record ada look          | +7 coins (opening autumn), took autumn, seen:autumn is 1, took reward autumn:1:free, 1 skin, on = 1, n = 10
            2026-11-30 23:00 @ 2026-12-01 00:59 | record ada play points=5 | +5 xp:autumn, tier = 1, inside = 0, next = 10
            2026-11-30 23:00 @ 2026-12-01 01:00 | record ada play points=5 | NOSEASON
            2026-05-31 23:00 @ 2026-12-01 01:00 | record ada play points=5 | +5 xp:spring, +1 coins (opening spring), took spring, took reward spring:1:free, tier = 1, inside = 0, next = 100
            """)
    }

    @Test("goals by season begin anew with each")
    func goals() {
        DayTable.check(
            """
            { edition: 1,
              seasons: { one: { from: '2026-01-01', until: '2026-02-01' },
                         two: { from: '2026-03-01', until: '2026-04-01' } },
              goals: { twice: { counts: ['act'], target: 2, window: 'season' } },
              actions: { act: {} } }
            """,
            """
            2026-01-05 10:00 | record ada act | took one, twice at 1
            2026-01-31 10:00 | record ada act | twice at 2 done 1
            2026-01-31 10:00 | record ada act | nothing
            2026-02-05 10:00 | record ada act | nothing
            2026-03-05 10:00 | record ada act | took two, twice at 1
            """)
    }

    @Test("the season of any instant, as looking through all of them has it")
    func randomInstants() throws {
        var random = SplitMix(seed: 99)
        for _ in 0..<100 {
            var seasons: [SeasonRule] = []
            var hour: Int64 = 0
            for index in 0..<(random.next() % 8) {
                hour += Int64(random.next() % 50)
                let from = hour
                hour += Int64(random.next() % 50) + 1
                seasons.append(
                    SeasonRule(
                        name: Word(UInt32(index) + 1), text: "s\(index)",
                        from: Instant(microseconds: from), until: Instant(microseconds: hour),
                        grace: random.next() % 2 == 0 ? nil : Int64(random.next() % 40), numbers: []
                    ))
            }
            var parts = RulebookParts()
            parts.seasons = seasons
            let rulebook = Rulebook(edition: 1, parts)
            for _ in 0..<100 {
                let at = Int64(random.next() % 500) - 20
                let now = at + Int64(random.next() % 80)
                let naive = seasons.firstIndex {
                    (max($0.from.microseconds, -99)..<$0.until.microseconds).contains(at)
                        && ($0.grace.map { $0 } ?? .max) > now - $0.until.microseconds
                }
                #expect(
                    rulebook.season(
                        at: Instant(microseconds: at), now: Instant(microseconds: now)) == naive)
            }
        }
    }
}
