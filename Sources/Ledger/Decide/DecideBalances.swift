// AWARD, SPEND, TRANSFER, HOLD, SETTLE and RELEASE: balances posted by a client, not by a rule.

extension Ledger {
    mutating func decideAward(_ command: borrowing Command) throws(Refusal) {
        draft.kind = .award
        let balance = try rawBalance(command)
        try post(requested.account, balance, .earn, command.amount)
    }

    mutating func decideSpend(_ command: borrowing Command) throws(Refusal) {
        draft.kind = .spend
        let balance = try rawBalance(command)
        try checkDecreasing(balance)
        if !command.name.isEmpty { draft.causeName = word(command.bytes, command.name.range) }
        try post(requested.account, balance, .spend, command.amount)
    }

    mutating func decideTransfer(_ command: borrowing Command) throws(Refusal) {
        draft.kind = .transfer
        let target = try findOrOpen(command.bytes, command.target.range)
        let balance = try rawBalance(command)
        let currency = try currency(of: balance)
        guard rules.currencies[currency].isTransferable else {
            throw Refusal(
                .requirement, [.init("balance", balanceText(balance))],
                "\(balanceText(balance)) can't be transferred: the rulebook doesn't say so")
        }
        try checkDecreasing(balance)
        guard target != requested.account else {
            throw Refusal(.badArgument, [], "an account can't transfer to itself")
        }
        try checkFrozen(target)
        expireHolds(of: target)
        try post(requested.account, balance, .spend, command.amount)
        try post(target, balance, .receive, command.amount)
    }

    mutating func decideHold(_ command: borrowing Command) throws(Refusal) {
        draft.kind = .hold
        let balance = try rawBalance(command)
        try checkDecreasing(balance)
        if let until = command.until, until <= requested.now {
            throw Refusal(.badArgument, [.init("until", "past")], "UNTIL is not in the future")
        }
        try post(requested.account, balance, .hold, command.amount)
        // The number of the hold is that of its event: `emit` puts it in.
        draft.payload = .hold(.placed, 0)
        draft.marks.append(
            Event.Mark(
                account: 0, key: CellKey(.hold, sequence: 0),
                value: CellValue(
                    command.amount, balance.packed, command.until?.microseconds ?? 0)))
    }

    /// The account of the hold that SETTLE or RELEASE names.
    mutating func findHold(_ command: borrowing Command) throws(Refusal) {
        let key = CellKey(.hold, sequence: command.subject)
        guard command.subject < 1 << 60, let entry = state.value(.ledger, key) else {
            throw noHold(command)
        }
        requested.account = AccountNumber(UInt32(truncatingIfNeeded: entry.b))
        state.ensure(requested.account)
    }

    private func noHold(_ command: borrowing Command) -> Refusal {
        Refusal(
            .notFound, [.init("hold", "\(command.subject)")],
            "no hold \(command.subject) is open: it was settled, released or has expired, or never was"
        )
    }

    mutating func decideSettle(_ command: borrowing Command) throws(Refusal) {
        let (balance, held) = try openHold(command)
        let amount = command.amount == 0 ? held : command.amount
        guard amount <= held else {
            throw Refusal(
                .insufficient,
                [
                    .init("balance", balanceText(balance)), .init("needs", "\(amount)"),
                    .init("has", "\(held)"),
                ], "the hold is of \(held) \(balanceText(balance)), \(amount) are to be settled")
        }
        try end(hold: command.subject, .settled, balance, held)
        try post(requested.account, balance, .spend, amount)
    }

    mutating func decideRelease(_ command: borrowing Command) throws(Refusal) {
        let (balance, held) = try openHold(command)
        try end(hold: command.subject, .released, balance, held)
    }

    private mutating func openHold(
        _ command: borrowing Command
    ) throws(Refusal) -> (BalanceName, Int64) {
        let key = CellKey(.hold, sequence: command.subject)
        guard let hold = state.value(requested.account, key) else { throw noHold(command) }
        draft.kind = .hold
        draft.causeOf = command.subject
        return (BalanceName(packed: hold.b), hold.a)
    }

    private mutating func end(
        hold: SequenceNumber, _ change: Event.HoldChange, _ balance: BalanceName, _ held: Int64
    ) throws(Refusal) {
        try post(requested.account, balance, .hold, -held)
        draft.payload = .hold(change, hold)
        draft.marks.append(
            Event.Mark(account: 0, key: CellKey(.hold, sequence: hold), value: nil))
    }

    /// The balance that the command names, if this peer may post it raw.
    private mutating func rawBalance(_ command: borrowing Command) throws(Refusal) -> BalanceName {
        let balance = try parseBalance(command.bytes, command.balance)
        let position = try currency(of: balance)
        guard !rules.currencies[position].raw.isDisjoint(with: requested.peer.role) else {
            throw Refusal(
                .notPermitted, [.init("currency", rules.currencies[position].text)],
                "\(rules.currencies[position].text) is posted by the rulebook's actions: "
                    + "this connection's role may not post it itself")
        }
        return balance
    }

    private mutating func parseBalance(
        _ bytes: [UInt8], _ range: ByteRange
    ) throws(Refusal) -> BalanceName {
        var colon = range.start
        let end = range.start + range.count
        while colon < end, bytes[colon] != UInt8(ascii: ":") { colon += 1 }
        guard let currency = state.words.find(bytes, range.start..<colon),
            rules.currencyPosition(currency) != nil
        else {
            let text = String(decoding: bytes[range.start..<colon], as: UTF8.self)
            throw Refusal(
                .undeclared, [.init("currency", text)], "the rulebook declares no currency \(text)")
        }
        guard colon < end else { return BalanceName(currency: currency) }
        return BalanceName(currency: currency, facet: word(bytes, (colon + 1)..<end))
    }

    private mutating func checkDecreasing(_ balance: BalanceName) throws(Refusal) {
        let position = try currency(of: balance)
        guard rules.currencies[position].neverDecreases else { return }
        throw Refusal(
            .requirement, [.init("balance", balanceText(balance))],
            "\(balanceText(balance)) never decreases: it can't be spent, held or given away")
    }
}
