/// Why an event can't be folded: the log says something that no ledger would have written.
package struct FoldError: Error, Equatable, Sendable {
    package var sequence: SequenceNumber
    package var reason: String
}

extension State {
    /// Folds the next event in: adds numbers and sets marks, nothing else.
    ///
    /// An account that has seen the event already (its row is newer than the rest) is passed over.
    /// - Throws: where the event does not follow from those before it. The state is then unusable.
    package mutating func fold(_ event: borrowing Event) throws(FoldError) {
        guard event.sequence == head + 1 else {
            throw FoldError(sequence: event.sequence, reason: "event \(head + 1) is missing")
        }
        guard event.time >= time else {
            throw FoldError(sequence: event.sequence, reason: "time went backwards")
        }
        head = event.sequence
        time = event.time
        if event.payload != .none { try foldPayload(event) }
        let isLedgerNew = foldLedgerRow(event.sequence)
        let new = try foldLinks(event)
        for posting in event.postings where new & 1 << UInt64(posting.account) != 0 {
            try foldPosting(posting, event)
        }
        if isLedgerNew {
            try foldTotals(event)
            if case .job(_, let progress?) = event.payload { foldRun(event, progress) }
        }
        for mark in event.marks { foldMark(mark, event, new, isLedgerNew) }
        for rung in event.rungs where new & 1 << UInt64(rung.account) != 0 {
            setCell(
                event.accounts[rung.account].account,
                CellKey(.rung, rung.ladder, rung.season.rawValue), CellValue(rung.to))
        }
        foldTokens(event)
    }

    /// Account 0 sees every event; answers whether it hadn't seen this one.
    private mutating func foldLedgerRow(_ sequence: SequenceNumber) -> Bool {
        touch(.ledger)
        guard rows.last(.ledger) < sequence else { return false }
        journalRow(.ledger)
        rows[.ledger].last = sequence
        return true
    }

    /// Answers a bit for each account that hadn't seen the event.
    private mutating func foldLinks(_ event: borrowing Event) throws(FoldError) -> UInt64 {
        var new: UInt64 = 0
        for (index, link) in event.accounts.enumerated() {
            guard link.account != .ledger, link.account.rawValue <= accountCount else {
                throw FoldError(
                    sequence: event.sequence, reason: "account \(link.account.rawValue) isn't open")
            }
            touch(link.account)
            let last = rows.last(link.account)
            if last >= event.sequence { continue }
            guard last == link.previous else {
                throw FoldError(
                    sequence: event.sequence,
                    reason: "account \(link.account.rawValue) was last at \(last), "
                        + "not at \(link.previous)")
            }
            journalRow(link.account)
            rows[link.account].last = event.sequence
            rows[link.account].eventCount += 1
            new |= 1 << UInt64(index)
        }
        return new
    }

    private mutating func foldPosting(
        _ posting: Event.Posting, _ event: borrowing Event
    ) throws(FoldError) {
        let account = event.accounts[posting.account].account
        let key = CellKey(posting.balance)
        var value = pool.value(rows.block(account), key) ?? .zero
        var fits = true
        switch posting.side {
        case .earn, .receive: fits = Self.add(posting.amount, to: &value.a)
        case .spend: fits = Self.add(posting.amount, to: &value.b)
        case .hold: fits = Self.add(posting.amount, to: &value.c)
        }
        guard fits, value.available != nil else {
            throw FoldError(sequence: event.sequence, reason: "a balance overflows")
        }
        setCell(account, key, value)
        if posting.side == .receive {
            let key = CellKey(received: posting.balance)
            var received = pool.value(rows.block(account), key) ?? .zero
            guard Self.add(posting.amount, to: &received.a) else {
                throw FoldError(sequence: event.sequence, reason: "a balance overflows")
            }
            setCell(account, key, received)
        }
    }

    private mutating func foldTotals(_ event: borrowing Event) throws(FoldError) {
        if event.kind == .transfer { return }
        for posting in event.postings where posting.side != .hold {
            let key = CellKey(.balance, posting.balance.currency)
            var total = pool.value(rows.block(.ledger), key) ?? .zero
            let fits =
                posting.side == .spend
                ? Self.add(posting.amount, to: &total.b) : Self.add(posting.amount, to: &total.a)
            guard fits else {
                throw FoldError(sequence: event.sequence, reason: "a currency's total overflows")
            }
            setCell(.ledger, key, total)
        }
    }

    private mutating func foldMark(
        _ mark: Event.Mark, _ event: borrowing Event, _ new: UInt64, _ isLedgerNew: Bool
    ) {
        let account = event.accounts[mark.account].account
        if new & 1 << UInt64(mark.account) != 0 {
            if mark.key.kind == .board {
                standings.move(
                    account, mark.key, from: loadedValue(account, mark.key), to: mark.value)
            }
            if let value = mark.value {
                setCell(account, mark.key, value)
            } else {
                removeCell(account, mark.key)
            }
        }
        // The ledger keeps all open holds, so that they are found by number and by the clock.
        guard mark.key.kind == .hold, isLedgerNew else { return }
        if let value = mark.value {
            setCell(.ledger, mark.key, CellValue(value.c, Int64(account.rawValue)))
        } else {
            removeCell(.ledger, mark.key)
        }
    }

    /// The ledger knows of every run of a job the newest event, whether it is done, and the first one.
    private mutating func foldRun(_ event: borrowing Event, _ progress: JobProgress) {
        let key = CellKey(.claim, event.causeName, progress.key)
        let first = pool.value(rows.block(.ledger), key)?.c ?? Int64(event.sequence)
        setCell(
            .ledger, key, CellValue(Int64(event.sequence), progress.isDone ? 1 : 0, first))
    }

    private mutating func foldTokens(_ event: borrowing Event) {
        guard event.sequence > keyedThrough else { return }
        for entry in event.once {
            if journal.isRecording { journal.record(.recentKey(entry.token)) }
            recentKeys.insert(entry.token, event.sequence)
        }
    }

    package static func add(_ amount: Int64, to sum: inout Int64) -> Bool {
        let (result, overflow) = sum.addingReportingOverflow(amount)
        sum = result
        return !overflow
    }
}
