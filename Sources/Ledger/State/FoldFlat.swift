// Flat events folded: the same as `fold` comes to, event for event, without the event. A test holds both
// to the same bytes.

extension State {
    /// Looks at what folding the events will touch: each step's memory is asked for by all of them before
    /// the first one needs it.
    func bringNear(_ flat: inout FlatEvents) {
        var near: UInt64 = 0
        for index in 0..<flat.count { near ^= rows.last(flat.heads[index].account) }
        for index in 0..<flat.count {
            near ^= pool.lastKey(rows.block(flat.heads[index].account))?.rawValue ?? 0
        }
        if flat.count > 0 {
            for index in 0..<Int(flat.heads[flat.count - 1].tokenEnd) {
                near ^= recentKeys[flat.tokens[index]] ?? 0
            }
        }
        flat.near = near
    }

    /// Folds events from `first` on, as far as there is nothing about them but to add and to set.
    ///
    /// - Parameter first: the number of the first of them.
    /// - Returns: how many were folded. The next one is for `fold(_: Event)`, which also says what is
    ///   wrong with it if something is.
    /// - Throws: as `fold`, where a sum overflows.
    mutating func fold(
        _ flat: borrowing FlatEvents, first: SequenceNumber
    ) throws(FoldError) -> Int {
        guard flat.count > 0, first == head + 1, !journal.isRecording else { return 0 }
        touch(.ledger)
        let ledgerLast = rows.last(.ledger)
        var totals = FlatTotals()
        var (effectStart, tokenStart) = (0, 0)
        var index = 0
        while index < flat.count {
            let event = flat.heads[index]
            let sequence = first &+ UInt64(truncatingIfNeeded: index)
            guard event.time >= time.microseconds, event.account != .ledger,
                event.account.rawValue <= accountCount
            else { break }
            var noted = rows.note(event.account, sequence, after: event.previous)
            if noted == nil {
                // Perhaps only not touched yet.
                touch(event.account)
                noted = rows.note(event.account, sequence, after: event.previous)
            }
            guard let block = noted else { break }
            time.microseconds = event.time
            head = sequence
            let effects = effectStart..<Int(event.effectEnd)
            let postings = effectStart..<Int(event.postingEnd)
            if effects.count == 1, postings.count == 1, sequence > ledgerLast,
                let place = pool.find(block, flat.effects[effectStart].key)
            {
                try foldPosting(flat.effects[effectStart], at: place, sequence, &totals)
            } else {
                try foldEffects(
                    flat, effects, postings, event.account, sequence,
                    isLedgerNew: sequence > ledgerLast, &totals)
            }
            while tokenStart < Int(event.tokenEnd) {
                recentKeys.insert(flat.tokens[tokenStart], sequence)
                tokenStart &+= 1
            }
            effectStart = Int(event.effectEnd)
            index &+= 1
        }
        if head > ledgerLast { rows[.ledger].last = head }
        return index
    }

    /// All there is to most events: a balance that is there gets more or less.
    @inline(__always)
    private mutating func foldPosting(
        _ posting: FlatEvents.Effect, at place: CellPool.Place, _ sequence: SequenceNumber,
        _ totals: inout FlatTotals
    ) throws(FoldError) {
        var value = pool[place]
        let fits =
            posting.operation == .spend
            ? Self.add(posting.value.a, to: &value.b) : Self.add(posting.value.a, to: &value.a)
        guard fits, value.available != nil else {
            throw FoldError(sequence: sequence, reason: "a balance overflows")
        }
        pool[place] = value
        try foldTotal(posting, sequence, &totals)
    }

    @inline(never)
    private mutating func foldEffects(
        _ flat: borrowing FlatEvents, _ effects: Range<Int>, _ postings: Range<Int>,
        _ account: AccountNumber, _ sequence: SequenceNumber, isLedgerNew: Bool,
        _ totals: inout FlatTotals
    ) throws(FoldError) {
        for index in postings {
            let posting = flat.effects[index]
            var value = pool.value(rows.block(account), posting.key) ?? .zero
            let fits =
                posting.operation == .spend
                ? Self.add(posting.value.a, to: &value.b) : Self.add(posting.value.a, to: &value.a)
            guard fits, value.available != nil else {
                throw FoldError(sequence: sequence, reason: "a balance overflows")
            }
            setCell(account, posting.key, value)
        }
        if isLedgerNew {
            for index in postings { try foldTotal(flat.effects[index], sequence, &totals) }
        }
        for index in postings.upperBound..<effects.upperBound {
            let effect = flat.effects[index]
            switch effect.operation {
            case .set: setCell(account, effect.key, effect.value)
            case .clear: removeCell(account, effect.key)
            case .earn, .spend: break
            }
        }
    }

    @inline(__always)
    private mutating func foldTotal(
        _ posting: FlatEvents.Effect, _ sequence: SequenceNumber, _ totals: inout FlatTotals
    ) throws(FoldError) {
        let currency = posting.key.word
        if currency != totals.currency { findTotal(currency, &totals) }
        guard let place = totals.place else { return }
        var total = pool[place]
        let fits =
            posting.operation == .spend
            ? Self.add(posting.value.a, to: &total.b) : Self.add(posting.value.a, to: &total.a)
        guard fits else {
            throw FoldError(sequence: sequence, reason: "a currency's total overflows")
        }
        pool[place] = total
    }

    /// Where the currency's total lies, with a zero put there if it has none yet.
    @inline(never)
    private mutating func findTotal(_ currency: Word, _ totals: inout FlatTotals) {
        let key = CellKey(.balance, currency)
        if pool.find(rows.block(.ledger), key) == nil { setCell(.ledger, key, .zero) }
        totals.currency = currency
        totals.place = pool.find(rows.block(.ledger), key)
    }
}

/// Where the total lies that was added to last. It stays there: only a total that is new moves the others,
/// and then this is found anew.
private struct FlatTotals {
    var currency: Word?
    var place: CellPool.Place?
}
