package import Ledger

/// What the run of a job came to.
package struct RunOutcome: Sendable {
    package var run: JobRun
    /// The period was run before, or is being run for somebody else.
    package var isDuplicate = false

    package init(run: JobRun, isDuplicate: Bool = false) {
        self.run = run
        self.isDuplicate = isDuplicate
    }
}

/// Runs of jobs under way; the first one is gone on with.
struct ActiveRuns {
    struct Entry {
        var ticket: Int
        var run: JobRun
    }

    var entries: [Entry] = []
    private var tickets = 0

    mutating func add(_ run: JobRun) -> Int {
        tickets += 1
        let entry = Entry(ticket: tickets, run: run)
        // Whoever reads a board waits for it to be filled.
        entries.insert(entry, at: run.isFill ? 0 : entries.count)
        return tickets
    }
}

// RUN: begun here, gone on with slice by slice, answered when the whole of it is done.

extension Engine {
    package enum RunAnswer: Sendable {
        /// The reply waits until `head` is durable.
        case done(RunOutcome)
        /// `goOnRunning` will tell of the ticket.
        case running(ticket: Int, isDuplicate: Bool)
        /// Ask again after the next commit.
        case postponed
    }

    /// A run that has ended, or can't go on.
    package struct Ended: Sendable {
        package var ticket: Int
        package var run: JobRun
        package var refusal: Refusal?
    }

    /// Accounts looked at in one slice: few enough that no client notices.
    package static let runSliceAccounts = 256

    /// Begins a run, joins one, or tells what one came to.
    package func run(
        _ command: borrowing Command, from peer: Peer, at wall: Instant
    ) throws(Refusal) -> RunAnswer {
        do {
            return try findOrBegin(command, from: peer, at: wall)
        } catch {
            refusalCounts[error.code, default: 0] += 1
            throw error
        }
    }

    private func findOrBegin(
        _ command: borrowing Command, from peer: Peer, at wall: Instant
    ) throws(Refusal) -> RunAnswer {
        guard ledger.buffer.hasRoom else { return .postponed }
        try checkRoom()
        guard peer.role.contains(.operate) else {
            throw Refusal(
                .notPermitted, [.init("needs", "operate")],
                "only the role operate may run jobs")
        }
        if let (event, fingerprint) = ledger.knownRun(command) {
            guard event <= durable else { return .postponed }
            guard try storedEvent(event).fingerprint == fingerprint else {
                throw Refusal.keyReused(event)
            }
        }
        let key = try ledger.runKey(command, at: wall)
        guard let cell = ledger.state.value(.ledger, key) else {
            return try begin(command, from: peer, at: wall)
        }
        if let entry = runs.entries.first(where: { $0.run.key == key && !$0.run.isDryRun }) {
            return .running(ticket: entry.ticket, isDuplicate: true)
        }
        guard cell.a <= durable else { return .postponed }
        let run = try storedRun(cell)
        duplicateCount += 1
        if run.progress.isDone { return .done(RunOutcome(run: run, isDuplicate: true)) }
        return .running(ticket: runs.add(run), isDuplicate: true)
    }

    private func begin(
        _ command: borrowing Command, from peer: Peer, at wall: Instant
    ) throws(Refusal) -> RunAnswer {
        var receipt = Receipt()
        let answer = try ledger.execute(command, from: peer, at: wall, into: &receipt)
        guard case .decided = answer, var run = ledger.begunRun() else {
            preconditionFailure("what a KEY is known from was looked up before")
        }
        run.isDryRun = command.isDryRun
        if run.isDryRun { run.first = 0 }
        if run.progress.isDone { return .done(RunOutcome(run: run)) }
        return .running(ticket: runs.add(run), isDuplicate: false)
    }

    /// A run as the log has it.
    private func storedRun(_ cell: CellValue) throws(Refusal) -> JobRun {
        let first = try storedEvent(SequenceNumber(cell.c))
        let last = try storedEvent(SequenceNumber(cell.a))
        guard let run = JobRun(last, first: first, actor: ledger.state.actor(first.actor)) else {
            throw Refusal(
                .corrupt, [.init("event", "\(cell.a)")], "event \(cell.a) tells of no run of a job")
        }
        return run
    }

    /// Whether there is a run to go on with, and room for what it comes to.
    package var isRunning: Bool { !runs.entries.isEmpty && ledger.buffer.hasRoom }

    /// The runs under way and how far each has come; the first is the one that is gone on with.
    package var runsUnderWay: [JobRun] { runs.entries.map(\.run) }

    /// Whether boards are being filled: they aren't what they will be.
    package var isFillingBoards: Bool { runs.entries.contains { $0.run.isFill } }

    /// Goes on with the first run by a slice. Answers the run once it has ended.
    ///
    /// - Throws: FULL; it goes on when there is room again.
    package func goOnRunning(
        at wall: Instant, accountsMax: Int = Engine.runSliceAccounts
    ) throws(Refusal) -> Ended? {
        guard isRunning else { return nil }
        try checkRoom(bytesMore: accountsMax * 1_024)
        var refusal: Refusal?
        do throws(Refusal) {
            try ledger.step(
                &runs.entries[0].run, accountsMax: accountsMax, at: wall)
        } catch {
            refusal = error
        }
        let entry = runs.entries[0]
        guard refusal != nil || entry.run.progress.isDone else { return nil }
        runs.entries.removeFirst()
        return Ended(ticket: entry.ticket, run: entry.run, refusal: refusal)
    }

    /// Takes up the runs that the log says were begun and not finished: what a start does.
    package func resumeRuns() {
        for cell in ledger.state.cells(.ledger, .claim) where cell.value.b == 0 {
            guard let run = try? storedRun(cell.value), !run.isFill,
                ledger.rules.job(run.job) != nil
            else { continue }
            _ = runs.add(run)
        }
    }
}

// Boards of a new rulebook.

extension Engine {
    /// Begins to put everybody on boards that the rulebook in force has and those before it had not, or
    /// goes on with it.
    package func fillBoards(at wall: Instant) {
        guard !ledger.rules.parts.boards.isEmpty, !isFillingBoards,
            ledger.state.accountCount > 0
        else { return }
        let boards = Self.definitions(ledger.rules)
        var first = ledger.rulesNumber
        var unfinished: CellValue?
        while true {
            let key = CellKey(.claim, .none, JobPeriod.fillKey(rules: first))
            if let cell = ledger.state.value(.ledger, key) {
                if cell.b == 1 { return }
                unfinished = unfinished ?? cell
            }
            guard first > 1, let before = ledger.compiled(first - 1),
                Self.definitions(before) == boards
            else { break }
            first -= 1
        }
        if let unfinished, let run = try? storedRun(unfinished) {
            _ = runs.add(run)
            return
        }
        // Everybody who came later was put on them with whatever happened to him.
        guard let adopted = ledger.state.rulebooks.first(where: { $0.number == first }),
            ledger.state.opened(AccountNumber(1)) < adopted.sequence
        else { return }
        let text = Array("rules-\(ledger.rulesNumber)".utf8)
        do throws(Refusal) {
            try ledger.beginOwnRun(
                .none, text, key: JobPeriod.fillKey(rules: ledger.rulesNumber), at: nil,
                wall: wall)
        } catch {
            preconditionFailure("a fill's first event is small: \(error.sentence)")
        }
        if let run = ledger.begunRun() { _ = runs.add(run) }
    }

    private static func definitions(_ rules: Rulebook) -> Set<UInt64> {
        Set(rules.parts.boards.map { $0.definition ^ UInt64($0.name.rawValue) << 32 })
    }
}
