/// An account as it is, or as it was: what BALANCE and PROFILE are printed from.
package struct AccountView: Sendable {
    /// `.ledger` for an account never seen.
    package var account = AccountNumber.ledger
    package var last: SequenceNumber = 0
    package var eventCount: UInt32 = 0
    package var isFrozen = false
    /// In ascending order of keys.
    package var cells: [Cell] = []

    package init() {}

    package func value(_ key: CellKey) -> CellValue? {
        let index = position(key)
        return index < cells.count && cells[index].key == key ? cells[index].value : nil
    }

    package func cells(of kind: CellKind) -> ArraySlice<Cell> {
        cells[position(CellKey(startOf: kind))...].prefix { $0.key.kind == kind }
    }

    /// The first cell not below the key.
    private func position(_ key: CellKey) -> Int {
        var low = 0
        var high = cells.count
        while low < high {
            let middle = (low + high) / 2
            if cells[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Folds one of the account's own events in; the others' parts of it are passed over.
    ///
    /// - Throws: where a sum overflows, which no event of a verified log does.
    package mutating func apply(_ event: Event) throws(FoldError) {
        guard let index = event.accounts.firstIndex(where: { $0.account == account }) else {
            return
        }
        last = event.sequence
        eventCount += 1
        for posting in event.postings where posting.account == index {
            try apply(posting, event.sequence)
        }
        for mark in event.marks where mark.account == index { set(mark.key, mark.value) }
        for rung in event.rungs where rung.account == index {
            set(CellKey(.rung, rung.ladder, rung.season.rawValue), CellValue(rung.to))
        }
        guard case .account(let change) = event.payload else { return }
        switch change {
        case .frozen: isFrozen = true
        case .unfrozen: isFrozen = false
        case .opened, .forgotten: break
        }
    }

    private mutating func apply(
        _ posting: Event.Posting, _ sequence: SequenceNumber
    ) throws(FoldError) {
        var balance = value(CellKey(posting.balance)) ?? .zero
        var fits = true
        switch posting.side {
        case .earn, .receive: fits = State.add(posting.amount, to: &balance.a)
        case .spend: fits = State.add(posting.amount, to: &balance.b)
        case .hold: fits = State.add(posting.amount, to: &balance.c)
        }
        set(CellKey(posting.balance), balance)
        if posting.side == .receive {
            var received = value(CellKey(received: posting.balance)) ?? .zero
            fits = State.add(posting.amount, to: &received.a) && fits
            set(CellKey(received: posting.balance), received)
        }
        guard fits else { throw FoldError(sequence: sequence, reason: "a balance overflows") }
    }

    /// Puts a balance there that isn't folded yet.
    mutating func setBalance(_ balance: BalanceName, _ value: CellValue) {
        set(CellKey(balance), value)
    }

    private mutating func set(_ key: CellKey, _ value: CellValue?) {
        let index = position(key)
        let isThere = index < cells.count && cells[index].key == key
        switch (isThere, value) {
        case (true, let value?): cells[index].value = value
        case (false, let value?): cells.insert(Cell(key: key, value: value), at: index)
        case (true, nil): cells.remove(at: index)
        case (false, nil): break
        }
    }
}

extension State {
    package mutating func view(_ account: AccountNumber) -> AccountView {
        ensure(account)
        let row = rows[account]
        var view = AccountView()
        view.account = account
        view.last = row.last
        view.eventCount = row.eventCount
        view.isFrozen = row.flags.contains(.frozen)
        view.cells = Array(pool.cells(row.block))
        return view
    }
}
