// REVERSE: what an event posted is posted back; the event itself stays.

extension Ledger {
    mutating func decideReverse(_ command: borrowing Command) throws(Refusal) {
        let account = requested.account
        draft.kind = .reversal
        draft.causeOf = command.subject
        draft.payload = .reversal(of: command.subject, amount: command.amount)
        if original.kind == .claim { return try decideReverseClaim(command) }
        let key = CellKey(.reversed, sequence: command.subject)
        let already = state.value(account, key)?.a ?? 0
        let whole = original.postings[0].amount
        let left = whole - already
        let amount = command.amount == 0 ? left : command.amount
        try checkPart(amount, left, command)
        let original = original
        for (index, posting) in original.postings.enumerated() {
            let isPart = index == 0 || original.kind == .transfer
            try post(
                original.accounts[posting.account].account, posting.balance, posting.side,
                -(isPart ? amount : posting.amount))
        }
        let index = try link(account)
        draft.marks.append(
            Event.Mark(account: index, key: key, value: CellValue(already + amount)))
    }

    /// Reads the event that the command names, and takes its first account for the command's.
    mutating func findReversible(_ command: borrowing Command) throws(Refusal) {
        // A group may take back what it has done itself, which is nowhere but in the open batch.
        let stored = state.source.storedEvent(command.subject)
        guard let bytes = stored ?? buffer.event(command.subject) else {
            throw Refusal(
                .notFound, [.init("event", "\(command.subject)")],
                "event \(command.subject) does not exist")
        }
        do {
            try original.decode(bytes, bytes.indices)
        } catch {
            throw Refusal(
                .corrupt, [.init("event", "\(command.subject)")],
                "event \(command.subject) can't be decoded: \(error.reason)")
        }
        switch original.kind {
        // A claim may have posted nothing and still be taken back; with the others nothing is left.
        case .award where !original.postings.isEmpty,
            .spend where !original.postings.isEmpty,
            .transfer where !original.postings.isEmpty,
            .claim:
            requested.account = original.accounts[0].account
            for link in original.accounts { try checkFrozen(link.account) }
        default:
            throw Refusal(
                .badArgument, [.init("kind", "\(original.kind)")],
                "event \(command.subject) posted nothing that can be reversed: "
                    + "awards, spends, transfers and claims can")
        }
    }

    private func checkPart(
        _ amount: Int64, _ left: Int64, _ command: borrowing Command
    ) throws(Refusal) {
        let isSingle = original.postings.count == 1 || original.kind == .transfer
        // A posting may be negative only in a reversal, which can't be reversed.
        guard left > 0 else {
            throw Refusal(
                .taken, [.init("event", "\(command.subject)")],
                "event \(command.subject) is reversed already")
        }
        guard amount <= left else {
            throw Refusal(
                .limit, [.init("needs", "\(amount)"), .init("has", "\(left)")],
                "only \(left) of event \(command.subject) is left to reverse")
        }
        guard isSingle || amount == original.postings[0].amount else {
            throw Refusal(
                .badArgument, [],
                "event \(command.subject) has several postings: it is reversed whole, without an amount"
            )
        }
    }
}
