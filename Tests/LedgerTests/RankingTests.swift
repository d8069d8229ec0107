import Testing

@testable import Ledger

/// Numbers from a seed, the same ones every time.
private struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// A board as anybody would write it: a list that is sorted when it is asked.
private struct PlainBoard {
    var entries: [UInt32: CellValue] = [:]

    func ranked(_ ties: BoardTies) -> [BoardPlace] {
        let sorted = entries.sorted { one, other in
            let (x, y) = (one.value, other.value)
            return (y.a, y.b, x.c, Int64(one.key)) < (x.a, x.b, y.c, Int64(other.key))
        }
        var result: [BoardPlace] = []
        var keys = 0
        for (position, entry) in sorted.enumerated() {
            let before = position > 0 ? sorted[position - 1].value : nil
            let isTied = before?.a == entry.value.a && before?.b == entry.value.b
            if !isTied { keys += 1 }
            let rank: Int
            switch ties {
            case .earliest: rank = position + 1
            case .dense: rank = keys
            case .shared: rank = isTied ? result[position - 1].rank : position + 1
            }
            result.append(
                BoardPlace(rank: rank, account: AccountNumber(entry.key), value: entry.value.a))
        }
        return result
    }
}

@Suite("Boards")
struct RankingTests {
    /// Few keys make many ties; many accounts make many blocks.
    @Test(
        "ranks are those of a sorted list",
        arguments: [
            (seed: UInt64(1), accounts: UInt32(40), keys: Int64(5), moves: 3_000),
            (2, 3_000, 40, 12_000), (3, 3_000, 1 << 40, 12_000), (4, 6_000, 3, 15_000),
            (5, 1, 1, 100),
        ], [false, true])
    func agrees(
        _ shape: (seed: UInt64, accounts: UInt32, keys: Int64, moves: Int), hasTwoKeys: Bool
    ) {
        var dice = Dice(state: shape.seed)
        var plain = PlainBoard()
        var board = BoardStandings()
        for move in 1...shape.moves {
            let account = UInt32.random(in: 1...shape.accounts, using: &dice)
            if let old = plain.entries[account] { board.remove(AccountNumber(account), old) }
            // Towards the end more leave than come, so that blocks are joined.
            let leaves = Int.random(in: 0..<10, using: &dice) < (move > shape.moves / 2 ? 7 : 2)
            if leaves {
                plain.entries[account] = nil
            } else {
                let value = CellValue(
                    Int64.random(in: -shape.keys...shape.keys, using: &dice),
                    hasTwoKeys ? Int64.random(in: -2...2, using: &dice) : 0, Int64(move))
                plain.entries[account] = value
                board.insert(AccountNumber(account), value)
            }
            if move % (shape.moves / 5) == 0 { compare(board, plain, &dice) }
        }
    }

    private func compare(_ board: BoardStandings, _ plain: PlainBoard, _ dice: inout Dice) {
        for ties in BoardTies.allCases {
            let ranked = plain.ranked(ties)
            #expect(board.count == ranked.count)
            #expect(board.top(ranked.count + 1, from: 1, ties) == ranked)
            for _ in 0..<20 {
                let from = Int.random(in: 1...(ranked.count + 2), using: &dice)
                let count = Int.random(in: 1...30, using: &dice)
                let expected = ranked.filter { $0.rank >= from }.prefix(count)
                #expect(board.top(count, from: from, ties) == Array(expected))
            }
            for _ in 0..<20 where !ranked.isEmpty {
                let position = Int.random(in: ranked.indices, using: &dice)
                let reach = Int.random(in: 0...5, using: &dice)
                let account = ranked[position].account
                let value = plain.entries[account.rawValue] ?? .zero
                let found = board.around(account, value, reach, ties)
                #expect(found?.own == ranked[position])
                let near = max(0, position - reach)..<min(ranked.count, position + reach + 1)
                #expect(found?.around == (reach == 0 ? [] : Array(ranked[near])))
            }
        }
    }

    @Test("who isn't there has no rank, and removing nobody changes nothing")
    func absent() {
        var board = BoardStandings()
        #expect(board.top(10, from: 1, .shared).isEmpty)
        board.remove(AccountNumber(1), CellValue(5, 0, 1))
        #expect(board.count == 0)
        board.insert(AccountNumber(1), CellValue(5, 0, 1))
        board.insert(AccountNumber(1), CellValue(5, 0, 1))
        #expect(board.count == 1)
        #expect(board.around(AccountNumber(2), CellValue(5, 0, 1), 1, .dense) == nil)
        #expect(board.top(10, from: 2, .shared).isEmpty)
        #expect(board.top(10, from: .max, .dense).isEmpty)
    }

    @Test("boards are equal if the same stand there", arguments: [false, true])
    func equality(wasWide: Bool) {
        var dice = Dice(state: 7)
        let values = (1...5_000).map { CellValue(Int64.random(in: 0...90, using: &dice), 0, $0) }
        func board(_ order: [Int]) -> BoardStandings {
            var board = BoardStandings()
            for index in order { board.insert(AccountNumber(UInt32(index + 1)), values[index]) }
            return board
        }
        let first = board(Array(values.indices))
        var second = board(values.indices.shuffled(using: &dice))
        if wasWide {
            second.insert(AccountNumber(9_999), CellValue(1, 2, 3))
            #expect(!first.isEqual(to: second) && !second.isEqual(to: first))
            second.remove(AccountNumber(9_999), CellValue(1, 2, 3))
        }
        #expect(first.isEqual(to: second) && second.isEqual(to: first))
        // Another value, another one in their place, one less.
        for (account, value) in [
            (AccountNumber(77), CellValue(values[76].a + 1, 0, values[76].c)),
            (AccountNumber(77), CellValue(values[76].a, 0, values[76].c + 1)),
            (AccountNumber(6_000), values[76]),
        ] {
            var other = second
            other.remove(AccountNumber(77), values[76])
            #expect(!first.isEqual(to: other) && !other.isEqual(to: first))
            other.insert(account, value)
            #expect(other.count == first.count)
            #expect(!first.isEqual(to: other) && !other.isEqual(to: first))
        }
        #expect(BoardStandings().isEqual(to: BoardStandings()))
    }

    @Test("extremes of both keys have their order")
    func extremes() {
        var board = BoardStandings()
        let values: [(Int64, Int64)] = [(.max, 0), (0, .max), (0, 0), (0, .min), (.min, 0)]
        for (index, value) in values.enumerated().reversed() {
            board.insert(AccountNumber(UInt32(index + 1)), CellValue(value.0, value.1, 9))
        }
        #expect(board.top(9, from: 1, .shared).map(\.account.rawValue) == [1, 2, 3, 4, 5])
    }

    @Test("a board of many takes less than 16 bytes for each", arguments: [false, true])
    func memory(isShuffled: Bool) {
        var dice = Dice(state: 3)
        var board = BoardStandings()
        var accounts = Array(UInt32(1)...10_000)
        if isShuffled { accounts.shuffle(using: &dice) }
        for (reached, account) in accounts.enumerated() {
            // Greater apart than 32 bits say, as a whole.
            let value = CellValue(Int64(account) << 20, 0, Int64(reached + 1))
            board.insert(AccountNumber(account), value)
        }
        #expect(board.byteCount < 16 * 10_000)
        #expect(
            board.top(10_000, from: 1, .earliest).map(\.account.rawValue) == (1...10_000).reversed()
        )
    }

    @Test("a block has its entries whatever lies between them", arguments: 1...UInt64(5))
    func blocks(seed: UInt64) {
        var dice = Dice(state: seed)
        // From neighbours to all that there is: at 32 bits numbers stop being near.
        for bits in [1, 30, 31, 32, 33, 34, 50, 63, 64] {
            func value(_ dice: inout Dice, hasSecondKey: Bool) -> CellValue {
                let numbers = (0..<3).map { _ in
                    Int64(truncatingIfNeeded: dice.next()) >> Int64(64 - bits)
                }
                return CellValue(numbers[0], hasSecondKey ? numbers[1] : 0, numbers[2])
            }
            compareBlock(&dice) {
                OneKeyEntry(AccountNumber($0), value(&$1, hasSecondKey: false))
            }
            compareBlock(&dice) {
                TwoKeyEntry(AccountNumber($0), value(&$1, hasSecondKey: true))
            }
        }
        let edges: [Int64] = [0, 1 << 32 - 1, .min, .max, -1 << 31, 1 << 31 - 1]
        var account: UInt32 = 0
        for one in edges {
            for other in edges {
                let entries = [one, other].map {
                    account += 1
                    return OneKeyEntry(AccountNumber(account), CellValue($0, 0, other))
                }
                #expect(RankedBlock(entries).entries == entries)
                var block = RankedBlock<OneKeyEntry>()
                block.insert(entries[1], at: 0)
                block.insert(entries[0], at: 0)
                #expect(block.entries == entries)
            }
        }
    }

    private func compareBlock<Entry: RankedEntry>(
        _ dice: inout Dice, _ make: (UInt32, inout Dice) -> Entry
    ) {
        var block = RankedBlock<Entry>()
        var plain: [Entry] = []
        for step in UInt32(1)...200 {
            if Int.random(in: 0..<3, using: &dice) == 0, !plain.isEmpty {
                let index = Int.random(in: plain.indices, using: &dice)
                plain.remove(at: index)
                block.remove(at: index)
            } else {
                let index = Int.random(in: 0...plain.count, using: &dice)
                plain.insert(make(step, &dice), at: index)
                block.insert(plain[index], at: index)
            }
            if step == 100 { block = RankedBlock(plain) }
        }
        #expect(block.count == plain.count && block.last == plain.last)
        #expect(block.entries == plain)
    }
}
