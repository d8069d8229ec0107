/// Who stands on every board, kept in order beside the accounts' `board` cells, which say the same.
///
/// Only in memory: built from the cells, account after account, while the ledger serves. Until that has
/// come to an account's number its changes need no noting, since its cells will be read later.
struct AllStandings: Sendable {
    /// By the cells' key: the board's word, and the window.
    var boards: [CellKey: BoardStandings] = [:]
    /// Accounts up to this number are in.
    var ranked: UInt32 = 0

    /// Those on which anybody stands.
    var filled: [CellKey: BoardStandings] { boards.filter { $0.value.count > 0 } }

    /// An account's cell has changed. One that doesn't stand (hidden, though it goes on being counted)
    /// has a negative `c`.
    mutating func move(
        _ account: AccountNumber, _ key: CellKey, from old: CellValue?, to new: CellValue?
    ) {
        guard account.rawValue <= ranked, old != new else { return }
        if let old, old.c > 0 { boards[key]?.remove(account, old) }
        if let new, new.c > 0 { boards[key, default: BoardStandings()].insert(account, new) }
        if new == nil, boards[key]?.count == 0 { boards[key] = nil }
    }
}

extension State {
    /// Whether every account's place is known, so that ranks can be told.
    package var isRanked: Bool { standings.ranked == accountCount }

    /// Takes some more accounts in. Not within a journal: what it reads could be taken back.
    package mutating func rankSome(accountsMax: Int) {
        precondition(!isJournalling, "ranks are taken of what stands")
        let end = UInt32(min(Int(accountCount), Int(standings.ranked) + accountsMax))
        while standings.ranked < end {
            standings.ranked += 1
            let account = AccountNumber(standings.ranked)
            for cell in glance(account).cells where cell.key.kind == .board {
                standings.move(account, cell.key, from: nil, to: cell.value)
            }
        }
    }

    /// The first `count` of a board whose rank is at least `rank`.
    package func top(
        _ board: CellKey, count: Int, from rank: Int, _ ties: BoardTies
    ) -> [BoardPlace] {
        standings.boards[board]?.top(count, from: rank, ties) ?? []
    }

    /// An account on a board with so many on either side of it; `nil` if it isn't there.
    package mutating func rank(
        _ board: CellKey, of account: AccountNumber, around reach: Int, _ ties: BoardTies
    ) -> (own: BoardPlace, around: [BoardPlace])? {
        guard let value = value(account, board) else { return nil }
        return standings.boards[board]?.around(account, value, reach, ties)
    }

    /// How many stand on a board.
    package func count(_ board: CellKey) -> Int { standings.boards[board]?.count ?? 0 }

    /// Whether the boards are the same as another state's that has seen as many events.
    package func hasSameStandings(as other: borrowing State) -> Bool {
        guard isRanked, other.isRanked else { return false }
        let (own, others) = (standings.filled, other.standings.filled)
        guard own.count == others.count else { return false }
        return own.allSatisfy { key, board in
            others[key].map { board.isEqual(to: $0) } ?? false
        }
    }
}
