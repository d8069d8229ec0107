// Runs of jobs, decided again: how each began, what it gave to every account, how far it says it has
// come. Who was given nothing has no event to be judged by.

/// A run that is being judged, by its first event's number.
struct JudgedRun {
    var run: JobRun
    /// The last account that it gave something.
    var account = AccountNumber.ledger
    var paid: UInt32 = 0
}

extension Recheck {
    mutating func judgeRun(_ event: borrowing Event) -> Reason? {
        guard event.kind == .job else { return judgeGift(event) }
        guard case .job(_, let progress?) = event.payload else {
            return Reason(text: "it doesn't say how far the run has come")
        }
        if event.causeOf == 0 { return judgeBeginning(event, progress) }
        guard var judged = runs[event.causeOf] else {
            return Reason(text: "no run began with event \(event.causeOf)")
        }
        let reason = judgeProgress(event, progress, judged)
        judged.run.progress = progress
        runs[event.causeOf] = progress.isDone ? nil : judged
        if judged.run.isFill, reason == nil { return judgeFill(event, judged.run) }
        return reason
    }

    private mutating func judgeBeginning(
        _ event: borrowing Event, _ progress: JobProgress
    ) -> Reason? {
        let actor = ledger.state.actor(event.actor)
        if let run = JobRun(copy event, first: copy event, actor: actor) {
            runs[event.sequence] = progress.isDone ? nil : JudgedRun(run: run)
        }
        guard actor == nil else {
            if case .nonsense(let what) = retelling.tellRun(event, &ledger.state) {
                return Reason(text: what)
            }
            return judgeCommand(event)
        }
        do throws(Refusal) {
            try ledger.rehearseOwnRun(event, progress.key)
        } catch {
            return Reason(refusal: error)
        }
        return reason(event.differences(from: ledger.draft, blankKeys: 0))
    }

    /// What the job gave to one account.
    private mutating func judgeGift(_ event: borrowing Event) -> Reason? {
        guard var judged = runs[event.causeOf], let account = event.accounts.first?.account else {
            return Reason(text: "no run began with event \(event.causeOf)")
        }
        guard account > judged.account, account > judged.run.progress.cursor,
            account <= judged.run.progress.last
        else { return Reason(text: "the run was past that account, or never came to it") }
        judged.account = account
        judged.paid += 1
        runs[event.causeOf] = judged
        do throws(Refusal) {
            guard try ledger.rehearseGift(judged.run, to: account, at: event.time) else {
                return Reason(text: "the job gives nothing to that account")
            }
        } catch {
            return Reason(refusal: error)
        }
        return reason(event.differences(from: ledger.draft, blankKeys: 0))
    }

    /// What a run says of itself has to follow from what it said before, and from what it gave.
    private func judgeProgress(
        _ event: borrowing Event, _ progress: JobProgress, _ judged: JudgedRun
    ) -> Reason? {
        let before = judged.run.progress
        let done = progress.paid + progress.skipped + progress.failed
        guard progress.key == before.key, progress.last == before.last,
            progress.cursor >= before.cursor, progress.cursor >= judged.account,
            progress.isDone == (progress.cursor == progress.last), progress.accounts == done,
            event.causeName == judged.run.job,
            judged.run.isFill || progress.paid == judged.paid
        else { return Reason(text: "the run can't have come so far") }
        return judged.run.isFill ? nil : judgeBare(event)
    }

    /// Places on boards that were filled for a rulebook.
    private mutating func judgeFill(_ event: borrowing Event, _ run: JobRun) -> Reason? {
        ledger.rehearseFill(run, of: event.accounts.map(\.account), at: event.time)
        guard event.hasPlaces(equalTo: ledger.draft) else {
            return Reason(text: "the rules come to other marks", hasDraft: true)
        }
        return nil
    }
}

extension Event {
    /// Whether the marks are the same, whose numbers of events `emit` would have filled in.
    fileprivate func hasPlaces(equalTo draft: borrowing Event) -> Bool {
        guard marks.count == draft.marks.count, accounts == draft.accounts, postings.isEmpty,
            rungs.isEmpty
        else { return false }
        for index in marks.indices {
            let (a, b) = (marks[index], draft.marks[index])
            guard a.account == b.account, a.key == b.key, a.value?.a == b.value?.a,
                a.value?.b == b.value?.b, (a.value == nil) == (b.value == nil)
            else { return false }
        }
        return true
    }
}

extension Ledger {
    /// Leaves in `draft` how a run of the ledger's own begins.
    mutating func rehearseOwnRun(
        _ event: borrowing Event, _ key: UInt32
    ) throws(Refusal) {
        guard case .job(let period, _) = event.payload else { return }
        beginUndo()
        defer { rollBack() }
        try beginOwnRun(
            event.causeName, Array(event.text[period.range]), key: key, at: event.at,
            wall: event.time)
    }

    /// Leaves in `draft` what a job gives to an account.
    mutating func rehearseGift(
        _ run: JobRun, to account: AccountNumber, at time: Instant
    ) throws(Refusal) -> Bool {
        guard let rule = rules.job(run.job) else {
            throw Refusal(.undeclared, [], "the rulebook declares no job \(wordText(run.job))")
        }
        beginUndo()
        defer { rollBack() }
        prepareOwn(time)
        group = .multi(isLast: false)
        defer { group = .none }
        return try give(rule, run, account)
    }

    /// Leaves in `draft` the places of these accounts on boards.
    mutating func rehearseFill(_ run: JobRun, of accounts: [AccountNumber], at time: Instant) {
        beginUndo()
        defer { rollBack() }
        prepareOwn(time)
        prepareDraft(run)
        for account in accounts {
            // Whoever has no place on a board for want of a value has none.
            _ = try? refillBoards(of: account)
        }
    }
}
