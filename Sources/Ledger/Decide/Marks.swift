// Marks: named state that the event under way sets or clears. What is set already is seen by whatever
// is evaluated later in the same command.

extension Ledger {
    /// Carries out one effect that isn't a posting.
    mutating func mark(_ rule: MarkRule) throws(Refusal) {
        guard let list = rule.forEach else { return try markOnce(rule) }
        for element in elements(of: list) {
            inputs.append(element)
            try markOnce(rule)
            inputs.removeLast()
        }
    }

    private mutating func markOnce(_ rule: MarkRule) throws(Refusal) {
        guard try holds(rule.when) else { return }
        let account = try account(rule.to)
        if account != requested.account { try checkFrozen(account) }
        let name = try word(of: rule.name)
        switch rule.kind {
        case .fact(let formula):
            try set(account, CellKey(.fact, name), CellValue(try whole(formula), 0))
        case .factName(let template):
            let value = try word(of: template)
            try set(account, CellKey(.fact, name), CellValue(Int64(value.rawValue), 1))
        case .addFact(let formula): try add(try whole(formula), toFact: name, of: account)
        case .clearFact: try set(account, CellKey(.fact, name), nil)
        case .item(let count, let unlessOwned, let equip):
            if unlessOwned, items(name, of: account) > 0 { return }
            try give(account, name, try whole(count))
            if let equip { try self.equip(account, name, equip) }
        case .unlock:
            // Numbered by `emit`; what is unlocked stays as it is.
            let key = CellKey(.unlock, name)
            if value(account, key) == nil { try set(account, key, .zero) }
        case .lock: try set(account, CellKey(.unlock, name), nil)
        case .equip: try equip(account, name, .always)
        case .unequip: try set(account, CellKey(.equipped, name), nil)
        case .enrol, .claim, .rung, .streak, .goal: try markDeclared(rule, name, account)
        }
    }

    private mutating func add(
        _ amount: Int64, toFact name: Word, of account: AccountNumber
    ) throws(Refusal) {
        let key = CellKey(.fact, name)
        let current = value(account, key) ?? .zero
        guard current.b == 0 else { throw refusal(.wrongFact) }
        var sum = current.a
        guard State.add(amount, to: &sum) else { throw refusal(.overflow) }
        try set(account, key, CellValue(sum, 0))
    }

    /// Adds so many of the item; fewer than none can't be owned.
    mutating func give(
        _ account: AccountNumber, _ item: Word, _ count: Int64
    ) throws(Refusal) {
        let key = CellKey(.item, item)
        var owned = value(account, key)?.a ?? 0
        let before = owned
        let stored = state.value(account, key)?.a ?? 0
        guard State.add(count, to: &owned) else { throw refusal(.overflow) }
        guard owned >= 0 else {
            throw Refusal(
                .insufficient,
                [
                    .init("item", wordText(item)), .init("needs", "\(count.magnitude)"),
                    .init("has", "\(before)"),
                ],
                "\(name(account)) has \(before) of the item \(wordText(item)), "
                    + "\(count.magnitude) are needed")
        }
        // What the event adds or takes is noted beside: a receipt, and REVERSE, tell it from that.
        try set(account, key, owned == 0 ? nil : CellValue(owned, owned - stored))
    }

    /// What a cell of the account is once the event under way is folded.
    func value(_ account: AccountNumber, _ key: CellKey) -> CellValue? {
        if isBlindToDraft { return state.loadedValue(account, key) }
        for mark in draft.marks.reversed()
        where mark.key == key && draft.accounts[mark.account].account == account {
            return mark.value
        }
        return state.loadedValue(account, key)
    }

    /// Sets or clears a mark; one that already is as it should be is left out of the event.
    mutating func set(
        _ account: AccountNumber, _ key: CellKey, _ value: CellValue?
    ) throws(Refusal) {
        let stored = state.value(account, key)
        let isSame = key.kind == .item ? stored?.a == value?.a : stored == value
        let pending = draft.marks.firstIndex {
            $0.key == key && draft.accounts[$0.account].account == account
        }
        if let pending {
            if isSame {
                draft.marks.remove(at: pending)
            } else {
                draft.marks[pending].value = value
            }
        } else if !isSame {
            let index = try link(account)
            draft.marks.append(Event.Mark(account: index, key: key, value: value))
        }
    }
}
