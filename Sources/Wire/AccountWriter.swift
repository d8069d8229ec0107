package import Ledger

extension ValueWriter {
    /// What BALANCE answers, and PROFILE of each balance.
    package mutating func balance(_ value: CellValue) {
        map { writer in
            writer.key("earned")
            writer.number(value.earned)
            writer.key("spent")
            writer.number(value.spent)
            writer.key("held")
            writer.number(value.held)
            writer.key("available")
            // A balance that the ledger let come about fits.
            writer.number(value.available ?? 0)
        }
    }

    /// What PROFILE answers: all there is to know of an account. Empty parts are there, empty.
    ///
    /// - Parameters:
    ///   - shown: what the rulebook adds.
    ///   - number: the rulebook's.
    package mutating func profile(
        _ view: AccountView, _ rules: Rulebook, number: UInt32, shown: [Field],
        _ names: some Naming
    ) {
        map { writer in
            writer.key("balances")
            writer.map { writer in
                for cell in view.cells(of: .balance) {
                    writer.key { $0.appendBalance(cell.key.balance, names: names) }
                    writer.balance(cell.value)
                }
            }
            writer.key("ladders")
            writer.map { writer in
                for ladder in rules.ladders { writer.ladder(ladder, view, names) }
            }
            writer.key("streaks")
            writer.map { writer in
                for cell in view.cells(of: .streak) { writer.streak(cell, names) }
            }
            writer.key("goals")
            writer.map { writer in
                for cell in view.cells(of: .goal) { writer.goal(cell, names) }
            }
            writer.key("facts")
            writer.map { writer in
                for cell in view.cells(of: .fact) {
                    writer.key { names.appendText(of: cell.key.word, to: &$0) }
                    writer.fact(cell.value, isWord: cell.value.b == 1, names)
                }
            }
            writer.items(view, names)
            writer.claims(view, rules, number: number, names)
            writer.fields(shown, rules: number, names)
            writer.key("seq")
            writer.sequence(view.last)
            if view.isFrozen {
                writer.key("frozen")
                writer.truth(true)
            }
        }
    }

    private mutating func items(_ view: AccountView, _ names: some Naming) {
        key("items")
        list { writer in
            for cell in view.cells(of: .item) { writer.word(cell.key.word, names) }
        }
        key("equipped")
        map { writer in
            for cell in view.cells(of: .equipped) {
                writer.key { names.appendText(of: cell.key.word, to: &$0) }
                writer.fact(cell.value, isWord: true, names)
            }
        }
    }

    /// What was taken, as CLAIM takes it.
    private mutating func claims(
        _ view: AccountView, _ rules: Rulebook, number: UInt32, _ names: some Naming
    ) {
        key("claims")
        list { writer in
            for cell in view.cells(of: .claim) where rules.isOffer(cell.key.word) {
                let values = Word(cell.key.qualifier)
                writer.text {
                    names.appendClaim(cell.key.word, values, rules: number, to: &$0)
                }
            }
        }
    }

    private mutating func streak(_ cell: Cell, _ names: some Naming) {
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

    private mutating func goal(_ cell: Cell, _ names: some Naming) {
        key { names.appendText(of: cell.key.word, to: &$0) }
        map { writer in
            writer.key("progress")
            writer.number(cell.value.a)
            writer.key("window")
            writer.text { $0.appendDay(cell.value.b) }
            writer.key("done")
            writer.number(cell.value.c)
        }
    }

    // MARK: Ladders

    /// A ladder of an account: one that each facet climbs by itself is shown once for each.
    private mutating func ladder(
        _ ladder: LadderRule, _ view: AccountView, _ names: some Naming
    ) {
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

extension [UInt8] {
    /// Appends a day, counted from 1970-01-01, as `2026-01-05`.
    mutating func appendDay(_ day: Int64) {
        appendDate(CivilDate(daysSince1970: Swift.min(Swift.max(day, -719_162), 2_932_896)))
    }
}
