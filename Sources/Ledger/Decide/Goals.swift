// Goals: taking them up, counting towards them, and what is given at the end.

extension Ledger {
    /// Takes up a goal, or takes over how far the account had come with it.
    mutating func markGoal(
        _ rule: MarkRule, _ name: Word, _ account: AccountNumber
    ) throws(Refusal) {
        guard let goal = rules.parts.goals.first(where: { $0.name == name }) else {
            throw Refusal(
                .undeclared, [.init("goal", wordText(name))],
                "the rulebook declares no goal \(wordText(name))")
        }
        let key = CellKey(.goal, name)
        if case .goal(let progress, let done) = rule.kind {
            guard let window = window(of: goal) else { throw refusal(.noSeason) }
            let standing = GoalStanding(
                progress: try whole(progress), window: window, done: try whole(done))
            try set(account, key, standing.value)
            return
        }
        try checkOpen(goal)
        guard let window = window(of: goal) else { throw refusal(.noSeason) }
        let stored = value(account, key).map(GoalStanding.init)
        // Taken up already; or a window that is over by what the account did since.
        if goal.standing(stored, in: window) != nil { return }
        if let stored, goal.window != .none, stored.window > window { return }
        try set(account, key, GoalStanding(window: window).value)
    }

    private mutating func checkOpen(_ goal: GoalRule) throws(Refusal) {
        guard !goal.isOpen(at: happened) else { return }
        throw Refusal(
            .inactive, [.init("goal", goal.text)], "the goal \(goal.text) is not active")
    }

    /// An offer of a goal that isn't open is not active, whatever else may be wrong with a claim.
    mutating func checkGoals(_ effects: EffectRules) throws(Refusal) {
        if let goal = closedGoal(in: effects) { try checkOpen(goal) }
    }

    /// A goal that can't be taken up now, though that is what these effects are for. Before any step is
    /// taken: what depends on steps or conditions is found when it comes to it.
    func closedGoal(in effects: EffectRules) -> GoalRule? {
        for mark in effects.marks {
            guard case .enrol = mark.kind, mark.when == nil, mark.forEach == nil,
                !mark.name.readsSteps, let word = mark.name.word(in: self),
                let goal = rules.parts.goals.first(where: { $0.name == word }),
                !goal.isOpen(at: happened)
            else { continue }
            return goal
        }
        return nil
    }

    /// The first day of the window that the command falls into, 0 for a goal without windows; `nil`
    /// where no season is running.
    func window(of goal: GoalRule) -> Int64? {
        let day =
            requested.periodDay
            ?? LocalTime(happened, utcOffsetMinutes: rules.utcOffsetMinutes).day
        return rules.window(of: goal, on: day, season: requested.season)
    }

    // MARK: Counting

    /// Counts the action under way towards the goals that it is part of.
    mutating func settleCounts(_ action: Int) throws(Refusal) {
        for place in rules.counting[action].goals {
            let goal = rules.parts.goals[place.rule]
            try count(goal.counts[place.count], towards: goal)
        }
    }

    private mutating func count(
        _ count: GoalRule.Count, towards goal: GoalRule
    ) throws(Refusal) {
        let account = requested.account
        guard goal.isOpen(at: happened), let window = window(of: goal) else { return }
        let key = CellKey(.goal, goal.name)
        let stored = value(account, key).map(GoalStanding.init)
        guard let standing = goal.standing(stored, in: window), !goal.isFinished(standing),
            try holds(count.when)
        else { return }
        var amount: Int64 = 1
        if let by = count.by { amount = try whole(by) }
        if let input = count.distinct {
            guard try isNew(inputs[input], input, goal, window) else { return }
        }
        guard let next = goal.advanced(standing, by: amount) else { throw refusal(.overflow) }
        guard next != standing else { return }
        try set(account, key, next.value)
        try reward(goal, account, times: next.done - standing.done)
    }

    /// Whether a value counts for the first time in the window; notes that it has.
    private mutating func isNew(
        _ input: BoundInput, _ position: Int, _ goal: GoalRule, _ window: Int64
    ) throws(Refusal) -> Bool {
        let member: UInt32
        switch input {
        case .absent: return false
        case .account(let account, _): member = account.rawValue
        default:
            var text: [UInt8] = []
            appendText(ofInput: position, to: &text)
            member = try wordOfRule(text).rawValue
        }
        let key = CellKey(.goalMember, goal.name, member)
        if value(requested.account, key)?.a == window { return false }
        try set(requested.account, key, CellValue(window))
        return true
    }

    /// An event can't be made to give without end.
    private static let timesMax: Int64 = 1000

    private mutating func reward(
        _ goal: GoalRule, _ account: AccountNumber, times: Int64
    ) throws(Refusal) {
        guard times > 0, !goal.gives.isEmpty else { return }
        guard times <= Self.timesMax else {
            throw Refusal(
                .tooBig, [.init("goal", goal.text), .init("max", "\(Self.timesMax)")],
                "this would do the goal \(goal.text) \(times) times at once; "
                    + "\(Self.timesMax) times are possible")
        }
        let why = Event.Why(kind: .goal, word: goal.name, number: 0)
        for _ in 0..<times { try apply(goal.gives, why: why, to: account, inputs: []) }
    }

    // MARK: Reaching

    /// Looks again at the goals that reach a value, of every account for which something that the
    /// value is read from has changed. Answers whether one was done.
    mutating func settleReaching() throws(Refusal) -> Bool {
        switch draft.kind {
        case .award, .spend, .claim, .fact, .transfer: break
        default: return false
        }
        var isAnyDone = false
        for position in rules.reachingGoals {
            let goal = rules.parts.goals[position]
            guard let reaches = goal.reaches, goal.isOpen(at: happened),
                let window = window(of: goal)
            else { continue }
            // Rewards may bring in further accounts, which are looked at in the next round.
            for index in 0..<draft.accounts.count where hasChanged(reaches.reads, goal, of: index) {
                let account = draft.accounts[index].account
                if try reach(goal, reaches, window, account) { isAnyDone = true }
            }
        }
        return isAnyDone
    }

    private mutating func reach(
        _ goal: GoalRule, _ reaches: GoalRule.Reaching, _ window: Int64, _ account: AccountNumber
    ) throws(Refusal) -> Bool {
        let key = CellKey(.goal, goal.name)
        let stored = value(account, key).map(GoalStanding.init)
        guard let standing = goal.standing(stored, in: window), !goal.isFinished(standing) else {
            return false
        }
        let next = goal.reached(standing, try floor(reaches.value, of: account))
        guard next != standing else { return false }
        try set(account, key, next.value)
        guard next.done > standing.done else { return false }
        try reward(goal, account, times: 1)
        return true
    }

    /// A formula about an account, rounded down: a target of 3 isn't reached by 2.9.
    private mutating func floor(
        _ formula: Formula, of account: AccountNumber
    ) throws(Refusal) -> Int64 {
        let aside = (requested.subject, requested.parent)
        defer { (requested.subject, requested.parent) = aside }
        requested.subject = account
        let parent = state.parent(account)
        requested.parent = parent == .ledger ? nil : parent
        if parent != .ledger { state.ensure(parent) }
        return try evaluate(formula).floor.numerator
    }

    /// Whether the event changes what a formula reads of one of its accounts, or the account takes
    /// the goal up itself. One whom a job enrols has done nothing for it yet.
    private func hasChanged(_ reads: FormulaReads, _ goal: GoalRule, of index: Int) -> Bool {
        for posting in draft.postings
        where posting.account == index && reads.currencies.contains(posting.balance.currency) {
            return true
        }
        for rung in draft.rungs where rung.account == index {
            if reads.ladders.contains(where: { rules.ladders[$0].name == rung.ladder }) {
                return true
            }
        }
        for mark in draft.marks where mark.account == index {
            guard let kind = mark.key.kind else { continue }
            if reads.includes(kind) && !(kind == .goal && mark.key.word == goal.name) {
                return true
            }
            if kind == .goal, mark.key.word == goal.name, draft.causeKind != .job { return true }
        }
        return false
    }
}
