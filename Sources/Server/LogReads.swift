import Engine
import Ledger
import Secrets
import Store
import Wire

/// Work for one connection, to be done on the reader's thread.
struct ReadJob: Sendable {
    enum Work: Sendable {
        case ask([LogQuery])
        /// To print what was read; `answers` are what was.
        case print(PageJob, answers: [LogAnswer])
    }

    var slot: Int
    var generation: UInt32
    var work: Work

    /// Whether it belongs to the thread for reads that take long.
    var isLong: Bool {
        guard case .ask(let queries) = work else { return false }
        return queries.contains { $0.isLong }
    }

    /// Everything that the answers might see is on disk from here on.
    var waitsFor: SequenceNumber {
        guard case .ask(let queries) = work else { return 0 }
        return queries.reduce(0) { max($0, $1.waitsFor) }
    }
}

struct ReadOutcome: Sendable {
    var slot: Int
    var generation: UInt32
    var answers: [LogAnswer]
    /// Whom the answers speak of, where they are long enough to be printed by the reader.
    var mentions: Mentions?
    /// The events of each answer as the reply has them, where the reader has printed them.
    var printed: [[UInt8]]?
}

extension ReadJob {
    /// - Parameter key: reads an account's key from the file.
    func run<Log: LogStorage>(
        _ reader: LogReader<Log>, _ key: @escaping (AccountNumber) -> AccountKey?
    ) -> ReadOutcome {
        var outcome = ReadOutcome(slot: slot, generation: generation, answers: [])
        switch work {
        case .ask(let queries):
            outcome.answers = queries.map { $0.run(reader) }
            let count = outcome.answers.reduce(0) { $0 + $1.events.count }
            guard count > ServerLimits.eventsPrintedAtOnceMax else { break }
            var mentions = Mentions()
            for answer in outcome.answers { for event in answer.events { mentions.add(event) } }
            outcome.mentions = mentions
        case .print(let page, let answers):
            outcome.answers = answers
            outcome.printed = page.run(key)
            guard outcome.printed != nil else { break }
            // One is enough to tell that there were some; the others end here and not at the front.
            for index in outcome.answers.indices {
                outcome.answers[index].events = Array(outcome.answers[index].events.prefix(1))
            }
        }
        return outcome
    }
}

/// How to print the answer that a paused connection waits for.
enum PendingAnswer {
    case event
    case events
    case balance(BalanceName)
    case profile
    case why(BalanceName)
    case entries
    /// Entries of some of an XREAD's sources, by their positions.
    case streams(StreamRead, Request, [Int])
    case streamInfo(length: UInt64, last: SequenceNumber)
    case statistics(StatisticsScan, since: Instant)

    /// How events are printed, for the answers that may have many.
    var form: PageJob.Form? {
        switch self {
        case .events: .list
        case .entries, .streams: .entries
        default: nil
        }
    }
}

extension Front {
    /// Pauses the connection until the log has answered.
    func ask(
        _ queries: [LogQuery], for answer: PendingAnswer, _ connection: Connection
    ) throws(Refusal) -> Dispatched {
        guard readsUnderWay < ServerLimits.logReadsMax else {
            throw Refusal(
                .busy, [.init("reads", "\(readsUnderWay)")],
                "too many reads of the log are under way: try again")
        }
        readsUnderWay += 1
        counters.logReads += 1
        connection.pause = .answer
        connection.pending = answer
        deferredReads.append(
            ReadJob(
                slot: connection.slot, generation: connection.generation, work: .ask(queries)))
        startReads()
        return .answersLater
    }

    /// Hands over the reads whose events are all on disk.
    func startReads() {
        guard !deferredReads.isEmpty else { return }
        let durable = engine.durable
        deferredReads.removeAll { job in
            guard job.waitsFor <= durable else { return false }
            if job.isLong { scanner.submit(job) } else { reader.submit(job) }
            return true
        }
    }

    func takeReads() {
        for outcome in reader.takeAnswers() + scanner.takeAnswers() {
            let connection = table[outcome.slot, outcome.generation]
            if let connection, printsElsewhere(outcome, connection) { continue }
            readsUnderWay -= 1
            guard let connection, let pending = connection.pending else { continue }
            connection.pending = nil
            connection.pause = .none
            connection.output.prepare(&pool)
            if let fault = outcome.answers.lazy.compactMap(\.fault).first {
                Report.line("a read met damage: \(fault)")
                _ = refuse(Refusal(.corrupt, [], "the log is damaged: \(fault)"), connection)
            } else if outcome.answers.contains(where: \.isTooBig) {
                _ = refuse(
                    Refusal(
                        .tooBig, [.init("max", "\(LogPage.bytesMax)")],
                        "these events are too long for one answer: ask for fewer with COUNT"),
                    connection)
            } else {
                print(outcome, pending, on: connection)
            }
            hold(connection)
            enqueue(connection)
        }
    }

    /// Gives many events back to the reader, with the names that it can't know, to be printed there.
    private func printsElsewhere(_ outcome: ReadOutcome, _ connection: Connection) -> Bool {
        guard let mentions = outcome.mentions, let form = connection.pending?.form,
            outcome.answers.allSatisfy({ $0.fault == nil })
        else { return false }
        let page = PageJob(
            pages: outcome.answers.map(\.events), form: form,
            isRESP3: connection.output.writer.isRESP3, names: engine.names(of: mentions))
        reader.submit(
            ReadJob(
                slot: outcome.slot, generation: outcome.generation,
                work: .print(page, answers: outcome.answers)))
        return true
    }

    private func print(
        _ outcome: ReadOutcome, _ pending: PendingAnswer, on connection: Connection
    ) {
        let answers = outcome.answers
        let first = answers.first ?? LogAnswer()
        switch pending {
        case .event:
            guard let event = first.events.first else {
                _ = refuse(Refusal(.notFound, [], "there is no such event"), connection)
                return
            }
            values(on: connection) { $0.event(event, engine) }
        case .events: events(of: outcome, 0, on: connection, as: .list)
        case .entries: events(of: outcome, 0, on: connection, as: .entries)
        case .balance(let name):
            let value = first.view?.value(CellKey(name)) ?? .zero
            values(on: connection) { $0.balance(value) }
        case .profile:
            let view = first.view ?? AccountView()
            let moment = first.moment ?? wall
            plain.replies.profiles.write(view, at: moment, engine, to: &connection.output.writer)
        case .why(let name):
            values(on: connection) { writer in
                writer.why(first.why, first.view?.value(CellKey(name)) ?? .zero, engine)
            }
        case .streams(let read, let request, let positions):
            streams(read, request, positions, outcome, on: connection)
        case .streamInfo(let length, let last):
            streamInfo(length, last, answers, on: connection)
        case .statistics(let scan, let since):
            statistics(scan, first.activity ?? Activity(), since: since, on: connection)
        }
    }

    /// The events of one of the answers, as they were printed already, or a few of them now.
    func events(
        of outcome: ReadOutcome, _ index: Int, on connection: Connection, as form: PageJob.Form
    ) {
        if let printed = outcome.printed {
            connection.output.writer.fragment(printed[index])
        } else {
            connection.output.writer.events(outcome.answers[index].events, as: form, engine)
        }
    }

    /// Writes nested values as a reply.
    func values(on connection: Connection, _ body: (inout RESPValues) -> Void) {
        connection.output.writer.values(body)
    }
}
