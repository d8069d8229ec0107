// Since when what was earned counts on a board. A sum goes on from the entry before, so an entry of another
// currency, or of other windows, must be known for what it is; an entry's own number tells: a sum changes
// with the event that it is reached by.

extension Ledger {
    /// For each board of a rulebook the first event of the rulebook since which it counts the same.
    ///
    /// - Parameter number: the rulebook's, which the state has; the one in force may be the one before.
    func datedBoards(_ compiled: Rulebook, _ number: UInt32) -> [SequenceNumber] {
        let boards = compiled.parts.boards
        var since = boards.map { _ in beginning(of: number) }
        // What keys say is reckoned anew for everybody; only sums have a past.
        var open = boards.indices.filter { boards[$0].isSum }
        var before = number
        while before > 1, !open.isEmpty {
            before -= 1
            let isInForce = before == rulesNumber
            guard let old = isInForce ? rules : self.compiled(before) else { break }
            open = open.filter { board in
                old.parts.boards.contains { boards[board].countsLike($0) }
            }
            for board in open {
                let index = old.parts.boards.firstIndex { boards[board].countsLike($0) }
                since[board] =
                    index.flatMap { isInForce ? boardsSince[$0] : nil }
                    ?? beginning(of: before)
            }
            if isInForce { break }
        }
        return since
    }

    private func beginning(of rulebook: UInt32) -> SequenceNumber {
        state.rulebooks.last { $0.number == rulebook }?.sequence ?? 0
    }

    /// Whether an entry is of a board that had this one's name and counted something else.
    ///
    /// - Parameter board: its position among the rules'.
    func isOutdated(_ entry: Cell, _ board: Int) -> Bool {
        rules.parts.boards[board].isSum && entry.value.c.magnitude < boardsSince[board]
    }
}

extension BoardRule {
    /// Whether an entry goes on from the one before it.
    var isSum: Bool {
        if case .earned = source { true } else { false }
    }
}
