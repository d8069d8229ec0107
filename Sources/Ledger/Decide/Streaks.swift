extension Ledger {
    /// Takes the streaks on that the action under way counts for.
    mutating func settleStreaks(_ action: Int) throws(Refusal) {
        for place in rules.counting[action].streaks {
            let streak = rules.parts.streaks[place.rule]
            guard try holds(streak.counts[place.count].when) else { continue }
            try extend(streak)
        }
    }

    /// Takes every streak on: what a job gives counts as being active where it says so.
    mutating func settleAllStreaks() throws(Refusal) {
        for streak in rules.parts.streaks { try extend(streak) }
    }

    private mutating func extend(_ streak: StreakRule) throws(Refusal) {
        let account = requested.account
        let key = CellKey(.streak, streak.name)
        let stored = value(account, key).map(StreakStanding.init)
        let freezes = streak.freeze.map { items($0, of: account) } ?? 0
        guard let (next, used) = streak.extended(stored, on: day(of: streak), freezes: freezes)
        else { return }
        try set(account, key, next.value)
        if used > 0, let freeze = streak.freeze {
            let left = freezes - used
            try set(account, CellKey(.item, freeze), left == 0 ? nil : CellValue(left, -used))
        }
        guard !streak.bonus.isEmpty else { return }
        let why = Event.Why(kind: .streak, word: streak.name, number: next.current)
        try apply(streak.bonus, why: why, to: account, inputs: [])
    }

    /// The day on the clocks that the streak goes by.
    private func day(of streak: StreakRule) -> Int64 {
        var offset = rules.utcOffsetMinutes
        if streak.timeZone == .account, let own = ownOffset() { offset = own }
        return LocalTime(happened, utcOffsetMinutes: offset).day
    }

    /// What the account's fact `utc_offset` says; one that no place on earth has doesn't count.
    private func ownOffset() -> Int? {
        guard let name = word(of: Array("utc_offset".utf8)),
            case .number(let minutes)? = fact(name, of: requested.account),
            (-14 * 60...14 * 60).contains(minutes)
        else { return nil }
        return Int(minutes)
    }
}
