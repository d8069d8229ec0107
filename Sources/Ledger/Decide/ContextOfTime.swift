// What formulas can see of the moment, of seasons, streaks and goals, and of the way up a ladder.

extension Ledger {
    package var season: Int? { requested.season }

    package func moment(_ part: MomentPart) -> Int64 {
        part.value(happened, utcOffsetMinutes: rules.utcOffsetMinutes)
    }

    package func streak(_ name: Word, of account: AccountNumber) -> StreakStanding? {
        value(account, CellKey(.streak, name)).map(StreakStanding.init)
    }

    package func goal(_ name: Word, of account: AccountNumber) -> GoalStanding? {
        guard let goal = rules.parts.goals.first(where: { $0.name == name }),
            let window = window(of: goal)
        else { return nil }
        let stored = value(account, CellKey(.goal, name)).map(GoalStanding.init)
        return goal.standing(stored, in: window)
    }

    package func aboveFloor(ladder index: Int, facet: Word, of account: AccountNumber) -> Int64? {
        guard let curve = rules.ladders[index].curve(of: facet) else { return 0 }
        let rung = rung(ladder: index, facet: facet, of: account)
        if curve.losesPast(rung) { return 0 }
        guard let floor = curve.floor(of: rung), let value = climbValue(index, facet, account)
        else { return nil }
        let (progress, overflow) = value.subtractingReportingOverflow(floor)
        return overflow ? nil : progress
    }

    package func floor(ladder index: Int, facet: Word, rung: Int64) -> Int64? {
        rules.ladders[index].curve(of: facet)?.floor(of: rung)
    }

    /// What the account climbs a ladder with.
    private func climbValue(_ ladder: Int, _ facet: Word, _ account: AccountNumber) -> Int64? {
        switch rules.ladders[ladder].source {
        case .balance(let currency, let scope, let part):
            var name = BalanceName(currency: currency, facet: facet)
            if case .one(let only) = scope { name.facet = only }
            let value = balance(name, part, of: account)
            guard part == .earned, !rules.ladders[ladder].receivedClimbs else { return value }
            return value - received(name, of: account)
        case .formula:
            // It reads nothing but the account's balances, whoever the command is about.
            var view = AccountView()
            view.cells = Array(state.loadedCells(account, .balance))
            for entry in touched where entry.account == account {
                view.setBalance(entry.balance, entry.value)
            }
            return rules.ladders[ladder].value(of: view, facet: facet)
        }
    }

    private func received(_ name: BalanceName, of account: AccountNumber) -> Int64 {
        touched.first { $0.account == account && $0.balance == name }?.received
            ?? state.loadedValue(account, CellKey(received: name))?.a ?? 0
    }
}

extension LadderRule {
    /// Whether the account stands on the last rung of a ladder on which nothing counts any more.
    package func losesPast(_ rung: Int64) -> Bool {
        pastCap == .lose && cap.map { rung >= $0 } ?? false
    }
}
