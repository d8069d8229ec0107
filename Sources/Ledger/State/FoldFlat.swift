// Flat events folded: the same as `fold` comes to, event for event, without the event. A test holds both
// to the same bytes.

extension State {
    /// Has fetched what folding the events of `range` will touch: each step's memory is asked for by all of
    /// them before the first one needs it. And what was decoded of those behind them, which may still lie
    /// with another core.
    private func bringNear(_ flat: inout FlatEvents, _ range: Range<Int>) {
        flat.prefetch(range.upperBound..<min(flat.count, range.upperBound + range.count))
        for index in range { rows.prefetch(flat.heads[index].account) }
        for index in flat.starts(range.lowerBound).token..<flat.starts(range.upperBound).token {
            recentKeys.prefetch(flat.tokens[index])
        }
        for index in range { pool.prefetch(rows.block(flat.heads[index].account)) }
    }

    /// Folds events from the one at `start` on, as far as there is nothing about them but to add and to
    /// set.
    ///
    /// - Parameter first: the number of the first event that was taken in.
    /// - Returns: the index of the first that wasn't folded, which is for `fold(_: Event)`: that also says
    ///   what is wrong with it if something is; or how many there are.
    /// - Throws: as `fold`, where a sum overflows.
    mutating func fold(
        _ flat: inout FlatEvents, first: SequenceNumber, from start: Int
    ) throws(FoldError) -> Int {
        guard start < flat.count, first + UInt64(start) == head + 1, !journal.isRecording else {
            return start
        }
        touch(.ledger)
        var totals = FlatTotals()
        var index = start
        while index < flat.count {
            let end = flat.endOfRun(from: index)
            guard end > index else { return index }
            bringNear(&flat, index..<end)
            let stop = try fold(flat, first: first, index..<end, &totals)
            if stop < end { return stop }
            index = end
        }
        return index
    }

    private mutating func fold(
        _ flat: borrowing FlatEvents, first: SequenceNumber, _ range: Range<Int>,
        _ totals: inout FlatTotals
    ) throws(FoldError) -> Int {
        let ledgerLast = rows.last(.ledger)
        var (postingStart, effectStart, tokenStart) = flat.starts(range.lowerBound)
        var index = range.lowerBound
        while index < range.upperBound {
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
            if Int(event.postingEnd) == postingStart &+ 1, Int(event.effectEnd) == effectStart,
                sequence > ledgerLast,
                let place = pool.find(block, flat.postings[postingStart].key)
            {
                try foldPosting(flat.postings[postingStart], at: place, sequence, &totals)
            } else {
                try foldPostings(
                    flat, postingStart..<Int(event.postingEnd), event.account, sequence,
                    isLedgerNew: sequence > ledgerLast, &totals)
                foldEffects(flat, effectStart..<Int(event.effectEnd), event.account)
            }
            postingStart = Int(event.postingEnd)
            effectStart = Int(event.effectEnd)
            while tokenStart < Int(event.tokenEnd) {
                if sequence > keyedThrough {
                    recentKeys.insert(flat.tokens[tokenStart], sequence)
                }
                tokenStart &+= 1
            }
            index &+= 1
        }
        if head > ledgerLast { rows[.ledger].last = head }
        return index
    }

    /// All there is to most events: a balance that is there gets more or less.
    @inline(__always)
    private mutating func foldPosting(
        _ posting: FlatEvents.Posting, at place: CellPool.Place, _ sequence: SequenceNumber,
        _ totals: inout FlatTotals
    ) throws(FoldError) {
        var value = pool[place]
        try Self.add(posting, to: &value, sequence)
        pool[place] = value
        try foldTotal(posting, sequence, &totals)
    }

    @inline(__always)
    private static func add(
        _ posting: FlatEvents.Posting, to value: inout CellValue, _ sequence: SequenceNumber
    ) throws(FoldError) {
        let fits =
            posting.isSpent
            ? add(posting.amount, to: &value.b) : add(posting.amount, to: &value.a)
        guard fits, value.available != nil else {
            throw FoldError(sequence: sequence, reason: "a balance overflows")
        }
    }

    @inline(never)
    private mutating func foldPostings(
        _ flat: borrowing FlatEvents, _ postings: Range<Int>, _ account: AccountNumber,
        _ sequence: SequenceNumber, isLedgerNew: Bool, _ totals: inout FlatTotals
    ) throws(FoldError) {
        for index in postings {
            let posting = flat.postings[index]
            var value = pool.value(rows.block(account), posting.key) ?? .zero
            try Self.add(posting, to: &value, sequence)
            setCell(account, posting.key, value)
        }
        guard isLedgerNew else { return }
        for index in postings { try foldTotal(flat.postings[index], sequence, &totals) }
    }

    private mutating func foldEffects(
        _ flat: borrowing FlatEvents, _ effects: Range<Int>, _ account: AccountNumber
    ) {
        for index in effects {
            let effect = flat.effects[index]
            if let value = effect.value {
                setCell(account, effect.key, value)
            } else {
                removeCell(account, effect.key)
            }
        }
    }

    @inline(__always)
    private mutating func foldTotal(
        _ posting: FlatEvents.Posting, _ sequence: SequenceNumber, _ totals: inout FlatTotals
    ) throws(FoldError) {
        let currency = posting.key.word
        if currency != totals.currency { findTotal(currency, &totals) }
        guard let place = totals.place else { return }
        var total = pool[place]
        let fits =
            posting.isSpent
            ? Self.add(posting.amount, to: &total.b) : Self.add(posting.amount, to: &total.a)
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
