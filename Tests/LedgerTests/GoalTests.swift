import Testing

@testable import Ledger

@Suite("Goals")
struct GoalTests {
    @Test("actions count towards a target, once for each window, and what it gives is given once")
    func counting() {
        DayTable.check(
            """
            { edition: 1, currencies: { xp: {} },
              goals: {
                three: { counts: ['act'], target: 3, window: 'week',
                  gives: [{ balance: 'xp', amount: 30 }] },
                steps: { counts: [{ action: 'walk', by: 'steps' }], target: 10,
                  gives: [{ balance: 'xp', amount: 5 }, { fact: 'walker', value: 1 }] },
              },
              actions: { act: {}, walk: { inputs: { steps: 'int' } } } }
            """,
            """
            2026-01-05 10:00 | record ada act           | three at 1
            2026-01-06 10:00 | record ada act           | three at 2
            2026-01-07 10:00 | record bob act           | three at 1
            2026-01-11 23:59 | record ada act           | +30 xp (goal three), three at 3 done 1
            2026-01-11 23:59 | record ada act           | nothing
            2026-01-12 00:00 | record ada act           | three at 1
            2026-01-11 12:00 | record ada act           | nothing
            2026-01-12 00:00 | record ada act           | three at 2
            2026-01-12 10:00 | record ada walk steps=4  | steps at 4
            2026-03-12 10:00 | record ada walk steps=0  | nothing
            2026-03-12 10:00 | record ada walk steps=-9 | steps at 0
            2026-03-12 10:00 | record ada walk steps=99 | +5 xp (goal steps), steps at 10 done 1, walker is 1
            2026-03-12 10:00 | record ada walk steps=99 | nothing
            """)
    }

    @Test("a goal that repeats keeps what is left over")
    func repeating() {
        DayTable.check(
            """
            { edition: 1, currencies: { xp: {} },
              goals: { tens: { counts: [{ action: 'walk', by: 'steps' }], target: 10, repeat: true,
                gives: [{ balance: 'xp', amount: 1 }] } },
              actions: { walk: { inputs: { steps: 'int' } } } }
            """,
            """
            2026-01-05 10:00 | record ada walk steps=7     | tens at 7
            2026-01-05 10:00 | record ada walk steps=5     | +1 xp (goal tens), tens at 2 done 1
            2026-01-06 10:00 | record ada walk steps=20    | +1 xp (goal tens), +1 xp (goal tens), tens at 2 done 3
            2026-01-06 10:00 | record ada walk steps=10010 | TOOBIG goal=tens max=1000
            2026-01-06 10:00 | record ada walk steps=9223372036854775807 | OVERFLOW
            2026-01-06 10:00 | record ada walk steps=8     | +1 xp (goal tens), tens at 0 done 4
            """)
    }

    @Test("different values count once each, and anew in each window")
    func distinct() {
        DayTable.check(
            """
            { edition: 1, currencies: { xp: {} },
              goals: {
                topics: { counts: [{ action: 'act', distinct: 'topic', when: 'given(topic)' },
                                   { action: 'read', distinct: 'page' }],
                  target: 3, window: 'day', gives: [{ balance: 'xp', amount: 25 }] },
                friends: { counts: [{ action: 'greet', distinct: 'who' }], target: 2 },
              },
              actions: { act: { inputs: { topic: { type: 'name', optional: true } } },
                read: { inputs: { page: 'int' } }, greet: { inputs: { who: 'account' } } } }
            """,
            """
            2026-01-05 10:00 | record ada act topic=art   | topics at 1
            2026-01-05 10:01 | record ada act topic=art   | nothing
            2026-01-05 10:01 | record ada act             | nothing
            2026-01-05 10:02 | record ada read page=7     | topics at 2
            2026-01-05 10:02 | record ada read page=7     | nothing
            2026-01-06 10:00 | record ada act topic=art   | topics at 1
            2026-01-06 10:00 | record ada act topic=maths | topics at 2
            2026-01-06 10:00 | record ada act topic=law   | +25 xp (goal topics), topics at 3 done 1
            2026-01-06 10:00 | record ada greet who=bob   | friends at 1
            2026-01-06 10:00 | record ada greet who=bob   | nothing
            2026-01-06 10:00 | record ada greet who=cy    | friends at 2 done 1
            """)
    }

    @Test("who isn't enrolled gets nowhere; taking up again changes nothing")
    func enrolment() {
        DayTable.check(
            """
            { edition: 1,
              goals: {
                quest: { counts: [{ action: 'act', by: 'steps' }], target: 5, enrol: 'offer' },
                weekly: { counts: ['act'], target: 9, window: 'week', enrol: 'offer' },
                closed: { counts: ['act'], target: 1, enrol: 'offer', active: false },
                late: { counts: ['act'], target: 1, enrol: 'offer', from: '2026-02-01' },
                over: { counts: ['act'], target: 2, until: '2026-01-06' },
              },
              offers: { take: { repeat: true, parameters: { id: 'name' },
                gives: [{ enrol: '<id>' }] } },
              actions: { act: { inputs: { steps: { type: 'int', default: 1 } },
                let: { was: "goal('quest')", is_in: "enrolled('quest')" }, show: ['was', 'is_in'] } } }
            """,
            """
            2026-01-05 10:00 | record ada act         | over at 1, was = 0, is_in = 0
            2026-01-05 10:00 | claim ada take id=quest  | quest at 0
            2026-01-05 10:00 | claim ada take id=quest  | TAKEN offer=take
            2026-01-05 10:00 | claim ada take id=weekly | weekly at 0
            2026-01-05 10:00 | claim ada take id=closed | INACTIVE goal=closed
            2026-01-05 10:00 | claim ada take id=late   | INACTIVE goal=late
            2026-01-05 10:00 | claim ada take id=qest   | UNDECLARED goal=qest
            2026-01-06 00:00 | record ada act steps=2 | quest at 2, weekly at 1, was = 0, is_in = 1
            2026-01-12 10:00 | record ada act steps=9 | quest at 5 done 1, was = 2, is_in = 1
            2026-01-12 10:00 | claim ada take id=quest  | TAKEN offer=take
            2026-01-12 10:00 | claim ada take id=weekly | weekly at 0
            2026-01-06 10:00 | claim ada take id=weekly | TAKEN offer=take
            2026-02-01 00:00 | claim ada take id=late   | late at 0
            """)
    }

    @Test("a value is reached: of balances, rungs, facts, streaks, and by the rewards of others")
    func reaching() {
        DayTable.check(
            """
            { edition: 1, currencies: { xp: { raw: ['game'] }, coins: { raw: ['game'], transferable: true } },
              ladders: { level: { of: "earned('xp')", tail: 100 } },
              streaks: { daily: { counts: ['act'] } },
              goals: {
                level_3: { reaches: "rung('level')", target: 3, gives: [{ balance: 'coins', amount: 50 }] },
                rich: { reaches: "available('coins') / 2", target: 25, gives: [{ balance: 'xp', amount: 100 }] },
                level_4: { reaches: "rung('level')", target: 4 },
                week: { reaches: "streak('daily')", target: 2, window: 'week' },
                known: { reaches: "fact('fame') else 0", target: 9 },
                given: { reaches: "earned('coins')", target: 1000, enrol: 'offer' },
              },
              offers: { take: { gives: [{ enrol: 'given' }] } },
              actions: { act: {} } }
            """,
            """
            2026-01-05 10:00 | award ada xp 99       | +99 xp, level_3 at 1, level_4 at 1
            2026-01-05 10:00 | award ada xp 1        | +1 xp, level_3 at 2, level_4 at 2, level 1 to 2
            2026-01-05 10:00 | award bob xp 500      | +500 xp, +50 coins (goal level_3), +100 xp (goal rich), level_3 at 3 done 1, rich at 25 done 1, level_4 at 4 done 1, level 1 to 7
            2026-01-05 10:00 | record ada act        | daily 1 of 1, week at 1
            2026-01-06 10:00 | record ada act        | daily 2 of 2, week at 2 done 1
            2026-01-12 10:00 | award ada xp 1        | +1 xp
            2026-01-12 10:00 | record ada act        | daily 1 of 2, week at 1
            2026-01-12 10:00 | fact ada fame 10      | fame is 10, known at 9 done 1
            2026-01-12 10:00 | fact ada fame 1       | fame is 1
            2026-01-12 10:00 | award ada coins 49    | +49 coins, rich at 24
            2026-01-12 10:00 | transfer bob ada coins 1 | -1 coins, 1: +1 coins, 1: +100 xp (goal rich), 1: +50 coins (goal level_3), 1: rich at 25 done 1, 1: level_3 at 3 done 1, 1: level_4 at 3, 1: level 2 to 3
            2026-01-12 10:00 | claim ada take        | given at 100, took take
            """)
    }

    @Test("what is undone later stays done")
    func corrections() {
        DayTable.check(
            """
            { edition: 1, currencies: { xp: { raw: ['game'] } },
              goals: { hundred: { reaches: "available('xp')", target: 100 } }, actions: { act: {} } }
            """,
            """
            2026-01-05 10:00 | award ada xp 60  | +60 xp, hundred at 60
            2026-01-05 10:00 | spend ada xp 20  | -20 xp, hundred at 40
            2026-01-05 10:00 | award ada xp 60  | +60 xp, hundred at 100 done 1
            2026-01-05 10:00 | spend ada xp 90  | -90 xp
            """)
    }

    @Test("random actions on random days, backwards too, as counting all of them anew has it")
    func randomActions() {
        var random = SplitMix(seed: 77)
        for _ in 0..<10_000 {
            let windows: [GoalRule.Window] = [.none, .day, .week, .month]
            let window = windows[Int(random.next() % 4)]
            let target = Int64(random.next() % 6) + 1
            let repeats = random.next() % 2 == 0
            let enrolment: GoalRule.Enrolment = random.next() % 2 == 0 ? .automatic : .offer
            let goal = GoalRule(
                name: Word(1), text: "g", counts: [], reaches: nil, target: target, window: window,
                enrolment: enrolment, from: nil, until: nil, isActive: true, repeats: repeats,
                gives: EffectRules())
            var stored: GoalStanding?
            var naive = NaiveGoal(
                window: window, target: target, repeats: repeats,
                isAutomatic: enrolment == .automatic)
            var day: Int64 = 20_000
            for _ in 0..<25 {
                day += Int64(random.next() % 9) - 2
                let first = window.calendar?.first(of: day) ?? 0
                if random.next() % 3 == 0, enrolment == .offer {
                    if goal.standing(stored, in: first) == nil, first >= stored?.window ?? first {
                        stored = GoalStanding(window: first)
                    }
                    naive.enrol(on: day)
                }
                let amount = Int64(random.next() % 9) - 1
                if let standing = goal.standing(stored, in: first), !goal.isFinished(standing) {
                    stored = goal.advanced(standing, by: amount)
                }
                naive.count(amount, on: day)
                let now = goal.standing(stored, in: first)
                if now?.progress != naive.progress(on: day) || now?.done != naive.done(on: day) {
                    Issue.record("\(String(describing: now)) is not \(naive), on \(day)")
                    return
                }
            }
        }
    }
}

/// Keeps all that was counted, by a name for each window that it makes up itself.
private struct NaiveGoal {
    let window: GoalRule.Window
    let target: Int64
    let repeats: Bool
    let isAutomatic: Bool
    private var counted: [(window: String, day: Int64, amounts: [Int64])] = []

    init(window: GoalRule.Window, target: Int64, repeats: Bool, isAutomatic: Bool) {
        self.window = window
        self.target = target
        self.repeats = repeats
        self.isAutomatic = isAutomatic
    }

    private func name(_ day: Int64) -> String {
        let date = CivilDate(daysSince1970: day)
        switch window {
        case .day: return "\(date.year)-\(date.month)-\(date.day)"
        case .month: return "\(date.year)-\(date.month)"
        // 2001-01-01, a Monday, was day 11,323.
        case .week: return "\((day + 7_000_000 - 11_323) / 7)"
        default: return ""
        }
    }

    /// The window of the day, if the account is enrolled in it: none that is over by a later one.
    private func index(_ day: Int64) -> Int? {
        guard let last = counted.last else { return nil }
        return last.window == name(day) ? counted.count - 1 : nil
    }

    mutating func enrol(on day: Int64) {
        if let last = counted.last, last.window != name(day), day < last.day { return }
        if index(day) == nil { counted.append((name(day), day, [])) }
    }

    mutating func count(_ amount: Int64, on day: Int64) {
        if isAutomatic { enrol(on: day) }
        guard let index = index(day) else { return }
        if !repeats, done(on: day) ?? 0 > 0 { return }
        counted[index].amounts.append(amount)
    }

    private func standing(_ day: Int64) -> (progress: Int64, done: Int64)? {
        guard let index = index(day) else { return nil }
        var progress: Int64 = 0
        var done: Int64 = 0
        for amount in counted[index].amounts {
            progress = max(progress + amount, 0)
            while repeats, progress >= target {
                progress -= target
                done += 1
            }
            if progress >= target { (progress, done) = (target, 1) }
        }
        return (progress, done)
    }

    func progress(on day: Int64) -> Int64? { standing(day)?.progress }
    func done(on day: Int64) -> Int64? { standing(day)?.done }
}
