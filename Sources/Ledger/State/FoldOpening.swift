// The event that opens an account without a parent, folded as `fold` does, without the event in between:
// a log may have as many of them as of anything else.

extension State {
    /// Notes the account that is opened next, which has no parent.
    ///
    /// - Parameters:
    ///   - directoryKey: what its id is found under; `nil` if it can't be read any more.
    ///   - isSought: whether the directory in memory was just found not to have it.
    mutating func noteOpened(
        _ account: AccountNumber, _ sequence: SequenceNumber, _ now: Instant, _ key: TokenKey,
        _ sealed: [UInt8], _ directoryKey: Token?, isSought: Bool = false
    ) {
        precondition(account.rawValue == accountCount + 1, "accounts are numbered as they come")
        head = sequence
        time = now
        // A new account stands on no board: there is nothing to read of it later.
        if isRanked { standings.ranked += 1 }
        accountCount += 1
        let block = rows.block(account)
        precondition(block.count == 0, "an account begins with nothing")
        var row = AccountRow()
        row.last = sequence
        row.opened = sequence
        row.eventCount = 1
        row.tokenKey = key
        row.flags = [.loaded, .dirty]
        rows[account] = row
        dirty.insert(account)
        guard keepsIDs else { return }
        newIDs[account] = NewID(opened: sequence, sealed: sealed)
        guard let directoryKey else { return }
        if isSought {
            forgottenIDs.remove(directoryKey)
            directory.insert(directoryKey, account)
            rows.setID(account, directoryKey)
        } else {
            setDirectoryValue(directoryKey, UInt64(account.rawValue))
        }
        newlyIndexed.insert(account)
    }

    /// Folds the next event in, if it opens an account without a parent and there is nothing else about it.
    ///
    /// - Returns: whether it did; if not, nothing has changed.
    mutating func foldOpening(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ sequence: SequenceNumber
    ) -> Bool {
        guard sequence == head + 1, !journal.isRecording,
            let opening = FlatOpening(bytes, range, sequence),
            opening.account.rawValue == accountCount + 1, opening.time >= time
        else { return false }
        // Its row may have been stored after the event, and have seen it.
        guard rows.last(opening.account) == 0, source.storedRow(opening.account) == nil else {
            return false
        }
        touch(.ledger)
        guard rows.last(.ledger) < sequence else { return false }
        var sealed: [UInt8] = []
        var token: Token?
        if keepsIDs {
            sealed.reserveCapacity(opening.sealed.count)
            for index in opening.sealed { sealed.append(bytes[index]) }
            if let id = source.unseal(sealed, opening.account, sequence, field: 0) {
                token = directoryKey(id, id.indices)
            }
        }
        let key = source.tokenKey(opening.account)
        noteOpened(opening.account, sequence, opening.time, key, sealed, token)
        rows[.ledger].last = sequence
        return true
    }
}

/// What an event says that opens an account without a parent.
private struct FlatOpening {
    var account: AccountNumber
    var time: Instant
    /// Where the sealed id lies.
    var sealed: Range<Int>

    /// In the order of `Event.decode`; `nil` of any other event, and of one that is wrong.
    init?(_ bytes: Span<UInt8>, _ range: Range<Int>, _ sequence: SequenceNumber) {
        var reader = FlatReader(range)
        let kind = reader.u8(bytes)
        guard kind & 0x9F == EventKind.account.rawValue,
            reader.u8(bytes) == EventParts.payload.rawValue
        else { return nil }
        reader.expect(reader.varint(bytes) == sequence)
        time = Instant(microseconds: Int64(truncatingIfNeeded: reader.word(bytes, count: 7)))
        _ = reader.varint32(bytes)
        _ = reader.varint32(bytes)
        reader.expect(reader.count(bytes) == 1)
        account = AccountNumber(reader.varint32(bytes))
        // No event before it, no postings.
        reader.expect(account != .ledger && reader.varint(bytes) == sequence)
        reader.expect(reader.varint(bytes) == 0)
        reader.expect(reader.u8(bytes) == Event.AccountChange.opened.rawValue)
        let count = reader.skip(bytes)
        sealed = (reader.position - count)..<reader.position
        reader.expect(reader.varint(bytes) == UInt64(AccountNumber.ledger.rawValue))
        guard reader.isGood, reader.isAtEnd else { return nil }
    }
}
