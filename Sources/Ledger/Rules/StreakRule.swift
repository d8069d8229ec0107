/// Days in a row on which an account did something that counts.
package final class StreakRule: Sendable {
    package let name: Word
    /// The name's text.
    package let text: String
    package let counts: [Count]
    /// Days in between that may be missed for nothing.
    package let grace: Int64
    /// The item of which one makes up for each further day missed.
    package let freeze: Word?
    package let timeZone: Zone
    package let backwards: Backwards
    /// What every day of the streak gives.
    package let bonus: EffectRules

    init(
        name: Word, text: String, counts: [Count], grace: Int64, freeze: Word?, timeZone: Zone,
        backwards: Backwards, bonus: EffectRules
    ) {
        self.name = name
        self.text = text
        self.counts = counts
        self.grace = grace
        self.freeze = freeze
        self.timeZone = timeZone
        self.backwards = backwards
        self.bonus = bonus
    }

    /// An action that counts.
    package struct Count: Sendable {
        /// Its position in the rulebook.
        package let action: Int
        /// Counts only where this holds, in the action's own words.
        package let when: Formula?
    }

    package enum Zone: String, Sendable, CaseIterable {
        case rulebook
        /// As the fact `utc_offset` of the account says, in minutes.
        case account
    }

    /// What becomes of the streak on a day before its last one.
    package enum Backwards: String, Sendable, CaseIterable {
        case ignore, restart
    }
}

/// How a streak stands: what its cell keeps.
package struct StreakStanding: Equatable, Sendable {
    package var current: Int64
    package var longest: Int64
    /// The last day that counted, since 1970-01-01.
    package var day: Int64

    package init(current: Int64, longest: Int64, day: Int64) {
        self.current = current
        self.longest = longest
        self.day = day
    }

    package init(_ value: CellValue) {
        self.init(current: value.a, longest: value.b, day: value.c)
    }

    package var value: CellValue { CellValue(current, longest, day) }
}

extension StreakRule {
    /// The streak after a day that counts, and how many freezes that takes; `nil` where the day
    /// changes nothing.
    ///
    /// - Parameter freezes: how many of the item the account has.
    package func extended(
        _ last: StreakStanding?, on day: Int64, freezes: Int64
    ) -> (StreakStanding, freezesUsed: Int64)? {
        guard let last else { return (StreakStanding(current: 1, longest: 1, day: day), 0) }
        if day == last.day || (day < last.day && backwards == .ignore) { return nil }
        let again = StreakStanding(current: 1, longest: max(last.longest, 1), day: day)
        guard day > last.day else { return (again, 0) }
        let missed = day - last.day - 1
        let uncovered = max(0, missed - grace)
        guard uncovered == 0 || (freeze != nil && uncovered <= freezes) else { return (again, 0) }
        // A migration may have brought in the highest there is.
        let current = last.current == .max ? last.current : last.current + 1
        let next = StreakStanding(current: current, longest: max(last.longest, current), day: day)
        return (next, uncovered)
    }
}
