import Ledger

/// Whose rows are to be compared: of each account once, whenever both states have seen the same of its
/// events.
struct ComparisonRounds {
    /// Accounts from here on had no turn yet.
    private var next: UInt32 = 0
    /// Accounts that had newer events than were folded when their turn came: this round's, from `position`
    /// on, and the next one's.
    private var again: [AccountNumber] = []
    private var position = 0
    private var newer: [AccountNumber] = []
    /// How many there were when the round began.
    private var countAtBegin = Int.max
    /// Words up to this number are the same.
    var wordCount = 0
    /// Rows that had a turn since what had arrived was folded.
    var countSinceFold = 0
    /// Rows that may be compared while all stands still.
    var restMax = Self.restMaxAtFirst

    /// Rows compared in one turn of the service, in less than a tenth of a millisecond.
    static let rowsPerTurn = 512
    /// Rows until folding goes on: few enough that hardly one in thirty has moved on meanwhile.
    static let rowsPerFold = 16_384
    /// A fraction of a millisecond.
    static let restMaxAtFirst = 4_096

    /// The next account of this round.
    mutating func take(of accountCount: UInt32) -> AccountNumber? {
        if next <= accountCount {
            next += 1
            return AccountNumber(next - 1)
        }
        guard position < again.count else { return nil }
        position += 1
        return again[position - 1]
    }

    /// About the account that will be taken after so many others.
    func ahead(_ distance: Int) -> AccountNumber {
        let index = position + distance
        return index < again.count ? again[index] : AccountNumber(next &+ UInt32(distance))
    }

    /// The account that was taken has moved on: it has a turn in the next round.
    mutating func putOff(_ account: AccountNumber) { newer.append(account) }

    /// Those to be compared of so many: in this round and the next one.
    func remaining(of accountCount: UInt32) -> Int {
        Int(accountCount) + 1 - Int(next) + again.count - position + newer.count
    }

    /// Begins the next round.
    ///
    /// - Returns: whether it is worth it: rows don't move on nearly as fast as they are compared.
    mutating func begin(of accountCount: UInt32) -> Bool {
        let count = remaining(of: accountCount)
        again.removeSubrange(..<position)
        again += newer
        newer = []
        position = 0
        defer { countAtBegin = count }
        return count < countAtBegin - countAtBegin / 4
    }
}

extension Rebuild {
    /// The accounts of those there are that weren't compared yet.
    func remaining(of accountCount: UInt32) -> Int { rounds.remaining(of: accountCount) }

    /// Compares the row that is next in this round, if any is left of it.
    fileprivate func compareRow(with served: inout State) -> Bool {
        guard let account = rounds.take(of: state.accountCount) else { return false }
        switch compareRow(account, of: &served) {
        case .equal: break
        case .isNewer where served.head > head: rounds.putOff(account)
        case .isNewer, .differs:
            difference =
                "account \(account.rawValue) is not what folding the log through event \(head) gives"
        }
        return true
    }

    /// How an account's row in service compares with the rebuilt one.
    private func compareRow(_ account: AccountNumber, of served: inout State) -> RowComparison {
        // Memory of accounts that come soon is asked for now, of their rows before that of their cells.
        let soon = rounds.ahead(8)
        let later = rounds.ahead(16)
        served.bringRowNear(later)
        state.bringRowNear(later)
        served.bringCellsNear(soon)
        state.bringCellsNear(soon)
        return served.compareRow(account, with: &state, knowing: storedRows)
    }

    /// Whether there are words in both that weren't compared yet.
    fileprivate func lacksWords(of served: Words) -> Bool {
        rounds.wordCount < min(state.words.count, served.count)
    }

    /// Compares words that weren't yet, which never change once they are there.
    fileprivate func compareWords(with served: Words, countMax: Int) {
        let count = min(state.words.count, served.count) - rounds.wordCount
        for _ in 0..<min(count, countMax) {
            let word = Word(UInt32(rounds.wordCount + 1))
            guard state.words.text(word) == served.text(word) else {
                difference = "word \(word.rawValue) differs"
                return
            }
            rounds.wordCount += 1
        }
    }

    /// What there is beyond rows, of a state that has seen the same events.
    fileprivate func compareRest(with served: borrowing State) {
        compareWords(with: served.words, countMax: .max)
        if served.words.count != state.words.count { difference = "the words differ" }
        if served.isRanked, !served.hasSameStandings(as: state) {
            difference = "the boards differ"
        }
    }
}

extension Engine {
    package enum Comparison: Sendable {
        /// Call `compare` again.
        case goesOn
        /// Fold what has arrived, then call it again.
        case needsFolding
        /// Fold what has arrived; have nothing decided until all that was is durable and folded; then call
        /// `compareRest`.
        case needsRest
        case equal
        case differs(String)
    }

    /// Nothing is decided that isn't durable.
    package var isSettled: Bool { ledger.buffer.isEmpty && durable == head }

    /// Compares some rows with the rebuilt ones, in everything that is stored of them.
    package func compare(_ rebuild: Rebuild) -> Comparison {
        let count = compareRows(rebuild, countMax: ComparisonRounds.rowsPerTurn)
        rebuild.compareWords(
            with: ledger.state.words, countMax: ComparisonRounds.rowsPerTurn)
        if let difference = rebuild.difference { return .differs(difference) }
        if count == ComparisonRounds.rowsPerTurn || rebuild.lacksWords(of: ledger.state.words) {
            rebuild.rounds.countSinceFold += count
            guard rebuild.rounds.countSinceFold >= ComparisonRounds.rowsPerFold else {
                return .goesOn
            }
            rebuild.rounds.countSinceFold = 0
            return .needsFolding
        }
        // All had their turn.
        rebuild.rounds.countSinceFold = 0
        let accounts = ledger.state.accountCount
        let isWorthIt = rebuild.rounds.begin(of: accounts)
        let isLittle = rebuild.remaining(of: accounts) <= rebuild.rounds.restMax
        return isLittle || !isWorthIt ? .needsRest : .needsFolding
    }

    private func compareRows(_ rebuild: Rebuild, countMax: Int) -> Int {
        var count = 0
        while count < countMax, rebuild.difference == nil,
            rebuild.compareRow(with: &ledger.state)
        {
            count += 1
        }
        return count
    }

    /// Compares what is left while all stands still; or some of it, if that is too much at once: then
    /// rounds go on between commands, and the next time it may be twice as much. So there is an end to it
    /// however fast rows move on.
    package func compareRest(_ rebuild: Rebuild) -> Comparison {
        if let difference = rebuild.difference { return .differs(difference) }
        guard isSettled, rebuild.head == head else { return .needsRest }
        _ = compareRows(rebuild, countMax: rebuild.rounds.restMax)
        if let difference = rebuild.difference { return .differs(difference) }
        guard rebuild.remaining(of: ledger.state.accountCount) == 0 else {
            rebuild.rounds.restMax *= 2
            return .needsFolding
        }
        rebuild.compareRest(with: ledger.state)
        if let difference = rebuild.difference { return .differs(difference) }
        rebuild.accountCount = ledger.state.accountCount
        return .equal
    }
}
