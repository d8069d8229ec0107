import Engine
import Ledger
import Wire

/// What plain commands, most of the traffic, are read into, decided and answered with: together as far as
/// they follow on each other. Kept for its memory.
///
/// One value, and what a turn needs of a connection is handed over at once: each look at a property of
/// a class is checked for others under way, which for a single command took longer than the command.
struct PlainDesk: ~Copyable {
    private var commands = PlainCommands()
    var replies = PlainReplies()

    /// Plain commands that were found in what a connection sent, and how far they were carried out.
    struct Progress {
        var next = 0
        var count = 0
    }

    /// What was carried out.
    struct Done {
        var count = 0
        /// Where the request after the last one begins.
        var next = 0
        var last = CommandName.award
        var events = 0
        /// The newest event that the replies could have seen.
        var newest: SequenceNumber = 0
    }

    /// Carries out the plain commands that come next.
    ///
    /// - Parameter progress: of this turn; what was found and not carried out, because one before it had
    ///   to be asked for by itself, is gone on with.
    /// - Returns: `nil` if none was. Otherwise something else comes after them, or nothing yet.
    mutating func carryOut(
        _ input: InputBuffer, countMax: Int, _ progress: inout Progress, engine: Engine,
        peer: Peer, at wall: Instant, counters: inout Counters, into reply: inout ReplyWriter
    ) -> Done? {
        let bytes = input.bytes.span
        if progress.next == progress.count
            || commands.start(progress.next) != input.start
        {
            progress.next = 0
            PlainParser.parse(
                bytes, from: input.start, to: input.end, countMax: countMax, into: &commands)
            progress.count = commands.count
            guard progress.count > 0 else { return nil }
            engine.lookUp(&commands, in: bytes)
        }
        let first = progress.next
        progress.next = engine.decide(&commands, from: first, in: bytes, from: peer, at: wall)
        let range = first..<progress.next
        guard let last = range.last else {
            // This one is asked for by itself.
            progress.next += 1
            return nil
        }
        replies.write(
            commands, range, in: bytes, time: commands.time, at: wall, names: engine, to: &reply)
        counters.commands += UInt64(range.count)
        commands.tally(range) { verb, count in
            counters.byCommand[Int(verb.name.rawValue)] += UInt64(count)
        }
        return Done(
            count: range.count, next: commands.end(last), last: commands.verb(last).name,
            events: commands.eventCount, newest: commands.newest)
    }
}

extension Front {
    /// Carries out the plain commands that come next, as many as `left` allows.
    ///
    /// - Returns: how many were carried out. After them something else comes, or nothing yet.
    func carryOutPlain(
        _ connection: Connection, _ left: Int, _ progress: inout PlainDesk.Progress
    ) -> Int {
        guard !connection.transaction.isOpen, !isRefusedWhileListening(.award, connection) else {
            return 0
        }
        let input = connection.input
        connection.output.prepare(&pool)
        let done = plain.carryOut(
            input, countMax: left, &progress, engine: engine, peer: connection.peer, at: wall,
            counters: &counters, into: &connection.output.writer)
        guard let done else { return 0 }
        pay(connection, events: done.events, bytes: done.next - input.start)
        connection.lastCommand = done.last
        connection.partialSince = 0
        connection.lastActiveAt = now
        connection.input.advance(to: done.next)
        hold(connection, commands: done.count, newest: done.newest)
        return done.count
    }
}

extension PlainCommand.Verb {
    fileprivate var name: CommandName {
        switch self {
        case .award: .award
        case .spend: .spend
        case .balance: .balance
        case .record: .record
        case .profile: .profile
        }
    }
}
