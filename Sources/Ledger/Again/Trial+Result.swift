extension Trial {
    /// Compares the two ledgers, account by account.
    ///
    /// - Parameter rowsMax: so many of those who gain and lose most are named for each currency.
    package mutating func result(rowsMax: Int) -> TrialResult {
        var result = TrialResult()
        result.head = recorded.head
        result.same = tally.same
        result.changed = tally.changed
        result.refused = tally.refused
        result.refusals = lines { $0 != nil }
        result.changes = lines { $0 == nil }
        result.accounts = recorded.accountCount
        var money = BalanceComparison(rowsMax: rowsMax)
        var ladders = LadderComparison(
            recordedRules, recorded.words, other.rules, other.state.words)
        for number in 0..<recorded.accountCount {
            let account = AccountNumber(number + 1)
            let own = own(account)
            let hasOtherBalances = money.compare(account, &recorded, own, &other.state)
            let hasOtherRungs = ladders.compare(
                recorded.standings(account, under: recordedRules),
                own == .ledger ? [:] : other.state.standings(own, under: other.rules))
            if hasOtherBalances { result.accountsWithOtherBalances += 1 }
            if hasOtherRungs { result.accountsWithOtherRungs += 1 }
            if hasOtherBalances || hasOtherRungs { result.accountsDiffering += 1 }
        }
        result.currencies = money.currencies
        result.ladders = ladders.ladders
        return result
    }

    private func lines(_ isWanted: (RefusalCode?) -> Bool) -> [TrialResult.Line] {
        tally.lines.filter { isWanted($0.key.code) }
            .map { cause, line in
                TrialResult.Line(
                    code: cause.code, command: cause.title, count: line.count, first: line.first,
                    reason: line.sentence)
            }
            .sorted { ($1.count, $0.first) < ($0.count, $1.first) }
    }
}

/// Balances of one account after another, in both ledgers.
private struct BalanceComparison {
    let rowsMax: Int
    var currencies: [TrialResult.Currency] = []
    /// Positions in `currencies`.
    private var positions: [[UInt8]: Int] = [:]
    /// The account's sums per currency, before and after.
    private var sums: [Int: (before: Int128, after: Int128)] = [:]

    init(rowsMax: Int) { self.rowsMax = rowsMax }

    /// Whether any balance differs: earned, spent or held.
    mutating func compare(
        _ account: AccountNumber, _ recorded: inout State, _ own: AccountNumber,
        _ other: inout State
    ) -> Bool {
        var differs = false
        sums.removeAll(keepingCapacity: true)
        var matched = 0
        for cell in recorded.cells(account, .balance) where cell.value != .zero {
            let position = position(recorded.words.text(cell.key.word))
            sums[position, default: (0, 0)].before += cell.available
            guard own != .ledger, let key = other.key(cell.key.balance, of: recorded.words),
                let value = other.value(own, key)
            else {
                differs = true
                continue
            }
            if value != cell.value { differs = true }
            if value != .zero { matched += 1 }
        }
        if own != .ledger {
            for cell in other.cells(own, .balance) where cell.value != .zero {
                let position = position(other.words.text(cell.key.word))
                sums[position, default: (0, 0)].after += cell.available
                matched -= 1
            }
        }
        for (position, sum) in sums { note(account, sum.before, sum.after, at: position) }
        return differs || matched != 0
    }

    private mutating func position(_ name: [UInt8]) -> Int {
        if let known = positions[name] { return known }
        positions[name] = currencies.count
        currencies.append(TrialResult.Currency(name: String(decoding: name, as: UTF8.self)))
        return currencies.count - 1
    }

    private mutating func note(
        _ account: AccountNumber, _ before: Int128, _ after: Int128, at position: Int
    ) {
        currencies[position].before += before
        currencies[position].after += after
        guard before != after else { return }
        let change = TrialResult.Change(account: account, before: before, after: after)
        if after > before {
            currencies[position].gaining += 1
            insert(change, into: &currencies[position].gains) { $0.difference > $1.difference }
        } else {
            currencies[position].losing += 1
            insert(change, into: &currencies[position].losses) { $0.difference < $1.difference }
        }
    }

    /// Keeps the list in order and short; of equals the lower account number stays first.
    private func insert(
        _ change: TrialResult.Change, into list: inout [TrialResult.Change],
        _ isBefore: (TrialResult.Change, TrialResult.Change) -> Bool
    ) {
        let place = list.firstIndex { isBefore(change, $0) } ?? list.count
        guard place < rowsMax else { return }
        list.insert(change, at: place)
        if list.count > rowsMax { list.removeLast() }
    }
}

extension Cell {
    fileprivate var available: Int128 {
        Int128(value.earned) - Int128(value.spent) - Int128(value.held)
    }
}

extension State {
    /// The key of a balance that is named by the words of another ledger; `nil` if a word is
    /// unknown here.
    fileprivate func key(_ balance: BalanceName, of words: borrowing Words) -> CellKey? {
        guard let currency = self.word(balance.currency, of: words),
            let facet = self.word(balance.facet, of: words)
        else { return nil }
        return CellKey(BalanceName(currency: currency, facet: facet))
    }

    private func word(_ word: Word, of words: borrowing Words) -> Word? {
        guard word != .none else { return Word.none }
        let text = words.text(word)
        return self.words.find(text, text.indices)
    }
}
