// Idempotency: what a repeated command is known by.

extension Ledger {
    /// The token of a command's KEY, which belongs to `owner`.
    mutating func keyToken(_ command: borrowing Command, _ owner: AccountNumber) -> Token {
        var hash = SipHash(key: state.tokenKey(owner), isWide: true)
        hash.append(0)
        hash.append(command.bytes, command.key.range)
        return hash.finish128()
    }

    mutating func addKey(_ command: borrowing Command) {
        let owner = commandOwner(command)
        if draft.once.isEmpty { draft.fingerprint = fingerprint(command, owner) }
        draft.once.append(
            Event.OnceToken(account: owner, token: keyToken(command, owner)))
    }

    /// The account that a command's KEY belongs to: the first it names, else the ledger.
    mutating func commandOwner(_ command: borrowing Command) -> AccountNumber {
        command.account.isEmpty ? .ledger : requested.account
    }

    /// What makes it the same command: verb, arguments and inputs by name; MEMO, BY, CAUSE, EXPECT,
    /// KEY and DRYRUN aside. Keyed, so that after FORGET nobody can test a guess against it.
    mutating func fingerprint(
        _ command: borrowing Command, _ owner: AccountNumber
    ) -> UInt64 {
        var hash = SipHash(key: state.tokenKey(owner), isWide: false)
        hash.append(command.verb.rawValue)
        append(command.bytes, command.account, to: &hash)
        append(command.bytes, command.target, to: &hash)
        append(command.bytes, command.balance, to: &hash)
        append(command.bytes, command.name, to: &hash)
        append(command.bytes, command.value, to: &hash)
        hash.append(command.hasValue ? 1 : 0)
        append(UInt64(bitPattern: command.amount), to: &hash)
        append(command.subject, to: &hash)
        append(command.until, to: &hash)
        append(command.at, to: &hash)
        if !command.inputs.isEmpty { appendInputs(command, to: &hash) }
        return hash.finish64()
    }

    private func appendInputs(_ command: borrowing Command, to hash: inout SipHash) {
        let bytes = command.bytes
        let sorted = command.inputs.sorted {
            bytes[$0.name.range].lexicographicallyPrecedes(bytes[$1.name.range])
        }
        for input in sorted {
            append(bytes, input.name, to: &hash)
            append(bytes, input.value, to: &hash)
        }
    }

    /// With its length, so that two neighbours can't be cut elsewhere.
    private func append(_ bytes: [UInt8], _ range: ByteRange, to hash: inout SipHash) {
        hash.append(UInt64(truncatingIfNeeded: range.count) & 0xFFFF, count: 2)
        hash.append(bytes, range.range)
    }

    /// No time is 0, so the beginning of time is something else.
    private func append(_ time: Instant?, to hash: inout SipHash) {
        let micros = time.map { $0.microseconds == 0 ? -1 : $0.microseconds } ?? 0
        append(UInt64(bitPattern: micros), to: &hash)
    }

    private func append(_ value: UInt64, to hash: inout SipHash) {
        hash.append(value, count: 8)
    }
}
