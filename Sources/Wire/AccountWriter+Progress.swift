import Ledger

// What PROFILE says of streaks, goals and ladders: how far an account has come.

extension ValueWriter {
    mutating func streak(_ cell: Cell, _ names: some Naming) {
        key { names.appendText(of: cell.key.word, to: &$0) }
        map { writer in
            writer.key("current")
            writer.number(cell.value.a)
            writer.key("longest")
            writer.number(cell.value.b)
            writer.key("last")
            writer.text { $0.appendDay(cell.value.c) }
        }
    }

    /// A goal, with the first day of its window; empty for one without windows.
    mutating func goal(_ goal: GoalRule, _ standing: GoalStanding) {
        key(goal.text)
        map { writer in
            writer.key("progress")
            writer.number(standing.progress)
            writer.key("target")
            writer.number(goal.target)
            writer.key("window")
            writer.text { if goal.window != .none { $0.appendDay(standing.window) } }
            writer.key("done")
            writer.truth(standing.done > 0)
        }
    }

    // MARK: Ladders

    /// A ladder of an account: one that each facet climbs by itself is shown once for each, one that
    /// is kept for seasons as it is in the season that is running, if any is.
    mutating func ladder(
        _ ladder: LadderRule, _ view: AccountView, _ season: Word?, _ names: some Naming
    ) {
        if ladder.isOfSeasons {
            guard let season, let curve = ladder.curve(of: season) else { return }
            key(ladder.text)
            return rung(curve, season, view, names)
        }
        guard case .balance(let currency, .each, _) = ladder.source else {
            key(ladder.text)
            return rung(ladder, .none, view, names)
        }
        for cell in view.cells(of: .balance) where cell.key.word == currency {
            let facet = Word(cell.key.qualifier)
            guard facet != .none else { continue }
            key { text in
                text.append(contentsOf: ladder.text.utf8)
                text.append(UInt8(ascii: ":"))
                names.appendText(of: facet, to: &text)
            }
            rung(ladder, facet, view, names)
        }
    }

    private mutating func rung(
        _ ladder: LadderRule, _ facet: Word, _ view: AccountView, _ names: some Naming
    ) {
        let rung =
            view.value(CellKey(.rung, ladder.name, facet.rawValue))?.a ?? ladder.start
        let value = ladder.value(of: view, facet: facet)
        map { writer in
            writer.key("rung")
            if let name = ladder.name(of: rung) {
                writer.word(name, names)
            } else {
                writer.number(rung)
            }
            let floor = ladder.floor(of: rung)
            if let floor {
                writer.key("floor")
                writer.number(floor)
            }
            let next = ladder.next(after: rung)
            if let next {
                writer.key("next")
                writer.number(next)
            }
            guard let value else { return }
            if ladder.losesPast(rung) {
                writer.key("progress")
                return writer.number(0)
            }
            if let floor { writer.difference("progress", value, floor) }
            if let next { writer.difference("remaining", next, value) }
        }
    }

    /// Writes how far one value is from another, if 64 bits can say it.
    private mutating func difference(_ name: String, _ to: Int64, _ from: Int64) {
        let (distance, overflow) = to.subtractingReportingOverflow(from)
        guard !overflow else { return }
        key(name)
        number(distance)
    }
}
