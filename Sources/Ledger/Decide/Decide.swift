extension Ledger {
    /// The checks that every write meets, in the order in which they take precedence, then the
    /// verb's own.
    mutating func decide(
        _ command: borrowing Command, into receipt: inout Receipt
    ) throws(Refusal) -> Answer {
        try checkRole(command)
        draft.reset()
        touched.clear()
        pendingWords.clear()
        inputs.clear()
        if let known = try findSubject(command) { return known }
        try checkStanding(command)
        if let known = try decideVerb(command) { return known }
        if !command.key.isEmpty { addKey(command) }
        try settle()
        try checkTotals()
        try emit(command)
        fill(&receipt)
        receipt.isDryRun = command.isDryRun
        return .decided
    }

    /// Some verbs are the operator's alone, as is saying when something happened.
    private mutating func checkRole(_ command: borrowing Command) throws(Refusal) {
        let needsOperator: Bool
        switch command.verb {
        case .reverse, .migrate, .run, .freeze, .unfreeze, .forget: needsOperator = true
        default: needsOperator = command.at != nil
        }
        let role = requested.peer.role
        guard needsOperator ? role.contains(.operate) : !role.isDisjoint(with: [.game, .operate])
        else {
            throw Refusal(
                .notPermitted, [.init("needs", needsOperator ? "operate" : "game")],
                command.at != nil
                    ? "only the role operate may say when something happened"
                    : "this connection's role may not do that")
        }
    }

    /// Finds the account that the command is about, opening it if it is new, and answers the event
    /// from which the command's KEY is known.
    private mutating func findSubject(_ command: borrowing Command) throws(Refusal) -> Answer? {
        var keyOwner = AccountNumber.ledger
        switch command.verb {
        case .settle, .release, .reverse, .run:
            break
        default:
            guard let account = state.find(command.bytes, command.account.range) else {
                try openSubject(command)
                break
            }
            requested.account = account
            keyOwner = account
        }
        if !command.key.isEmpty, keyOwner == requested.account {
            let token = keyToken(command, keyOwner)
            if let event = state.event(of: token) {
                let fingerprint = fingerprint(command, keyOwner)
                return .known(event, Repetition(fingerprint: fingerprint, isOnce: false))
            }
        }
        switch command.verb {
        case .settle, .release: try findHold(command)
        case .reverse: try findReversible(command)
        default: break
        }
        expireHolds(of: requested.account)
        noteLast()
        return nil
    }

    /// EXPECT compares with the state before the command's group, and before the command opened the
    /// account; a hold that has just expired is part of that state. Noted before anything else
    /// changes, so that a dry run, which can take everything back, sees the same.
    private mutating func noteLast() {
        requested.last = requested.isNew ? 0 : state.last(requested.account)
        if case .multi = group { requested.last = lastBeforeJournal(requested.account) }
    }

    private mutating func openSubject(_ command: borrowing Command) throws(Refusal) {
        if command.verb == .forget {
            throw Refusal.noAccount(text(command, command.account))
        }
        requested.isMigrating = command.verb == .migrate
        requested.account = try open(command.bytes, command.account.range)
        requested.isMigrating = false
        requested.isNew = true
    }

    /// Frozen, changed since, not yet: what holds whatever the verb.
    private mutating func checkStanding(_ command: borrowing Command) throws(Refusal) {
        if let at = command.at {
            guard at <= requested.now else {
                throw Refusal(.badArgument, [.init("at", "future")], "AT lies in the future")
            }
            if at != requested.now { draft.at = at }
        }
        requested.by = command.byForgotten
        if !command.by.isEmpty { requested.by = try findOrOpen(command.bytes, command.by.range) }
        if command.cause > state.head {
            throw Refusal(
                .notFound, [.init("event", "\(command.cause)")],
                "CAUSE names event \(command.cause), which does not exist")
        }
        guard requested.account != .ledger else { return }
        if command.expect != nil {
            try checkExpectation(command, last: requested.last)
        }
        switch command.verb {
        case .unfreeze, .forget, .freeze: break
        default: try checkFrozen(requested.account)
        }
        let parent = state.parent(requested.account)
        requested.parent = parent == .ledger ? nil : parent
        requested.subject = requested.account
        if parent != .ledger { state.ensure(parent) }
    }

    private func checkExpectation(
        _ command: borrowing Command, last actual: SequenceNumber
    ) throws(Refusal) {
        guard let expected = command.expect else { return }
        guard expected == actual else {
            throw Refusal(
                .conflict, [.init("expected", "\(expected)"), .init("last", "\(actual)")],
                "the account's last event is \(actual), not \(expected): read it again and decide anew"
            )
        }
    }

    private mutating func lastBeforeJournal(_ account: AccountNumber) -> SequenceNumber {
        state.journalled(account)?.last ?? state.last(account)
    }

    mutating func checkFrozen(_ account: AccountNumber) throws(Refusal) {
        guard state.isFrozen(account) else { return }
        throw Refusal(
            .frozen, [.init("account", name(account))],
            "\(name(account)) is frozen: UNFREEZE it before anything is posted to it")
    }

    private mutating func decideVerb(_ command: borrowing Command) throws(Refusal) -> Answer? {
        switch command.verb {
        case .award: try decideAward(command)
        case .spend: try decideSpend(command)
        case .transfer: try decideTransfer(command)
        case .hold: try decideHold(command)
        case .settle: try decideSettle(command)
        case .release: try decideRelease(command)
        case .record: return try decideRecord(command)
        case .fact: try decideFact(command)
        case .reverse: try decideReverse(command)
        case .freeze, .unfreeze: try decideFreeze(command)
        case .forget: try decideForget(command)
        case .claim: try decideClaim(command)
        case .migrate: try decideMigrate(command)
        case .run: try decideRun(command)
        }
        return nil
    }
}

extension Refusal {
    static func noAccount(_ id: String) -> Refusal {
        Refusal(
            .notFound, [.init("account", id)],
            "there is no account \(id): it was never seen, or is forgotten already, which is final")
    }
}

extension Ledger {
    /// Part of a command as text, for messages only.
    func text(_ command: borrowing Command, _ range: ByteRange) -> String {
        String(decoding: command.bytes[range.range], as: UTF8.self)
    }

    /// An account's id as text, for messages only.
    mutating func name(_ account: AccountNumber) -> String {
        String(decoding: state.id(account), as: UTF8.self)
    }

    func balanceText(_ balance: BalanceName) -> String {
        let currency = wordText(balance.currency)
        return balance.facet == .none ? currency : "\(currency):\(wordText(balance.facet))"
    }

    /// A word's text, also of one that this command is about to bring in.
    func wordText(_ word: Word) -> String {
        let index = Int(word.rawValue) - state.words.count - 1
        return index >= 0 && index < pendingWords.count
            ? String(decoding: pendingWords[index], as: UTF8.self) : state.words.string(word)
    }

    /// As `wordText`, as bytes.
    func text(ofKnown word: Word) -> [UInt8] {
        let index = Int(word.rawValue) - state.words.count - 1
        return index >= 0 && index < pendingWords.count
            ? pendingWords[index] : state.words.text(word)
    }

    /// The word's number; a new word gets the next one and comes into being with the event.
    mutating func word(_ bytes: [UInt8], _ range: Range<Int>) -> Word {
        if let known = state.words.find(bytes, range) { return known }
        for (index, pending) in pendingWords.enumerated()
        where pending.elementsEqual(bytes[range]) {
            return Word(UInt32(state.words.count + index + 1))
        }
        pendingWords.append(Array(bytes[range]))
        return Word(UInt32(state.words.count + pendingWords.count))
    }
}
