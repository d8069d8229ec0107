// What is known of the moment, of seasons, streaks, goals and ladders where nothing is decided: of a
// profile, and of an event that is told again.

extension ViewContext {
    var season: Int? { rules.season(at: at, now: at) }

    func moment(_ part: MomentPart) -> Int64 {
        part.value(at, utcOffsetMinutes: rules.utcOffsetMinutes)
    }

    func streak(_ name: Word, of account: AccountNumber) -> StreakStanding? {
        view.value(CellKey(.streak, name)).map(StreakStanding.init)
    }

    func goal(_ name: Word, of account: AccountNumber) -> GoalStanding? {
        guard let goal = rules.parts.goals.first(where: { $0.name == name }) else { return nil }
        let day = LocalTime(at, utcOffsetMinutes: rules.utcOffsetMinutes).day
        guard let window = rules.window(of: goal, on: day, season: season) else { return nil }
        return goal.standing(view.value(CellKey(.goal, name)).map(GoalStanding.init), in: window)
    }

    func aboveFloor(ladder index: Int, facet: Word, of account: AccountNumber) -> Int64? {
        guard let curve = rules.ladders[index].curve(of: facet) else { return 0 }
        let rung = rung(ladder: index, facet: facet, of: account)
        if curve.losesPast(rung) { return 0 }
        guard let floor = curve.floor(of: rung), let value = curve.value(of: view, facet: facet)
        else { return nil }
        let (progress, overflow) = value.subtractingReportingOverflow(floor)
        return overflow ? nil : progress
    }

    func floor(ladder index: Int, facet: Word, rung: Int64) -> Int64? {
        rules.ladders[index].curve(of: facet)?.floor(of: rung)
    }
}

extension EventContext {
    var season: Int? { rules.season(at: event.happened, now: event.time) }

    func moment(_ part: MomentPart) -> Int64 {
        part.value(event.happened, utcOffsetMinutes: rules.utcOffsetMinutes)
    }

    func floor(ladder index: Int, facet: Word, rung: Int64) -> Int64? {
        rules.ladders[index].curve(of: facet)?.floor(of: rung)
    }
}
