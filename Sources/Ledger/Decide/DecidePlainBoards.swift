// Places on boards that move with a plain command: found before anything changes, then encoded and folded.

/// Where a posting puts its account on a board.
struct PlainMove: Sendable {
    var key = CellKey(.board, .none)
    var old: CellValue?
    /// The keys; when they were reached is the event's own number.
    var first: Int64 = 0
    var second: Int64 = 0

    func value(_ sequence: SequenceNumber) -> CellValue {
        CellValue(first, second, Int64(sequence))
    }
}

extension PlainBalances {
    /// A board on which a posting to a balance may move an account.
    struct Board {
        /// Its position among the rules'.
        var position: Int
        var name: Word
        /// Where its entries lie, unless each window has its own.
        var key: CellKey?
        var source: Source

        enum Source {
            /// What one balance has, or two have.
            case balances(Part, Part?)
            /// What was earned within the window; only of other facets, if not `counts`.
            case sum(counts: Bool)
        }

        struct Part {
            var key: CellKey
            var part: BalancePart
        }
    }

    /// Those that a plain command moves at most.
    fileprivate static let boardsMax = 8
}

extension Ledger {
    /// The boards that go by a balance; `nil` if that doesn't tell where it puts an account, and the
    /// general way has to look.
    func plainBoards(_ name: BalanceName) -> [PlainBalances.Board]? {
        var boards: [PlainBalances.Board] = []
        for (position, rule) in rules.parts.boards.enumerated()
        where rule.currencies.contains(name.currency) {
            guard rule.hidden == nil, rule.ladders.isEmpty, rule.window != .season,
                boards.count < PlainBalances.boardsMax, let source = plainSource(rule, name)
            else { return nil }
            boards.append(
                PlainBalances.Board(
                    position: position, name: rule.name,
                    key: rule.window == .all ? CellKey(.board, rule.name) : nil, source: source))
        }
        return boards
    }

    private func plainSource(
        _ rule: BoardRule, _ name: BalanceName
    ) -> PlainBalances.Board.Source? {
        switch rule.source {
        case .earned(_, let facet): return .sum(counts: facet == nil || facet == name.facet)
        case .keys(let formulas):
            let parts = formulas.compactMap { Self.plainPart($0) }
            guard let first = parts.first, parts.count == formulas.count, parts.count <= 2 else {
                return nil
            }
            return .balances(first, parts.count == 2 ? parts[1] : nil)
        }
    }

    /// What a formula reads that is nothing but a balance of the account itself.
    private static func plainPart(_ formula: Formula) -> PlainBalances.Board.Part? {
        let program = formula.program
        guard program.code.count == 1, let only = program.code.first, only.operation == .balance,
            only.detail >> 2 == 0, let part = BalancePart(rawValue: UInt8(only.detail & 3))
        else { return nil }
        let balance = program.balances[Int(only.operand)]
        var name = BalanceName(currency: balance.currency)
        switch balance.facet {
        case nil: break
        case .word(let word): name.facet = word
        default: return nil
        }
        return PlainBalances.Board.Part(key: CellKey(name), part: part)
    }

    /// Finds the places that a posting moves its account to, as `settleBoards` does.
    ///
    /// - Parameter block: what the account has; nothing, of one that is being opened.
    /// - Returns: whether that is all that happens on boards.
    @inline(never)
    mutating func move(
        _ posting: PlainPost, _ block: CellBlock, _ balance: PlainBalances.Place, _ earned: Int64,
        _ now: Instant
    ) -> Bool {
        for index in plainBalances[balance].boards {
            let board = plainBalances.boards[index]
            guard let key = board.key ?? windowKey(board, now) else { return false }
            let found = state.pool.withCells(block) { cells in
                standing(board, key, cells, posting, plainBalances[balance].name, earned)
            }
            switch found {
            case .moves(let move): plainMoves.append(move)
            case .stays: break
            case .unknown: return false
            }
        }
        return true
    }

    private enum Standing {
        case moves(PlainMove)
        case stays
        /// The general way has to look.
        case unknown
    }

    private func windowKey(_ board: PlainBalances.Board, _ now: Instant) -> CellKey? {
        rules.boardKey(rules.parts.boards[board.position], at: now, now: now)
    }

    /// Where an account stands on a board with the posting.
    private func standing(
        _ board: PlainBalances.Board, _ key: CellKey, _ cells: Span<Cell>, _ posting: PlainPost,
        _ name: BalanceName, _ earned: Int64
    ) -> Standing {
        var move = PlainMove(key: key)
        for index in cells.range(of: .board) where cells[index].key.word == board.name {
            let entry = cells[index]
            // Of another window, of another rulebook's board, or of one who was hidden.
            guard entry.key == key, entry.value.c > 0, !isOutdated(entry, board.position) else {
                return .unknown
            }
            move.old = entry.value
            break
        }
        switch board.source {
        case .balances(let first, let second):
            guard let one = part(first, cells, posting, name),
                let other = second.map({ part($0, cells, posting, name) }) ?? 0
            else { return .unknown }
            (move.first, move.second) = (one, other)
        case .sum(let counts):
            move.first = move.old?.a ?? 0
            guard !counts || State.add(earned, to: &move.first) else { return .unknown }
            // Who has earned nothing there doesn't stand on it.
            if move.old == nil, move.first == 0 { return .stays }
        }
        let stays = move.old?.a == move.first && move.old?.b == move.second
        return stays ? .stays : .moves(move)
    }

    /// What a balance comes to with the posting.
    private func part(
        _ part: PlainBalances.Board.Part, _ cells: Span<Cell>, _ posting: PlainPost,
        _ name: BalanceName
    ) -> Int64? {
        let isPosted = part.key == CellKey(name)
        let value = isPosted ? posting.value : cells.value(of: part.key) ?? .zero
        return value[part.part]
    }

    /// As `Event.encode`, of the marks of an event's only account.
    mutating func encodeMoves(_ sequence: SequenceNumber) {
        writer.varint(plainMoves.count)
        for index in 0..<plainMoves.count {
            let move = plainMoves[index]
            let value = move.value(sequence)
            writer.u8(CellKind.board.rawValue)
            writer.varint(move.key.word.rawValue)
            writer.varint(move.key.qualifier)
            writer.signed(value.a)
            writer.signed(value.b)
            writer.signed(value.c)
        }
    }

    mutating func foldMoves(_ account: AccountNumber, _ sequence: SequenceNumber) {
        for index in 0..<plainMoves.count {
            let move = plainMoves[index]
            let value = move.value(sequence)
            state.standings.move(account, move.key, from: move.old, to: value)
            state.setCell(account, move.key, value)
        }
    }
}
