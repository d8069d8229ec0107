extension State {
    /// Gives numbers to words, actors and accounts; freezes, thaws, forgets; adopts rulebooks.
    mutating func foldPayload(_ event: borrowing Event) throws(FoldError) {
        switch event.payload {
        case .none, .hold, .reversal, .job:
            break
        case .genesis(let id, _):
            ledgerID = Array(event.text[id.range])
        case .word(let number, let text):
            // Numbers are given in order; one that is known comes again after a checkpoint.
            if Int(number) == words.count + 1 {
                words.append(Array(event.text[text.range]))
            } else if Int(number) > words.count {
                throw FoldError(sequence: event.sequence, reason: "word \(number) is out of order")
            }
        case .actor(let number, let actor):
            if Int(number) == actors.count + 1 {
                append(actor)
            } else if Int(number) > actors.count {
                throw FoldError(sequence: event.sequence, reason: "actor \(number) is out of order")
            }
        case .rulesHead, .rulesPart:
            try foldRules(event)
        case .opened(let id, let parent):
            try foldOpened(event, id, parent)
        case .account(let change):
            try foldChange(event, change)
        }
    }

    private mutating func foldRules(_ event: borrowing Event) throws(FoldError) {
        switch event.payload {
        case .rulesHead(let number, let hash, let length):
            if rulebooks.contains(where: { $0.number == number && $0.isComplete }) { return }
            rulebooks.append(
                AdoptedRules(
                    number: number, sequence: event.sequence,
                    hash: Array(event.text[hash.range]), text: [], length: length))
        case .rulesPart(let number, let offset, let text):
            guard let index = rulebooks.lastIndex(where: { $0.number == number }) else {
                throw FoldError(sequence: event.sequence, reason: "rulebook \(number) has no head")
            }
            if rulebooks[index].isComplete { return }
            guard rulebooks[index].text.count == offset,
                offset + text.count <= rulebooks[index].length
            else {
                throw FoldError(sequence: event.sequence, reason: "a rulebook's parts don't meet")
            }
            rulebooks[index].text.append(contentsOf: event.text[text.range])
        default:
            break
        }
    }

    private mutating func foldOpened(
        _ event: borrowing Event, _ id: ByteRange, _ parent: AccountNumber
    ) throws(FoldError) {
        guard let account = event.accounts.first?.account else {
            throw FoldError(sequence: event.sequence, reason: "no account is opened")
        }
        if account.rawValue == accountCount + 1 {
            // A new account stands on no board: there is nothing to read of it later.
            if isRanked { standings.ranked += 1 }
            accountCount += 1
        } else if account.rawValue > accountCount {
            throw FoldError(sequence: event.sequence, reason: "an account is out of order")
        }
        touch(account)
        if keepsIDs {
            let sealed = Array(event.text[id.range])
            if journal.isRecording { journal.record(.newID(account, newIDs[account])) }
            newIDs[account] = NewID(opened: event.sequence, sealed: sealed)
            indexID(account, event.sequence, sealed)
        }
        // The parent is no part of the event: its row does not say whether it has seen it.
        if parent != .ledger { setCell(parent, CellKey(.child, .none, account.rawValue), .zero) }
        guard rows.last(account) < event.sequence else { return }
        journalRow(account)
        rows[account].opened = event.sequence
        rows[account].parent = parent
        rows[account].tokenKey = source.tokenKey(account)
    }

    /// Enters the account in the directory, unless its key is gone. Who has just opened it says its
    /// id: to unseal what was sealed a moment ago would double what opening costs.
    private mutating func indexID(
        _ account: AccountNumber, _ sequence: SequenceNumber, _ sealed: [UInt8]
    ) {
        guard let id = idBeingOpened ?? source.unseal(sealed, account, sequence, field: 0) else {
            return
        }
        setDirectory(directoryKey(id, id.indices), UInt64(account.rawValue))
    }

    private mutating func foldChange(
        _ event: borrowing Event, _ change: Event.AccountChange
    ) throws(FoldError) {
        guard let account = event.accounts.first?.account else {
            throw FoldError(sequence: event.sequence, reason: "no account is changed")
        }
        touch(account)
        journalRow(account)
        switch change {
        case .opened: break
        case .frozen: rows[account].flags.insert(.frozen)
        case .unfrozen: rows[account].flags.remove(.frozen)
        case .forgotten:
            rows[account].flags.insert(.forgotten)
            rows[account].tokenKey = .absent
            ids[account] = nil
            if keepsIDs {
                if journal.isRecording { journal.record(.newID(account, newIDs[account])) }
                newIDs[account] = NewID(opened: event.sequence, sealed: [])
            }
        }
    }
}
