/// How equal keys are ranked.
package enum BoardTies: String, Sendable, CaseIterable {
    /// 1, 2, 3: of equal keys who reached them first.
    case earliest
    /// 1, 1, 3: equal keys share a rank, and the ranks that they would fill stay empty.
    case shared
    /// 1, 1, 2: equal keys share a rank, and no rank stays empty.
    case dense
}

/// An account on a board.
package struct BoardPlace: Sendable, Equatable {
    /// From 1.
    package var rank: Int
    package var account: AccountNumber
    /// The board's first key.
    package var value: Int64
}

/// Who stands on one board, within one window of it.
struct BoardStandings: Sendable {
    private var narrow = Ranking<OneKeyEntry>()
    private var wide = Ranking<TwoKeyEntry>()
    /// The log doesn't say which boards go by two keys: the first second key that isn't 0 does.
    private var isWide = false

    var count: Int { isWide ? wide.count : narrow.count }

    /// Bytes that it takes, roughly.
    var byteCount: Int { isWide ? wide.byteCount : narrow.byteCount }

    mutating func insert(_ account: AccountNumber, _ value: CellValue) {
        if !isWide, value.b != 0 { widen() }
        if isWide {
            wide.insert(TwoKeyEntry(account, value))
        } else {
            narrow.insert(OneKeyEntry(account, value))
        }
    }

    mutating func remove(_ account: AccountNumber, _ value: CellValue) {
        if isWide {
            wide.remove(TwoKeyEntry(account, value))
        } else {
            narrow.remove(OneKeyEntry(account, value))
        }
    }

    func contains(_ account: AccountNumber, _ value: CellValue) -> Bool {
        if isWide { return wide.contains(TwoKeyEntry(account, value)) }
        return value.b == 0 && narrow.contains(OneKeyEntry(account, value))
    }

    /// Whether the same accounts stand on both, with the same values. One of the two may still be wide for
    /// somebody who doesn't stand there any more.
    func isEqual(to other: BoardStandings) -> Bool {
        switch (isWide, other.isWide) {
        case (false, false): narrow.isEqual(to: other.narrow)
        case (false, true): narrow.isEqual(to: other.wide)
        case (true, false): wide.isEqual(to: other.narrow)
        case (true, true): wide.isEqual(to: other.wide)
        }
    }

    private mutating func widen() {
        isWide = true
        narrow.visit(from: .init(block: 0, index: 0)) { entry in
            wide.insert(TwoKeyEntry(entry.account, entry.value))
            return true
        }
        narrow = Ranking()
    }

    /// The first `count` whose rank is at least `rank`.
    func top(_ count: Int, from rank: Int, _ ties: BoardTies) -> [BoardPlace] {
        isWide ? wide.top(count, from: rank, ties) : narrow.top(count, from: rank, ties)
    }

    /// An account that stands here, and so many on either side of it.
    func around(
        _ account: AccountNumber, _ value: CellValue, _ reach: Int, _ ties: BoardTies
    ) -> (own: BoardPlace, around: [BoardPlace])? {
        guard contains(account, value) else { return nil }
        return isWide
            ? wide.around(TwoKeyEntry(account, value), reach, ties)
            : narrow.around(OneKeyEntry(account, value), reach, ties)
    }
}

extension Ranking {
    fileprivate func top(_ count: Int, from rank: Int, _ ties: BoardTies) -> [BoardPlace] {
        guard count > 0, rank <= self.count else { return [] }
        return standings(from: start(rank, ties), count, ties)
    }

    /// The first place whose rank is at least `rank`.
    private func start(_ rank: Int, _ ties: BoardTies) -> Place {
        switch ties {
        case .earliest: return place(at: rank - 1)
        case .dense: return place(ofKey: rank)
        case .shared:
            let place = place(at: rank - 1)
            guard rank > 1, let before = entry(atPosition: rank - 2),
                let here = entry(atPosition: rank - 1), before.isLevel(with: here)
            else { return place }
            // In the midst of equals, whose rank is a better one: behind them.
            return self.place(ofKey: keys(through: place) + 1)
        }
    }

    private func entry(atPosition position: Int) -> Entry? {
        var found: Entry?
        visit(from: place(at: position)) { entry in
            found = entry
            return false
        }
        return found
    }

    fileprivate func around(
        _ entry: Entry, _ reach: Int, _ ties: BoardTies
    ) -> (own: BoardPlace, around: [BoardPlace]) {
        let position = position(of: lowerBound(entry))
        let first = max(0, position - reach)
        let around = standings(from: place(at: first), position - first + 1 + reach, ties)
        return (around[position - first], reach == 0 ? [] : around)
    }

    /// Entries from a place on with their ranks: the first's is looked up, the others' follow from it.
    private func standings(from place: Place, _ count: Int, _ ties: BoardTies) -> [BoardPlace] {
        var result: [BoardPlace] = []
        var position = position(of: place)
        var rank = 0
        var last: Entry?
        visit(from: place) { entry in
            if let last {
                let isLevel = last.isLevel(with: entry)
                switch ties {
                case .earliest: rank = position + 1
                case .shared: if !isLevel { rank = position + 1 }
                case .dense: if !isLevel { rank += 1 }
                }
            } else {
                rank = self.rank(of: entry, at: place, position, ties)
            }
            result.append(BoardPlace(rank: rank, account: entry.account, value: entry.value.a))
            last = entry
            position += 1
            return result.count < count
        }
        return result
    }

    private func rank(
        of entry: Entry, at place: Place, _ position: Int, _ ties: BoardTies
    ) -> Int {
        switch ties {
        case .earliest: position + 1
        case .dense: keys(through: place)
        case .shared:
            // Nobody reached anything before the first event.
            self.position(
                of: lowerBound(
                    Entry(.ledger, CellValue(entry.value.a, entry.value.b, .min)))) + 1
        }
    }
}
