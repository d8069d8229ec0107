/// Something to get to: so many actions, so many different values, or a value that a formula reaches.
package final class GoalRule: Sendable {
    package let name: Word
    /// The name's text.
    package let text: String
    package let counts: [Count]
    /// Progress by a value instead of by actions.
    package let reaches: Reaching?
    package let target: Int64
    package let window: Window
    package let enrolment: Enrolment
    package let from: Instant?
    package let until: Instant?
    package let isActive: Bool
    /// Whether it begins anew as soon as it is done.
    package let repeats: Bool
    package let gives: EffectRules

    init(
        name: Word, text: String, counts: [Count], reaches: Reaching?, target: Int64,
        window: Window, enrolment: Enrolment, from: Instant?, until: Instant?, isActive: Bool,
        repeats: Bool, gives: EffectRules
    ) {
        self.name = name
        self.text = text
        self.counts = counts
        self.reaches = reaches
        self.target = target
        self.window = window
        self.enrolment = enrolment
        self.from = from
        self.until = until
        self.isActive = isActive
        self.repeats = repeats
        self.gives = gives
    }

    /// An action that counts.
    package struct Count: Sendable {
        /// Its position in the rulebook.
        package let action: Int
        /// Counts only where this holds, in the action's own words.
        package let when: Formula?
        /// How much it counts; `nil` for 1.
        package let by: Formula?
        /// The input, by position, of which each value counts once.
        package let distinct: Int?
    }

    /// A value, and what it is read from: it is looked at again when one of these has changed.
    package struct Reaching: Sendable {
        package let value: Formula
        package let reads: FormulaReads
    }

    package enum Window: String, Sendable, CaseIterable {
        case none, day, week, month, season

        var calendar: CalendarWindow? { CalendarWindow(rawValue: rawValue) }
    }

    package enum Enrolment: String, Sendable, CaseIterable {
        /// Everybody, always.
        case automatic
        /// Who took it up, in each window anew.
        case offer
        /// Whom a job took up, in each window anew.
        case job
    }

    /// Whether it can be taken up and advanced.
    package func isOpen(at moment: Instant) -> Bool {
        isActive && (from.map { $0 <= moment } ?? true) && (until.map { moment < $0 } ?? true)
    }
}

extension Rulebook {
    /// The first day of the window of a goal that a day falls into, 0 for a goal without windows;
    /// `nil` where the goal goes by seasons and none is running.
    func window(of goal: GoalRule, on day: Int64, season: Int?) -> Int64? {
        switch goal.window {
        case .none: 0
        case .season:
            season.map { LocalTime(seasons[$0].from, utcOffsetMinutes: utcOffsetMinutes).day }
        case .day, .week, .month: goal.window.calendar?.first(of: day)
        }
    }

    /// The goals that have a window at a time.
    package func goals(at time: Instant) -> [GoalWindow] {
        let day = LocalTime(time, utcOffsetMinutes: utcOffsetMinutes).day
        let season = season(at: time, now: time)
        return parts.goals.compactMap { goal in
            window(of: goal, on: day, season: season).map {
                GoalWindow(goal: goal, first: $0, isOpen: goal.isOpen(at: time))
            }
        }
    }

    /// From when until when, exclusively, the season and `goals` are as they are at a time.
    package func steadyTime(around time: Instant) -> Range<Instant> {
        var edges = seasons.flatMap { [$0.from, $0.until] }
        edges += parts.goals.flatMap { [$0.from, $0.until].compactMap(\.self) }
        if !parts.goals.isEmpty {
            let day = LocalTime(time, utcOffsetMinutes: utcOffsetMinutes).day
            edges += [day, day + 1].map {
                LocalTime.start(of: $0, utcOffsetMinutes: utcOffsetMinutes)
            }
        }
        let from = edges.filter { $0 <= time }.max() ?? Instant(microseconds: .min)
        let until = edges.filter { time < $0 }.min() ?? Instant(microseconds: .max)
        return from..<until
    }
}

/// A goal in the window that some time falls into.
package struct GoalWindow: Sendable {
    package let goal: GoalRule
    /// The window's first day; 0 for a goal without windows.
    package let first: Int64
    package let isOpen: Bool

    /// How far an account is with the goal, from what its cell keeps; `nil` where it isn't enrolled, and
    /// where the goal is over or not active any more and nothing came of it.
    package func standing(_ stored: CellValue?) -> GoalStanding? {
        guard isOpen || stored != nil else { return nil }
        return goal.standing(stored.map(GoalStanding.init), in: first)
    }
}

/// How far an account is with a goal: what its cell keeps.
package struct GoalStanding: Equatable, Sendable {
    package var progress: Int64
    /// The window's first day; 0 for a goal without one.
    package var window: Int64
    /// How often it was done in that window.
    package var done: Int64

    package init(progress: Int64 = 0, window: Int64, done: Int64 = 0) {
        self.progress = progress
        self.window = window
        self.done = done
    }

    package init(_ value: CellValue) {
        self.init(progress: value.a, window: value.b, done: value.c)
    }

    package var value: CellValue { CellValue(progress, window, done) }
}

extension GoalRule {
    /// Where the account stands in a window, from what its cell keeps of this or another one; `nil`
    /// where it isn't enrolled.
    package func standing(_ stored: GoalStanding?, in window: Int64) -> GoalStanding? {
        if let stored, stored.window == window { return stored }
        // A day before the window that is kept: how far the account was then is no longer known.
        // A goal without windows has none to be before.
        if let stored, self.window != .none, stored.window > window { return nil }
        return enrolment == .automatic ? GoalStanding(window: window) : nil
    }

    /// Whether nothing more can come of it in this window.
    package func isFinished(_ standing: GoalStanding) -> Bool {
        standing.done > 0 && !repeats
    }

    /// Counts so much more. `nil` where the number of times leaves Int64.
    package func advanced(_ standing: GoalStanding, by amount: Int64) -> GoalStanding? {
        var next = standing
        let (sum, isTooMuch) = standing.progress.addingReportingOverflow(amount)
        guard repeats else {
            next.progress = isTooMuch ? target : min(max(sum, 0), target)
            if next.progress == target { next.done = 1 }
            return next
        }
        guard !isTooMuch else { return nil }
        let (times, rest) = max(sum, 0).quotientAndRemainder(dividingBy: target)
        next.progress = rest
        let (done, isTooOften) = standing.done.addingReportingOverflow(times)
        next.done = done
        return isTooOften ? nil : next
    }

    /// Takes the value over, which counts up to the target.
    package func reached(_ standing: GoalStanding, _ value: Int64) -> GoalStanding {
        var next = standing
        next.progress = min(max(value, 0), target)
        if next.progress == target { next.done = 1 }
        return next
    }
}
