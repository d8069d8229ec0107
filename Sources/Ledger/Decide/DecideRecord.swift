// RECORD: an action of the rulebook.

extension Ledger {
    /// Binds the inputs, takes the steps, meets the requirements, then posts and marks.
    mutating func decideRecord(_ command: borrowing Command) throws(Refusal) -> Answer? {
        let position = try action(command)
        draft.kind = .award
        draft.causeKind = .action
        draft.causeName = rules.actions[position].name
        let subject = Declared(noun: "action", text: rules.actions[position].text)
        try bind(command, rules.actions[position].inputs, of: subject)
        try checkActive(rules.actions[position].active, subject)
        try checkStaff(rules.actions[position].staffOnly, subject)
        if let known = addOnce(command, position) { return known }
        let index = try link(requested.account)
        precondition(index == 0, "the command's account comes first")
        if !rules.actions[position].limits.isEmpty {
            try checkLimits(
                rules.actions[position].limits, of: rules.actions[position].name, subject)
        }
        if !rules.actions[position].stamps.isEmpty { try stamp(rules.actions[position].stamps) }
        try takeSteps(rules.actions[position].steps)
        try meet(rules.actions[position].requirements)
        try apply(rules.actions[position].effects, why: nil)
        requested.action = position
        return nil
    }

    /// Notes the rungs that the account stands on before anything happens to it.
    private mutating func stamp(_ ladders: [Int]) throws(Refusal) {
        for ladder in ladders {
            let facet = rules.ladders[ladder].isOfSeasons ? try seasonNow() : .none
            let rung = rung(ladder: ladder, facet: facet, of: requested.account)
            draft.shown.append(
                Event.Shown(name: rules.ladders[ladder].name, value: Rational(rung)))
        }
    }

    private mutating func action(_ command: borrowing Command) throws(Refusal) -> Int {
        guard let word = state.words.find(command.bytes, command.name.range),
            let position = rules.actionPosition(word)
        else {
            let text = text(command, command.name)
            throw Refusal(
                .undeclared, [.init("action", text)], "the rulebook declares no action \(text)")
        }
        return position
    }

    /// The tokens of the action's `once`; answers the event that is known by one.
    private mutating func addOnce(
        _ command: borrowing Command, _ position: Int
    ) -> Answer? {
        guard let once = rules.actions[position].once else { return nil }
        var hash = SipHash(key: state.tokenKey(requested.account), isWide: true)
        hash.append(1)
        hash.append(Array(rules.actions[position].text.utf8))
        for index in once {
            hash.append(0)
            switch inputs[index] {
            case .number(_, let range), .bool(_, let range), .name(_, let range),
                .account(_, let range), .text(let range), .list(_, let range):
                hash.append(inputText, range.range)
            case .defaultName(let word): hash.append(state.words.text(word))
            case .defaultNumber(let value): hash.append(Array(String(value).utf8))
            case .absent: break
            }
        }
        let token = hash.finish128()
        let fingerprint = fingerprint(command, requested.account)
        if let event = state.event(of: token) {
            return .known(event, Repetition(fingerprint: fingerprint, isOnce: true))
        }
        draft.fingerprint = fingerprint
        draft.once.append(Event.OnceToken(account: requested.account, token: token))
        return nil
    }
}
