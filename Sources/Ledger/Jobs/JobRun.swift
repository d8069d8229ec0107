/// What a run is known by: the ledger's cell that keeps it.
package typealias RunKey = CellKey

/// A run of a job under way: what its first event says, and how far it has come.
package struct JobRun: Sendable {
    /// `Word.none` where boards are filled for a rulebook.
    package var job: Word
    /// Of a job; `nil` where boards are filled.
    package var period: JobPeriod?
    package var periodText: [UInt8]
    /// The run's first event, which the others follow from; 0 for one that is only tried.
    package var first: SequenceNumber
    /// When it began, and the time that it was told.
    package var began: Instant
    package var at: Instant?
    /// Who runs it.
    package var actor: Actor?
    package var progress: JobProgress
    /// The codes of `progress.failures`, whose ranges mean nothing outside an event.
    package var failureCodes: [String] = []
    /// Its newest event.
    package var sequence: SequenceNumber
    package var time: Instant
    package var isDryRun = false
    /// Accounts looked at since its newest event.
    var unsaid = 0

    package var key: RunKey { CellKey(.claim, job, progress.key) }
    package var isFill: Bool { job == .none }
}

extension JobRun {
    /// A run as one of its events tells of it; `nil` if it isn't such an event.
    ///
    /// - Parameter first: the run's first event, which it may be itself.
    package init?(_ event: Event, first: Event, actor: Actor?) {
        guard case .job(let period, let progress?) = event.payload else { return nil }
        job = event.causeName
        periodText = Array(event.text[period.range])
        self.period = JobPeriod(runKey: progress.key, periodText)
        self.first = first.sequence
        began = first.time
        at = first.at
        self.actor = actor
        self.progress = progress
        failureCodes = progress.failures.map {
            String(decoding: event.text[$0.code.range], as: UTF8.self)
        }
        sequence = event.sequence
        time = event.time
    }

    mutating func addFailure(_ account: AccountNumber, _ refusal: Refusal) {
        progress.failed += 1
        guard failureCodes.count < JobProgress.failuresMax else { return }
        progress.failures.append(JobFailure(account: account, code: .empty))
        failureCodes.append(refusal.code.rawValue)
    }
}

extension JobPeriod {
    /// The qualifier of a run's key; the two bits on top tell the kind.
    package var runKey: UInt32 { kind.code << 30 | UInt32(truncatingIfNeeded: firstDay) }

    fileprivate init?(runKey: UInt32, _ text: [UInt8]) {
        guard let kind = PeriodKind.allCases.first(where: { $0.code == runKey >> 30 }) else {
            return nil
        }
        self.init(kind: kind, text, text.indices)
    }

    /// Where the filling of boards for a rulebook is kept: the fourth kind.
    package static func fillKey(rules: UInt32) -> UInt32 { 3 << 30 | rules & (1 << 30 - 1) }
}
