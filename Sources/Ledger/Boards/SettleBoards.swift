// Whoever a command has moved is put in its new place on every board that it may have changed.

extension Ledger {
    /// Marks the boards' entries that the draft changes. The last step: it reads what all others did.
    mutating func settleBoards() throws(Refusal) {
        guard !rules.parts.boards.isEmpty else { return }
        for index in draft.accounts.indices
        where !state.isForgotten(draft.accounts[index].account) {
            let hasFact = draft.marks.contains {
                $0.account == index && $0.key.kind == .fact
            }
            for board in rules.parts.boards.indices {
                let rule = rules.parts.boards[board]
                guard hasFact || hasMoved(rule, index) else { continue }
                try placeOnBoard(board, index, reached: 0)
            }
        }
    }

    private func hasMoved(_ rule: BoardRule, _ index: Int) -> Bool {
        draft.postings.contains {
            $0.account == index && rule.currencies.contains($0.balance.currency)
        } || draft.rungs.contains { $0.account == index && rule.ladders.contains($0.ladder) }
    }

    /// An account's entry on a board: at most one, that of the newest window it was in.
    private func entry(_ rule: BoardRule, _ account: AccountNumber) -> Cell? {
        state.loadedCells(account, .board).first { $0.key.word == rule.name }
    }

    /// Marks what has changed of an account's entry.
    ///
    /// - Parameters:
    ///   - board: its position among the rules'.
    ///   - reached: by which event a changed entry was reached; 0 for the draft's own.
    private mutating func placeOnBoard(
        _ board: Int, _ index: Int, reached: Int64
    ) throws(Refusal) {
        let rule = rules.parts.boards[board]
        let account = draft.accounts[index].account
        let old = entry(rule, account)
        let isOutdated = old.map { self.isOutdated($0, board) } ?? false
        guard let key = boardKey(rule) else {
            if let old, isOutdated { mark(index, old.key, nil) }
            return
        }
        // Filled boards are those of now: what seems newer is of windows that the board had before.
        if let old, old.key != key, !isOutdated, reached == 0, isNewer(old.key, than: key, rule) {
            return
        }
        // What the account has in this window already.
        let standing = old?.key == key && !isOutdated ? old?.value : nil
        requested.subject = account
        defer { requested.subject = requested.account }
        let isHidden = try holds(rule.hidden ?? Self.never)
        guard var new = try keys(rule, index, standing) else {
            if let old, isOutdated || !rule.isSum { mark(index, old.key, nil) }
            return
        }
        let isSame = standing?.a == new.a && standing?.b == new.b
        new.c = isSame ? standing?.c.magnitude.asReached ?? reached : reached
        var value: CellValue? = new
        if isHidden {
            if rule.isSum { value?.c = new.c == 0 ? -1 : -new.c } else { value = nil }
        }
        if let old, old.key != key { mark(index, old.key, nil) }
        guard value != (old?.key == key ? old?.value : nil) else { return }
        mark(index, key, value)
    }

    private mutating func mark(_ index: Int, _ key: CellKey, _ value: CellValue?) {
        draft.marks.append(Event.Mark(account: index, key: key, value: value))
    }

    private static let never = Formula(constant: .zero, type: .bool)

    /// What the account stands by; `nil` if it has no place on the board yet.
    private mutating func keys(
        _ rule: BoardRule, _ index: Int, _ old: CellValue?
    ) throws(Refusal) -> CellValue? {
        switch rule.source {
        case .keys(let formulas):
            guard stands(rule, index) else { return nil }
            var value = CellValue(try whole(formulas[0]), 0, 0)
            if formulas.count > 1 { value.b = try whole(formulas[1]) }
            return value
        case .earned(let currency, let facet):
            var sum = old?.a ?? 0
            for posting in draft.postings
            where posting.account == index && posting.balance.currency == currency
                && facet ?? posting.balance.facet == posting.balance.facet
                && posting.side.isAddedToAvailable && isWithinWindow(rule)
            {
                guard State.add(posting.amount, to: &sum) else { throw refusal(.overflow) }
            }
            // What is taken back was earned in this window, or doesn't count in it.
            if old == nil, sum <= 0 { return nil }
            return CellValue(max(0, sum), 0, 0)
        }
    }

    /// A reversal takes back what was earned when the reversed event happened.
    private func isWithinWindow(_ rule: BoardRule) -> Bool {
        guard draft.kind == .reversal else { return true }
        return boardKey(rule, at: original.happened) == boardKey(rule)
    }

    /// Whether a balance that the keys read was ever posted, or a rung ever reached.
    private func stands(_ rule: BoardRule, _ index: Int) -> Bool {
        let account = draft.accounts[index].account
        return hasMoved(rule, index)
            || state.loadedCells(account, .balance).contains {
                rule.currencies.contains($0.key.word)
            }
            || state.loadedCells(account, .rung).contains { rule.ladders.contains($0.key.word) }
    }

    // MARK: Windows

    /// The key of a board's entries in the window that the command falls into; `nil` where no season
    /// is under way.
    private func boardKey(_ rule: BoardRule) -> CellKey? { boardKey(rule, at: happened) }

    private func boardKey(_ rule: BoardRule, at instant: Instant) -> CellKey? {
        rules.boardKey(rule, at: instant, now: requested.now)
    }

    private func isNewer(_ key: CellKey, than other: CellKey, _ rule: BoardRule) -> Bool {
        rules.boardWindowStart(key) > rules.boardWindowStart(other)
    }

    // MARK: Numbers that only the event has

    /// Fills the draft's own sequence number into a mark where the entry is reached by it.
    mutating func numberBoard(_ index: Int) {
        switch draft.marks[index].value?.c {
        case 0: draft.marks[index].value?.c = Int64(draft.sequence)
        case -1: draft.marks[index].value?.c = -Int64(draft.sequence)
        default: break
        }
    }

    /// Takes an account that is being forgotten off every board.
    mutating func boardsCleared(of account: AccountNumber, _ index: Int) -> [Event.Mark] {
        state.cells(account, .board).map { Event.Mark(account: index, key: $0.key, value: nil) }
    }

    // MARK: Filling

    /// Marks what the rules in force change of an account's entries, though nothing of it has moved.
    mutating func refillBoards(of account: AccountNumber) throws(Refusal) {
        let last = Int64(state.last(account))
        let isForgotten = state.isForgotten(account)
        let stale = state.cells(account, .board).filter { cell in
            isForgotten || !rules.parts.boards.contains { $0.name == cell.key.word }
        }
        let count = draft.marks.count
        let index = try link(account)
        for cell in stale { mark(index, cell.key, nil) }
        var refused: Refusal?
        for board in rules.parts.boards.indices where !isForgotten {
            do throws(Refusal) {
                try placeOnBoard(board, index, reached: last)
            } catch {
                // A key that has no value for the account: it isn't on that board, nor stays on it.
                refused = refused ?? error
                let old = entry(rules.parts.boards[board], account)
                if let old { mark(index, old.key, nil) }
            }
        }
        // Whom nothing changes for isn't part of the event.
        if draft.marks.count == count { draft.accounts.removeLast() }
        if let refused { throw refused }
    }
}

extension UInt64 {
    /// Sequence numbers have 60 bits.
    fileprivate var asReached: Int64 { Int64(clamping: self) }
}

extension Rulebook {
    package func board(_ word: Word) -> BoardRule? { parts.boards.first { $0.name == word } }

    /// The key of a board's entries in the window that an instant falls into; `nil` where no season is
    /// under way.
    package func boardKey(
        _ rule: BoardRule, at instant: Instant, now: Instant
    ) -> CellKey? {
        func day(_ kind: PeriodKind) -> CellKey {
            let period = JobPeriod(kind: kind, at: instant, utcOffsetMinutes: utcOffsetMinutes)
            return CellKey(rule.name, windowDay: period.firstDay)
        }
        switch rule.window {
        case .all: return CellKey(.board, rule.name)
        case .day: return day(.day)
        case .week: return day(.week)
        case .month: return day(.month)
        case .season:
            return season(at: instant, now: now).map {
                CellKey(.board, rule.name, seasons[$0].name.rawValue)
            }
        }
    }

    /// The key that TOP and RANK look under: of seasons the one that runs, else the last that ended.
    package func shownBoardKey(_ rule: BoardRule, at wall: Instant) -> CellKey? {
        if let key = boardKey(rule, at: wall, now: wall) { return key }
        guard rule.window == .season else { return nil }
        return seasons.last { $0.until <= wall }
            .map { CellKey(.board, rule.name, $0.name.rawValue) }
    }

    /// When the window of an entry began, in an order of its own: later ones are greater.
    func boardWindowStart(_ key: CellKey) -> Int64 {
        if let day = key.windowDay { return day }
        return seasons.first { $0.name.rawValue == key.qualifier }?.from.microseconds ?? .min
    }
}
