import Engine
import Ledger
import Wire

/// What became of a request.
enum Dispatched {
    /// Its reply is written.
    case answered
    /// Its reply is written, and tells of nothing newer than this event.
    case answeredAsOf(SequenceNumber)
    /// The connection is paused until its answer comes.
    case answersLater
    /// Nothing has happened; the same request is asked again after the next commit.
    case askAgain
}

extension Front {
    /// Finds out what `request` wants and does it.
    func dispatch(_ connection: Connection) -> Dispatched {
        counters.commands += 1
        guard let name = CommandTable.lookup(request.bytes, request.arguments[0]) else {
            connection.output.writer.unknownCommand(request)
            connection.transaction.isBroken = connection.transaction.isOpen
            return .answered
        }
        counters.byCommand[Int(name.rawValue)] += 1
        connection.lastCommand = name
        if let refusal = Permission.refuse(name, request, to: connection.peer.role) {
            return refuse(refusal, connection)
        }
        if name.isBare, request.count != 1 {
            return error("ERR wrong number of arguments for '\(name)' command", connection)
        }
        if connection.transaction.isOpen { return dispatchInTransaction(name, connection) }
        if isRefusedWhileListening(name, connection) {
            return refuseWhileListening(name, connection)
        }
        if name == .run { return run(connection) }
        precondition(!name.isWrite, "writes are carried out by themselves")
        if name.isQuery { return query(name, connection) }
        switch name {
        case .multi: connection.transaction.isOpen = true
        case .exec: return error("ERR EXEC without MULTI", connection)
        case .discard: return error("ERR DISCARD without MULTI", connection)
        default:
            answerConnection(name, request, on: connection)
            return .answered
        }
        connection.output.writer.ok()
        return .answered
    }

    func refuse(_ refusal: Refusal, _ connection: Connection) -> Dispatched {
        counters.count(refusal)
        connection.output.writer.refusal(refusal)
        if connection.transaction.isOpen { connection.transaction.isBroken = true }
        return .answered
    }

    func error(_ text: String, _ connection: Connection) -> Dispatched {
        connection.output.writer.error(text)
        if connection.transaction.isOpen { connection.transaction.isBroken = true }
        return .answered
    }

    // MARK: MULTI

    private func dispatchInTransaction(_ name: CommandName, _ connection: Connection) -> Dispatched
    {
        switch name {
        case .exec: return execute(connection)
        case .discard:
            connection.transaction = Transaction()
            connection.output.writer.ok()
            return .answered
        case .multi: return error("ERR MULTI calls can not be nested", connection)
        case .watch: return error("ERR WATCH inside MULTI is not allowed", connection)
        case .quit, .reset:
            connection.transaction = Transaction()
            answerConnection(name, request, on: connection)
            return .answered
        default: return queue(name, connection)
        }
    }

    /// Takes a command apart and keeps it for EXEC. What can't be part of a group breaks it.
    private func queue(_ name: CommandName, _ connection: Connection) -> Dispatched {
        let size = connection.transaction.byteCount + request.bytes.count
        guard connection.transaction.entries.count < Limits.groupCommandsMax,
            size <= ServerLimits.inFlightBytesMax
        else {
            return refuse(
                Refusal(
                    .tooBig, [.init("max", "\(Limits.groupCommandsMax)")],
                    "a group holds at most \(Limits.groupCommandsMax) commands and 4 MiB"),
                connection)
        }
        do throws(Refusal) {
            let entry = try entry(name, connection)
            connection.transaction.entries.append(entry)
        } catch {
            return refuse(error, connection)
        }
        connection.transaction.byteCount = size
        connection.output.writer.fragment(Fragment.queued)
        return .answered
    }

    private func entry(
        _ name: CommandName, _ connection: Connection
    ) throws(Refusal) -> Transaction.Entry {
        if name == .run {
            throw Refusal(
                .badArgument, [.init("command", "RUN")],
                "RUN is no part of a group: it goes on for as long as there are accounts")
        }
        if name.isWrite {
            var queued = Command()
            try WriteParser.parse(name, &request, into: &queued)
            if let refusal = Permission.refuse(queued, to: connection.peer.role) { throw refusal }
            return .write(queued)
        }
        if name == .ping || name == .echo { return .echo(request) }
        if name.isQuery {
            let query = try QueryParser.parse(name, request)
            if query.isFromMemory { return .query(query, request) }
        }
        throw Refusal(
            .badArgument, [.init("command", "\(name)".uppercased())],
            "a group holds writes, BALANCE, PROFILE and OFFERS as of now, PING and ECHO")
    }

    /// Carries out what was queued, all or nothing.
    private func execute(_ connection: Connection) -> Dispatched {
        guard !connection.transaction.isBroken else {
            connection.transaction = Transaction()
            return error(
                "EXECABORT Transaction discarded because of previous errors.", connection)
        }
        guard engine.ledger.buffer.hasRoom else { return .askAgain }
        let group = connection.transaction
        connection.transaction = Transaction()
        var replies = ReplyWriter(isRESP3: connection.output.writer.isRESP3)
        do throws(GroupRefusal) {
            guard try execute(group, connection, &replies) else {
                connection.transaction = group
                return .askAgain
            }
        } catch {
            counters.count(error.refusal)
            connection.output.writer.refusal(error.refusal, command: error.index + 1)
            return .answered
        }
        connection.output.writer.array(group.entries.count)
        connection.output.writer.fragment(replies.bytes)
        return .answered
    }

    /// - Returns: false if nothing was done and it has to be asked again.
    private func execute(
        _ group: Transaction, _ connection: Connection, _ replies: inout ReplyWriter
    ) throws(GroupRefusal) -> Bool {
        let lastWrite = group.entries.lastIndex { if case .write = $0 { true } else { false } }
        guard let lastWrite else {
            for entry in group.entries { answer(entry, connection.peer.role, &replies) }
            return true
        }
        // Receipts are final only when the group has ended, so what is read in between is kept; and so
        // are the words that it names.
        var receipts: [Receipt] = []
        var answers: [[UInt8]] = []
        var places: [Int] = []
        engine.beginGroup()
        for (index, entry) in group.entries.enumerated() {
            guard case .write(let command) = entry else {
                var between = ReplyWriter(isRESP3: replies.isRESP3)
                answer(entry, connection.peer.role, &between)
                answers.append(between.bytes)
                plain.replies.profiles.forgetNames()
                continue
            }
            var receipt = Receipt()
            places.append(index)
            do throws(Refusal) {
                let answer = try engine.writeInGroup(
                    command, isLast: index == lastWrite, from: connection.peer, at: wall,
                    into: &receipt)
                if case .postponed = answer {
                    engine.abandonGroup()
                    return false
                }
            } catch {
                engine.abandonGroup()
                throw GroupRefusal(index: index, refusal: error)
            }
            receipts.append(receipt)
        }
        do throws(GroupRefusal) {
            if case .postponed = try engine.endGroup(&receipts) { return false }
        } catch {
            throw GroupRefusal(index: places[error.index], refusal: error.refusal)
        }
        var nextReceipt = 0
        var nextAnswer = 0
        for entry in group.entries {
            if case .write = entry {
                desk.receipts.write(receipts[nextReceipt], names: engine, to: &replies)
                nextReceipt += 1
            } else {
                replies.fragment(answers[nextAnswer])
                nextAnswer += 1
            }
        }
        return true
    }

    /// A read of a group, from memory.
    private func answer(
        _ entry: Transaction.Entry, _ role: Role, _ reply: inout ReplyWriter
    ) {
        switch entry {
        case .write: break
        case .query(let query, let request):
            do throws(Refusal) {
                try answerFromMemory(query, request, role, &reply)
            } catch {
                counters.count(error)
                reply.refusal(error)
            }
        case .echo(let request):
            if request.count == 1 {
                reply.fragment(Fragment.pong)
            } else {
                reply.bulk(request.bytes, request.arguments[request.count - 1])
            }
        }
    }
}

extension CommandName {
    /// Whether it stands alone.
    fileprivate var isBare: Bool {
        switch self {
        case .multi, .exec, .discard, .time, .reset, .quit: true
        default: false
        }
    }
}

extension Query {
    /// Whether memory has the answer.
    var isFromMemory: Bool {
        switch self {
        case .balance(_, _, nil), .profile(_, nil), .offers: true
        default: false
        }
    }
}
