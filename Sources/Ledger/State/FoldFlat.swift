// Flat events folded: the same as `fold` comes to, event for event, without the event. A test holds both
// to the same bytes.

extension State {
    /// Folds events from the one at `start` on, as far as there is nothing about them but to add and to
    /// set.
    ///
    /// - Parameter first: the number of the first event that was taken in.
    /// - Returns: the index of the first that wasn't folded, which is for `fold(_: Event)`: that also says
    ///   what is wrong with it if something is; or how many there are.
    /// - Throws: as `fold`, where a sum overflows.
    mutating func fold(
        _ flat: borrowing FlatEvents, first: SequenceNumber, from start: Int
    ) throws(FoldError) -> Int {
        guard start < flat.count, first + UInt64(start) == head + 1, !journal.isRecording else {
            return start
        }
        touch(.ledger)
        let ledgerLast = rows.last(.ledger)
        var total = FlatTotal()
        // What lies behind an event that isn't flat was asked for before it.
        if start == 0 { bringFirstNear(flat) }
        var index = start
        while index < flat.count {
            bringNear(flat, behind: index)
            let sequence = first &+ UInt64(truncatingIfNeeded: index)
            guard
                try fold(
                    flat, flat.heads[index], sequence, isLedgerNew: sequence > ledgerLast, &total)
            else { break }
            index &+= 1
        }
        store(total)
        if head > ledgerLast { rows[.ledger].last = head }
        return index
    }

    /// - Returns: whether it did; if not, nothing has changed.
    @inline(__always)
    private mutating func fold(
        _ flat: borrowing FlatEvents, _ event: FlatEvents.Head, _ sequence: SequenceNumber,
        isLedgerNew: Bool, _ total: inout FlatTotal
    ) throws(FoldError) -> Bool {
        guard event.time >= time.microseconds, event.account != .ledger,
            event.account.rawValue <= accountCount
        else { return false }
        let previous = event.previous(sequence)
        var noted = rows.note(event.account, sequence, after: previous)
        if noted == nil {
            // Perhaps only not touched yet.
            touch(event.account)
            if rows.last(event.account) >= sequence {
                try passOver(flat, event, sequence, isLedgerNew: isLedgerNew, &total)
                return true
            }
            noted = rows.note(event.account, sequence, after: previous)
        }
        guard let block = noted else { return false }
        time.microseconds = event.time
        head = sequence
        if event.isPlain, isLedgerNew, let place = pool.find(block, event.posting.key) {
            try foldPosting(event.posting, at: place, sequence, &total)
        } else {
            try foldParts(flat, event, sequence, isLedgerNew: isLedgerNew, &total)
        }
        return true
    }

    /// Folds an event that its account's row has seen: a checkpoint stores rows as they are when it comes to
    /// them, so that after a crash many are ahead of the rest.
    private mutating func passOver(
        _ flat: borrowing FlatEvents, _ event: FlatEvents.Head, _ sequence: SequenceNumber,
        isLedgerNew: Bool, _ total: inout FlatTotal
    ) throws(FoldError) {
        time.microseconds = event.time
        head = sequence
        if event.isPlain {
            if isLedgerNew { try foldTotal(event.posting, sequence, &total) }
            return
        }
        if isLedgerNew {
            for index in event.parts.postings {
                try foldTotal(flat.postings[index], sequence, &total)
            }
        }
        noteTokens(flat, event.parts.tokens, sequence)
    }

    private mutating func noteTokens(
        _ flat: borrowing FlatEvents, _ tokens: Range<Int>, _ sequence: SequenceNumber
    ) {
        guard sequence > keyedThrough else { return }
        for index in tokens { recentKeys.insert(flat.tokens[index], sequence) }
    }

    /// All there is to most events: a balance that is there gets more or less.
    @inline(__always)
    private mutating func foldPosting(
        _ posting: FlatEvents.Posting, at place: CellPool.Place, _ sequence: SequenceNumber,
        _ total: inout FlatTotal
    ) throws(FoldError) {
        var value = pool[place]
        try Self.add(posting, to: &value, sequence)
        pool[place] = value
        try foldTotal(posting, sequence, &total)
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
    private mutating func foldParts(
        _ flat: borrowing FlatEvents, _ event: FlatEvents.Head, _ sequence: SequenceNumber,
        isLedgerNew: Bool, _ total: inout FlatTotal
    ) throws(FoldError) {
        if event.isPlain {
            try foldPosting(event.posting, event.account, sequence)
            if isLedgerNew { try foldTotal(event.posting, sequence, &total) }
            return
        }
        let parts = event.parts
        for index in parts.postings {
            try foldPosting(flat.postings[index], event.account, sequence)
        }
        if isLedgerNew {
            for index in parts.postings { try foldTotal(flat.postings[index], sequence, &total) }
        }
        foldEffects(flat, parts.effects, event.account)
        noteTokens(flat, parts.tokens, sequence)
    }

    private mutating func foldPosting(
        _ posting: FlatEvents.Posting, _ account: AccountNumber, _ sequence: SequenceNumber
    ) throws(FoldError) {
        let block = rows.block(account)
        if let place = pool.find(block, posting.key) {
            var value = pool[place]
            try Self.add(posting, to: &value, sequence)
            pool[place] = value
        } else {
            var value = CellValue.zero
            try Self.add(posting, to: &value, sequence)
            setCell(account, posting.key, value)
        }
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
        _ posting: FlatEvents.Posting, _ sequence: SequenceNumber, _ total: inout FlatTotal
    ) throws(FoldError) {
        let currency = posting.key.word
        if currency != total.currency {
            store(total)
            total = findTotal(currency)
        }
        let fits =
            posting.isSpent
            ? Self.add(posting.amount, to: &total.value.b)
            : Self.add(posting.amount, to: &total.value.a)
        guard fits else {
            throw FoldError(sequence: sequence, reason: "a currency's total overflows")
        }
    }

    /// The currency's total; a zero is put where it has none yet.
    @inline(never)
    private mutating func findTotal(_ currency: Word) -> FlatTotal {
        let key = CellKey(.balance, currency)
        let place = pool.find(rows.block(.ledger), key)
        if place == nil { setCell(.ledger, key, .zero) }
        return FlatTotal(currency: currency, value: place.map { pool[$0] } ?? .zero)
    }

    private mutating func store(_ total: FlatTotal) {
        guard let currency = total.currency,
            let place = pool.find(rows.block(.ledger), CellKey(.balance, currency))
        else { return }
        pool[place] = total.value
    }
}

/// The total that was added to last: mostly the next event adds to the same. It is in the ledger's row once
/// it is stored.
private struct FlatTotal {
    var currency: Word?
    var value = CellValue.zero
}

// Memory is asked for long before it is looked at: what an event changes lies anywhere, and a look that
// waits for it takes longer than all the rest of folding an event.

extension State {
    /// Events between asking for an account's row and looking where its cells lie, and then until both are
    /// needed.
    private static let distance = 16

    /// Has what the first events touch fetched.
    private func bringFirstNear(_ flat: borrowing FlatEvents) {
        for index in 0..<min(flat.count, 2 * Self.distance) {
            rows.prefetch(flat.heads[index].account)
        }
        for index in 0..<min(flat.count, Self.distance) {
            bringCellsNear(flat, flat.heads[index])
        }
    }

    /// Has fetched, with each event that is folded, what those some way behind it touch: cells, rows, and
    /// what was decoded, which may still lie with another core.
    @inline(__always)
    private func bringNear(_ flat: borrowing FlatEvents, behind index: Int) {
        let near = index &+ Self.distance
        if near < flat.count { bringCellsNear(flat, flat.heads[near]) }
        let far = near &+ Self.distance
        if far < flat.count { rows.prefetch(flat.heads[far].account) }
        flat.heads.prefetch(far &+ Self.distance)
    }

    @inline(__always)
    private func bringCellsNear(_ flat: borrowing FlatEvents, _ event: FlatEvents.Head) {
        pool.prefetch(rows.block(event.account))
        guard !event.isPlain else { return }
        for index in event.parts.tokens { recentKeys.prefetch(flat.tokens[index]) }
    }
}
