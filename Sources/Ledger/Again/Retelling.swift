/// Says an event's command again, from the cause and the amounts that the log has of it.
///
/// Of what was asked only EXPECT, MEMO and the words of a KEY are lost; none of them has a part in
/// what a command comes to. Inputs of type text stand as blanks of the same length: rules can't
/// read them. So an event can be told again for ever, whoever was forgotten since.
struct Retelling {
    enum Telling: Equatable {
        /// `command`, `peer` and `time` say what was asked.
        case command
        /// Something that comes before a command or with the clock.
        case consequence
        /// Belongs to the run of a job, which gives to many accounts.
        case run
        /// Brings in a name, a rulebook or the ledger itself.
        case declaration
        /// No command can have led to such an event.
        case nonsense(String)
    }

    private(set) var command = Command()
    private(set) var peer = Peer(uid: 0, role: [])
    private(set) var time = Instant(microseconds: 0)

    /// Whether accounts are told with their parents: a ledger that opens them itself learns their
    /// parents so.
    let namesParents: Bool
    /// Whether it is only to be said what would come of it.
    let isDryRun: Bool

    init(namesParents: Bool, isDryRun: Bool) {
        self.namesParents = namesParents
        self.isDryRun = isDryRun
    }

    /// What a sealed text is longer than the text itself: the IV of AES-SIV.
    static let sealBytes = 16

    /// - Parameter state: the log folded up to the event before, words of the event included.
    mutating func tell(_ event: borrowing Event, _ state: inout State) -> Telling {
        switch event.kind {
        case .genesis, .rules, .name: return .declaration
        default: break
        }
        if event.kind == .job || event.causeKind == .job { return .run }
        guard let actor = state.actor(event.actor) else { return .consequence }
        command.reset()
        command.isDryRun = isDryRun
        peer = Peer(uid: actor.uid, role: actor.role)
        time = event.time
        command.at = event.at
        if actor.by != .ledger { command.by = name(actor.by, &state) }
        switch event.payload {
        case .hold(let change, let hold): return tellHold(event, change, hold, &state)
        case .reversal(let subject, let amount):
            command.verb = .reverse
            command.subject = subject
            command.amount = amount
            command.cause = event.causeOf == subject ? 0 : event.causeOf
            return amount < 0 ? .nonsense("it reverses less than nothing") : .command
        default: break
        }
        guard let account = event.accounts.first?.account else {
            return .nonsense("it has no account")
        }
        command.account = name(account, &state)
        command.cause = event.causeOf
        switch event.kind {
        case .account: return tellChange(event)
        case .fact: return tellFact(event, state)
        case .award, .spend, .transfer:
            return event.causeKind == .raw
                ? tellRaw(event, &state) : tellNamed(event, .action, .record, &state)
        case .claim: return tellNamed(event, .offer, .claim, &state)
        case .migration: return tellNamed(event, .migration, .migrate, &state)
        default: return .nonsense("no command leads to an event of its kind")
        }
    }

    /// The command's verb and what it names, for reports: `RECORD quest`.
    var title: String {
        let verb = "\(command.verb)".uppercased()
        let named: ByteRange
        switch command.verb {
        case .award, .spend, .transfer, .hold: named = command.balance
        default: named = command.name
        }
        guard !named.isEmpty else { return verb }
        return verb + " " + String(decoding: command.bytes[named.range], as: UTF8.self)
    }

    /// As `tell`, of an account that came over when another command first touched it.
    mutating func tellTakeOver(_ event: borrowing Event, _ state: inout State) -> Telling {
        command.reset()
        guard let account = event.accounts.first?.account else {
            return .nonsense("it has no account")
        }
        command.account = name(account, &state)
        return tellNamed(event, .migration, .migrate, &state)
    }

    /// As `tell`, of how a run of a job began: as RUN that names the period.
    mutating func tellRun(_ event: borrowing Event, _ state: inout State) -> Telling {
        guard let actor = state.actor(event.actor), case .job(let period, _) = event.payload else {
            return .nonsense("it names no period")
        }
        command.reset()
        command.isDryRun = isDryRun
        peer = Peer(uid: actor.uid, role: actor.role)
        time = event.time
        command.verb = .run
        command.at = event.at
        command.name = append(state.words.text(event.causeName))
        command.value = append(event.text[period.range])
        command.hasValue = true
        if actor.by != .ledger { command.by = name(actor.by, &state) }
        return .command
    }

    /// Says who asked by number alone, where no name leads to the account any more.
    mutating func nameForgotten(_ asker: AccountNumber) {
        command.by = .empty
        command.byForgotten = asker
    }

    /// Gives the command a KEY: any will do.
    mutating func giveKey() { command.key = append("key".utf8) }

    // MARK: Verbs

    private mutating func tellRaw(_ event: borrowing Event, _ state: inout State) -> Telling {
        command.verb =
            event.kind == .award ? .award : event.kind == .spend ? .spend : .transfer
        guard let posting = event.postings.first else { return .nonsense("it posts nothing") }
        if event.kind == .transfer {
            guard event.accounts.count > 1 else { return .nonsense("it transfers to nobody") }
            command.target = name(event.accounts[1].account, &state)
        }
        if event.causeName != .none { command.name = append(state.words.text(event.causeName)) }
        return tellAmount(posting, state)
    }

    private mutating func tellAmount(
        _ posting: Event.Posting, _ state: borrowing State
    ) -> Telling {
        command.balance = append(state, posting.balance)
        command.amount = posting.amount
        return posting.amount < 1 ? .nonsense("it posts less than 1") : .command
    }

    private mutating func tellHold(
        _ event: borrowing Event, _ change: Event.HoldChange, _ hold: SequenceNumber,
        _ state: inout State
    ) -> Telling {
        guard let posting = event.postings.first, let link = event.accounts.first else {
            return .nonsense("it posts nothing")
        }
        guard change != .expired else { return .nonsense("nobody can ask a hold to expire") }
        guard change == .placed else {
            command.verb = change == .settled ? .settle : .release
            command.subject = hold
            command.cause = event.causeOf == hold ? 0 : event.causeOf
            guard change == .settled else { return .command }
            guard event.postings.count > 1, event.postings[1].amount >= 1 else {
                return .nonsense("it settles less than 1")
            }
            command.amount = event.postings[1].amount
            return .command
        }
        command.verb = .hold
        command.account = name(link.account, &state)
        command.cause = event.causeOf
        for mark in event.marks where mark.key.kind == .hold {
            let until = mark.value?.c ?? 0
            if until != 0 { command.until = Instant(microseconds: until) }
        }
        return tellAmount(posting, state)
    }

    private mutating func tellChange(_ event: borrowing Event) -> Telling {
        switch event.payload {
        case .account(.frozen): command.verb = .freeze
        case .account(.unfrozen): command.verb = .unfreeze
        case .account(.forgotten): command.verb = .forget
        default: return .nonsense("nobody can ask for an account to be opened")
        }
        return .command
    }

    private mutating func tellFact(
        _ event: borrowing Event, _ state: borrowing State
    ) -> Telling {
        guard let mark = event.marks.first, mark.key.kind == .fact else {
            return .nonsense("it states no fact")
        }
        command.verb = .fact
        command.name = append(state.words.text(mark.key.word))
        command.hasValue = true
        guard let value = mark.value else { return .command }
        if value.b == 1 {
            let word = Word(UInt32(truncatingIfNeeded: value.a))
            command.value = append(state.words.text(word))
        } else {
            command.value = append(value.a)
        }
        return .command
    }

    private mutating func tellNamed(
        _ event: borrowing Event, _ kind: CauseKind, _ verb: Verb, _ state: inout State
    ) -> Telling {
        guard event.causeKind == kind else { return .nonsense("its cause is of another kind") }
        command.verb = verb
        command.name = append(state.words.text(event.causeName))
        var index = 0
        while index < event.inputs.count {
            let name = append(state.words.text(event.inputs[index].name))
            command.inputs.append(
                CommandInput(name: name, value: input(event, &index, &state)))
        }
        return .command
    }

    /// The input's value as it may have been written; `index` goes on to the next one.
    private mutating func input(
        _ event: borrowing Event, _ index: inout Int, _ state: inout State
    ) -> ByteRange {
        let input = event.inputs[index]
        index += 1
        switch input.value {
        case .int(let value): return append(value)
        case .bool(let value): return append(value ? 1 : 0)
        case .name(let range): return append(event.text[range.range])
        case .account(let account): return name(account, &state)
        case .text(let range):
            let count = max(0, range.count - Self.sealBytes)
            return append(repeatElement(UInt8(ascii: "x"), count: count))
        case .list(let count):
            let start = command.bytes.count
            let end = min(index + count, event.inputs.count)
            while index < end {
                if command.bytes.count > start { command.bytes.append(UInt8(ascii: ",")) }
                _ = self.input(event, &index, &state)
            }
            return ByteRange(start: start, count: command.bytes.count - start)
        }
    }

    // MARK: Spelling

    private mutating func append(_ bytes: some Sequence<UInt8>) -> ByteRange {
        let start = command.bytes.count
        command.bytes.append(contentsOf: bytes)
        return ByteRange(start: start, count: command.bytes.count - start)
    }

    private mutating func append(_ number: Int64) -> ByteRange {
        let start = command.bytes.count
        if number < 0 { command.bytes.append(UInt8(ascii: "-")) }
        RetoldName.append(number.magnitude, to: &command.bytes)
        return ByteRange(start: start, count: command.bytes.count - start)
    }

    private mutating func append(
        _ state: borrowing State, _ balance: BalanceName
    ) -> ByteRange {
        let start = command.bytes.count
        command.bytes.append(contentsOf: state.words.text(balance.currency))
        if balance.facet != .none {
            command.bytes.append(UInt8(ascii: ":"))
            command.bytes.append(contentsOf: state.words.text(balance.facet))
        }
        return ByteRange(start: start, count: command.bytes.count - start)
    }

    private mutating func name(_ account: AccountNumber, _ state: inout State) -> ByteRange {
        let start = command.bytes.count
        let parent = namesParents ? state.parent(account) : .ledger
        if parent != .ledger {
            RetoldName.append(parent, to: &command.bytes)
            command.bytes.append(UInt8(ascii: "/"))
        }
        RetoldName.append(account, to: &command.bytes)
        return ByteRange(start: start, count: command.bytes.count - start)
    }
}
