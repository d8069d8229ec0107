// Marks whose meaning the rulebook declares: what is worn, taken, or taken over as it was.

extension Ledger {
    mutating func markDeclared(
        _ rule: MarkRule, _ name: Word, _ account: AccountNumber
    ) throws(Refusal) {
        switch rule.kind {
        case .claim(let values, let isPerSeason):
            let qualifier = try qualifier(values, isPerSeason: isPerSeason)
            let key = CellKey(.claim, name, qualifier.rawValue)
            if value(account, key) == nil { try set(account, key, .zero) }
        case .rung(let ladder, let formula): try setRung(account, ladder, try whole(formula))
        case .streak(let current, let longest, let day):
            try set(
                account, CellKey(.streak, name),
                CellValue(try whole(current), try whole(longest), try whole(day)))
        case .enrol, .goal: try markGoal(rule, name, account)
        default: preconditionFailure("other marks need nothing of the rulebook")
        }
    }

    /// Puts the item on, in its slot.
    mutating func equip(
        _ account: AccountNumber, _ item: Word, _ equipping: MarkRule.Equipping
    ) throws(Refusal) {
        guard let slot = rules.item(item)?.slot else {
            throw Refusal(
                .undeclared, [.init("item", wordText(item))],
                "the rulebook declares no item \(wordText(item)) with a slot to wear it in")
        }
        let key = CellKey(.equipped, slot)
        if equipping == .ifEmpty, value(account, key) != nil { return }
        try set(account, key, CellValue(Int64(item.rawValue)))
    }

    /// The word of an offer's values, joined in the order of their declaration, behind the season
    /// where the offer comes anew with each; none where there are neither.
    private mutating func qualifier(
        _ values: [ClaimValue], isPerSeason: Bool
    ) throws(Refusal) -> Word {
        var text: [UInt8] = []
        if isPerSeason { text.append(contentsOf: self.text(ofKnown: try seasonNow())) }
        for value in values {
            if !text.isEmpty { text.append(UInt8(ascii: ":")) }
            switch value {
            case .number(let formula): text.append(contentsOf: String(try whole(formula)).utf8)
            case .name(let template):
                text.append(contentsOf: self.text(ofKnown: try word(of: template)))
            }
        }
        return text.isEmpty ? .none : try wordOfRule(text)
    }

    /// Puts the account on a rung that a migration says, whatever its balances.
    private mutating func setRung(
        _ account: AccountNumber, _ ladder: Int, _ rung: Int64
    ) throws(Refusal) {
        let season = rules.ladders[ladder].isOfSeasons ? try seasonNow() : .none
        guard let rule = rules.ladders[ladder].curve(of: season), rule.floor(of: rung) != nil else {
            throw Refusal(
                .badArgument, [.init("rung", "\(rung)")],
                "the ladder \(rules.ladders[ladder].text) has no rung \(rung)")
        }
        let key = CellKey(.rung, rule.name, season.rawValue)
        let stored = state.value(account, key)?.a ?? rule.start
        let index = try link(account)
        draft.rungs.removeAll {
            $0.account == index && $0.ladder == rule.name && $0.season == season
        }
        guard rung != stored else { return }
        draft.rungs.append(
            Event.Rung(account: index, ladder: rule.name, season: season, from: stored, to: rung))
    }
}
