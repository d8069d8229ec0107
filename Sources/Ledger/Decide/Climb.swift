extension Ledger {
    /// Moves the rungs of the ladders that the draft's postings climb.
    mutating func settleLadders() throws(Refusal) {
        for slot in touched.indices {
            let position = touched[slot].currency
            for ladder in rules.currencies[position].ladders.indices {
                try climb(rules.currencies[position].ladders[ladder], slot)
            }
        }
    }

    private mutating func climb(_ ladder: Int, _ slot: Int) throws(Refusal) {
        let account = touched[slot].account
        guard let facet = facet(of: ladder, slot),
            let curve = rules.ladders[ladder].curve(of: facet)
        else { return }
        let key = CellKey(.rung, rules.ladders[ladder].name, facet.rawValue)
        let settled = draft.rungs.firstIndex {
            $0.account == touched[slot].index && $0.ladder == key.word && $0.season == facet
        }
        let stored = state.value(account, key)?.a ?? curve.start
        var rung = curve.rung(at: try value(of: ladder, slot), near: stored)
        if curve.lose == .never { rung = max(rung, stored) }
        if let settled {
            // Climbed in an earlier round; what was given since may have moved it on.
            draft.rungs[settled].to = rung
            if rung == stored { draft.rungs.remove(at: settled) }
            return
        }
        guard rung != stored else { return }
        draft.rungs.append(
            Event.Rung(
                account: touched[slot].index, ladder: key.word, season: facet, from: stored,
                to: rung))
    }

    /// The facet under which the ladder's rung is kept; `nil` if the balance doesn't climb it.
    private mutating func facet(of ladder: Int, _ slot: Int) -> Word? {
        guard case .balance(let currency, let scope, _) = rules.ladders[ladder].source else {
            return Word.none
        }
        let balance = touched[slot].balance
        guard balance.currency == currency else { return nil }
        switch scope {
        case .whole: return Word.none
        case .one(let facet): return facet == balance.facet ? Word.none : nil
        case .each, .season: return balance.facet
        }
    }

    private mutating func value(of ladder: Int, _ slot: Int) throws(Refusal) -> Int64 {
        switch rules.ladders[ladder].source {
        case .balance(_, _, let part):
            let value = touched[slot].value
            switch part {
            case .available: return touched[slot].available
            case .spent: return value.spent
            case .held: return value.held
            case .earned:
                return rules.ladders[ladder].receivedClimbs
                    ? value.earned : value.earned - touched[slot].received
            }
        case .formula(let formula):
            requested.subject = touched[slot].account
            defer { requested.subject = requested.account }
            return try whole(formula)
        }
    }
}
