import Engine
import Ledger
import Wire

// The log, and each account's part of it, as Redis streams: event 42 is the entry 42-0.

extension Front {
    func stream(_ query: Query, _ connection: Connection) throws(Refusal) -> Dispatched {
        switch query {
        case .streamRange(let stream, let slice):
            return try range(stream, slice, connection)
        case .streamRead(let read): return try self.read(read, connection)
        case .streamLength(let stream):
            connection.output.writer.integer(length(stream, request))
            return .answered
        case .streamInfo(let stream):
            let account = account(of: stream, request)
            let last = self.last(stream, request)
            guard last > 0 else {
                throw Refusal(.notFound, [], "the account of this stream was never seen")
            }
            var first = LogPage(account: account, countMax: 1, isReversed: false)
            first.from = 1
            let final = LogPage(account: account, countMax: 1, isReversed: true)
            return try ask(
                [logQuery(.page(first), account), logQuery(.page(final), account)],
                for: .streamInfo(length: length(stream, request), last: last), connection)
        default: preconditionFailure("not a stream's query")
        }
    }

    // MARK: What is there

    /// `nil` for the log, and for an account never seen.
    private func account(of stream: StreamName, _ request: Request) -> AccountNumber? {
        guard case .account(let id) = stream else { return nil }
        return account(request, id)
    }

    /// The newest event of a stream, 0 if it has none.
    private func last(_ stream: StreamName, _ request: Request) -> SequenceNumber {
        guard case .account(let id) = stream else { return engine.head }
        return account(request, id).map { engine.last($0) } ?? 0
    }

    private func length(_ stream: StreamName, _ request: Request) -> UInt64 {
        guard case .account(let id) = stream else { return engine.head }
        return account(request, id).map { UInt64(engine.ledger.state.eventCount($0)) } ?? 0
    }

    // MARK: XRANGE and XREVRANGE

    private func range(
        _ stream: StreamName, _ slice: StreamSlice, _ connection: Connection
    ) throws(Refusal) -> Dispatched {
        let last = self.last(stream, request)
        guard last > 0, slice.first <= slice.last, slice.first <= last else {
            connection.output.writer.array(0)
            return .answered
        }
        let account = account(of: stream, request)
        var page = LogPage(account: account, countMax: slice.count, isReversed: slice.isReversed)
        page.from = max(slice.first, 1)
        page.to = slice.last
        return try ask([logQuery(.page(page), account)], for: .entries, connection)
    }

    // MARK: XREAD

    private func read(_ read: StreamRead, _ connection: Connection) throws(Refusal) -> Dispatched {
        var read = read
        for index in read.sources.indices where read.sources[index].position == .new {
            read.sources[index].position = .after(engine.head)
        }
        if let answer = try ask(read, request, connection) { return answer }
        guard let milliseconds = read.blockMilliseconds else {
            connection.output.writer.nullArray()
            return .answered
        }
        for index in read.sources.indices where read.sources[index].position == .last {
            read.sources[index].position = .after(last(read.sources[index].stream, request))
        }
        connection.blocked = BlockedRead(
            read: read, request: request,
            deadline: milliseconds == 0 ? nil : now + Int64(milliseconds))
        connection.pause = .events
        blockedReads.append(connection)
        return .answersLater
    }

    /// Asks the log for what the sources have, if any of them has anything.
    private func ask(
        _ read: StreamRead, _ request: Request, _ connection: Connection
    ) throws(Refusal) -> Dispatched? {
        var queries: [LogQuery] = []
        var positions: [Int] = []
        for (index, source) in read.sources.enumerated() {
            let last = last(source.stream, request)
            let account = account(of: source.stream, request)
            var page = LogPage(account: account, countMax: read.count, isReversed: false)
            switch source.position {
            case .after(let sequence):
                guard last > sequence else { continue }
                page.from = sequence + 1
            case .last:
                guard last > 0 else { continue }
                page.from = last
                page.countMax = 1
            case .new: continue
            }
            queries.append(logQuery(.page(page), account))
            positions.append(index)
        }
        guard !queries.isEmpty else { return nil }
        return try ask(queries, for: .streams(read, request, positions), connection)
    }

    /// After a commit: whose wait is over?
    func wakeBlockedReads() {
        guard !blockedReads.isEmpty else { return }
        let waiting = blockedReads
        blockedReads.removeAll(keepingCapacity: true)
        for connection in waiting where !connection.isClosed {
            guard let blocked = connection.blocked else { continue }
            do throws(Refusal) {
                guard try ask(blocked.read, blocked.request, connection) == nil else {
                    connection.blocked = nil
                    continue
                }
                blockedReads.append(connection)
            } catch {
                // Too many reads are under way: this one goes on waiting.
                blockedReads.append(connection)
            }
        }
    }

    func expireBlockedReads() {
        guard !blockedReads.isEmpty else { return }
        blockedReads.removeAll { connection in
            guard let deadline = connection.blocked?.deadline, deadline <= now else { return false }
            connection.blocked = nil
            connection.pause = .none
            connection.output.prepare(&pool)
            connection.output.writer.nullArray()
            hold(connection)
            enqueue(connection)
            return true
        }
    }

    /// RESP3 has a map of streams, RESP2 a list of pairs.
    func streams(
        _ read: StreamRead, _ request: Request, _ positions: [Int], _ outcome: ReadOutcome,
        on connection: Connection
    ) {
        let found = positions.indices.filter { !outcome.answers[$0].events.isEmpty }
        guard !found.isEmpty else { return connection.output.writer.nullArray() }
        if connection.output.writer.isRESP3 {
            connection.output.writer.map(found.count)
        } else {
            connection.output.writer.array(found.count)
        }
        for index in found {
            if !connection.output.writer.isRESP3 { connection.output.writer.array(2) }
            let name = read.sources[positions[index]].name
            connection.output.writer.bulk(request.bytes, name)
            events(of: outcome, index, on: connection, as: .entries)
        }
    }

    // MARK: XINFO STREAM

    func streamInfo(
        _ length: UInt64, _ last: SequenceNumber, _ answers: [LogAnswer], on connection: Connection
    ) {
        connection.output.writer.map(10)
        let numbers: [(String, UInt64)] = [
            ("length", length), ("radix-tree-keys", 0), ("radix-tree-nodes", 0),
        ]
        for (name, value) in numbers {
            connection.output.writer.bulk(name)
            connection.output.writer.integer(value)
        }
        let first = answers.first?.events.first
        for (name, value) in [
            ("last-generated-id", "\(last)-0"), ("max-deleted-entry-id", "0-0"),
        ] {
            connection.output.writer.bulk(name)
            connection.output.writer.bulk(value)
        }
        connection.output.writer.bulk("entries-added")
        connection.output.writer.integer(length)
        connection.output.writer.bulk("recorded-first-entry-id")
        connection.output.writer.bulk("\(first?.sequence ?? 0)-0")
        connection.output.writer.bulk("groups")
        connection.output.writer.integer(0)
        for (name, event) in [
            ("first-entry", first), ("last-entry", answers.last?.events.first),
        ] {
            connection.output.writer.bulk(name)
            if let event {
                connection.output.writer.entry(event, engine)
            } else {
                connection.output.writer.null()
            }
        }
    }
}
