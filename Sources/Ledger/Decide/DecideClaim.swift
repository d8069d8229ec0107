// CLAIM: an offer of the rulebook.

extension Ledger {
    /// Checks the parameters, whether the offer may be taken, and what is in its order; then takes
    /// the cost, gives, and marks the offer as taken.
    mutating func decideClaim(_ command: borrowing Command) throws(Refusal) {
        let offer = try offer(command)
        let subject = Declared(noun: "offer", text: offer.text)
        draft.kind = .claim
        draft.causeKind = .offer
        draft.causeName = offer.name
        try bind(command, offer.parameters, of: subject)
        try checkExists(offer)
        try checkActive(offer.active, subject)
        try checkGoals(offer.effects)
        try checkStaff(offer.staffOnly, subject)
        let index = try link(requested.account)
        precondition(index == 0, "the command's account comes first")
        endHolds(ofPayersOf: offer)
        let claim = try claimKey(of: offer)
        try takeSteps(offer.steps)
        try plan(offer.costs)
        let costs = planned
        for check in offer.order {
            switch check {
            case .taken:
                try checkTaken(offer, claim)
                try checkLimits(offer.limits, of: offer.name, subject)
            case .requirements: try meetAll(of: offer)
            case .funds: try checkFunds(costs)
            }
        }
        try take(offer, costs)
        if let claim {
            try set(requested.account, claim, .zero)
        } else {
            try checkChanges(subject)
        }
    }

    private mutating func offer(_ command: borrowing Command) throws(Refusal) -> OfferRule {
        guard let word = state.words.find(command.bytes, command.name.range),
            let offer = rules.offer(word)
        else {
            let text = text(command, command.name)
            throw Refusal(
                .undeclared, [.init("offer", text)], "the rulebook declares no offer \(text)")
        }
        return offer
    }

    /// What another account pays may be what a hold has kept until now.
    private mutating func endHolds(ofPayersOf offer: OfferRule) {
        let isShared = offer.costs.contains { $0.to == .parent || $0.to == .owner }
        if isShared, let parent = requested.parent { expireHolds(of: parent) }
    }

    /// Pays the costs, which were worked out before, and gives. What is given is worked out before
    /// anything is paid.
    private mutating func take(_ offer: OfferRule, _ costs: [PlannedPost]) throws(Refusal) {
        let effects = effects(of: offer)
        try plan(effects.posts)
        let gifts = planned
        planned = costs
        try postPlanned(why: Event.Why(kind: .cost, word: .none, number: 0))
        planned = gifts
        try postPlanned(why: Event.Why(kind: .gift, word: .none, number: 0))
        for rule in effects.marks { try mark(rule) }
    }

    // MARK: Checks

    /// Parameters for which there is no such offer are wrong, as any value that isn't allowed.
    func checkExists(_ offer: OfferRule) throws(Refusal) {
        guard try !exists(offer) else { return }
        throw Refusal(
            .badArgument, [.init("offer", offer.text)],
            "there is no offer \(claimText(offer))")
    }

    func exists(_ offer: OfferRule) throws(Refusal) -> Bool {
        if let rewards = offer.rewards, reward(rules.parts.rewards[rewards]) == nil {
            return false
        }
        if let domain = offer.domain {
            let first = domainKey(0)
            let second = domain.keys.count > 1 ? domainKey(1) : .zero
            guard let first, let second, domain.value(first, second) != nil else { return false }
        }
        return try holds(offer.exists)
    }

    /// An input as a key of a table.
    private func domainKey(_ index: Int) -> Rational? {
        switch inputs[index] {
        case .number, .defaultNumber: number(ofInput: index)
        default: word(ofInput: index).map { Rational(Int64($0.rawValue)) }
        }
    }

    private mutating func checkTaken(_ offer: OfferRule, _ claim: CellKey?) throws(Refusal) {
        guard let claim, value(requested.account, claim) != nil else { return }
        throw Refusal(
            .taken, [.init("offer", offer.text)], "\(claimText(offer)) is taken already")
    }

    /// What may be taken any time has to change something.
    private func checkChanges(_ subject: Declared) throws(Refusal) {
        // A limit is no change that anybody wants.
        let isIdle = draft.marks.allSatisfy { $0.key.kind == .limit }
        guard draft.postings.isEmpty, isIdle else { return }
        throw Refusal(
            .taken, [.init(subject.noun, subject.text)],
            "\(claimText(rules.offer(draft.causeName))) would change nothing")
    }

    private mutating func meetAll(of offer: OfferRule) throws(Refusal) {
        guard let position = offer.rewards else { return try meet(offer.requirements) }
        let rewards = rules.parts.rewards[position]
        var unmet: [(code: RefusalCode, sentence: String)] = []
        if let sentence = try unreached(rewards) { unmet.append((.requirement, sentence)) }
        if let track = track(rewards) { unmet += try self.unmet(track.requirements) }
        try meet(unmet)
    }

    /// What each payer has available has to cover the sum of what it pays.
    mutating func checkFunds(_ costs: [PlannedPost]) throws(Refusal) {
        for (index, cost) in costs.enumerated() {
            var needs: Int64 = 0
            for other in costs[0...index]
            where other.account == cost.account && other.balance == cost.balance {
                guard State.add(other.amount, to: &needs) else { throw refusal(.overflow) }
            }
            let position = try currency(of: cost.balance)
            let available =
                (state.value(cost.account, CellKey(cost.balance)) ?? .zero).available ?? 0
            let floor = min(rules.currencies[position].floor, available)
            let (has, isVast) = available.subtractingReportingOverflow(floor)
            if isVast || has >= needs { continue }
            throw insufficient(
                cost.account, balanceText(cost.balance), needs: needs.magnitude, has: has)
        }
    }

    // MARK: What was taken

    /// The mark of the claim; `nil` for an offer that may be taken any time.
    private mutating func claimKey(of offer: OfferRule) throws(Refusal) -> CellKey? {
        if offer.repeats {
            if offer.isPerSeason { _ = try seasonNow() }
            return nil
        }
        for index in offer.parameters.indices.dropLast() {
            guard case .name(_, let range) = inputs[index] else { continue }
            guard !inputText[range.range].contains(UInt8(ascii: ":")) else {
                throw badInput(
                    offer.parameters[index].text,
                    "\(offer.parameters[index].text) is a name without colons")
            }
        }
        let text = try claimValues(offer)
        let qualifier: Word = text.isEmpty ? .none : try wordOfRule(text)
        return CellKey(.claim, offer.name, qualifier.rawValue)
    }

    /// The values of the bound parameters, as a claim's mark has them.
    mutating func claimValues(_ offer: OfferRule) throws(Refusal) -> [UInt8] {
        var text: [UInt8] = []
        if offer.isPerSeason { text.append(contentsOf: self.text(ofKnown: try seasonNow())) }
        for index in offer.parameters.indices {
            if !text.isEmpty { text.append(UInt8(ascii: ":")) }
            appendValue(index, to: &text)
        }
        return text
    }

    private func appendValue(_ index: Int, to text: inout [UInt8]) {
        if case .bool(let value, _) = inputs[index] {
            text.append(value ? UInt8(ascii: "1") : UInt8(ascii: "0"))
        } else {
            appendText(ofInput: index, to: &text)
        }
    }

    /// The offer with the bound parameters, as CLAIM takes it.
    func claimText(_ offer: OfferRule?) -> String {
        guard let offer else { return "" }
        var text = Array(offer.text.utf8)
        for index in offer.parameters.indices {
            if case .absent = inputs[index] { continue }
            text.append(contentsOf: " \(offer.parameters[index].text)=".utf8)
            appendValue(index, to: &text)
        }
        return String(decoding: text, as: UTF8.self)
    }

    // MARK: Rewards

    /// What the offer gives for the bound parameters.
    private func effects(of offer: OfferRule) -> EffectRules {
        guard let position = offer.rewards else { return offer.effects }
        return reward(rules.parts.rewards[position])?.effects ?? EffectRules()
    }

    private func track(_ rewards: RewardsRule) -> RewardsRule.Track? {
        word(ofInput: 1).flatMap { word in rewards.tracks.first { $0.name == word } }
    }

    private func reward(_ rewards: RewardsRule) -> RewardsRule.Reward? {
        rung(rewards).flatMap { track(rewards)?.reward(of: $0) }
    }

    /// The rung that the first parameter names or counts.
    private func rung(_ rewards: RewardsRule) -> Int64? {
        let ladder = rules.ladders[rewards.ladder]
        guard !ladder.names.isEmpty else { return number(ofInput: 0).whole }
        guard let name = word(ofInput: 0), let index = ladder.names.firstIndex(of: name) else {
            return nil
        }
        return ladder.start + Int64(index)
    }

    /// What is said where the reward's rung isn't reached yet.
    mutating func unreached(_ rewards: RewardsRule) throws(Refusal) -> String? {
        let ladder = rules.ladders[rewards.ladder]
        let season: Word = rewards.isPerSeason ? try seasonNow() : .none
        let reached = rung(ladder: rewards.ladder, facet: season, of: requested.subject)
        guard let wanted = rung(rewards), reached < wanted else { return nil }
        return "\(ladder.text) \(rungText(wanted, ladder)) isn't reached yet: "
            + "it is \(rungText(reached, ladder))"
    }

    private func rungText(_ rung: Int64, _ ladder: LadderRule) -> String {
        if let name = ladder.name(of: rung) { return wordText(name) }
        return String(rung)
    }

    /// What of an offer is unmet, for OFFERS; but for what depends on something unknown.
    mutating func unmetSentences(
        of offer: OfferRule, _ unknown: UnknownInputs
    ) throws(Refusal) -> [String] {
        guard let position = offer.rewards else {
            return try unmet(offer.requirements.filter { !$0.reads(unknown) }).map(\.sentence)
        }
        let rewards = rules.parts.rewards[position]
        var sentences: [String] = []
        if let sentence = try unreached(rewards) { sentences.append(sentence) }
        if let track = track(rewards) {
            sentences += try unmet(track.requirements).map(\.sentence)
        }
        return sentences
    }
}
