/// What an account may take up, may not yet, and has taken: what OFFERS answers.
package struct OfferListing: Sendable {
    package struct Entry: Sendable, Equatable {
        /// As CLAIM takes it.
        package var offer: String
        package var costs: [Cost] = []
        /// What is said of each requirement that isn't met.
        package var unmet: [String] = []
    }

    package struct Cost: Sendable, Equatable {
        /// The id of the account that pays; `nil` for the one that was asked about.
        package var payer: String?
        package var balance: BalanceName
        package var amount: Int64
    }

    package var available: [Entry] = []
    package var locked: [Entry] = []
    package var taken: [Entry] = []
}

/// Whom OFFERS speaks of, and to whom.
package struct OfferQuestion: Sendable {
    package var id: [UInt8]
    /// `nil` if it was never seen.
    package var account: AccountNumber?
    /// The only offer that is asked about; `nil` for all that are listed.
    package var offer: Word?
    package var role: Role

    package init(id: [UInt8], account: AccountNumber?, offer: Word?, role: Role) {
        self.id = id
        self.account = account
        self.offer = offer
        self.role = role
    }
}

extension Ledger {
    /// Lists the offers for every combination of those parameters whose values are listed. What an
    /// account can afford plays no part.
    package mutating func offers(
        _ question: OfferQuestion, at wall: Instant
    ) throws(Refusal) -> OfferListing {
        var only: OfferRule?
        if let word = question.offer {
            guard let offer = rules.offer(word) else {
                throw Refusal(
                    .undeclared, [.init("offer", wordText(word))],
                    "the rulebook declares no offer \(wordText(word))")
            }
            only = offer
        }
        beginReading(question, at: wall)
        var listing = OfferListing()
        for offer in rules.parts.offers {
            if let only { if only !== offer { continue } } else if !offer.isListed { continue }
            if offer.isPerSeason, runningSeason == nil { continue }
            list(offer, question, into: &listing)
        }
        return listing
    }

    /// Makes formulas speak of the account as it is. One that was never seen is nobody yet: the number
    /// that it would get has no cells.
    private mutating func beginReading(_ question: OfferQuestion, at wall: Instant) {
        requested = Requested()
        requested.peer = Peer(uid: 0, role: question.role)
        requested.now = max(wall, state.time)
        noteSeason(at: requested.now)
        draft.reset()
        touched.clear()
        pendingWords.clear()
        let account = question.account ?? AccountNumber(state.accountCount + 1)
        requested.account = account
        requested.subject = account
        state.ensure(account)
        if question.account != nil {
            speak(of: account)
        } else if let slash = question.id.firstIndex(of: UInt8(ascii: "/")) {
            let parent =
                state.find(question.id, 0..<slash) ?? AccountNumber(state.accountCount + 2)
            state.ensure(parent)
            requested.parent = parent
        }
    }

    private mutating func list(
        _ offer: OfferRule, _ question: OfferQuestion, into listing: inout OfferListing
    ) {
        var unknown = UnknownInputs()
        var domains: [[BoundInput]] = []
        for (index, parameter) in offer.parameters.enumerated() {
            let domain = parameter.domain
            if domain == nil { unknown.inputs.insert(index) }
            domains.append(domain ?? [.absent])
        }
        // The last parameter changes fastest, as the digits of a number.
        let count = domains.reduce(1) { $0 * $1.count }
        for number in 0..<count {
            var rest = number
            inputs =
                domains
                .reversed().map { domain in
                    defer { rest /= domain.count }
                    return domain[rest % domain.count]
                }
                .reversed()
            list(offer, question, unknown, into: &listing)
        }
    }

    /// Lists one combination, which is in `inputs`.
    private mutating func list(
        _ offer: OfferRule, _ question: OfferQuestion, _ unknown: UnknownInputs,
        into listing: inout OfferListing
    ) {
        guard isListed(offer, question.role, unknown) else { return }
        var entry = OfferListing.Entry(offer: claimText(offer))
        do throws(Refusal) {
            var unknown = unknown
            try takeKnownSteps(offer.steps, &unknown)
            entry.costs = try costs(of: offer, question, unknown)
            if try isTaken(offer) {
                listing.taken.append(entry)
                return
            }
            entry.unmet = try unmetSentences(of: offer, unknown)
        } catch {
            entry.unmet.append(error.sentence)
        }
        if entry.unmet.isEmpty {
            listing.available.append(entry)
        } else {
            listing.locked.append(entry)
        }
    }

    /// Whether there is such an offer now for those who ask.
    private mutating func isListed(
        _ offer: OfferRule, _ role: Role, _ unknown: UnknownInputs
    ) -> Bool {
        do throws(Refusal) {
            if offer.exists?.reads(unknown) != true, try !exists(offer) { return false }
            if offer.active?.reads(unknown) != true, try !holds(offer.active) { return false }
            if closedGoal(in: offer.effects) != nil { return false }
            guard let staffOnly = offer.staffOnly, !staffOnly.reads(unknown) else { return true }
            if role.contains(.operate) { return true }
            return try !holds(staffOnly)
        } catch {
            return false
        }
    }

    private mutating func takeKnownSteps(
        _ rules: [StepRule], _ unknown: inout UnknownInputs
    ) throws(Refusal) {
        guard !unknown.isEmpty else { return try takeSteps(rules) }
        steps.clear()
        stepNames.clear()
        for (index, rule) in rules.enumerated() {
            if rule.formula.reads(unknown) {
                unknown.steps.insert(index)
                steps.append(.zero)
            } else {
                try takeStep(rule)
            }
        }
    }

    private mutating func costs(
        of offer: OfferRule, _ question: OfferQuestion, _ unknown: UnknownInputs
    ) throws(Refusal) -> [OfferListing.Cost] {
        try plan(offer.costs.filter { !$0.reads(unknown) })
        var costs: [OfferListing.Cost] = []
        for post in planned {
            let payer = payer(post.account, question)
            let known = costs.firstIndex { $0.payer == payer && $0.balance == post.balance }
            guard let known else {
                costs.append(
                    OfferListing.Cost(payer: payer, balance: post.balance, amount: post.amount))
                continue
            }
            guard State.add(post.amount, to: &costs[known].amount) else {
                throw refusal(.overflow)
            }
        }
        return costs
    }

    private mutating func payer(
        _ account: AccountNumber, _ question: OfferQuestion
    ) -> String? {
        if account == requested.account { return nil }
        guard account.rawValue > state.accountCount else { return name(account) }
        let parent = question.id.prefix { $0 != UInt8(ascii: "/") }
        return String(decoding: parent, as: UTF8.self)
    }

    private mutating func isTaken(_ offer: OfferRule) throws(Refusal) -> Bool {
        if offer.repeats { return false }
        let values = try claimValues(offer)
        var qualifier = Word.none
        if !values.isEmpty {
            guard let word = state.words.find(values, values.indices) else { return false }
            qualifier = word
        }
        return value(requested.account, CellKey(.claim, offer.name, qualifier.rawValue)) != nil
    }
}

extension InputRule {
    /// All values that it may have, if they are listed.
    fileprivate var domain: [BoundInput]? {
        guard domainCount != nil else { return nil }
        switch type {
        case .bool: return [false, true].map { .bool($0, .empty) }
        case .name(let words): return words.map { .defaultName($0) }
        case .integer(let minimum, let maximum):
            if !choices.isEmpty { return choices.map { .defaultNumber($0) } }
            return (minimum...maximum).map { .defaultNumber($0) }
        case .account, .text, .list: return nil
        }
    }
}
