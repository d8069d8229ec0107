import Engine
import Ledger
import Wire

// Writes that aren't plain, one after another as far as they follow on each other.

/// What writes are read into and answered with, kept for its memory.
struct WriteDesk: ~Copyable {
    private var request = Request()
    private var command = Command()
    private var receipt = Receipt()
    var receipts = ReceiptWriter()

    /// How far writes were carried out.
    struct Progress {
        var count = 0
        /// Where the request after the last one begins.
        var next: Int
        var last = CommandName.record
        /// The next one has to be asked again after the next commit.
        var isPostponed = false
    }

    /// Carries out the writes from `start` on, until something else comes, or what may be plain: the
    /// first one isn't, as the caller knows.
    mutating func carryOut(
        _ bytes: [UInt8], from start: Int, to end: Int, countMax: Int, engine: Engine, peer: Peer,
        at wall: Instant, counters: inout Counters, into reply: inout ReplyWriter
    ) -> Progress {
        var progress = Progress(next: start)
        let full = reply.bytes.count + ServerLimits.inputBufferBytes
        while progress.count < countMax, reply.bytes.count < full {
            guard
                case .complete(let next) = RequestParser.parse(
                    bytes, from: progress.next, to: end, into: &request),
                let name = CommandTable.lookup(request.bytes, request.arguments[0]),
                name.isWrite, name != .run, progress.count == 0 || !name.isPlainAtTimes
            else { break }
            do throws(Refusal) {
                if let refusal = Permission.refuse(name, request, to: peer.role) { throw refusal }
                try WriteParser.parse(name, &request, into: &command)
                if let refusal = Permission.refuse(command, to: peer.role) { throw refusal }
                switch try engine.write(command, from: peer, at: wall, into: &receipt) {
                case .decided: receipts.write(receipt, names: engine, to: &reply)
                case .postponed:
                    progress.isPostponed = true
                    return progress
                }
            } catch {
                counters.count(error)
                reply.refusal(error)
            }
            counters.byCommand[Int(name.rawValue)] += 1
            progress.count += 1
            progress.next = next
            progress.last = name
        }
        return progress
    }
}

extension Front {
    /// Carries out the writes that come next, as many as `left` allows.
    ///
    /// - Returns: how many were carried out; `nil` if the connection has to wait for the next commit.
    func carryOutWrites(_ connection: Connection, _ left: Int) -> Int? {
        guard !connection.transaction.isOpen, !isRefusedWhileListening(.record, connection) else {
            return 0
        }
        let bytes = connection.input.bytes
        let start = connection.input.start
        let head = engine.head
        connection.output.prepare(&pool)
        let done = desk.carryOut(
            bytes, from: start, to: connection.input.end, countMax: left, engine: engine,
            peer: connection.peer, at: wall, counters: &counters,
            into: &connection.output.writer)
        if done.count > 0 {
            counters.commands += UInt64(done.count)
            pay(
                connection, events: Int(clamping: engine.head - head), bytes: done.next - start)
            connection.lastCommand = done.last
            connection.partialSince = 0
            connection.lastActiveAt = now
            connection.input.advance(to: done.next)
            hold(connection, commands: done.count)
        }
        guard done.isPostponed else { return done.count }
        putOff(connection)
        return nil
    }
}

extension CommandName {
    /// Whether `carryOutPlain` may have it.
    fileprivate var isPlainAtTimes: Bool { self == .award || self == .spend || self == .record }
}
