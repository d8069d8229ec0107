import Engine
import Ledger

// Runs of the job, begun like any command and gone on with between the others, a few accounts at a time.

extension Simulation {
    func playRuns() throws {
        if tape.chance(swarm.runs) { try beginRun() }
        if engine.isRunning, tape.chance(swarm.runSlices) { try goOnRunning() }
    }

    /// Asks for a run of some period, one that was run before included.
    private func beginRun() throws {
        let day = tape.within(10...28)
        let period = "2023-\(tape.below(2) == 0 ? "01" : "02")-\(day)"
        var ask = Ask()
        ask.verb = .run
        ask.name = "wage"
        ask.value = period
        ask.peer = Peer(uid: 1, role: tape.chance(swarm.gameRole) ? .game : .all)
        ask.isDryRun = false
        var command = Command()
        ask.fill(&command)
        report.commands += 1
        let (head, known) = (engine.head, oracle.world.runs[period])
        do throws(Refusal) {
            let answer = try engine.run(
                command, from: ask.peer, at: Instant(microseconds: wall))
            try check(answer, period, known, head)
        } catch {
            let isRight =
                error.code == .full
                || error.code == .notPermitted && !ask.peer.role.contains(.operate)
            guard isRight, engine.head == head else {
                throw Failure("RUN of \(period) was refused with \(error.code)")
            }
            report.count(error.code.rawValue)
        }
    }

    private func check(
        _ answer: Engine.RunAnswer, _ period: String, _ known: World.Run?, _ head: UInt64
    ) throws(Refusal) {
        switch answer {
        case .postponed: expectOfRun(engine.head == head, "what is put off changes nothing")
        case .done(let outcome):
            if let known {
                expectOfRun(outcome.isDuplicate && known.isDone, "\(period) was done: \(known)")
                expectOfRun(
                    outcome.run.progress.paid == known.paid,
                    "\(period) paid \(known.paid), is said to have paid \(outcome.run.progress.paid)"
                )
            } else {
                expectOfRun(oracle.world.people.isEmpty, "\(period) was done at once")
                oracle.beginRun(period, wall: wall)
            }
            report.count(known == nil ? "run of nobody" : "run known")
        case .running(_, let isDuplicate):
            expectOfRun(isDuplicate == (known != nil), "\(period) is running: \(isDuplicate)")
            expectOfRun(known?.isDone != true, "\(period) is run again")
            if known == nil { oracle.beginRun(period, wall: wall) }
            report.count(known == nil ? "run begun" : "run joined")
        }
    }

    /// Notes what is wrong; the turn ends with it.
    private func expectOfRun(_ holds: Bool, _ wrong: String) {
        if !holds { runFailure = runFailure ?? Failure("RUN: " + wrong) }
    }

    /// A slice of the first run: as many accounts' turns as the engine took, each as the oracle has it.
    func goOnRunning() throws {
        guard let run = engine.runsUnderWay.first else { return }
        let period = String(decoding: run.periodText, as: UTF8.self)
        guard var known = oracle.world.runs[period], !known.isDone,
            Int(run.progress.cursor.rawValue) == known.cursor
        else { throw Failure("a run of \(period) goes on from \(run.progress.cursor)") }
        let head = engine.head
        let ended: Engine.Ended?
        do throws(Refusal) {
            ended = try engine.goOnRunning(
                at: Instant(microseconds: wall), accountsMax: tape.within(1...4))
        } catch {
            guard error.code == .full, engine.head == head else {
                throw Failure("a run of \(period) ended with \(error.code)")
            }
            return
        }
        if let refusal = ended?.refusal { throw Failure("\(period): \(refusal.sentence)") }
        let now = ended?.run ?? engine.runsUnderWay[0]
        var paid: UInt64 = 0
        while known.cursor < Int(now.progress.cursor.rawValue) {
            if oracle.takeTurn(known.cursor, wall: wall) == .paid { paid += 1 }
            known.cursor += 1
        }
        known.paid += paid
        known.isDone = ended != nil
        guard known.isDone == (known.cursor == known.last), now.progress.paid == known.paid else {
            throw Failure("\(period) has come to \(now.progress), should be \(known)")
        }
        let said: UInt64 = paid > 0 || known.isDone ? 1 : 0
        guard engine.head == head + paid + said else {
            throw Failure("\(paid) were paid by \(engine.head - head) events of \(period)")
        }
        if said > 0 { oracle.world.time = max(wall, oracle.world.time) }
        try learn(after: head)
        oracle.world.runs[period] = known
        if known.isDone { report.count("run done") }
    }

    /// What a start has to do, and what it must have found: every run that was begun and isn't done, where
    /// its last event left it.
    func resumeRuns() throws {
        if mutant != .runsAreForgotten { engine.resumeRuns() }
        var open = oracle.world.runs.filter { !$0.value.isDone }
        for run in engine.runsUnderWay {
            let period = String(decoding: run.periodText, as: UTF8.self)
            guard let known = open.removeValue(forKey: period) else {
                throw Failure("a run of \(period) is taken up that was done or never begun")
            }
            let cursor = Int(run.progress.cursor.rawValue)
            // Turns that gave nobody anything leave no event: they are taken again.
            guard cursor <= known.cursor, run.progress.paid == known.paid else {
                throw Failure("\(period) is taken up at \(cursor), should be \(known)")
            }
            oracle.world.runs[period]?.cursor = cursor
            report.count("run taken up")
        }
        guard open.isEmpty else { throw Failure("runs that nobody takes up: \(open)") }
    }
}
