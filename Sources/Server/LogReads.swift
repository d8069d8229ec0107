import Engine
import Ledger
import Wire

/// Reads of the log for one connection, to be run on the reader's thread.
struct ReadJob: Sendable {
    var slot: Int
    var generation: UInt32
    var queries: [LogQuery]

    /// Everything that the answers might see is on disk from here on.
    var waitsFor: SequenceNumber { queries.reduce(0) { max($0, $1.waitsFor) } }
}

struct ReadOutcome: Sendable {
    var slot: Int
    var generation: UInt32
    var answers: [LogAnswer]
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
            ReadJob(slot: connection.slot, generation: connection.generation, queries: queries))
        startReads()
        return .answersLater
    }

    /// Hands over the reads whose events are all on disk.
    func startReads() {
        guard !deferredReads.isEmpty else { return }
        let durable = engine.durable
        deferredReads.removeAll { job in
            guard job.waitsFor <= durable else { return false }
            reader.submit(job)
            return true
        }
    }

    func takeReads() {
        for outcome in reader.takeAnswers() {
            readsUnderWay -= 1
            guard let connection = table[outcome.slot, outcome.generation],
                let pending = connection.pending
            else { continue }
            connection.pending = nil
            connection.pause = .none
            connection.output.prepare(&pool)
            if let fault = outcome.answers.lazy.compactMap(\.fault).first {
                Report.line("a read met damage: \(fault)")
                _ = refuse(Refusal(.corrupt, [], "the log is damaged: \(fault)"), connection)
            } else {
                print(outcome.answers, pending, on: connection)
            }
            hold(connection)
            enqueue(connection)
        }
    }

    private func print(
        _ answers: [LogAnswer], _ pending: PendingAnswer, on connection: Connection
    ) {
        let first = answers.first ?? LogAnswer()
        switch pending {
        case .event:
            guard let event = first.events.first else {
                _ = refuse(Refusal(.notFound, [], "there is no such event"), connection)
                return
            }
            values(on: connection) { $0.event(event, engine) }
        case .events:
            values(on: connection) { writer in
                writer.list { writer in
                    for event in first.events { writer.event(event, engine) }
                }
            }
        case .balance(let name):
            let value = first.view?.value(CellKey(name)) ?? .zero
            values(on: connection) { $0.balance(value) }
        case .profile:
            let view = first.view ?? AccountView()
            values(on: connection) { $0.profile(view, engine.ledger.rules, engine) }
        case .why(let name):
            values(on: connection) { writer in
                writer.why(first.why, first.view?.value(CellKey(name)) ?? .zero, engine)
            }
        case .entries: entries(first.events, on: connection)
        case .streams(let read, let request, let positions):
            streams(read, request, positions, answers, on: connection)
        case .streamInfo(let length, let last):
            streamInfo(length, last, answers, on: connection)
        }
    }

    /// Writes nested values as a reply.
    func values(on connection: Connection, _ body: (inout RESPValues) -> Void) {
        var writer = RESPValues(connection.output.writer)
        connection.output.writer = ReplyWriter()
        body(&writer)
        connection.output.writer = writer.reply
    }
}
