package import Ledger

/// What printing an event needs besides names.
package protocol EventNaming: Naming {
    func actor(_ number: UInt32) -> Actor?
    /// Opens a sealed text of an event; `nil` once its account is forgotten.
    /// - Parameter field: 0 an id, 1 the memo, 2 + i input i.
    func unseal(_ text: ByteRange, of event: Event, field: UInt8) -> [UInt8]?
    /// What the event's rulebook has to tell of it.
    func notices(of event: Event) -> [Notice]
}

extension ValueWriter {
    /// An event as EVENT, HISTORY and the streams show it; parts that it lacks are left out.
    package mutating func event(_ event: Event, _ names: some EventNaming) {
        map { writer in
            writer.head(of: event, names)
            if event.memo.count > 0, let memo = names.unseal(event.memo, of: event, field: 1) {
                writer.key("memo")
                writer.text { $0.append(contentsOf: memo) }
            }
            if event.hasCause { writer.cause(of: event, names) }
            if !event.postings.isEmpty { writer.postings(of: event, names) }
            if !event.marks.isEmpty { writer.marks(of: event, names) }
            if !event.rungs.isEmpty { writer.rungs(of: event, names) }
            if !event.shown.isEmpty {
                writer.key("explain")
                writer.map { writer in
                    for shown in event.shown {
                        writer.key { names.appendText(of: shown.name, to: &$0) }
                        writer.shown(shown.name, shown.value, rules: event.rules, names)
                    }
                }
            }
            writer.payload(of: event, names)
            writer.notices(of: event, names)
        }
    }

    private mutating func notices(of event: Event, _ names: some EventNaming) {
        let notices = names.notices(of: event)
        guard !notices.isEmpty else { return }
        key("notices")
        list { writer in
            for notice in notices { writer.notice(notice, of: event, names) }
        }
    }

    private mutating func head(of event: Event, _ names: some EventNaming) {
        key("seq")
        sequence(event.sequence)
        key("time")
        instant(event.time)
        if let at = event.at {
            key("at")
            instant(at)
        }
        key("kind")
        text("\(event.kind)")
        if let account = event.accounts.first?.account, account != .ledger {
            key("account")
            self.account(account, names)
        }
        key("rules")
        number(Int64(event.rules))
        guard let actor = names.actor(event.actor) else { return }
        if actor.by != .ledger {
            key("by")
            account(actor.by, names)
        }
        key("peer")
        text("uid=\(actor.uid) role=\(actor.role.names)")
    }

    private mutating func cause(of event: Event, _ names: some EventNaming) {
        key("cause")
        map { writer in
            if event.causeName != .none {
                writer.key("name")
                writer.word(event.causeName, names)
            }
            if !event.inputs.isEmpty {
                writer.key("inputs")
                writer.map { writer in
                    var index = 0
                    while index < event.inputs.count {
                        let input = event.inputs[index]
                        writer.key { names.appendText(of: input.name, to: &$0) }
                        index = writer.input(event, index, names)
                    }
                }
            }
            if event.causeOf != 0 {
                writer.key("of")
                writer.sequence(event.causeOf)
            }
        }
    }

    /// Writes input `index`, a list with all of its elements; returns the next one's index.
    private mutating func input(
        _ event: Event, _ index: Int, _ names: some EventNaming
    ) -> Int {
        switch event.inputs[index].value {
        case .int(let value): number(value)
        case .bool(let value): truth(value)
        case .name(let range): text { $0.append(contentsOf: event.text[range.range]) }
        case .account(let account): self.account(account, names)
        case .text(let range):
            let opened = names.unseal(range, of: event, field: UInt8(clamping: 2 + index))
            text { $0.append(contentsOf: opened ?? []) }
        case .list(let count):
            var next = index + 1
            let end = min(next + count, event.inputs.count)
            list { writer in
                while next < end { next = writer.input(event, next, names) }
            }
            return end
        }
        return index + 1
    }

    private mutating func postings(of event: Event, _ names: some EventNaming) {
        key("postings")
        list { writer in
            for posting in event.postings {
                writer.map { writer in
                    writer.key("account")
                    writer.account(event.accounts[posting.account].account, names)
                    writer.key("balance")
                    writer.balance(posting.balance, names)
                    writer.key("side")
                    writer.text("\(posting.side)")
                    writer.key("amount")
                    writer.number(posting.amount)
                    if posting.why != nil || event.causeKind != .raw {
                        writer.key("why")
                        writer.why(posting.why, event.causeKind, names)
                    }
                }
            }
        }
    }

    /// What caused a posting: `goal:help_5`, `rung:tier/5`, or the kind of the event's cause.
    package mutating func why(
        _ why: Event.Why?, _ cause: CauseKind, _ names: some Naming
    ) {
        guard let why else { return text("\(cause)") }
        text { text in
            text.append(contentsOf: "\(why.kind)".utf8)
            if why.word != .none {
                text.append(UInt8(ascii: ":"))
                names.appendText(of: why.word, to: &text)
            }
            if why.number != 0 {
                text.append(UInt8(ascii: "/"))
                text.appendDecimal(why.number)
            }
        }
    }

    private mutating func marks(of event: Event, _ names: some EventNaming) {
        key("marks")
        list { writer in
            for mark in event.marks {
                writer.map { writer in
                    writer.key("account")
                    writer.account(event.accounts[mark.account].account, names)
                    writer.mark(mark.key, mark.value, names)
                }
            }
        }
    }

    private mutating func mark(_ key: CellKey, _ value: CellValue?, _ names: some EventNaming) {
        guard let kind = key.kind else { return }
        self.key("kind")
        text("\(kind)")
        if kind.isBySequence {
            self.key("seq")
            sequence(key.sequence)
        } else {
            self.key("name")
            word(key.word, names)
            if let day = key.windowDay {
                self.key("of")
                text { $0.appendDay(day) }
            } else if key.qualifier != 0 {
                self.key("of")
                word(Word(key.qualifier), names)
            }
        }
        guard let value else {
            self.key("cleared")
            return truth(true)
        }
        self.key("value")
        if kind == .fact || kind == .equipped {
            fact(value, isWord: kind == .equipped || value.b == 1, names)
        } else {
            number(value.a)
        }
    }

    /// A fact's value: an integer, or a word.
    package mutating func fact(_ value: CellValue, isWord: Bool, _ names: some Naming) {
        if isWord {
            word(Word(UInt32(truncatingIfNeeded: value.a)), names)
        } else {
            number(value.a)
        }
    }

    private mutating func rungs(of event: Event, _ names: some EventNaming) {
        key("rungs")
        list { writer in
            for rung in event.rungs {
                writer.map { writer in
                    writer.key("account")
                    writer.account(event.accounts[rung.account].account, names)
                    writer.key("ladder")
                    writer.word(rung.ladder, names)
                    if rung.season != .none {
                        writer.key("facet")
                        writer.word(rung.season, names)
                    }
                    writer.key("from")
                    writer.rung(rung.from, of: rung.ladder, rules: event.rules, names)
                    writer.key("to")
                    writer.rung(rung.to, of: rung.ladder, rules: event.rules, names)
                }
            }
        }
    }

    /// What only one kind of event has.
    private mutating func payload(of event: Event, _ names: some EventNaming) {
        switch event.payload {
        case .none: break
        case .genesis(_, let format):
            key("format")
            number(Int64(format))
        case .word(let number, let range):
            key("word")
            text { $0.append(contentsOf: event.text[range.range]) }
            key("number")
            self.number(Int64(number))
        case .actor(let number, let actor):
            key("actor")
            text("uid=\(actor.uid) role=\(actor.role.names)")
            key("number")
            self.number(Int64(number))
        case .rulesHead(let number, _, let length):
            key("rulebook")
            self.number(Int64(number))
            key("bytes")
            self.number(Int64(length))
        case .rulesPart(let number, let offset, _):
            key("rulebook")
            self.number(Int64(number))
            key("offset")
            self.number(Int64(offset))
        case .opened(_, let parent):
            key("change")
            text("opened")
            if parent != .ledger {
                key("parent")
                account(parent, names)
            }
        case .account(let change):
            key("change")
            text("\(change)")
        case .hold(let change, let hold):
            key("change")
            text("\(change)")
            key("hold")
            sequence(hold)
        case .reversal(let subject, let amount):
            key("reverses")
            sequence(subject)
            if amount != 0 {
                key("amount")
                number(amount)
            }
        case .job(let period, let progress):
            key("period")
            text { $0.append(contentsOf: event.text[period.range]) }
            if let progress { job(progress, event) }
        }
    }
}

extension ValueWriter {
    /// How far a job's run had come.
    fileprivate mutating func job(_ progress: JobProgress, _ event: Event) {
        for (name, count) in [
            ("accounts", progress.accounts), ("paid", progress.paid),
            ("skipped", progress.skipped), ("failed", progress.failed),
        ] {
            key(name)
            number(Int64(count))
        }
        key("done")
        truth(progress.isDone)
    }
}

extension Role {
    /// The roles it holds: `game,audit`.
    package var names: String {
        [(Role.game, "game"), (.audit, "audit"), (.operate, "operate")]
            .filter { contains($0.0) }.map(\.1).joined(separator: ",")
    }
}
