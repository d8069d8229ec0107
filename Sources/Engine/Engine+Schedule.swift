package import Ledger

/// Which jobs are due by themselves, and up to when that was looked at.
struct Schedule {
    struct Entry {
        var job: Word
        var cron: CronSchedule
        var zone: ZoneRules
        var period: PeriodKind
        /// Everything due until then was begun.
        var seen: Instant
    }

    /// The rulebook that the entries are of.
    var rules: UInt32 = 0
    var entries: [Entry] = []
}

extension Engine {
    /// Due times looked at in one call: enough for years of days, and soon done.
    private static let dueMax = 2_000

    /// Begins the next job that is due and wasn't run for its period yet; one at a time, so that what was
    /// missed is made up for in order. Call it now and then.
    ///
    /// - Parameter zone: looks a name of the time zone database up.
    package func beginDueJobs(at wall: Instant, zone: (String) -> ZoneRules?) {
        if schedule.rules != ledger.rulesNumber { readSchedules(zone) }
        guard runs.entries.isEmpty, ledger.buffer.hasRoom, (try? checkRoom()) != nil else { return }
        var looked = 0
        for index in schedule.entries.indices {
            while looked < Self.dueMax {
                looked += 1
                let entry = schedule.entries[index]
                guard let due = entry.cron.next(after: entry.seen, in: entry.zone), due <= wall
                else { break }
                let period = JobPeriod(
                    kind: entry.period, at: due,
                    utcOffsetMinutes: ledger.rules.utcOffsetMinutes)
                // Nothing else is due within the same period.
                schedule.entries[index].seen = max(due, end(of: period))
                let key = CellKey(.claim, entry.job, period.runKey)
                guard ledger.state.value(.ledger, key) == nil else { continue }
                return begin(entry.job, period, due: due, at: wall)
            }
        }
    }

    /// The last instant of a period.
    private func end(of period: JobPeriod) -> Instant {
        var next = period
        switch period.kind {
        case .day: next.firstDay += 1
        case .week: next.firstDay += 7
        case .month: next = JobPeriod(kind: .month, containing: period.firstDay + 31)
        }
        let offset = Int64(ledger.rules.utcOffsetMinutes) * 60_000_000
        return Instant(microseconds: next.firstDay * 86_400_000_000 - offset - 1)
    }

    /// A job that is begun in its period happens now; one that was missed, when it was due.
    private func begin(_ job: Word, _ period: JobPeriod, due: Instant, at wall: Instant) {
        let isLate = wall > end(of: period)
        do throws(Refusal) {
            try ledger.beginOwnRun(
                job, period.text, key: period.runKey, at: isLate ? due : nil, wall: wall)
        } catch {
            preconditionFailure("a job's first event is small: \(error.sentence)")
        }
        if let run = ledger.begunRun(), !run.progress.isDone { _ = runs.add(run) }
    }

    /// Jobs are due from when on a rulebook with the same job was adopted.
    private func readSchedules(_ zone: (String) -> ZoneRules?) {
        schedule = Schedule(rules: ledger.rulesNumber)
        for job in ledger.rules.parts.jobs {
            guard let cron = job.schedule else { continue }
            let own = ZoneRules(utcOffsetMinutes: ledger.rules.utcOffsetMinutes)
            schedule.entries.append(
                Schedule.Entry(
                    job: job.name, cron: cron, zone: job.zone.flatMap(zone) ?? own,
                    period: job.period, seen: adopted(job)))
        }
    }

    /// When the first of the rulebooks in a row that have this very job was adopted.
    private func adopted(_ job: JobRule) -> Instant {
        var first = ledger.rulesNumber
        while first > 1, let before = ledger.compiled(first - 1)?.job(job.name),
            before.definition == job.definition
        {
            first -= 1
        }
        guard let adopted = ledger.state.rulebooks.first(where: { $0.number == first }),
            let event = try? storedEvent(adopted.sequence)
            // Adopted a moment ago, and not on disk yet.
        else { return ledger.state.time }
        return event.time
    }
}
