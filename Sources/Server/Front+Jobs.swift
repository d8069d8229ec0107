import Engine
import Ledger
import Wire

/// A connection that waits for a job to be done.
struct RunWaiter {
    var ticket: Int
    var slot: Int
    var generation: UInt32
    var isDuplicate: Bool
}

// What goes on in slices between the turns of connections: jobs, ranks, and counting for STATS.

extension Front {
    /// RUN.
    func run(_ connection: Connection) -> Dispatched {
        var command = Command()
        do throws(Refusal) {
            try WriteParser.parse(.run, &request, into: &command)
            switch try engine.run(command, from: connection.peer, at: wall) {
            case .postponed: return .askAgain
            case .done(let outcome):
                answer(outcome, on: connection)
                return .answered
            case .running(let ticket, let isDuplicate):
                connection.pause = .answer
                runWaiters.append(
                    RunWaiter(
                        ticket: ticket, slot: connection.slot,
                        generation: connection.generation, isDuplicate: isDuplicate))
                return .answersLater
            }
        } catch {
            return refuse(error, connection)
        }
    }

    /// Whether the loop must not sleep, since something could go on.
    var hasSlices: Bool {
        guard !isDraining, !isStandingStill else { return false }
        return !countings.isEmpty || needsRanks || (engine.isRunning && now >= runsPausedUntil)
    }

    /// A slice of everything that goes on in slices.
    func giveSlices() {
        guard hasSlices else { return }
        if engine.isRunning, now >= runsPausedUntil { goOnRunning() }
        if needsRanks {
            engine.ledger.state.rankSome(accountsMax: isIdle ? 2_048 : 128)
            if !needsRanks { resumeWaiting() }
        }
        if !countings.isEmpty { goOnCounting() }
    }

    private func goOnRunning() {
        do throws(Refusal) {
            guard let ended = try engine.goOnRunning(at: wall) else { return }
            end(ended)
        } catch {
            // The disk is full: as soon as there is room it goes on.
            runsPausedUntil = now + 1_000
        }
    }

    private func end(_ ended: Engine.Ended) {
        if let refusal = ended.refusal {
            Report.line("a job can't go on: \(refusal.sentence)")
        }
        if ended.run.isFill { resumeWaiting() }
        runWaiters.removeAll { waiter in
            guard waiter.ticket == ended.ticket else { return false }
            guard let connection = table[waiter.slot, waiter.generation] else { return true }
            connection.pause = .none
            connection.output.prepare(&pool)
            if let refusal = ended.refusal {
                _ = refuse(refusal, connection)
            } else {
                let outcome = RunOutcome(run: ended.run, isDuplicate: waiter.isDuplicate)
                answer(outcome, on: connection)
            }
            hold(connection)
            enqueue(connection)
            return true
        }
    }

    private func answer(_ outcome: RunOutcome, on connection: Connection) {
        let (run, progress) = (outcome.run, outcome.run.progress)
        values(on: connection) { writer in
            writer.map { writer in
                writer.key("seq")
                writer.sequence(run.sequence)
                writer.key("time")
                writer.instant(run.time)
                writer.key("duplicate")
                writer.truth(outcome.isDuplicate)
                writer.key("job")
                writer.word(run.job, engine)
                writer.key("period")
                writer.text { $0.append(contentsOf: run.periodText) }
                for (name, count) in [
                    ("accounts", progress.accounts), ("paid", progress.paid),
                    ("skipped", progress.skipped), ("failed", progress.failed),
                ] {
                    writer.key(name)
                    writer.number(Int64(count))
                }
                guard !progress.failures.isEmpty else { return }
                writer.key("failures")
                writer.list { writer in
                    for (failure, code) in zip(progress.failures, run.failureCodes) {
                        writer.map { writer in
                            writer.key("account")
                            writer.account(failure.account, engine)
                            writer.key("error")
                            writer.text(code)
                        }
                    }
                }
            }
        }
    }

    // MARK: The clock

    /// Begins what is due by itself.
    func beginDueJobs() {
        engine.beginDueJobs(at: wall) { name in
            if let known = zones[name] { return known }
            let rules = ZoneFiles.rules(name)
            if rules == nil {
                Report.line("there is no time zone \(name) here: its jobs go by the rulebook's")
            }
            zones[name] = rules
            return rules
        }
    }
}
