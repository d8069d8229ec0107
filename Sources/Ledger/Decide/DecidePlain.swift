// AWARD, SPEND, BALANCE, PROFILE and RECORD of the plainest kind, decided, encoded and folded in one go.
//
// What `decide`, `emit` and `fold` do for such a command, without the event in between. Whatever they
// do besides (a rule that follows from a posting, say) must make a command not plain: here, or by
// `plainBalance`. A test holds both ways to the same bytes.

extension Ledger {
    /// Finds the accounts of commands, and has what is known of them brought near: each step's memory
    /// is asked for by all commands before the first one needs it.
    ///
    /// In loops so short that many of their turns are under way at once: a fetch waits until its page is
    /// found, which takes as long as a look at memory, and holds up what follows it.
    package mutating func lookUp(_ commands: inout PlainCommands, in bytes: Span<UInt8>) {
        let key = state.tokenKey(.ledger)
        for index in 0..<commands.count {
            var hash = SipHash(key: key, isWide: true)
            hash.append(2)
            hash.append(bytes, commands.items[index].account.range)
            commands.items[index].directoryKey = hash.finish128()
            commands.items[index].rungCount = 0
        }
        for index in 0..<commands.count {
            state.directory.prefetch(commands.items[index].directoryKey)
        }
        for index in 0..<commands.count {
            let account = state.likelyAccount(commands.items[index].directoryKey)
            commands.items[index].number = account
        }
        for index in 0..<commands.count { state.rows.prefetch(commands.items[index].number) }
        for index in 0..<commands.count {
            let account = commands.items[index].number
            if state.rows.hasID(account, commands.items[index].directoryKey) {
                state.pool.prefetch(state.rows.block(account))
            } else {
                commands.items[index].number = .ledger
            }
        }
        for index in 0..<commands.count {
            let account = commands.items[index].number
            if !state.rows.flags(account).contains(.dirty) { state.dirty.prefetch(account) }
        }
        lookUpKeys(&commands, in: bytes)
    }

    /// Decides commands from `first` on, as far as they are plain.
    ///
    /// - Parameter bytes: what the commands' ranges point into.
    /// - Returns: the first that has to be asked for in the general way, or their count.
    package mutating func decide(
        _ commands: inout PlainCommands, from first: Int, in bytes: Span<UInt8>,
        from peer: Peer, at wall: Instant
    ) -> Int {
        guard !state.isJournalling else { return first }
        let now = max(wall, state.time)
        plainBalances.see(rules: rulesNumber)
        plainActions.see(rules: rulesNumber)
        commands.rules = rulesNumber
        commands.cells.clear()
        let actor = knownNumber(of: Actor(uid: peer.uid, role: peer.role, by: .ledger))
        let mayWrite =
            !peer.role.isDisjoint(with: [.game, .operate]) && !rules.followsAnyPosting
        // Streaks and goals count what is recorded, boards what is posted.
        let mayRecord = !rules.hasConsequences
        checkKeys(&commands)
        let head = state.head
        var newest = rulesSince
        var next = first
        while next < commands.count {
            let verb = commands.items[next].verb
            if commands.items[next].number == .ledger { findPlainly(&commands.items[next], bytes) }
            if verb == .balance || verb == .profile {
                let isRead =
                    verb == .balance
                    ? read(&commands.items[next], bytes) : view(&commands, next)
                guard isRead else { break }
                newest = max(newest, state.rows.last(commands.items[next].number))
            } else {
                guard let actor, mayWrite else { break }
                plainClimbs.removeAll()
                plainMoves.removeAll()
                let isDecided: Bool
                if verb == .record {
                    isDecided = mayRecord && record(&commands, next, bytes, actor, now)
                } else if commands.items[next].number == .ledger {
                    isDecided = openPlainly(&commands, next, bytes, peer, actor, now)
                } else {
                    isDecided = post(
                        &commands.items[next], verb == .spend, bytes, peer, actor, now)
                }
                guard isDecided else { break }
                if plainClimbs.count > 0 { noteClimbs(&commands, next) }
            }
            next += 1
        }
        if state.head > head { state.noteLedger() }
        commands.newest = state.head > head ? state.head : newest
        commands.time = state.time
        commands.eventCount = Int(clamping: state.head - head)
        return next
    }

    @inline(__always)
    private mutating func read(_ command: inout PlainCommand, _ bytes: Span<UInt8>) -> Bool {
        guard command.number != .ledger,
            let balance = plainBalance(bytes, command.balance.range)
        else { return false }
        let flags = state.rows.flags(command.number)
        guard flags.contains(.loaded), !flags.contains(.forgotten) else { return false }
        let block = state.rows.block(command.number)
        command.value = state.pool.value(block, CellKey(plainBalances[balance].name)) ?? .zero
        return true
    }

    /// Notes what an account has, for its PROFILE.
    @inline(__always)
    private func view(_ commands: inout PlainCommands, _ index: Int) -> Bool {
        let account = commands.items[index].number
        guard account != .ledger else { return false }
        let row = state.rows[account]
        guard row.flags.contains(.loaded), !row.flags.contains(.forgotten),
            row.block.count <= PlainCommands.cellsMax
        else { return false }
        commands.items[index].sequence = row.last
        commands.items[index].isFrozen = row.flags.contains(.frozen)
        commands.items[index].cellStart = UInt32(commands.cells.count)
        commands.items[index].cellCount = UInt8(truncatingIfNeeded: row.block.count)
        state.pool.append(row.block, to: &commands.cells)
        return true
    }

    @inline(__always)
    private mutating func post(
        _ command: inout PlainCommand, _ isSpend: Bool, _ bytes: Span<UInt8>, _ peer: Peer,
        _ actor: UInt32, _ now: Instant
    ) -> Bool {
        let account = command.number
        guard account != .ledger, let balance = plainBalance(bytes, command.balance.range),
            !plainBalances[balance].raw.isDisjoint(with: peer.role), buffer.hasRoom
        else { return false }
        let flags = state.rows.flags(account)
        guard flags.contains(.loaded), flags.isDisjoint(with: [.frozen, .forgotten]) else {
            return false
        }
        let block = state.rows.block(account)
        guard let posting = plainPost(block, balance, command.amount, isSpend),
            !posting.climbs || climb(posting, block, balance),
            plainBalances[balance].boards.isEmpty
                || move(posting, block, balance, isSpend ? 0 : command.amount, now)
        else { return false }
        var place = TokenTable.Place()
        if !command.key.isEmpty {
            let token = command.keyToken
            place = state.recentKeys.place(token)
            guard place.isFree,
                state.olderEvent(of: token, mayBeStored: command.mayBeStored) == nil
            else { return false }
        }
        let once = Self.once(command)
        let name = plainBalances[balance].name
        // From here the command must succeed.
        let sequence = state.head + 1
        encode(
            command, isSpend: isSpend, .alone, sequence, name, actor, now,
            after: posting.after, once)
        buffer.append(writer, sequence, now)
        state.notePlain(sequence, account, flags, now)
        state.apply(posting, block)
        if posting.offset == nil { state.setCell(account, CellKey(name), posting.value) }
        if plainMoves.count > 0 { foldMoves(account, sequence) }
        if plainClimbs.count > 0 { foldClimbs(account) }
        if let once { state.recentKeys.insert(once.token, sequence, at: place) }
        command.sequence = sequence
        command.value = posting.value
        return true
    }

    /// What a posting comes to; `nil` where the general way has to look.
    @inline(__always)
    func plainPost(
        _ block: CellBlock, _ balance: PlainBalances.Place, _ amount: Int64, _ isSpend: Bool
    ) -> PlainPost? {
        let name = plainBalances[balance].name
        let totals = CellKey(.balance, name.currency)
        let total = state.pool.withCells(state.rows.block(.ledger)) { cells in
            cells.offset(of: totals).map { (offset: $0, sum: cells[$0].value) }
        }
        guard let total else { return nil }
        return state.pool.withCells(block) { cells in
            guard !hasHolds(cells) else { return nil }
            let offset = cells.offset(of: CellKey(name))
            var (value, sum) = (offset.map { cells[$0].value } ?? .zero, total.sum)
            let before = value.available
            let fits =
                isSpend
                ? State.add(amount, to: &value.b) && State.add(amount, to: &sum.b)
                : State.add(amount, to: &value.a) && State.add(amount, to: &sum.a)
            guard fits, before != nil, let after = value.available,
                plainBalances[balance].allows(after, isSpend: isSpend)
            else { return nil }
            return PlainPost(
                offset: offset, total: total.offset, value: value, sum: sum, after: after,
                climbs: !standsStill(balance, cells, value, after))
        }
    }

    /// Whether there are holds, of which one may have expired.
    @inline(__always)
    private func hasHolds(_ cells: Span<Cell>) -> Bool {
        let start = CellKey(startOf: .hold)
        guard cells.count > 0, cells[cells.count - 1].key >= start else { return false }
        for index in cells.indices where cells[index].key.kind == .hold { return true }
        return false
    }

    /// Whether no ladder moves.
    @inline(__always)
    private func standsStill(
        _ balance: PlainBalances.Place, _ cells: Span<Cell>, _ value: CellValue,
        _ available: Int64
    ) -> Bool {
        for index in plainBalances[balance].rungs {
            let rung = plainBalances.rungs[index]
            let stored = cells.value(of: rung.key)?.a ?? rung.start
            let climbed = climbed(rung, balance, cells, value, available)
            guard !plainBalances.stands(rung, on: stored, at: climbed) else { continue }
            let ladder = rules.ladders[rung.ladder]
            let now = ladder.rung(at: climbed)
            guard now == stored || (now < stored && ladder.lose == .never) else { return false }
        }
        return true
    }

    /// As `Event.encode`, of an event with one account and one posting.
    @inline(__always)
    mutating func encode(
        _ command: borrowing PlainCommand, isSpend: Bool, _ group: GroupPlace,
        _ sequence: SequenceNumber, _ balance: BalanceName, _ actor: UInt32, _ now: Instant,
        after: Int64, _ once: PlainOnce?
    ) {
        let account = command.number
        writer.reset()
        writer.u8((isSpend ? EventKind.spend : EventKind.award).rawValue | group.rawValue << 5)
        writer.u8(
            (plainClimbs.count == 0 ? 0 : EventParts.rungs.rawValue)
                | (plainMoves.count == 0 ? 0 : EventParts.marks.rawValue)
                | (once == nil ? 0 : EventParts.once.rawValue))
        writer.varint(sequence)
        writer.time(now)
        writer.varint(rulesNumber)
        writer.varint(actor)
        writer.varint(1 as UInt32)
        writer.varint(account.rawValue)
        writer.varint(sequence - state.rows.last(account))
        if let once {
            writer.u64(once.fingerprint)
            writer.varint(1 as UInt32)
            writer.varint(account.rawValue)
            writer.u64(once.token.low)
            writer.u64(once.token.high)
            writer.varint(1 as UInt32)
            writer.signed(after)
        }
        writer.varint(1 as UInt32)
        let side = (isSpend ? Side.spend : Side.earn).rawValue
        if balance.facet == .none {
            writer.u8(side)
            writer.varint(balance.currency.rawValue)
        } else {
            writer.u8(side | 0x04)
            writer.varint(balance.currency.rawValue)
            writer.varint(balance.facet.rawValue)
        }
        writer.signed(command.amount)
        if plainMoves.count > 0 { encodeMoves(sequence) }
        if plainClimbs.count > 0 { encodeClimbs() }
    }
}

extension State {
    /// Notes an event that touches one account, whose row is in memory, as `fold` does.
    @inline(__always)
    mutating func notePlain(
        _ sequence: SequenceNumber, _ account: AccountNumber, _ flags: AccountRow.Flags,
        _ now: Instant
    ) {
        head = sequence
        time = now
        if !flags.contains(.dirty) { touch(account) }
        rows[account].last = sequence
        rows[account].eventCount += 1
    }

    /// A balance that the account doesn't have yet is set afterwards: that may move the others.
    @inline(__always)
    mutating func apply(_ posting: PlainPost, _ block: CellBlock) {
        if let offset = posting.offset { pool.setValue(block, offset, posting.value) }
        pool.setValue(rows.block(.ledger), posting.total, posting.sum)
    }

    /// Notes the last of some events with the ledger itself, as `fold` does with each.
    mutating func noteLedger() {
        touch(.ledger)
        rows[.ledger].last = head
    }
}

/// A posting from which nothing follows but that rungs move: the account's cell and the ledger's total,
/// where they lie and what they come to, and what is available then.
struct PlainPost {
    /// `nil` of a balance that the account doesn't have yet.
    var offset: Int?
    var total: Int
    var value: CellValue
    var sum: CellValue
    var after: Int64
    /// Whether a rung moves with it.
    var climbs: Bool
}
