import Engine
import Ledger
import Wire

// Reads: from memory where it has the answer, else from the log.

extension Front {
    func query(_ name: CommandName, _ connection: Connection) -> Dispatched {
        do throws(Refusal) {
            let query = try QueryParser.parse(name, request)
            if query.isFromMemory {
                let newest = try answerFromMemory(
                    query, request, connection.peer.role, &connection.output.writer)
                return newest.map(Dispatched.answeredAsOf) ?? .answered
            }
            return try answer(query, connection)
        } catch {
            return refuse(error, connection)
        }
    }

    /// BALANCE, PROFILE and OFFERS as of now.
    ///
    /// - Returns: the newest event that the answer could have seen; `nil` if it may be any: that there is
    ///   no such account may be because it was just forgotten.
    @discardableResult
    func answerFromMemory(
        _ query: Query, _ request: Request, _ role: Role, _ reply: inout ReplyWriter
    ) throws(Refusal) -> SequenceNumber? {
        switch query {
        case .balance(let id, let balance, _):
            let account = engine.account(request.bytes, id.range)
            let name = try self.balance(balance, of: account, request)
            let value = account.map { engine.ledger.state.balance($0, name) } ?? .zero
            reply.values { $0.balance(value) }
            return account.map(engine.newest)
        case .profile(let id, _):
            let account = engine.account(request.bytes, id.range)
            plain.replies.profiles.write(engine.view(account), at: wall, engine, to: &reply)
            return account.map(engine.newest)
        case .offers(let id, let offer):
            let listing = try offers(id, offer, request, role)
            reply.values { $0.offers(listing, engine) }
            return nil
        default: preconditionFailure("memory has no answer to \(query)")
        }
    }

    private func answer(_ query: Query, _ connection: Connection) throws(Refusal) -> Dispatched {
        switch query {
        case .balance(let id, let balance, let moment):
            try checkPast(moment)
            let name = try self.balance(balance, of: account(request, id), request)
            return try ask(view(id, moment), for: .balance(name), connection)
        case .profile(let id, let moment):
            try checkPast(moment)
            return try ask(view(id, moment), for: .profile, connection)
        case .why(let id, let balance, let moment):
            try checkPast(moment)
            let name = try self.balance(balance, of: account(request, id), request)
            let account = account(request, id) ?? .ledger
            let kind = LogQuery.Kind.why(account, name, asOf: moment.map(AsOf.init))
            return try ask([logQuery(kind, account)], for: .why(name), connection)
        case .event(let sequence):
            try checkThere(sequence)
            return try ask([logQuery(.event(sequence), nil)], for: .event, connection)
        case .offers: preconditionFailure("memory has the answer to OFFERS")
        case .history(let history): return try self.history(history, connection)
        case .top, .rank: return try board(query, connection)
        case .stats(let since): return try count(since, connection)
        case .streamRange, .streamRead, .streamLength, .streamInfo:
            return try stream(query, connection)
        case .rulesList, .rulesGet, .rulesCheck, .rulesPut, .rulesDiff:
            return try rules(query, connection)
        case .projectionList, .projectionRebuild: return try projection(query, connection)
        case .info(let sections):
            let names = sections.map { Misspelt.quoted(request.bytes, $0).lowercased() }
            connection.output.writer.verbatim(info(names))
            return .answered
        }
    }

    private func checkThere(_ sequence: SequenceNumber) throws(Refusal) {
        guard sequence <= engine.head else {
            throw Refusal(
                .notFound, [.init("event", "\(sequence)"), .init("last", "\(engine.head)")],
                "there is no event \(sequence) yet, the last is \(engine.head)")
        }
    }

    /// A state is asked for of a time that is over: of any other the answer could still change.
    private func checkPast(_ moment: Moment?) throws(Refusal) {
        switch moment {
        case .sequence(let sequence)?: try checkThere(sequence)
        case .time(let time)?:
            guard time <= max(wall, engine.ledger.state.time) else {
                throw Refusal(
                    .badArgument, [.init("argument", "asof")],
                    "ASOF lies in the future, where the answer isn't known: leave it away for now")
            }
        case nil: break
        }
    }

    // MARK: Offers

    private func offers(
        _ id: ByteRange, _ name: ByteRange?, _ request: Request, _ role: Role
    ) throws(Refusal) -> OfferListing {
        var offer: Word?
        if let name {
            offer = engine.ledger.state.words.find(request.bytes, name.range)
            guard offer != nil else {
                let text = Misspelt.quoted(request.bytes, name)
                throw Refusal(
                    .undeclared, [.init("offer", text)], "the rulebook declares no offer \(text)")
            }
        }
        let question = OfferQuestion(
            id: Array(request.bytes[id.range]), account: account(request, id), offer: offer,
            role: role)
        return try engine.ledger.offers(question, at: wall)
    }

    // MARK: History

    private func history(
        _ history: HistoryQuery, _ connection: Connection
    ) throws(Refusal) -> Dispatched {
        try checkPast(history.asOf)
        var currency: Word?
        if let named = history.currency { currency = try self.currency(request, named) }
        var account: AccountNumber?
        if let id = history.account {
            guard let known = self.account(request, id) else { return noEvents(connection) }
            account = known
        }
        var page = LogPage(account: account, countMax: history.count, isReversed: true)
        if let before = history.before { page.to = before == 0 ? 0 : before - 1 }
        switch history.asOf {
        case .sequence(let sequence)?: page.to = min(page.to, sequence)
        case .time(let time)?: page.until = time
        case nil: break
        }
        page.kind = history.kind.flatMap(EventKind.init)
        page.since = history.since
        page.currency = currency
        if let by = history.by {
            guard let author = self.account(request, by) else { return noEvents(connection) }
            page.actors = engine.actors(by: author)
        }
        return try ask([logQuery(.page(page), account)], for: .events, connection)
    }

    private func noEvents(_ connection: Connection) -> Dispatched {
        connection.output.writer.array(0)
        return .answered
    }

    // MARK: Names to numbers

    /// `nil` if it was never seen.
    func account(_ request: Request, _ range: ByteRange) -> AccountNumber? {
        engine.account(request.bytes, range.range)
    }

    /// A currency that the rulebook declares, or an earlier one did: a misspelt one has no history.
    private func currency(_ request: Request, _ range: ByteRange) throws(Refusal) -> Word {
        let known = engine.ledger.state.words.find(request.bytes, range.range)
        if let known, engine.isCurrency(known) { return known }
        let text = Misspelt.quoted(request.bytes, range)
        throw Refusal(
            .undeclared, [.init("currency", text)], "no rulebook has declared a currency \(text)")
    }

    private func balance(
        _ range: ByteRange, of account: AccountNumber?, _ request: Request
    ) throws(Refusal) -> BalanceName {
        let name = try engine.balance(request.bytes, range.range)
        try engine.checkAllowed(name, Misspelt.quoted(request.bytes, range), of: account)
        return name
    }

    private func view(_ id: ByteRange, _ moment: Moment?) -> [LogQuery] {
        let account = account(request, id) ?? .ledger
        let asOf = moment.map(AsOf.init) ?? .sequence(engine.head)
        return [logQuery(.view(account, asOf: asOf), account)]
    }

    /// A query that sees everything decided so far.
    func logQuery(_ kind: LogQuery.Kind, _ account: AccountNumber?) -> LogQuery {
        guard let account, account != .ledger else {
            return LogQuery(kind, waitsFor: engine.head)
        }
        var query = LogQuery(kind, waitsFor: engine.head, last: engine.last(account))
        query.accountEvents = Int(engine.ledger.state.eventCount(account))
        return query
    }
}

extension AsOf {
    init(_ moment: Moment) {
        switch moment {
        case .sequence(let sequence): self = .sequence(sequence)
        case .time(let time): self = .time(time)
        }
    }
}

extension RESPValues {
    /// WHY: the balance, and what it came from, gathered by cause.
    mutating func why(_ lines: [WhyLine], _ value: CellValue, _ names: some Naming) {
        map { writer in
            writer.key("balance")
            writer.balance(value)
            writer.key("causes")
            writer.list { writer in
                for line in lines { writer.line(line, names) }
            }
        }
    }

    private mutating func line(_ line: WhyLine, _ names: some Naming) {
        map { writer in
            writer.key("kind")
            writer.text("\(line.kind)")
            if line.cause != .none {
                writer.key("cause")
                writer.word(line.cause, names)
            }
            if line.why != nil {
                writer.key("why")
                writer.why(line.why, line.causeKind, names)
            }
            writer.key("events")
            writer.number(Int64(line.count))
            for (name, amount) in [
                ("earned", line.earned), ("spent", line.spent), ("held", line.held),
            ] where amount != 0 {
                writer.key(name)
                writer.number(amount)
            }
            writer.key("first")
            writer.sequence(line.first)
            writer.key("last")
            writer.sequence(line.last)
        }
    }
}
