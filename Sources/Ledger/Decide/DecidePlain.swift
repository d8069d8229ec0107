// AWARD, SPEND and BALANCE of the plainest kind, decided, encoded and folded in one go.
//
// What `decide`, `emit` and `fold` do for such a command, without the event in between. Whatever they
// do besides (a rule that follows from a posting, say) must make a command not plain: here, or by
// `plainBalance`. A test holds both ways to the same bytes.

extension Ledger {
    /// Finds the accounts of commands, and has what is known of them brought near: each step's memory
    /// is asked for by all commands before the first one needs it.
    package mutating func lookUp(_ commands: inout PlainCommands, in bytes: Span<UInt8>) {
        let key = state.tokenKey(.ledger)
        for index in 0..<commands.count {
            var hash = SipHash(key: key, isWide: true)
            hash.append(2)
            hash.append(bytes, commands.items[index].account.range)
            commands.items[index].directoryKey = hash.finish128()
        }
        for index in 0..<commands.count {
            commands.items[index].number = state.knownAccount(commands.items[index].directoryKey)
        }
        guard commands.count > 1 else { return }
        var near: UInt64 = 0
        for index in 0..<commands.count {
            near ^= state.rows.last(commands.items[index].number)
        }
        for index in 0..<commands.count {
            let block = state.rows.block(commands.items[index].number)
            near ^= state.pool.lastKey(block)?.rawValue ?? 0
        }
        // Kept, so that looking isn't left out as useless.
        plainNear = near
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
        let actor = knownNumber(of: Actor(uid: peer.uid, role: peer.role, by: .ledger))
        let mayWrite =
            !peer.role.isDisjoint(with: [.game, .operate]) && !rules.hasConsequences
        for index in first..<commands.count {
            switch commands.items[index].verb {
            case .balance:
                guard read(&commands.items[index], bytes) else { return index }
            case .award:
                guard let actor, mayWrite,
                    post(&commands.items[index], false, bytes, peer, actor, now)
                else { return index }
            case .spend:
                guard let actor, mayWrite,
                    post(&commands.items[index], true, bytes, peer, actor, now)
                else { return index }
            }
        }
        return commands.count
    }

    @inline(__always)
    private mutating func read(_ command: inout PlainCommand, _ bytes: Span<UInt8>) -> Bool {
        guard command.number != .ledger,
            let balance = plainBalance(bytes, command.balance.range)
        else { return false }
        let flags = state.rows.flags(command.number)
        guard flags.contains(.loaded), !flags.contains(.forgotten) else { return false }
        let block = state.rows.block(command.number)
        command.value = state.pool.value(block, CellKey(balance.name)) ?? .zero
        return true
    }

    @inline(__always)
    private mutating func post(
        _ command: inout PlainCommand, _ isSpend: Bool, _ bytes: Span<UInt8>, _ peer: Peer,
        _ actor: UInt32, _ now: Instant
    ) -> Bool {
        let account = command.number
        guard account != .ledger, let balance = plainBalance(bytes, command.balance.range),
            !balance.raw.isDisjoint(with: peer.role), buffer.hasRoom
        else { return false }
        let flags = state.rows.flags(account)
        guard flags.contains(.loaded), flags.isDisjoint(with: [.frozen, .forgotten]) else {
            return false
        }
        let block = state.rows.block(account)
        // A hold may have expired: the general way looks.
        guard let last = state.pool.lastKey(block),
            last < CellKey(startOf: .hold) || !state.pool.hasCells(block, .hold),
            let place = state.pool.find(block, CellKey(balance.name)),
            let total = state.pool.find(
                state.rows.block(.ledger), CellKey(.balance, balance.name.currency))
        else { return false }

        var value = state.pool[place]
        var sum = state.pool[total]
        let before = value.available
        let fits =
            isSpend
            ? State.add(command.amount, to: &value.b) && State.add(command.amount, to: &sum.b)
            : State.add(command.amount, to: &value.a) && State.add(command.amount, to: &sum.a)
        guard fits, before != nil, let after = value.available else { return false }
        guard isSpend ? !balance.neverDecreases && after >= balance.floor : after <= balance.cap,
            standsStill(balance, block, value, after)
        else { return false }

        var once: (Token, UInt64)?
        if !command.key.isEmpty {
            let key = state.rows.tokenKey(account)
            let token = Self.keyToken(key, bytes, command.key.range)
            guard state.event(of: token) == nil else { return false }
            once = (token, Self.fingerprint(key, command, isSpend, bytes))
        }
        // From here the command must succeed.
        let sequence = state.head + 1
        encode(command, isSpend, sequence, balance.name, actor, now, after: after, once)
        buffer.append(writer, sequence, now)
        state.notePlain(sequence, account, now)
        state.pool[place] = value
        state.pool[total] = sum
        if let once { state.recentKeys.insert(once.0, sequence) }
        command.sequence = sequence
        command.value = value
        return true
    }

    /// Whether no ladder moves.
    @inline(__always)
    mutating func standsStill(
        _ balance: PlainBalances.Entry, _ block: CellBlock, _ value: CellValue, _ available: Int64
    ) -> Bool {
        for index in balance.rungs {
            let rung = plainBalances.rungs[index]
            let ladder = rules.ladders[rung.ladder]
            let stored = state.pool.value(block, rung.key)?.a ?? ladder.start
            var climbed: Int64
            switch rung.part {
            case .available: climbed = available
            case .spent: climbed = value.spent
            case .held: climbed = value.held
            case .earned:
                climbed = value.earned
                guard !ladder.receivedClimbs, balance.loadsReceived else { break }
                climbed -= state.pool.value(block, CellKey(received: balance.name))?.a ?? 0
            }
            let now = ladder.rung(at: climbed, near: stored)
            guard now == stored || (now < stored && ladder.lose == .never) else { return false }
        }
        return true
    }

    /// As `Event.encode`, of an event that is alone, with one account and one posting.
    private mutating func encode(
        _ command: PlainCommand, _ isSpend: Bool, _ sequence: SequenceNumber,
        _ balance: BalanceName, _ actor: UInt32, _ now: Instant, after: Int64,
        _ once: (token: Token, fingerprint: UInt64)?
    ) {
        let account = command.number
        writer.reset()
        writer.u8((isSpend ? EventKind.spend : EventKind.award).rawValue)
        writer.u8(once == nil ? 0 : EventParts.once.rawValue)
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
    }

    /// As `keyToken` of a command in the general way.
    private static func keyToken(
        _ key: TokenKey, _ bytes: Span<UInt8>, _ range: Range<Int>
    ) -> Token {
        var hash = SipHash(key: key, isWide: true)
        hash.append(0)
        hash.append(bytes, range)
        return hash.finish128()
    }

    /// As `fingerprint` of a command in the general way: what it lacks there is empty or zero.
    private static func fingerprint(
        _ key: TokenKey, _ command: PlainCommand, _ isSpend: Bool, _ bytes: Span<UInt8>
    ) -> UInt64 {
        var hash = SipHash(key: key, isWide: false)
        hash.append((isSpend ? Verb.spend : Verb.award).rawValue)
        hash.append(UInt64(command.account.count), count: 2)
        hash.append(bytes, command.account.range)
        // No target.
        hash.append(0, count: 2)
        hash.append(UInt64(command.balance.count), count: 2)
        hash.append(bytes, command.balance.range)
        // Neither name nor value.
        hash.append(0, count: 5)
        hash.append(UInt64(bitPattern: command.amount), count: 8)
        // No subject, UNTIL or AT.
        hash.append(0, count: 8)
        hash.append(0, count: 8)
        hash.append(0, count: 8)
        return hash.finish64()
    }
}

extension State {
    /// The account that memory has under a key of the directory, `.ledger` if none.
    @inline(__always)
    func knownAccount(_ key: Token) -> AccountNumber {
        guard let entry = directory[key], entry != Self.forgottenEntry else { return .ledger }
        return AccountNumber(UInt32(truncatingIfNeeded: entry))
    }

    /// Notes an event that touches one account, as `fold` does.
    @inline(__always)
    mutating func notePlain(
        _ sequence: SequenceNumber, _ account: AccountNumber, _ now: Instant
    ) {
        head = sequence
        time = now
        touch(.ledger)
        rows[.ledger].last = sequence
        touch(account)
        rows[account].last = sequence
        rows[account].eventCount += 1
    }
}
