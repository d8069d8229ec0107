/// A recorded history decided again under other rules: a second ledger that is told every recorded
/// command and goes its own way, beside the state that the log itself folds into.
///
/// The other rules are in force from where the log's first rulebook was. Commands that were refused
/// at the time are not in the log, so nobody can tell whether they would be accepted now.
package struct Trial: ~Copyable {
    /// What the log says.
    package internal(set) var recorded = State(source: EmptySource())
    var recordedRules = Rulebook.none
    /// What would have been.
    var other: Ledger
    private let source: RetoldSource
    private let legacy = RetoldLegacy()
    private let rules: [UInt8]
    private var isAdopted = false

    var retelling = Retelling(namesParents: true, isDryRun: false)
    var receipt = Receipt()
    private var spare = EventBuffer()
    /// Commands of the group under way, whose last event has yet to come.
    private var group: [Told] = []
    /// Events that are spoken of later: their numbers in the other ledger.
    private var subjects: Set<SequenceNumber> = []
    private var numbers: [SequenceNumber: SequenceNumber] = [:]
    /// Those of `numbers` whose events are in the other ledger's buffer and are read back later.
    private var noted: [SequenceNumber] = []
    /// The other ledger's accounts by the recorded ones' numbers − 1; `.ledger` for none yet.
    var accounts: [AccountNumber] = []
    var tally = TrialTally()
    /// Runs of jobs under way, by the recorded ones' first events.
    var runs: [SequenceNumber: JobRun] = [:]

    private struct Told {
        var command: Command
        var peer: Peer
        var title: String
        var event: Event
    }

    /// - Parameter file: what mistakes are reported under.
    package init(
        rules: [UInt8], file: String, scrutiny: Scrutiny? = nil
    ) throws(Mistakes) {
        var words = LedgerWords(Words())
        _ = try Rulebook.compile(source: rules, file: file, words: &words, scrutiny: scrutiny).get()
        self.rules = rules
        source = RetoldSource()
        other = Ledger(source: source)
    }

    /// The newest event told.
    package var head: SequenceNumber { recorded.head }

    /// To be told of every event before any is taken: notes which will be spoken of by later ones.
    package mutating func foresee(_ event: borrowing Event) {
        if case .reversal(let subject, _) = event.payload { subjects.insert(subject) }
    }

    /// Takes the next event: folds it, and decides again what it was caused by.
    package mutating func take(_ event: borrowing Event) throws(FoldError) {
        let telling = retelling.tell(event, &recorded)
        try recorded.fold(event)
        switch telling {
        case .declaration: declare(event)
        case .consequence: follow(event)
        case .command: tell(event)
        case .run: followRun(event)
        case .nonsense:
            tally.count(Refusal(.corrupt, [], "no command can have led to it"), "?", event)
        }
    }

    // MARK: What isn't a command

    private mutating func declare(_ event: borrowing Event) {
        switch event.payload {
        case .genesis: other.begin(id: [UInt8](repeating: 0, count: 16), at: event.time)
        case .rulesPart: adopt(at: event.time)
        default: return
        }
        drain()
    }

    private mutating func adopt(at time: Instant) {
        guard let inForce = recorded.rules else { return }
        var words = LedgerWords(recorded.words)
        let compiled = Rulebook.compile(
            source: inForce.text, file: "rulebook \(inForce.number)", words: &words)
        if case .success(let rulebook) = compiled { recordedRules = rulebook }
        guard !isAdopted else { return }
        isAdopted = true
        do throws(Mistakes) {
            _ = try other.adopt(
                rules, hash: [UInt8](repeating: 0, count: 32), file: "rulebook",
                from: Peer(uid: 0, role: .operate), at: time)
        } catch {
            preconditionFailure("rules are checked before they are tried: \(error)")
        }
    }

    /// Openings and what is forgotten with a parent come of themselves; expired holds with the clock.
    private mutating func follow(_ event: borrowing Event) {
        if event.kind == .migration { return bringOver(event) }
        guard case .hold(.expired, _) = event.payload,
            let account = event.accounts.first.map({ own($0.account) }), account != .ledger
        else { return }
        other.endHolds(of: account, at: event.time)
        drain()
    }

    /// What came over when an account was first touched comes over when the other ledger opens it.
    private mutating func bringOver(_ event: borrowing Event) {
        guard let account = event.accounts.first?.account,
            case .command = retelling.tellTakeOver(event, &recorded)
        else { return }
        let name = RetoldName.bytes(of: account, below: recorded.parent(account))
        legacy.commands[name] = retelling.command
        other.legacy = legacy
    }

    // MARK: Commands

    private mutating func tell(_ event: borrowing Event) {
        let isAlone = group.isEmpty && (event.group == .alone || event.group == .last)
        guard isAlone else {
            group.append(
                Told(
                    command: retelling.command, peer: retelling.peer, title: retelling.title,
                    event: copy event))
            if event.group == .last { tellGroup() }
            return
        }
        var command = retelling.command
        translate(&command)
        do throws(Refusal) {
            let answer = try other.execute(
                command, from: retelling.peer, at: event.time, into: &receipt)
            guard case .decided = answer else { throw Trial.known }
            noteNumber(of: event)
            meet(event)
            tally.count(isSame: isSame(event, other.draft), retelling.title, event)
        } catch {
            tally.count(error, retelling.title, event)
        }
        drain()
    }

    /// A group's commands: all are accepted, or none is.
    private mutating func tellGroup() {
        let group = self.group
        self.group = []
        other.beginGroup()
        var refused: (index: Int, refusal: Refusal)?
        var drafts: [Event] = []
        for (index, told) in group.enumerated() {
            var command = told.command
            translate(&command)
            do throws(Refusal) {
                let answer = try other.executeInGroup(
                    command, isLast: index == group.count - 1, from: told.peer, at: told.event.time,
                    into: &receipt)
                guard case .decided = answer else { throw Trial.known }
            } catch {
                refused = (index, error)
                break
            }
            noteNumber(of: told.event)
            drafts.append(other.draft)
        }
        other.endGroup(refused == nil ? .kept : .refused)
        for (index, told) in group.enumerated() {
            if let refused {
                numbers[told.event.sequence] = nil
                tally.count(
                    index == refused.index ? refused.refusal : Trial.companion, told.title,
                    told.event)
            } else {
                meet(told.event)
                tally.count(isSame: isSame(told.event, drafts[index]), told.title, told.event)
            }
        }
        drain()
    }

    private static let known = Refusal(
        .taken, [], "the rules let it happen only once, and it has happened")
    private static let companion = Refusal(
        .conflict, [], "another command of its group would be refused")

    /// Numbers of events are the other ledger's own; one that it hasn't got is no event.
    func translate(_ command: inout Command) {
        command.cause = 0
        if command.subject != 0 { command.subject = numbers[command.subject] ?? .max >> 8 }
    }

    private mutating func noteNumber(of event: borrowing Event) {
        guard event.kind == .hold || subjects.contains(event.sequence) else { return }
        numbers[event.sequence] = other.draft.sequence
        noted.append(event.sequence)
    }

    /// Hands over what was decided: nothing is committed, only what is reversed later is kept.
    mutating func drain() {
        let taken = other.takeBuffer(spare: spare).events
        spare = EventBuffer()
        for recorded in noted where subjects.contains(recorded) {
            if let number = numbers[recorded] { source.kept[number] = taken.event(number) }
        }
        noted.removeAll(keepingCapacity: true)
        spare = taken
    }

    // MARK: Accounts

    /// The other ledger's account; `.ledger` if it has none.
    func own(_ account: AccountNumber) -> AccountNumber {
        let index = Int(account.rawValue) - 1
        return index >= 0 && index < accounts.count ? accounts[index] : .ledger
    }

    /// Notes the accounts that the other ledger may have opened for an event.
    mutating func meet(_ event: borrowing Event) {
        for link in event.accounts { meet(link.account) }
        if let actor = recorded.actor(event.actor), actor.by != .ledger { meet(actor.by) }
    }

    mutating func meet(_ account: AccountNumber) {
        let index = Int(account.rawValue) - 1
        while accounts.count <= index { accounts.append(.ledger) }
        guard accounts[index] == .ledger else { return }
        let parent = recorded.parent(account)
        if parent != .ledger { meet(parent) }
        let name = RetoldName.bytes(of: account, below: parent)
        accounts[index] = other.state.find(name, name.indices) ?? justOpened(name)
        if accounts[index] != .ledger { legacy.commands[name] = nil }
    }

    /// The account that the events decided last have opened under a name, which leads to nobody where they
    /// have forgotten it, too.
    private func justOpened(_ name: [UInt8]) -> AccountNumber {
        var event = Event()
        for index in 0..<other.buffer.count {
            guard let bytes = other.buffer.event(other.buffer.first + UInt64(index)),
                (try? event.decode(bytes, bytes.indices)) != nil,
                case .opened(let id, _) = event.payload,
                event.text[id.range].elementsEqual(name)
            else { continue }
            return event.accounts.first?.account ?? .ledger
        }
        return .ledger
    }
}
