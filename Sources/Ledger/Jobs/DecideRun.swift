// RUN: a job for all accounts that there are, slice by slice. Each slice is a group of events of which the
// last says how far the run has come: a crash loses a slice whole or not at all.

extension Ledger {
    /// The key of the run that RUN asks for, whether there is one yet or not.
    package mutating func runKey(
        _ command: borrowing Command, at wall: Instant
    ) throws(Refusal) -> RunKey {
        let (rule, period) = try job(command, at: command.at ?? max(wall, state.time))
        return CellKey(.claim, rule.name, period.runKey)
    }

    private func job(
        _ command: borrowing Command, at instant: Instant
    ) throws(Refusal) -> (JobRule, JobPeriod) {
        guard let word = state.words.find(command.bytes, command.name.range),
            let rule = rules.job(word)
        else {
            let text = text(command, command.name)
            throw Refusal(
                .undeclared, [.init("job", text)], "the rulebook declares no job \(text)")
        }
        guard command.hasValue else {
            let period = JobPeriod(
                kind: rule.period, at: instant, utcOffsetMinutes: rules.utcOffsetMinutes)
            return (rule, period)
        }
        guard
            let period = JobPeriod(kind: rule.period, command.bytes, command.value.range)
        else {
            let example =
                switch rule.period {
                case .day: "2026-01-05"
                case .week: "2026-W02"
                case .month: "2026-01"
                }
            throw Refusal(
                .badArgument, [.init("period", text(command, command.value))],
                "\(rule.text) runs once a \(rule.period.rawValue): FOR \(example), for instance")
        }
        return (rule, period)
    }

    /// Begins a run, which its first event records.
    mutating func decideRun(_ command: borrowing Command) throws(Refusal) {
        let (rule, period) = try job(command, at: draft.at ?? requested.now)
        var progress = JobProgress()
        progress.key = period.runKey
        guard state.value(.ledger, CellKey(.claim, rule.name, progress.key)) == nil else {
            throw Refusal(
                .taken, [.init("job", rule.text)], "\(rule.text) was run for that period already")
        }
        try checkBegun(rule, period)
        draftBeginning(rule.name, period.text, &progress)
    }

    /// What is paid for a period before it has come would keep its real run from ever happening.
    private func checkBegun(_ rule: JobRule, _ period: JobPeriod) throws(Refusal) {
        let current = JobPeriod(
            kind: rule.period, at: requested.now, utcOffsetMinutes: rules.utcOffsetMinutes)
        guard period.firstDay <= current.firstDay else {
            throw Refusal(
                .badArgument, [.init("argument", "for")],
                "FOR names a \(rule.period.rawValue) that hasn't begun yet")
        }
    }

    private mutating func draftBeginning(
        _ job: Word, _ period: [UInt8], _ progress: inout JobProgress
    ) {
        progress.last = AccountNumber(state.accountCount)
        progress.isDone = state.accountCount == 0
        draft.kind = .job
        draft.causeKind = job == .none ? .ledger : .job
        draft.causeName = job
        draft.payload = .job(period: draft.addText(period), progress)
    }

    /// Begins a run of the ledger's own: of a job that is due, or to fill boards.
    ///
    /// - Parameter at: when it should have begun, if that isn't now.
    package mutating func beginOwnRun(
        _ job: Word, _ period: [UInt8], key: UInt32, at: Instant?, wall: Instant
    ) throws(Refusal) {
        prepareOwn(wall)
        group = .none
        if let at, at < requested.now { draft.at = at }
        var progress = JobProgress()
        progress.key = key
        draftBeginning(job, period, &progress)
        try emit(Command())
    }

    mutating func prepareOwn(_ wall: Instant) {
        requested = Requested()
        requested.now = max(wall, state.time)
        requested.isLedger = true
        hasGroupBegun = false
        draft.reset()
        touched.clear()
        pendingWords.clear()
        inputs.clear()
    }

    /// The run that the last event decided begins.
    package func begunRun() -> JobRun? {
        let actor = Actor(
            uid: requested.peer.uid, role: requested.peer.role, by: requested.by)
        return JobRun(draft, first: draft, actor: requested.isLedger ? nil : actor)
    }

    /// The event that RUN's KEY is known from, and what the command would be known by.
    package mutating func knownRun(
        _ command: borrowing Command
    ) -> (event: SequenceNumber, fingerprint: UInt64)? {
        guard !command.key.isEmpty, let event = state.event(of: keyToken(command, .ledger)) else {
            return nil
        }
        return (event, fingerprint(command, .ledger))
    }

    // MARK: Slices

    /// Goes on with a run: for some accounts more, or until the batch is full.
    ///
    /// A run that is only tried is taken back slice by slice: what one account is given does not depend
    /// on what another was.
    package mutating func step(
        _ run: inout JobRun, accountsMax: Int, at wall: Instant
    ) throws(Refusal) {
        prepareOwn(wall)
        if run.isDryRun { beginUndo() }
        defer {
            group = .none
            if run.isDryRun { rollBack() }
        }
        group = .multi(isLast: false)
        if run.isFill { return try fill(&run, accountsMax, wall) }
        guard let rule = rules.job(run.job) else {
            throw Refusal(
                .inactive, [.init("job", wordText(run.job))],
                "the rulebook in force declares no job \(wordText(run.job)) any more")
        }
        var looked = 0
        while run.progress.cursor < run.progress.last, looked < accountsMax, buffer.hasRoom {
            let account = AccountNumber(run.progress.cursor.rawValue + 1)
            try decideJob(rule, &run, account)
            run.progress.cursor = account
            looked += 1
        }
        run.unsaid += looked
        run.progress.isDone = run.progress.cursor == run.progress.last
        // A slice that gave nothing to anybody need not be remembered: it would be skipped again.
        let isWorthAnEvent = hasGroupBegun || run.unsaid >= 16_384 || run.progress.isDone
        if isWorthAnEvent, !run.isDryRun { try endSlice(&run) }
    }

    /// Gives one account what the job gives. What is refused is counted, and changes nothing.
    private mutating func decideJob(
        _ rule: JobRule, _ run: inout JobRun, _ account: AccountNumber
    ) throws(Refusal) {
        if state.isForgotten(account) { return }
        run.progress.accounts += 1
        do throws(Refusal) {
            if try give(rule, run, account) {
                run.progress.paid += 1
            } else {
                run.progress.skipped += 1
            }
        } catch {
            run.addFailure(account, error)
        }
    }

    /// - Returns: false where there is nothing to give.
    mutating func give(
        _ rule: JobRule, _ run: JobRun, _ account: AccountNumber
    ) throws(Refusal) -> Bool {
        prepareDraft(run)
        requested.account = account
        requested.subject = account
        requested.periodDay = run.period?.firstDay
        requested.feedsStreaks = rule.feedsStreaks
        let parent = state.parent(account)
        requested.parent = parent == .ledger ? nil : parent
        if parent != .ledger { state.ensure(parent) }
        draft.kind = .award
        draft.causeOf = run.first
        inputs.append(.defaultNumber(run.period?.firstDay ?? 0))
        let index = try link(account)
        precondition(index == 0, "the account comes first")
        try takeSteps(rule.steps)
        guard try holds(rule.when) else { return false }
        try checkFrozen(account)
        try apply(rule.effects, why: nil)
        guard !draft.postings.isEmpty || !draft.marks.isEmpty || !draft.rungs.isEmpty else {
            return false
        }
        try settle()
        try checkTotals()
        try emit(Command())
        return true
    }

    mutating func prepareDraft(_ run: JobRun) {
        draft.reset()
        touched.clear()
        pendingWords.clear()
        inputs.clear()
        requested.at = toldTime(run)
        draft.at = requested.at
        noteSeason(at: happened)
        draft.causeKind = run.isFill ? .ledger : .job
        draft.causeName = run.job
        if let actor = run.actor {
            requested.isLedger = false
            requested.peer = Peer(uid: actor.uid, role: actor.role)
            requested.by = actor.by
        }
    }

    /// When what a run gives happened, if that isn't now: when it was told to happen, or else when it
    /// began, if that was in another period.
    private func toldTime(_ run: JobRun) -> Instant? {
        if let at = run.at { return at < requested.now ? at : nil }
        guard let kind = run.period?.kind else { return nil }
        let periods = [run.began, requested.now].map {
            JobPeriod(kind: kind, at: $0, utcOffsetMinutes: rules.utcOffsetMinutes)
        }
        return periods[0] == periods[1] ? nil : run.began
    }

    /// The event that says how far the run has come.
    private mutating func endSlice(_ run: inout JobRun) throws(Refusal) {
        group = .multi(isLast: true)
        prepareDraft(run)
        try emitProgress(&run)
    }

    /// Likewise, with what the draft has besides.
    private mutating func emitProgress(_ run: inout JobRun) throws(Refusal) {
        draft.kind = .job
        draft.causeOf = run.first
        let period = draft.addText(run.periodText)
        for index in run.progress.failures.indices {
            run.progress.failures[index].code = draft.addText(Array(run.failureCodes[index].utf8))
        }
        draft.payload = .job(period: period, run.progress)
        try emit(Command())
        run.sequence = draft.sequence
        run.time = draft.time
        run.unsaid = 0
    }

    // MARK: Boards

    /// Accounts that one event puts on boards, at most.
    private static let fillAccountsMax = 32

    /// Fills boards: unlike a job's, a fill's event is about several accounts and says itself how far it
    /// has come, so that each stands alone.
    private mutating func fill(
        _ run: inout JobRun, _ accountsMax: Int, _ wall: Instant
    ) throws(Refusal) {
        group = .none
        var looked = 0
        while run.progress.cursor < run.progress.last, looked < accountsMax, buffer.hasRoom {
            hasGroupBegun = false
            prepareDraft(run)
            while run.progress.cursor < run.progress.last, looked < accountsMax,
                draft.accounts.count < Self.fillAccountsMax
            {
                let account = AccountNumber(run.progress.cursor.rawValue + 1)
                run.progress.cursor = account
                run.progress.accounts += 1
                looked += 1
                let marks = draft.marks.count
                do throws(Refusal) {
                    try refillBoards(of: account)
                    if draft.marks.count > marks {
                        run.progress.paid += 1
                    } else {
                        run.progress.skipped += 1
                    }
                } catch {
                    // A key that has no value for this account: it isn't on that board.
                    run.addFailure(account, error)
                }
            }
            run.progress.isDone = run.progress.cursor == run.progress.last
            run.unsaid += looked
            if !draft.marks.isEmpty || run.progress.isDone || run.unsaid >= 16_384 {
                try emitProgress(&run)
            }
        }
    }
}
