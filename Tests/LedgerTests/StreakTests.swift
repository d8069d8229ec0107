import Testing

@testable import Ledger

@Suite("Streaks")
struct StreakTests {
    @Test("a streak goes on with the next day, once a day, and starts again after a gap")
    func days() {
        DayTable.check(
            """
            { edition: 1, currencies: { xp: {} },
              streaks: { daily: { counts: ['act'],
                bonus: [{ balance: 'xp', amount: "streak('daily')" }] } },
              actions: { act: {}, other: {} } }
            """,
            """
            2026-01-05 10:00 | record ada act     | +1 xp (streak daily 1), daily 1 of 1
            2026-01-05 23:59 | record ada act     | nothing
            2026-01-06 00:00 | record ada other   | nothing
            2026-01-06 00:00 | record ada act     | +2 xp (streak daily 2), daily 2 of 2
            2026-01-07 12:00 | record ada act     | +3 xp (streak daily 3), daily 3 of 3
            2026-01-07 12:00 | record bob act     | +1 xp (streak daily 1), daily 1 of 1
            2026-01-09 00:00 | record ada act     | +1 xp (streak daily 1), daily 1 of 3
            2026-01-08 12:00 | record ada act     | nothing
            2026-01-10 12:00 | record ada act     | +2 xp (streak daily 2), daily 2 of 3
            2026-02-28 12:00 | record ada act     | +1 xp (streak daily 1), daily 1 of 3
            2026-03-01 12:00 | record ada act     | +2 xp (streak daily 2), daily 2 of 3
            """)
    }

    @Test("a day before the last one starts again where the rules say so")
    func backwards() {
        DayTable.check(
            """
            { edition: 1, streaks: { daily: { counts: ['act'], backwards: 'restart' } },
              actions: { act: {} } }
            """,
            """
            2026-01-05 10:00 | record ada act | daily 1 of 1
            2026-01-06 10:00 | record ada act | daily 2 of 2
            2026-01-05 10:00 | record ada act | daily 1 of 2
            2026-01-06 11:00 | record ada act | daily 2 of 2
            2026-01-07 11:00 | record ada act | daily 3 of 3
            """)
    }

    @Test("grace days are missed for nothing, further ones cost a freeze each")
    func graceAndFreezes() {
        DayTable.check(
            """
            { edition: 1,
              streaks: { daily: { counts: ['act'], grace: 1, freeze: 'freeze' } },
              actions: { act: {}, buy: { gives: [{ item: 'freeze', count: 3 }] } } }
            """,
            """
            2026-01-05 10:00 | record ada act | daily 1 of 1
            2026-01-07 10:00 | record ada act | daily 2 of 2
            2026-01-10 10:00 | record ada act | daily 1 of 2
            2026-01-10 10:00 | record ada buy | 3 freeze
            2026-01-12 10:00 | record ada act | daily 2 of 2
            2026-01-15 10:00 | record ada act | daily 3 of 3, 2 freeze
            2026-01-20 10:00 | record ada act | daily 1 of 3
            2026-01-24 10:00 | record ada act | daily 2 of 3, no freeze
            2026-01-27 10:00 | record ada act | daily 1 of 3
            """)
    }

    @Test("days are those of the rulebook's zone, or of the account's own")
    func zones() {
        DayTable.check(
            """
            { edition: 1, time_zone: '+02:00',
              streaks: { here: { counts: ['act'] },
                         there: { counts: ['act'], time_zone: 'account' } },
              actions: { act: {} } }
            """,
            """
            2026-01-05 10:00 | record ada act            | here 1 of 1, there 1 of 1
            2026-01-05 21:59 | record ada act            | nothing
            2026-01-05 22:00 | record ada act            | here 2 of 2, there 2 of 2
            2026-01-06 10:00 | fact ada utc_offset -480  | utc_offset is -480
            2026-01-07 07:59 | record ada act            | here 3 of 3
            2026-01-07 08:00 | record ada act            | there 3 of 3
            2026-01-07 10:00 | fact ada utc_offset 9999  | utc_offset is 9999
            2026-01-08 22:30 | record ada act            | here 1 of 3, there 1 of 3
            """)
    }

    @Test("what counts may depend on what was recorded")
    func conditions() {
        DayTable.check(
            """
            { edition: 1,
              streaks: { daily: { counts: ['act', { action: 'quiz', when: 'is_good' }] } },
              actions: { act: {}, quiz: { inputs: { points: 'int' },
                let: { is_good: 'points * 2 >= 10' } } } }
            """,
            """
            2026-01-05 10:00 | record ada quiz points=4 | nothing
            2026-01-05 10:00 | record ada quiz points=5 | daily 1 of 1
            2026-01-06 10:00 | record ada quiz points=4 | nothing
            2026-01-06 11:00 | record ada act           | daily 2 of 2
            """)
    }

    @Test("random days, backwards too, with grace and freezes, as counting them one by one has it")
    func randomDays() {
        var random = SplitMix(seed: 20_260_105)
        for _ in 0..<10_000 {
            let grace = Int64(random.next() % 3)
            let hasFreeze = random.next() % 2 == 0
            let restarts = random.next() % 2 == 0
            let rule = StreakRule(
                name: Word(1), text: "s", counts: [], grace: grace,
                freeze: hasFreeze ? Word(2) : nil,
                timeZone: .rulebook, backwards: restarts ? .restart : .ignore, bonus: EffectRules())
            var standing: StreakStanding?
            var freezes = Int64(random.next() % 4)
            var naive = NaiveStreak(
                grace: grace, freezes: hasFreeze ? freezes : 0, restarts: restarts)
            var day: Int64 = 20_000
            for _ in 0..<20 {
                day += Int64(random.next() % 7) - 1
                if random.next() % 16 == 0 { day -= Int64(random.next() % 20) }
                if let (next, used) = rule.extended(standing, on: day, freezes: freezes) {
                    standing = next
                    freezes -= used
                }
                naive.act(on: day)
                let isSame =
                    standing?.current == naive.current && standing?.longest == naive.longest
                    && (!hasFreeze || freezes == naive.freezes)
                if !isSame {
                    Issue.record("\(String(describing: standing)) is not \(naive)")
                    return
                }
            }
        }
    }
}

/// Goes through the calendar day by day, and keeps the days that were active in a list.
private struct NaiveStreak {
    let grace: Int64
    var freezes: Int64
    let restarts: Bool
    /// The run of days that the streak is made of.
    private var run: [Int64] = []
    var longest: Int64 = 0

    init(grace: Int64, freezes: Int64, restarts: Bool) {
        self.grace = grace
        self.freezes = freezes
        self.restarts = restarts
    }

    var current: Int64 { Int64(run.count) }

    mutating func act(on day: Int64) {
        defer { longest = max(longest, current) }
        guard let last = run.last else {
            run = [day]
            return
        }
        if day == last { return }
        if day < last {
            if restarts { run = [day] }
            return
        }
        var left = grace
        var needed: Int64 = 0
        var missing = last + 1
        while missing < day {
            if left > 0 { left -= 1 } else { needed += 1 }
            missing += 1
        }
        if needed > freezes {
            run = [day]
        } else {
            freezes -= needed
            run.append(day)
        }
    }
}
