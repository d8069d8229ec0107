// Runs of jobs in a trial: the other ledger runs them at the same times, over its own accounts.

extension Trial {
    mutating func followRun(_ event: borrowing Event) {
        // Boards are there from the beginning, and nobody has to fill them.
        guard event.causeKind == .job else { return }
        guard event.kind == .job else { return give(event) }
        if event.causeOf == 0 { return beginRun(event) }
        guard case .job(_, let progress?) = event.payload, progress.isDone,
            var run = runs.removeValue(forKey: event.causeOf)
        else { return }
        while !run.progress.isDone, step(&run, Self.accountsAtOnce, event) {}
    }

    private static let accountsAtOnce = 4_096

    private mutating func beginRun(_ event: borrowing Event) {
        let title = "RUN \(recorded.words.string(event.causeName))"
        do throws(Refusal) {
            if let actor = recorded.actor(event.actor) {
                _ = retelling.tellRun(event, &recorded)
                var command = retelling.command
                translate(&command)
                _ = try other.execute(
                    command, from: Peer(uid: actor.uid, role: actor.role), at: event.time,
                    into: &receipt)
            } else {
                try beginOwnRun(event)
            }
            runs[event.sequence] = other.begunRun()
            tally.count(isSame: true, title, event)
        } catch {
            tally.count(error, title, event)
        }
        drain()
    }

    private mutating func beginOwnRun(_ event: borrowing Event) throws(Refusal) {
        guard case .job(let period, let progress?) = event.payload else { return }
        let text = recorded.words.text(event.causeName)
        guard let job = other.state.words.find(text, text.indices), other.rules.job(job) != nil
        else {
            throw Refusal(.undeclared, [], "the rulebook declares no such job")
        }
        try other.beginOwnRun(
            job, Array(event.text[period.range]), key: progress.key, at: event.at,
            wall: event.time)
    }

    /// Goes on with a run up to the account that the recorded one gave something.
    private mutating func give(_ event: borrowing Event) {
        guard var run = runs[event.causeOf], let account = event.accounts.first?.account else {
            return
        }
        let title = "RUN \(recorded.words.string(event.causeName)), an account"
        let own = own(account)
        defer { runs[event.causeOf] = run }
        guard own != .ledger, own > run.progress.cursor, own <= run.progress.last else {
            return tally.count(isSame: false, title, event)
        }
        let between = Int(own.rawValue - run.progress.cursor.rawValue) - 1
        if between > 0, !step(&run, between, event) { return }
        var gift: Event?
        guard step(&run, 1, event, gift: &gift) else { return }
        meet(event)
        let isSame = gift.map { self.isSame(event, $0) } ?? false
        tally.count(isSame: isSame, title, event)
    }

    private mutating func step(
        _ run: inout JobRun, _ accountsMax: Int, _ event: borrowing Event
    ) -> Bool {
        var gift: Event?
        return step(&run, accountsMax, event, gift: &gift)
    }

    /// - Parameter gift: the last that an account was given.
    private mutating func step(
        _ run: inout JobRun, _ accountsMax: Int, _ event: borrowing Event, gift: inout Event?
    ) -> Bool {
        do throws(Refusal) {
            try other.step(&run, accountsMax: accountsMax, at: event.time)
        } catch {
            tally.count(error, "RUN \(recorded.words.string(event.causeName))", event)
            return false
        }
        let first = other.buffer.first
        for index in 0..<UInt64(other.buffer.count) {
            guard let bytes = other.buffer.event(first + index) else { continue }
            var found = Event()
            if (try? found.decode(bytes, bytes.indices)) != nil, found.kind == .award {
                gift = found
            }
        }
        drain()
        return true
    }
}
