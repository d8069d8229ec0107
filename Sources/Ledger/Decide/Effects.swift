/// A posting that the rules come to, before any is made.
struct PlannedPost {
    var account: AccountNumber
    var balance: BalanceName
    var side: Side
    var amount: Int64
}

// What rules post and mark, wherever they give something.

extension Ledger {
    /// Posts what is to be posted, all of it worked out before any is, then sets the marks in order.
    mutating func apply(_ effects: EffectRules, why: Event.Why?) throws(Refusal) {
        if !effects.posts.isEmpty {
            try plan(effects.posts)
            try postPlanned(why: why)
        }
        for rule in effects.marks { try mark(rule) }
    }

    /// What an account other than the command's is given: formulas and `to` then speak of it. Inputs
    /// and steps are set aside.
    ///
    /// - Parameter inputs: what the effects' formulas see.
    mutating func apply(
        _ effects: EffectRules, why: Event.Why?, to account: AccountNumber, inputs: [BoundInput]
    ) throws(Refusal) {
        let aside = (requested.subject, requested.parent, self.inputs, steps, stepNames)
        defer { (requested.subject, requested.parent, self.inputs, steps, stepNames) = aside }
        speak(of: account)
        self.inputs = inputs
        steps = []
        stepNames = []
        try apply(effects, why: why)
    }

    /// Makes formulas speak of an account and of its parent.
    mutating func speak(of account: AccountNumber) {
        requested.subject = account
        let parent = state.parent(account)
        requested.parent = parent == .ledger ? nil : parent
        if parent != .ledger { state.ensure(parent) }
    }

    /// Evaluates what is to be posted, all of it before any is.
    mutating func plan(_ posts: [PostRule]) throws(Refusal) {
        planned.clear()
        for index in 0..<posts.count {
            guard let list = posts[index].forEach else {
                try plan(posts, index)
                continue
            }
            for element in elements(of: list) {
                inputs.append(element)
                try plan(posts, index)
                inputs.removeLast()
            }
        }
    }

    /// - Parameter index: of the rule, whose parts are looked at where they lie.
    private mutating func plan(_ posts: [PostRule], _ index: Int) throws(Refusal) {
        if posts[index].when != nil, try !holds(posts[index].when) { return }
        let amount = try whole(posts[index].amount)
        if amount == 0 { return }
        let stated = posts[index].side
        guard stated == .bySign || amount > 0 else {
            throw Refusal(
                .badArgument, [.init("amount", "\(amount)")],
                "the rules come to an amount of \(amount), which can't be "
                    + (stated == .earn ? "earned" : "spent"))
        }
        guard amount != .min else { throw refusal(.overflow) }
        planned.append(
            PlannedPost(
                account: try account(posts[index].to), balance: try balance(posts[index].balance),
                side: stated == .spend || amount < 0 ? .spend : .earn, amount: abs(amount)))
    }

    mutating func postPlanned(why: Event.Why?) throws(Refusal) {
        for index in planned.indices {
            let post = planned[index]
            if post.account != requested.account { try checkFrozen(post.account) }
            try self.post(post.account, post.balance, post.side, post.amount, why: why)
        }
    }

    /// The values of the list, each as the input `each` that an effect sees.
    func elements(of rule: RepetitionRule) -> [BoundInput] {
        guard case .list(_, let range) = inputs[rule.list] else { return [] }
        precondition(rule.each == inputs.count, "each stands behind all inputs")
        return elements(range).map { part in
            guard rule.isOfNumbers else {
                return .name(state.words.find(inputText, part.range), part)
            }
            return .number(Digits.integer(inputText, part.range) ?? 0, part)
        }
    }

    func account(_ selector: AccountSelector) throws(Refusal) -> AccountNumber {
        do {
            return try selector.number(in: self)
        } catch {
            throw refusal(error)
        }
    }

    mutating func balance(_ template: BalanceTemplate) throws(Refusal) -> BalanceName {
        if let name = template.name(in: self) { return name }
        if template.facet?.isOfSeason == true, season == nil { throw refusal(.noSeason) }
        let facet = template.facet?.text(in: self) ?? []
        return BalanceName(currency: template.currency, facet: try wordOfRule(facet))
    }

    /// The word of a name that the rules put together, which inputs may have made a bad one.
    mutating func wordOfRule(_ text: [UInt8]) throws(Refusal) -> Word {
        guard UTF8Text.isName(text, ByteRange(start: 0, count: text.count)) else {
            let shown = String(decoding: text, as: UTF8.self)
            throw Refusal(
                .badArgument, [.init("name", shown)],
                "the rules come to the name \(shown), which has an empty or an overlong part")
        }
        return word(text, text.indices)
    }

    mutating func word(of template: NameTemplate) throws(Refusal) -> Word {
        if let word = template.word(in: self) { return word }
        if template.isOfSeason, season == nil { throw refusal(.noSeason) }
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
        draft.at = requested.momentBefore
        for opening in rules.openings {
            try apply(opening.effects, why: Event.Why(kind: .opening, word: .none, number: 0))
        }
        for rewards in rules.parts.rewards where rewards.startsAutomatically {
            let start = rules.ladders[rewards.ladder].start
            try reach(rewards.ladder, .none, account, above: start - 1, upTo: start)
        }
        if !draft.postings.isEmpty || !draft.marks.isEmpty {
            try settle()
            try checkTotals()
            emitDraftBeside()
        }
        touched.clear()
    }
}
