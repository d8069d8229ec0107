// Whether a command comes to the same in both ledgers, whose numbers for names and accounts differ.

extension Trial {
    /// Postings, rungs, explained values and marks; the numbers of events aside.
    func isSame(_ event: borrowing Event, _ draft: borrowing Event) -> Bool {
        guard event.postings.count == draft.postings.count,
            event.rungs.count == draft.rungs.count, event.marks.count == draft.marks.count,
            event.shown.count == draft.shown.count
        else { return false }
        for index in event.postings.indices {
            guard isSame(event.postings[index], draft.postings[index], event, draft) else {
                return false
            }
        }
        for index in event.rungs.indices {
            let a = event.rungs[index]
            let b = draft.rungs[index]
            guard isSame(event, a.account, draft, b.account), isSame(a.ladder, b.ladder),
                isSame(a.season, b.season), isSameRung(a.from, a.ladder, b.from, b.ladder),
                isSameRung(a.to, a.ladder, b.to, b.ladder)
            else { return false }
        }
        for index in event.shown.indices {
            guard isSame(event.shown[index].name, draft.shown[index].name),
                event.shown[index].value == draft.shown[index].value
            else { return false }
        }
        for index in event.marks.indices {
            guard isSame(event.marks[index], draft.marks[index], event, draft) else { return false }
        }
        return true
    }

    private func isSameRung(_ a: Int64, _ old: Word, _ b: Int64, _ new: Word) -> Bool {
        recordedRules.label(a, of: old, recorded.words)
            == other.rules.label(b, of: new, other.state.words)
    }

    private func isSame(
        _ a: Event.Posting, _ b: Event.Posting, _ event: borrowing Event, _ draft: borrowing Event
    ) -> Bool {
        guard a.amount == b.amount, a.side == b.side, isSame(event, a.account, draft, b.account),
            isSame(a.balance.currency, b.balance.currency),
            isSame(a.balance.facet, b.balance.facet)
        else { return false }
        switch (a.why, b.why) {
        case (nil, nil): return true
        case (let a?, let b?): return a.kind == b.kind && isSame(a.word, b.word)
        default: return false
        }
    }

    private func isSame(
        _ a: Event.Mark, _ b: Event.Mark, _ event: borrowing Event, _ draft: borrowing Event
    ) -> Bool {
        guard let kind = a.key.kind, b.key.kind == kind, isSame(event, a.account, draft, b.account),
            (a.value == nil) == (b.value == nil)
        else { return false }
        if kind.isBySequence { return a.value?.a == b.value?.a && a.value?.c == b.value?.c }
        guard isSame(a.key.word, b.key.word), isSameQualifier(a.key, b.key, kind) else {
            return false
        }
        guard let a = a.value, let b = b.value else { return true }
        switch kind {
        case .fact where a.b == 1: return b.b == 1 && isSameWord(a.a, b.a)
        case .equipped: return isSameWord(a.a, b.a)
        // A sequence number.
        case .claim, .unlock: return true
        // So is the third number of an entry.
        case .board: return a.a == b.a && a.b == b.b
        default: return a == b
        }
    }

    /// Qualifiers of what is taken once are words; others are numbers.
    private func isSameQualifier(_ a: CellKey, _ b: CellKey, _ kind: CellKind) -> Bool {
        switch kind {
        case .claim, .unlock: isSame(Word(a.qualifier), Word(b.qualifier))
        // A season's word, or a day.
        case .board where a.qualifier >> 31 == 0 && b.qualifier >> 31 == 0:
            isSame(Word(a.qualifier), Word(b.qualifier))
        default: a.qualifier == b.qualifier
        }
    }

    private func isSameWord(_ a: Int64, _ b: Int64) -> Bool {
        isSame(Word(UInt32(truncatingIfNeeded: a)), Word(UInt32(truncatingIfNeeded: b)))
    }

    /// Whether a recorded word and one of the other ledger's are the same text.
    func isSame(_ a: Word, _ b: Word) -> Bool {
        a == b && a == .none || recorded.words.text(a) == other.state.words.text(b)
    }

    private func isSame(
        _ event: borrowing Event, _ a: Int, _ draft: borrowing Event, _ b: Int
    ) -> Bool {
        own(event.accounts[a].account) == draft.accounts[b].account
    }
}

extension Rulebook {
    /// The rung's name on a named ladder, else its number.
    func label(_ rung: Int64, of ladder: Word, _ words: borrowing Words) -> String {
        guard let name = self.ladder(ladder)?.name(of: rung) else { return String(rung) }
        return words.string(name)
    }
}
