import Engine
import Ledger
import Wire

// Plain commands, most of the traffic, are carried out together as far as they follow on each other.

extension Front {
    /// Plain commands that were found in what a connection sent, and how far they were carried out.
    struct PlainProgress {
        var next = 0
        var count = 0
    }

    /// Carries out the plain commands that come next, as many as `left` allows.
    ///
    /// - Parameter progress: of this turn; what was found and not carried out, because one before it had
    ///   to be asked for by itself, is gone on with.
    /// - Returns: how many were carried out. After them something else comes, or nothing yet.
    func carryOutPlain(
        _ connection: Connection, _ left: Int, _ progress: inout PlainProgress
    ) -> Int {
        guard !connection.transaction.isOpen, !isRefusedWhileListening(.award, connection) else {
            return 0
        }
        let bytes = connection.input.bytes
        if progress.next == progress.count
            || Int(plain[progress.next].start) != connection.input.start
        {
            progress.next = 0
            PlainParser.parse(
                bytes.span, from: connection.input.start, to: connection.input.end,
                countMax: left, into: &plain)
            progress.count = plain.count
            guard progress.count > 0 else { return 0 }
            engine.lookUp(&plain, in: bytes.span)
        }
        connection.output.prepare(&pool)
        let first = progress.next
        let head = engine.head
        let done = engine.decide(
            &plain, from: first, in: bytes.span, from: connection.peer, at: wall)
        progress.next = done
        guard done > first else {
            // This one is asked for by itself.
            progress.next += 1
            return 0
        }
        plainReplies.write(
            plain, first..<done, in: bytes.span, time: engine.time, at: wall, names: engine,
            to: &connection.output.writer)
        note(first..<done, connection, events: Int(clamping: engine.head - head))
        return done - first
    }

    /// What `carryOut` and `dispatch` note of each.
    private func note(_ done: Range<Int>, _ connection: Connection, events: Int) {
        counters.commands += UInt64(done.count)
        for verb in PlainCommand.Verb.allCases {
            counters.byCommand[Int(verb.name.rawValue)] += UInt64(plain.count(of: verb, in: done))
        }
        let last = plain[done.upperBound - 1]
        rations.pay(
            connection.peer.uid, events: events,
            bytes: Int(last.end) - connection.input.start)
        connection.lastCommand = last.verb.name
        connection.partialSince = 0
        connection.lastActiveAt = now
        connection.input.advance(to: Int(last.end))
        hold(connection, commands: done.count, newest: plain.newest)
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
