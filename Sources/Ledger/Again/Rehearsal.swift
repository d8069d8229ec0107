// What no command asks for, decided without being done: the event that it comes to stays in the
// draft, everything else is taken back.

extension Ledger {
    /// Leaves in `draft` what the rules give to an account that was just opened.
    ///
    /// - Returns: false where they give nothing.
    mutating func rehearseOpening(
        of account: AccountNumber, at time: Instant, happened at: Instant?
    ) throws(Refusal) -> Bool {
        guard !rules.openings.isEmpty else { return false }
        beginRehearsal(at: time, happened: at)
        defer { rollBack() }
        touched.clear()
        pendingWords.clear()
        try applyOpenings(account, state.parent(account))
        return takeRehearsed()
    }

    /// Leaves in `draft` what an account brings over from an older system when it is opened.
    mutating func rehearseTakeOver(
        of account: AccountNumber, by command: Command, at time: Instant, happened at: Instant?
    ) throws(Refusal) -> Bool {
        beginRehearsal(at: time, happened: at)
        defer { rollBack() }
        touched.clear()
        pendingWords.clear()
        try takeOver(account, state.parent(account), command)
        return takeRehearsed()
    }

    /// Leaves in `draft` the end of the account's first hold whose time has come.
    ///
    /// - Returns: false where none has.
    mutating func rehearseExpiry(of account: AccountNumber, at time: Instant) -> Bool {
        beginRehearsal(at: time)
        defer { rollBack() }
        expireHolds(of: account)
        return takeRehearsed()
    }

    /// Ends the account's holds whose time has come, not as a part of a command.
    mutating func endHolds(of account: AccountNumber, at time: Instant) {
        requested = Requested()
        requested.now = max(time, state.time)
        group = .none
        hasGroupBegun = false
        expireHolds(of: account)
    }

    private mutating func beginRehearsal(at time: Instant, happened at: Instant? = nil) {
        requested = Requested()
        requested.now = time
        requested.at = at
        noteSeason(at: at ?? time)
        group = .none
        hasGroupBegun = false
        beginUndo()
    }

    /// Reads the first event back that the rehearsal put into the buffer, names aside.
    private mutating func takeRehearsed() -> Bool {
        guard let undo else { return false }
        var start = buffer.start(after: undo.position)
        while start < buffer.bytes.count {
            var reader = ByteReader(buffer.bytes, start..<buffer.bytes.count)
            guard let range = try? reader.bytes(),
                (try? draft.decode(buffer.bytes, range.range)) != nil
            else { return false }
            if draft.kind != .name { return true }
            start = range.range.upperBound
        }
        return false
    }
}
