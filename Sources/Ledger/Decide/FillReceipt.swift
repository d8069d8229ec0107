extension Ledger {
    /// What the command under way answers: read off the draft that was just folded.
    mutating func fill(_ receipt: inout Receipt) {
        receipt.reset()
        receipt.sequence = draft.sequence
        receipt.time = draft.time
        receipt.account = requested.account
        receipt.rules = draft.rules
        for entry in touched {
            receipt.changes.append(
                Receipt.Change(
                    account: entry.account, balance: entry.balance,
                    amount: entry.available - entry.availableBefore, after: entry.available))
        }
        Self.fillRest(of: &receipt, from: draft)
    }

    /// The receipt of an event as it was answered the first time, from the event alone.
    ///
    /// - Parameter event: one with once-tokens, which therefore has the balances after it.
    package func fill(_ receipt: inout Receipt, from event: Event, account: AccountNumber) {
        receipt.reset()
        receipt.sequence = event.sequence
        receipt.time = event.time
        receipt.isDuplicate = true
        receipt.account = account
        receipt.rules = event.rules
        for posting in event.postings {
            let account = event.accounts[posting.account].account
            let amount = posting.side.isAddedToAvailable ? posting.amount : -posting.amount
            let slot = receipt.changes.firstIndex {
                $0.account == account && $0.balance == posting.balance
            }
            if let slot {
                receipt.changes[slot].amount += amount
            } else {
                let position = receipt.changes.count
                receipt.changes.append(
                    Receipt.Change(
                        account: account, balance: posting.balance, amount: amount,
                        after: position < event.after.count ? event.after[position] : 0))
            }
        }
        Self.fillRest(of: &receipt, from: event)
    }

    private static func fillRest(of receipt: inout Receipt, from event: borrowing Event) {
        for rung in event.rungs {
            receipt.reached.append(
                Receipt.Reached(
                    account: event.accounts[rung.account].account, ladder: rung.ladder,
                    from: rung.from, to: rung.to))
        }
        for mark in event.marks {
            switch (mark.key.kind, mark.value) {
            case (.item, let value?) where value.b > 0: receipt.granted.append(mark.key.word)
            case (.claim, nil):
                receipt.claimable.append(
                    Receipt.Claimable(
                        account: event.accounts[mark.account].account, offer: mark.key.word,
                        values: Word(mark.key.qualifier)))
            default: break
            }
        }
        for entry in event.shown {
            receipt.explain.append(Receipt.Explained(name: entry.name, value: entry.value))
        }
    }
}

extension Side {
    package var isAddedToAvailable: Bool { self == .earn || self == .receive }
}
