import Testing

@testable import Ledger

@Suite("Limits")
struct LimitTests {
    @Test("once in any 24 hours: exactly 24 hours later is allowed")
    func rolling() {
        DayTable.check(
            """
            { edition: 1, currencies: { coins: {} },
              actions: { bonus: { limit: { count: 1, every: '24h' },
                gives: [{ balance: 'coins', amount: 250 }] },
                thrice: { limit: { count: 3, every: '1h' } } } }
            """,
            """
            2026-01-05 10:00    | record ada bonus  | +250 coins
            2026-01-05 10:00    | record bob bonus  | +250 coins
            2026-01-05 10:00    | record ada bonus  | LIMIT retry_after=86400
            2026-01-06 09:59    | record ada bonus  | LIMIT retry_after=60
            2026-01-06 09:59:59.999999 | record ada bonus | LIMIT retry_after=1
            2026-01-06 10:00    | record ada bonus  | +250 coins
            2026-01-05 12:00    | record ada bonus  | LIMIT retry_after=165600
            2026-01-07 10:00    | record ada thrice | nothing
            2026-01-07 10:10    | record ada thrice | nothing
            2026-01-07 10:20    | record ada thrice | nothing
            2026-01-07 10:59    | record ada thrice | LIMIT retry_after=60
            2026-01-07 11:00    | record ada thrice | nothing
            2026-01-07 11:09    | record ada thrice | LIMIT retry_after=60
            2026-01-07 11:10    | record ada thrice | nothing
            2026-01-07 11:10    | record ada thrice | LIMIT retry_after=600
            """)
    }

    @Test("so many times a day, week or month, which begin in the rulebook's zone")
    func windows() {
        DayTable.check(
            """
            { edition: 1, time_zone: '-01:00',
              actions: { daily: { limit: { count: 2, per: 'day' } },
                both: { limits: [{ count: 1, per: 'day' }, { count: 2, per: 'month' }] } },
              offers: { daily: { repeat: true, limit: { per: 'week' }, gives: [{ item: 'box' }] } } }
            """,
            """
            2026-01-05 10:00 | record ada daily | nothing
            2026-01-05 10:00 | claim ada daily  | 1 box
            2026-01-06 00:30 | record ada daily | nothing
            2026-01-06 00:59 | record ada daily | LIMIT until=2026-01-06T01:00:00Z
            2026-01-06 01:00 | record ada daily | nothing
            2026-01-05 10:00 | record ada daily | nothing
            2026-01-05 10:00 | record ada daily | LIMIT until=2026-01-07T01:00:00Z
            2026-01-12 00:59 | claim ada daily  | LIMIT until=2026-01-12T01:00:00Z
            2026-01-12 01:00 | claim ada daily  | 2 box
            2026-01-12 10:00 | record ada both  | nothing
            2026-01-12 10:00 | record ada both  | LIMIT until=2026-01-13T01:00:00Z
            2026-01-31 10:00 | record ada both  | nothing
            2026-02-01 00:59 | record ada both  | LIMIT until=2026-02-01T01:00:00Z
            2026-02-01 01:00 | record ada both  | nothing
            """)
    }

    @Test("a refusal counts for nothing, and the same KEY again is no further call")
    func refusals() {
        DayTable.check(
            """
            { edition: 1, actions: { act: { limit: { count: 1, per: 'day' },
                inputs: { n: 'int' }, requires: [{ test: 'n > 0', unmet: 'n is too small' }] } } }
            """,
            """
            2026-01-05 10:00 | record ada act n=0       | REQUIREMENT unmet=1
            2026-01-05 10:00 | record ada act n=1 key=k | nothing
            2026-01-05 10:00 | record ada act n=1 key=k | known 8
            2026-01-05 10:00 | record ada act n=0       | LIMIT until=2026-01-06T00:00:00Z
            """)
    }

    @Test("random calls, told late too: never more than allowed, never refused for nothing")
    func randomCalls() {
        var random = SplitMix(seed: 4711)
        for run in 0..<100 {
            let count = Int64(random.next() % 4) + 1
            let hours = Int64(random.next() % 30) + 1
            let isRolling = run % 2 == 0
            let limit =
                isRolling ? "count: \(count), every: '\(hours)h'" : "count: \(count), per: 'day'"
            var scenario = Scenario(
                rulebook: "{ edition: 1, actions: { act: { limit: { \(limit) } } } }")
            scenario.now = Instant(microseconds: 1_800_000_000_000_000)
            var calls: [Int64] = []
            var latest: Int64 = 0
            var hour: Int64 = 400_000
            for _ in 0..<100 {
                hour += Int64(random.next() % 12) - 3
                let outcome = scenario.outcome(
                    of: "record ada act", at: Instant(microseconds: hour * 3_600_000_000))
                let isAllowed: Bool
                if isRolling {
                    // Those that are not so long ago; those that are yet to come are not ago at all.
                    isAllowed = calls.filter { $0 > hour - hours }.count < count
                } else {
                    latest = max(latest, hour / 24)
                    isAllowed = calls.filter { $0 == latest }.count < count
                }
                #expect((outcome == "nothing") == isAllowed, "\(limit), hour \(hour): \(outcome)")
                if outcome == "nothing" { calls.append(isRolling ? hour : latest) }
            }
        }
    }
}
