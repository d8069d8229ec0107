@testable import Ledger
@testable import Wire

/// A profile written value by value, as its description reads: what the fast writer's bytes are held
/// against.
extension RESPValues {
    mutating func plainProfile(_ view: AccountView, at time: Instant, _ names: RulebookNames) {
        let rules = names.rules
        let season = rules.season(at: time, now: time).map { rules.seasons[$0] }
        map { writer in
            writer.key("balances")
            writer.map { writer in
                for cell in view.cells(of: .balance) {
                    writer.key { $0.appendBalance(cell.key.balance, names: names) }
                    writer.plainBalance(cell.value)
                }
            }
            writer.key("ladders")
            writer.map { writer in
                for ladder in rules.ladders { writer.ladder(ladder, view, season?.name, names) }
            }
            writer.key("streaks")
            writer.map { writer in
                for cell in view.cells(of: .streak) { writer.streak(cell, names) }
            }
            writer.key("goals")
            writer.map { $0.goals(view, at: time, rules) }
            writer.key("facts")
            writer.map { writer in
                for cell in view.cells(of: .fact) {
                    writer.key { names.appendText(of: cell.key.word, to: &$0) }
                    writer.fact(cell.value, isWord: cell.value.b == 1, names)
                }
            }
            writer.key("items")
            writer.list { writer in
                for cell in view.cells(of: .item) { writer.word(cell.key.word, names) }
            }
            writer.key("equipped")
            writer.map { writer in
                for cell in view.cells(of: .equipped) {
                    writer.key { names.appendText(of: cell.key.word, to: &$0) }
                    writer.fact(cell.value, isWord: true, names)
                }
            }
            writer.key("claims")
            writer.list { writer in
                for cell in view.cells(of: .claim) {
                    let values = Word(cell.key.qualifier)
                    let text = names.words.text(values)
                    guard rules.isClaim(cell.key.word, values: text, in: season) else { continue }
                    writer.text {
                        names.appendClaim(
                            cell.key.word, values, rules: names.rulesNumber, to: &$0)
                    }
                }
            }
            writer.fields(names.shownFields(view, at: time), rules: names.rulesNumber, names)
            writer.key("seq")
            writer.sequence(view.last)
            guard view.isFrozen else { return }
            writer.key("frozen")
            writer.truth(true)
        }
    }

    private mutating func streak(_ cell: Cell, _ names: RulebookNames) {
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

    private mutating func goals(_ view: AccountView, at time: Instant, _ rules: Rulebook) {
        let day = LocalTime(time, utcOffsetMinutes: rules.utcOffsetMinutes).day
        let season = rules.season(at: time, now: time)
        for goal in rules.parts.goals {
            let stored = view.value(CellKey(.goal, goal.name)).map(GoalStanding.init)
            guard let window = rules.window(of: goal, on: day, season: season),
                let standing = goal.standing(stored, in: window),
                goal.isOpen(at: time) || stored != nil
            else { continue }
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
    }

    private mutating func ladder(
        _ ladder: LadderRule, _ view: AccountView, _ season: Word?, _ names: RulebookNames
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
        for cell in view.cells(of: .balance)
        where cell.key.word == currency && cell.key.qualifier != 0 {
            let facet = Word(cell.key.qualifier)
            key("\(ladder.text):\(names.words.string(facet))")
            rung(ladder, facet, view, names)
        }
    }

    private mutating func rung(
        _ ladder: LadderRule, _ facet: Word, _ view: AccountView, _ names: RulebookNames
    ) {
        let rung = view.value(CellKey(.rung, ladder.name, facet.rawValue))?.a ?? ladder.start
        let value = ladder.value(of: view, facet: facet)
        map { writer in
            writer.key("rung")
            if let name = ladder.name(of: rung) {
                writer.word(name, names)
            } else {
                writer.number(rung)
            }
            let (floor, next) = (ladder.floor(of: rung), ladder.next(after: rung))
            if let floor {
                writer.key("floor")
                writer.number(floor)
            }
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

    private mutating func difference(_ name: String, _ to: Int64, _ from: Int64) {
        let (distance, overflow) = to.subtractingReportingOverflow(from)
        guard !overflow else { return }
        key(name)
        number(distance)
    }
}

extension ValueWriter {
    /// What BALANCE answers, part by part.
    mutating func plainBalance(_ value: CellValue) {
        map { writer in
            let parts = [
                ("earned", value.earned), ("spent", value.spent), ("held", value.held),
                ("available", value.earned - value.spent - value.held),
            ]
            for (name, part) in parts {
                writer.key(name)
                writer.number(part)
            }
        }
    }
}
