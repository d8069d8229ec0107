import Engine
import Ledger
import Wire

// TOP and RANK: from memory, once everybody's rank is known.

extension Front {
    /// Whether there are boards on which not everybody has his place yet.
    var needsRanks: Bool {
        !engine.ledger.rules.parts.boards.isEmpty && !engine.ledger.state.isRanked
    }

    func board(_ query: Query, _ connection: Connection) throws(Refusal) -> Dispatched {
        switch query {
        case .top(let name, let count, let from):
            let rule = try board(name)
            guard !needsRanks, !engine.isFillingBoards else { return .askAgain }
            let key = engine.ledger.rules.shownBoardKey(rule, at: wall)
            let standings =
                key.map { engine.ledger.state.top($0, count: count, from: from, rule.ties) } ?? []
            values(on: connection) { $0.standings(standings, engine) }
        case .rank(let name, let id, let around):
            let rule = try board(name)
            guard !needsRanks, !engine.isFillingBoards else { return .askAgain }
            try rank(rule, id, around, connection)
        default: preconditionFailure("not about boards")
        }
        return .answered
    }

    private func board(_ range: ByteRange) throws(Refusal) -> BoardRule {
        let word = engine.ledger.state.words.find(request.bytes, range.range)
        if let rule = word.flatMap({ engine.ledger.rules.board($0) }) { return rule }
        let text = Misspelt.quoted(request.bytes, range)
        throw Refusal(
            .undeclared, [.init("board", text)], "the rulebook declares no board \(text)")
    }

    private func rank(
        _ rule: BoardRule, _ id: ByteRange, _ around: Int?, _ connection: Connection
    ) throws(Refusal) {
        let text = Misspelt.quoted(request.bytes, id)
        guard let account = account(request, id),
            let key = engine.ledger.rules.shownBoardKey(rule, at: wall),
            let found = engine.ledger.state.rank(
                key, of: account, around: around ?? 0, rule.ties)
        else {
            throw Refusal(
                .notFound, [.init("account", text), .init("board", rule.text)],
                "\(text) is not on the board \(rule.text)")
        }
        values(on: connection) { writer in
            writer.rank(
                found.own, around: around == nil ? nil : around == 0 ? [found.own] : found.around,
                engine)
        }
    }
}
