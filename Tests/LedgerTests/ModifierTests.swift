import Testing

@testable import Ledger

@Suite("Modifiers")
struct ModifierTests {
    @Test("percentages add up, or follow each other, and hold while they hold")
    func percentages() {
        DayTable.check(
            """
            { edition: 1,
              modifiers: {
                sum: { percents: ["fact('all') else 0", "fact('of:<kind>') else 0"], round: 'truncate', least: 1 },
                chain: { percents: ["fact('all') else 0", "fact('of:<kind>') else 0"], combine: 'chain' },
                event: { percents: [{ percent: 50, from: '2026-12-01', until: '2026-12-08' },
                                    { percent: "fact('all') else 0", until: '2026-12-05' }] },
              },
              actions: { act: { inputs: { kind: 'name', n: 'int' },
                let: { s: "modified('sum', n)", c: "modified('chain', n)", e: "modified('event', n)" },
                show: ['s', 'c', 'e'] } } }
            """,
            """
            2026-11-30 23:59 | record ada act kind=a n=10 | s = 10, c = 10, e = 10
            2026-11-30 23:59 | fact ada all -10           | all is -10
            2026-11-30 23:59 | fact ada of:a -20          | of:a is -20
            2026-11-30 23:59 | record ada act kind=a n=10 | s = 7, c = 36/5, e = 9
            2026-11-30 23:59 | record ada act kind=b n=10 | s = 9, c = 9, e = 9
            2026-11-30 23:59 | record ada act kind=a n=1  | s = 1, c = 18/25, e = 9/10
            2026-12-01 00:00 | record ada act kind=a n=10 | s = 7, c = 36/5, e = 14
            2026-12-05 00:00 | record ada act kind=a n=10 | s = 7, c = 36/5, e = 15
            2026-12-08 00:00 | record ada act kind=a n=10 | s = 7, c = 36/5, e = 10
            2026-12-08 00:00 | fact ada all -500          | all is -500
            2026-12-08 00:00 | record ada act kind=a n=10 | s = 1, c = -32, e = 10
            2026-12-08 00:00 | record ada act kind=a n=9223372036854775807 | s = 1, c = OVERFLOW
            """.replacing("s = 1, c = OVERFLOW", with: "OVERFLOW"))
    }

    @Test("each rounding")
    func roundings() {
        let rows: [(String, String)] = [
            ("truncate", "-2"), ("floor", "-3"), ("ceil", "-2"), ("half_up", "-2"),
            ("half_even", "-2"), ("none", "-5/2"),
        ]
        for (rounding, value) in rows {
            DayTable.check(
                """
                { edition: 1, modifiers: { m: { percents: [-50], round: '\(rounding)' } },
                  actions: { act: { let: { x: "modified('m', -5)" }, show: ['x'] } } }
                """,
                "2026-01-05 10:00 | record ada act | x = \(value)")
        }
    }
}
