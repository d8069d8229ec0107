extension Ledger {
    /// The account of an id, opened if it was never seen.
    mutating func findOrOpen(
        _ bytes: [UInt8], _ range: Range<Int>
    ) throws(Refusal) -> AccountNumber {
        if let account = state.find(bytes, range) {
            state.ensure(account)
            return account
        }
        return try open(bytes, range)
    }

    /// Opens an account, and its parent before it: an event of its own, in the command's group.
    mutating func open(_ bytes: [UInt8], _ range: Range<Int>) throws(Refusal) -> AccountNumber {
        guard UTF8Text.isAccount(bytes, ByteRange(start: range.lowerBound, count: range.count))
        else {
            throw Refusal(
                .badArgument, [],
                "an account is 1 to \(Limits.accountBytesMax) bytes of printable text without spaces, "
                    + "with at most one /, does not begin with ~, and is not *")
        }
        beginUndo()
        var parent = AccountNumber.ledger
        if let slash = bytes[range].firstIndex(of: UInt8(ascii: "/")) {
            parent = try findOrOpen(bytes, range.lowerBound..<slash)
        }
        guard state.accountCount < UInt32.max - 1 else {
            throw Refusal(.full, [], "the ledger has as many accounts as it can number")
        }
        let account = AccountNumber(state.accountCount + 1)
        _ = state.source.drawKey(account)
        try emitOpening(Array(bytes[range]), account, parent)
        return account
    }

    private mutating func emitOpening(
        _ id: [UInt8], _ account: AccountNumber, _ parent: AccountNumber
    ) throws(Refusal) {
        var event = Event()
        event.kind = .account
        event.accounts = [Event.Link(account: account, previous: 0)]
        event.rules = rulesNumber
        event.at = requested.momentBefore
        event.sequence = state.head + 1
        let sealed = event.addText(state.source.seal(id, account, event.sequence, field: 0))
        event.payload = .opened(id: sealed, parent: parent)
        state.idBeingOpened = id
        emitSide(&event)
        state.idBeingOpened = nil
        if rules.hasOpenings { try applyOpenings(account, parent) }
        if legacy != nil, !requested.isMigrating { try takeOver(account, parent, id) }
    }

    /// Ends the account's holds whose time has come, each by an event of the ledger's own.
    mutating func expireHolds(of account: AccountNumber) {
        guard account != .ledger else { return }
        guard state.hasCells(account, .hold) else { return }
        for cell in state.cells(account, .hold)
        where cell.value.c != 0 && cell.value.c <= requested.now.microseconds {
            expire(cell, of: account)
        }
    }

    /// Ends every hold whose time has come.
    package mutating func expireHolds(at wall: Instant) {
        requested = Requested()
        requested.now = max(wall, state.time)
        group = .none
        hasGroupBegun = false
        for cell in state.cells(.ledger, .hold)
        where cell.value.a != 0 && cell.value.a <= requested.now.microseconds && buffer.hasRoom {
            let account = AccountNumber(UInt32(truncatingIfNeeded: cell.value.b))
            guard let value = state.value(account, cell.key) else { continue }
            expire(Cell(key: cell.key, value: value), of: account)
        }
    }

    private mutating func expire(_ hold: Cell, of account: AccountNumber) {
        var event = Event()
        event.kind = .hold
        event.rules = rulesNumber
        event.causeKind = .ledger
        event.causeOf = hold.key.sequence
        event.sequence = state.head + 1
        event.accounts = [Event.Link(account: account, previous: state.last(account))]
        event.postings = [
            Event.Posting(
                account: 0, balance: BalanceName(packed: hold.value.b), side: .hold,
                amount: -hold.value.a, why: nil)
        ]
        event.marks = [Event.Mark(account: 0, key: hold.key, value: nil)]
        event.payload = .hold(.expired, hold.key.sequence)
        // Expiry stands whatever becomes of the command, so outside a group it is alone.
        if case .none = group, !hasGroupBegun {
            emitAlone(&event)
        } else {
            emitSide(&event)
        }
    }
}

extension BalanceName {
    /// As a hold's cell keeps it: currency + facet · 2^32.
    package init(packed: Int64) {
        let bits = UInt64(bitPattern: packed)
        self.init(
            currency: Word(UInt32(truncatingIfNeeded: bits)),
            facet: Word(UInt32(truncatingIfNeeded: bits >> 32)))
    }

    package var packed: Int64 {
        Int64(bitPattern: UInt64(facet.rawValue) << 32 | UInt64(currency.rawValue))
    }
}
