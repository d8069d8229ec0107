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
    ///   - time: as of when it is told.
    ///   - shown: what the rulebook adds.
    ///   - number: the rulebook's.
    package mutating func profile(
        _ view: AccountView, _ rules: Rulebook, number: UInt32, at time: Instant,
        shown: [Field], _ names: some Naming
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
                let season = rules.season(at: time, now: time)
                for ladder in rules.ladders {
                    writer.ladder(ladder, view, season.map { rules.seasons[$0].name }, names)
                }
            }
            writer.key("streaks")
            writer.map { writer in
                for cell in view.cells(of: .streak) { writer.streak(cell, names) }
            }
            writer.key("goals")
            writer.map { writer in
                for (goal, standing) in rules.goals(of: view, at: time) {
                    writer.goal(goal, standing)
                }
            }
            writer.key("facts")
            writer.map { writer in
                for cell in view.cells(of: .fact) {
                    writer.key { names.appendText(of: cell.key.word, to: &$0) }
                    writer.fact(cell.value, isWord: cell.value.b == 1, names)
                }
            }
            writer.items(view, names)
            writer.claims(view, rules, number: number, at: time, names)
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
        _ view: AccountView, _ rules: Rulebook, number: UInt32, at time: Instant,
        _ names: some Naming
    ) {
        let season = rules.season(at: time, now: time).map { rules.seasons[$0] }
        key("claims")
        list { writer in
            for cell in view.cells(of: .claim) {
                let values = Word(cell.key.qualifier)
                var text: [UInt8] = []
                names.appendText(of: values, to: &text)
                guard rules.isClaim(cell.key.word, values: text, in: season) else { continue }
                writer.text {
                    names.appendClaim(cell.key.word, values, rules: number, to: &$0)
                }
            }
        }
    }
}

extension [UInt8] {
    /// Appends a day, counted from 1970-01-01, as `2026-01-05`.
    mutating func appendDay(_ day: Int64) {
        appendDate(CivilDate(daysSince1970: Swift.min(Swift.max(day, -719_162), 2_932_896)))
    }
}
