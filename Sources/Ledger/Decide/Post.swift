/// A balance that the command under way posts to, as it stands so far.
struct Touched {
    /// An index into the draft's accounts.
    var index: Int
    var account: AccountNumber
    var balance: BalanceName
    /// The currency's position in the rulebook.
    var currency: Int
    var value: CellValue
    /// All that was ever received by transfer.
    var received: Int64
    var availableBefore: Int64
    /// Never nil: `post` refuses what would overflow.
    var available: Int64
}

extension Ledger {
    /// The draft's index of an account, which the event touches from here on.
    mutating func link(_ account: AccountNumber) throws(Refusal) -> Int {
        for (index, link) in draft.accounts.enumerated() where link.account == account {
            return index
        }
        guard draft.accounts.count < Limits.eventAccountsMax else {
            throw Refusal(
                .tooBig, [.init("max", "\(Limits.eventAccountsMax)")],
                "an event touches at most \(Limits.eventAccountsMax) accounts")
        }
        draft.accounts.append(
            Event.Link(account: account, previous: state.last(account)))
        return draft.accounts.count - 1
    }

    /// The rulebook's position of the currency, if such a balance may exist.
    ///
    /// Mutating, as all that runs for every command: borrowing the ledger would copy it aside.
    mutating func currency(of balance: BalanceName) throws(Refusal) -> Int {
        guard let position = rules.currencyPosition(balance.currency) else {
            throw Refusal(
                .undeclared, [.init("currency", wordText(balance.currency))],
                "the rulebook declares no currency \(wordText(balance.currency))")
        }
        guard rules.currencies[position].allows(facet: balance.facet) else {
            throw Refusal(
                .undeclared, [.init("balance", balanceText(balance))],
                balance.facet == .none
                    ? "\(balanceText(balance)) is divided: name a facet of it, as in "
                        + "\(balanceText(balance)):<facet>"
                    : "\(wordText(balance.currency)) has no facet \(wordText(balance.facet))")
        }
        return position
    }

    /// Adds a posting to the draft.
    ///
    /// - Parameter amount: negative to take back what was posted to the side.
    mutating func post(
        _ account: AccountNumber, _ balance: BalanceName, _ side: Side, _ amount: Int64,
        why: Event.Why? = nil
    ) throws(Refusal) {
        let position = try currency(of: balance)
        let slot = try touch(account, balance, position)
        let before = touched[slot].available
        guard add(amount, side, slot) else {
            throw Refusal(
                .overflow, [.init("balance", balanceText(balance))],
                "\(balanceText(balance)) of \(name(account)) would leave the range of 64-bit integers"
            )
        }
        try checkBounds(slot, side, from: before, by: amount)
        draft.postings.append(
            Event.Posting(
                account: touched[slot].index, balance: balance, side: side, amount: amount,
                why: why))
    }

    private mutating func touch(
        _ account: AccountNumber, _ balance: BalanceName, _ position: Int
    ) throws(Refusal) -> Int {
        for slot in touched.indices
        where touched[slot].account == account && touched[slot].balance == balance {
            return slot
        }
        let index = try link(account)
        let value = state.value(account, CellKey(balance)) ?? .zero
        let available = value.available ?? 0
        touched.append(
            Touched(
                index: index, account: account, balance: balance, currency: position,
                value: value, received: 0, availableBefore: available, available: available))
        if !rules.currencies[position].receivedClimbs {
            touched[touched.count - 1].received =
                state.value(account, CellKey(received: balance))?.a ?? 0
        }
        return touched.count - 1
    }

    /// Whether every sum stays within Int64.
    private mutating func add(_ amount: Int64, _ side: Side, _ slot: Int) -> Bool {
        var fits = true
        switch side {
        case .earn: fits = State.add(amount, to: &touched[slot].value.a)
        case .spend: fits = State.add(amount, to: &touched[slot].value.b)
        case .hold: fits = State.add(amount, to: &touched[slot].value.c)
        case .receive:
            fits = State.add(amount, to: &touched[slot].value.a)
            fits = State.add(amount, to: &touched[slot].received) && fits
        }
        guard fits, let available = touched[slot].value.available else { return false }
        touched[slot].available = available
        return true
    }

    private mutating func checkBounds(
        _ slot: Int, _ side: Side, from before: Int64, by amount: Int64
    ) throws(Refusal) {
        let after = touched[slot].available
        let position = touched[slot].currency
        if after < before, after < rules.currencies[position].floor {
            let has = before - min(rules.currencies[position].floor, before)
            throw insufficient(slot, needs: amount.magnitude, has: has)
        }
        // What is held was earned before: to set it free is no gain that a cap could forbid.
        if after > before, side != .hold, let cap = rules.currencies[position].cap, after > cap {
            let text = balanceText(touched[slot].balance)
            throw Refusal(
                .limit,
                [.init("balance", text), .init("cap", "\(cap)"), .init("has", "\(before)")],
                "\(text) may not exceed \(cap), and \(name(touched[slot].account)) has \(before)")
        }
    }

    private mutating func insufficient(
        _ slot: Int, needs: UInt64, has: Int64
    ) -> Refusal {
        insufficient(
            touched[slot].account, balanceText(touched[slot].balance), needs: needs, has: has)
    }

    mutating func insufficient(
        _ account: AccountNumber, _ balance: String, needs: UInt64, has: Int64
    ) -> Refusal {
        Refusal(
            .insufficient,
            [.init("balance", balance), .init("needs", "\(needs)"), .init("has", "\(has)")],
            "\(name(account)) has \(has) \(balance) available, \(needs) are needed")
    }

    /// No total of a currency over all accounts may leave Int64 either.
    mutating func checkTotals() throws(Refusal) {
        if draft.kind == .transfer { return }
        for index in 0..<draft.postings.count where draft.postings[index].side != .hold {
            let currency = draft.postings[index].balance.currency
            let total = state.loadedValue(.ledger, CellKey(.balance, currency)) ?? .zero
            guard totalFits(total, currency, upTo: index) else {
                throw Refusal(
                    .overflow, [.init("currency", wordText(currency))],
                    "the total of \(wordText(currency)) would leave the range of 64-bit integers")
            }
        }
    }

    private func totalFits(_ total: CellValue, _ currency: Word, upTo last: Int) -> Bool {
        var (issued, burned) = (total.a, total.b)
        var index = 0
        while index <= last {
            let posting = draft.postings[index]
            index += 1
            guard posting.balance.currency == currency, posting.side != .hold else { continue }
            let fits =
                posting.side == .spend
                ? State.add(posting.amount, to: &burned) : State.add(posting.amount, to: &issued)
            guard fits else { return false }
        }
        return true
    }
}
