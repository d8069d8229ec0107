/// A posting that the rules come to, before any is made.
struct PlannedPost {
    var account: AccountNumber
    var balance: BalanceName
    var side: Side
    var amount: Int64
}

// RECORD: an action of the rulebook.

extension Ledger {
    /// Binds the inputs, takes the steps, meets the requirements, then posts and marks.
    mutating func decideRecord(_ command: borrowing Command) throws(Refusal) -> Answer? {
        let position = try action(command)
        draft.kind = .award
        draft.causeKind = .action
        draft.causeName = rules.actions[position].name
        try bind(command, position)
        if let known = addOnce(command, position) { return known }
        let index = try link(requested.account)
        precondition(index == 0, "the command's account comes first")
        try takeSteps(position)
        try meetRequirements(position)
        try plan(rules.actions[position].posts)
        try postPlanned(why: nil)
        try mark(rules.actions[position].marks)
        return nil
    }

    private mutating func action(_ command: borrowing Command) throws(Refusal) -> Int {
        guard let word = state.words.find(command.bytes, command.name.range),
            let position = rules.actionPosition(word)
        else {
            let text = text(command, command.name)
            throw Refusal(
                .undeclared, [.init("action", text)], "the rulebook declares no action \(text)")
        }
        let text = rules.actions[position].text
        guard rules.actions[position].isActive else {
            throw Refusal(
                .inactive, [.init("action", text)], "the action \(text) is not active")
        }
        if rules.actions[position].isStaffOnly, !requested.isOperator, !isByStaff() {
            throw Refusal(
                .notPermitted, [.init("action", text)],
                "the action \(text) is for staff: it needs the role operate, "
                    + "or BY an account whose fact staff is 1")
        }
        return position
    }

    private mutating func isByStaff() -> Bool {
        guard requested.by != .ledger, let staff = state.words.find("staff") else { return false }
        return state.value(requested.by, CellKey(.fact, staff)) == CellValue(1, 0)
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
        if let event = state.event(of: token) { return .known(event, fingerprint: fingerprint) }
        draft.fingerprint = fingerprint
        draft.once.append(Event.OnceToken(account: requested.account, token: token))
        return nil
    }

    private mutating func takeSteps(_ position: Int) throws(Refusal) {
        steps.clear()
        for index in rules.actions[position].steps.indices {
            let value = try evaluate(rules.actions[position].steps[index].formula)
            steps.append(value)
            if rules.actions[position].steps[index].isShown {
                draft.shown.append(
                    Event.Shown(name: rules.actions[position].steps[index].name, value: value))
            }
        }
    }

    /// Every requirement is tested, so that all that are unmet are reported at once.
    private func meetRequirements(_ position: Int) throws(Refusal) {
        var unmet: [String] = []
        for requirement in rules.actions[position].requirements
        where try !holds(requirement.test) {
            unmet.append(try sentence(requirement.unmet))
        }
        guard unmet.isEmpty else {
            throw Refusal(
                .requirement, [.init("unmet", "\(unmet.count)")], unmet.joined(separator: "; "))
        }
    }

    func sentence(_ message: MessageRule) throws(Refusal) -> String {
        var sentence = ""
        for part in message.parts {
            switch part {
            case .text(let text): sentence += text
            case .number(let formula, let decimals):
                let value = try evaluate(formula)
                sentence += decimals.map { value.text(decimals: $0) } ?? "\(value)"
            case .name(let template):
                let word = template.word(in: self)
                sentence +=
                    word.map { wordText($0) }
                    ?? String(decoding: template.text(in: self), as: UTF8.self)
            }
        }
        return sentence
    }
}

// What rules post and mark: shared by actions and openings.

extension Ledger {
    /// Evaluates what is to be posted, all of it before any is.
    mutating func plan(_ posts: [PostRule]) throws(Refusal) {
        planned.clear()
        for post in posts where try holds(post.when) {
            let amount = try whole(post.amount)
            if amount == 0 { continue }
            guard post.side == .bySign || amount > 0 else {
                throw Refusal(
                    .badArgument, [.init("amount", "\(amount)")],
                    "the rules come to an amount of \(amount), which can't be "
                        + (post.side == .earn ? "earned" : "spent"))
            }
            guard amount != .min else { throw refusal(.overflow) }
            let side: Side = post.side == .spend || amount < 0 ? .spend : .earn
            planned.append(
                PlannedPost(
                    account: try account(post.to), balance: try balance(post.balance), side: side,
                    amount: abs(amount)))
        }
    }

    mutating func postPlanned(why: Event.Why?) throws(Refusal) {
        for index in planned.indices {
            let post = planned[index]
            if post.account != requested.account { try checkFrozen(post.account) }
            try self.post(post.account, post.balance, post.side, post.amount, why: why)
        }
    }

    private func account(_ selector: AccountSelector) throws(Refusal) -> AccountNumber {
        do {
            return try selector.number(in: self)
        } catch {
            throw refusal(error)
        }
    }

    private mutating func balance(_ template: BalanceTemplate) throws(Refusal) -> BalanceName {
        if let name = template.name(in: self) { return name }
        let facet = template.facet?.text(in: self) ?? []
        return BalanceName(currency: template.currency, facet: try wordOfRule(facet))
    }

    /// The word of a name that the rules put together, which inputs may have made a bad one.
    private mutating func wordOfRule(_ text: [UInt8]) throws(Refusal) -> Word {
        guard UTF8Text.isName(text, ByteRange(start: 0, count: text.count)) else {
            let shown = String(decoding: text, as: UTF8.self)
            throw Refusal(
                .badArgument, [.init("name", shown)],
                "the rules come to the name \(shown), which has an empty or an overlong part")
        }
        return word(text, text.indices)
    }

    mutating func mark(_ marks: [MarkRule]) throws(Refusal) {
        for rule in marks where try holds(rule.when) {
            let account = try account(rule.to)
            if account != requested.account { try checkFrozen(account) }
            let name = try word(of: rule.name)
            switch rule.kind {
            case .fact(let formula):
                try set(account, CellKey(.fact, name), CellValue(try whole(formula), 0))
            case .factName(let template):
                let value = try word(of: template)
                try set(account, CellKey(.fact, name), CellValue(Int64(value.rawValue), 1))
            case .clearFact:
                try set(account, CellKey(.fact, name), nil)
            case .item(let count):
                let key = CellKey(.item, name)
                var owned = state.value(account, key)?.a ?? 0
                guard State.add(try whole(count), to: &owned) else { throw refusal(.overflow) }
                try set(account, key, owned == 0 ? nil : CellValue(owned))
            case .unlock:
                try set(account, CellKey(.unlock, name), CellValue(Int64(state.head + 1)))
            }
        }
    }

    private mutating func set(
        _ account: AccountNumber, _ key: CellKey, _ value: CellValue?
    ) throws(Refusal) {
        let index = try link(account)
        draft.marks.append(Event.Mark(account: index, key: key, value: value))
    }

    private mutating func word(of template: NameTemplate) throws(Refusal) -> Word {
        if let word = template.word(in: self) { return word }
        return try wordOfRule(template.text(in: self))
    }

    /// What the rulebook gives to every account that is opened: an event after the opening's own.
    mutating func applyOpenings(
        _ account: AccountNumber, _ parent: AccountNumber
    ) throws(Refusal) {
        // Words are numbered as they come: those of the command under way must not be waiting.
        precondition(pendingWords.isEmpty, "accounts are opened before words are brought in")
        let aside = (requested, draft, inputs)
        defer { (requested, draft, inputs) = aside }
        requested.account = account
        requested.subject = account
        requested.parent = parent == .ledger ? nil : parent
        draft.reset()
        precondition(touched.isEmpty, "accounts are opened before anything is posted")
        inputs.clear()
        draft.kind = .award
        draft.causeKind = .ledger
        for opening in rules.openings {
            try plan(opening.posts)
            try postPlanned(why: Event.Why(kind: .opening, word: .none, number: 0))
            try mark(opening.marks)
        }
        if !draft.postings.isEmpty || !draft.marks.isEmpty {
            try settleLadders()
            try checkTotals()
            emitDraftBeside()
        }
        touched.clear()
    }
}
