// A plain AWARD to an account that was never seen: it is opened by an event of its own, as `open` does,
// and the award follows in the same group.

extension Ledger {
    /// Finds the account of a command that memory didn't have when commands were looked up: one before it
    /// may have opened it, or the state in store has it.
    @inline(never)
    mutating func findPlainly(_ command: inout PlainCommand, _ bytes: Span<UInt8>) {
        guard let known = state.account(command.directoryKey) else { return }
        state.ensure(known)
        command.number = known
        noteKey(&command, state.rows.tokenKey(known), bytes)
    }

    private func noteKey(
        _ command: inout PlainCommand, _ key: TokenKey, _ bytes: Span<UInt8>
    ) {
        guard !command.key.isEmpty else { return }
        Self.note(key, in: &command, bytes)
        command.mayBeStored = true
    }

    /// Opens the account of an AWARD, posts to it and moves its rungs, if nothing else follows from that.
    ///
    /// - Returns: whether it did; if not, nothing has changed.
    @inline(never)
    mutating func openPlainly(
        _ commands: inout PlainCommands, _ index: Int, _ bytes: Span<UInt8>, _ peer: Peer,
        _ actor: UInt32, _ now: Instant
    ) -> Bool {
        var command = commands.items[index]
        guard command.verb == .award, !rules.hasOpenings, legacy == nil, buffer.hasRoom,
            state.accountCount < UInt32.max - 1,
            let balance = plainBalance(bytes, command.balance.range),
            !plainBalances[balance].raw.isDisjoint(with: peer.role),
            let posting = plainFirstPost(balance, command.amount),
            takePlainID(bytes, command.account.range),
            climb(posting, CellBlock(), balance),
            move(posting, CellBlock(), balance, command.amount, now)
        else { return false }
        let name = plainBalances[balance].name
        let account = AccountNumber(state.accountCount + 1)
        let opening = state.head + 1
        // From here the command must succeed.
        let key = state.source.drawKey(account)
        let sealed = state.source.seal(plainID, account, opening, field: 0)
        encodeOpening(account, sealed, opening, now)
        buffer.append(writer, opening, now)
        state.noteOpened(
            account, opening, now, key, sealed, command.directoryKey, isSought: true)
        command.number = account
        command.sequence = opening + 1
        command.value = posting.value
        noteKey(&command, key, bytes)
        let once = Self.once(command)
        encode(
            command, isSpend: false, .last, command.sequence, name, actor, now,
            after: posting.after, once)
        buffer.append(writer, command.sequence, now)
        state.notePlain(command.sequence, account, state.rows.flags(account), now)
        state.setCell(account, CellKey(name), posting.value)
        state.pool.setValue(state.rows.block(.ledger), posting.total, posting.sum)
        if plainMoves.count > 0 { foldMoves(account, command.sequence) }
        if plainClimbs.count > 0 { foldClimbs(account) }
        if let once { state.recentKeys.insert(once.token, command.sequence) }
        commands.items[index] = command
        return true
    }

    /// Takes the id of an account without a parent; false where there is something to refuse, or a parent.
    private mutating func takePlainID(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count <= Limits.accountBytesMax else { return false }
        for index in range where bytes[index] == UInt8(ascii: "/") { return false }
        sideWriter.reset()
        sideWriter.raw(bytes, range)
        plainID = sideWriter.bytes
        return UTF8Text.isAccount(plainID, ByteRange(start: 0, count: plainID.count))
    }

    /// As `plainPost`, of an account that has nothing yet.
    private func plainFirstPost(_ balance: PlainBalances.Place, _ amount: Int64) -> PlainPost? {
        let key = CellKey(.balance, plainBalances[balance].name.currency)
        let total = state.pool.withCells(state.rows.block(.ledger)) { cells in
            cells.offset(of: key).map { (offset: $0, sum: cells[$0].value) }
        }
        guard let total else { return nil }
        let value = CellValue(amount)
        var sum = total.sum
        guard State.add(amount, to: &sum.a), plainBalances[balance].allows(amount, isSpend: false)
        else { return nil }
        return PlainPost(
            offset: 0, total: total.offset, value: value, sum: sum, after: amount,
            climbs: false)
    }

    /// As `Event.encode`, of an event that opens an account without a parent.
    private mutating func encodeOpening(
        _ account: AccountNumber, _ sealed: [UInt8], _ sequence: SequenceNumber, _ now: Instant
    ) {
        writer.reset()
        writer.u8(EventKind.account.rawValue | GroupPlace.first.rawValue << 5)
        writer.u8(EventParts.payload.rawValue)
        writer.varint(sequence)
        writer.time(now)
        writer.varint(rulesNumber)
        // The ledger's own doing, with one account that had no event before, and no postings.
        writer.varint(0 as UInt32)
        writer.varint(1 as UInt32)
        writer.varint(account.rawValue)
        writer.varint(sequence)
        writer.varint(0 as UInt32)
        writer.u8(Event.AccountChange.opened.rawValue)
        writer.bytes(sealed)
        writer.varint(AccountNumber.ledger.rawValue)
    }
}
