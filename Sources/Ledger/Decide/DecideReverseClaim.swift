// REVERSE of a claim: the cost comes back, what was given goes, and the offer may be taken again.
// Streaks, goals and once-tokens stay.

extension Ledger {
    /// - Throws: INSUFFICIENT where what the claim gave is gone already.
    mutating func decideReverseClaim(_ command: borrowing Command) throws(Refusal) {
        let account = requested.account
        guard command.amount == 0 else {
            throw Refusal(
                .badArgument, [], "a claim is reversed whole: REVERSE takes no amount for it")
        }
        let key = CellKey(.reversed, sequence: command.subject)
        guard state.value(account, key) == nil else {
            throw Refusal(
                .taken, [.init("event", "\(command.subject)")],
                "event \(command.subject) is reversed already")
        }
        let original = original
        // What was paid comes back first, so that what was bought with it may be taken back.
        for posting in original.postings where posting.side == .spend {
            try postBack(posting, of: original)
        }
        for posting in original.postings where posting.side != .spend {
            try postBack(posting, of: original)
        }
        for mark in original.marks {
            let owner = original.accounts[mark.account].account
            guard let given = mark.value else { continue }
            try takeBack(mark.key, given, from: owner, original.sequence)
        }
        let index = try link(account)
        draft.marks.append(Event.Mark(account: index, key: key, value: CellValue(1)))
    }

    private mutating func postBack(
        _ posting: Event.Posting, of event: Event
    ) throws(Refusal) {
        try post(
            event.accounts[posting.account].account, posting.balance, posting.side,
            -posting.amount)
    }

    /// Removes what the claim set, where it is still what the claim made it.
    private mutating func takeBack(
        _ key: CellKey, _ given: CellValue, from account: AccountNumber, _ claim: SequenceNumber
    ) throws(Refusal) {
        let current = state.value(account, key)
        switch key.kind {
        case .item: try takeBack(item: key, given.b, from: account, current?.a ?? 0)
        case .fact, .equipped: if current == given { try set(account, key, nil) }
        case .unlock: if current?.a == Int64(claim) { try set(account, key, nil) }
        case .claim:
            if current?.a == Int64(claim) { try set(account, key, nil) }
        case .limit:
            // Of a window, one call less; of a rolling limit, the place is free again.
            guard let current, current.a == given.a else { return }
            try set(account, key, current.b > 1 ? CellValue(current.a, current.b - 1) : nil)
        default: break
        }
    }

    /// - Parameter given: how many the claim added; fewer than none where it took some.
    private mutating func takeBack(
        item key: CellKey, _ given: Int64, from account: AccountNumber, _ owned: Int64
    ) throws(Refusal) {
        let (left, overflow) = owned.subtractingReportingOverflow(given)
        guard !overflow else { throw refusal(.overflow) }
        guard left >= 0 else {
            throw Refusal(
                .insufficient,
                [
                    .init("item", wordText(key.word)), .init("needs", "\(given)"),
                    .init("has", "\(owned)"),
                ],
                "\(name(account)) has \(owned) of the item \(wordText(key.word)) left, "
                    + "and the claim gave \(given)")
        }
        try set(account, key, left == 0 ? nil : CellValue(left, -given))
        guard left == 0, given > 0, let slot = rules.item(key.word)?.slot else { return }
        // What is owned no more isn't worn any longer either.
        let worn = CellKey(.equipped, slot)
        if value(account, worn)?.a == Int64(key.word.rawValue) { try set(account, worn, nil) }
    }
}
