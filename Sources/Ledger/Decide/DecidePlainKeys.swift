// What plain commands with a KEY are known by again, and whether they are known already.

struct PlainOnce {
    var token: Token
    var fingerprint: UInt64
}

extension Ledger {
    /// Makes the tokens of commands that have a KEY, and has all places brought near where they may be found.
    /// Each in a loop of its own, so short that many of them wait for their memory at the same time.
    @inline(never)
    func lookUpKeys(_ commands: inout PlainCommands, in bytes: Span<UInt8>) {
        commands.tokens.removeAll(keepingCapacity: true)
        commands.tokenOwners.removeAll(keepingCapacity: true)
        for index in 0..<commands.count where !commands.items[index].key.isEmpty {
            // Of an account that memory doesn't have the token isn't known yet.
            commands.items[index].mayBeStored = true
            guard commands.items[index].number != .ledger else { continue }
            let key = state.rows.tokenKey(commands.items[index].number)
            Self.note(key, in: &commands.items[index], bytes)
            state.recentKeys.prefetch(commands.items[index].keyToken)
            commands.tokens.append(commands.items[index].keyToken)
            commands.tokenOwners.append(UInt8(truncatingIfNeeded: index))
        }
        guard !commands.tokens.isEmpty else { return }
        if let leaving = state.leavingKeys {
            for token in commands.tokens { leaving.table.prefetch(token) }
        }
        findStored(&commands)
    }

    /// Makes sure that what is known of the stored keys is so still: where keys were stored since, those of
    /// which memory doesn't know any more could pass for new.
    @inline(__always)
    func checkKeys(_ commands: inout PlainCommands) {
        guard !commands.tokens.isEmpty, state.source.storedKeysVersion != commands.keysVersion
        else { return }
        findStored(&commands)
    }

    private func findStored(_ commands: inout PlainCommands) {
        // The version first: what is stored in between is looked for once more.
        commands.keysVersion = state.source.storedKeysVersion
        let found = state.source.mayBeStored(commands.tokens.span)
        for index in commands.tokens.indices {
            let owner = Int(commands.tokenOwners[index])
            commands.items[owner].mayBeStored = found >> UInt64(index) & 1 != 0
        }
    }

    /// What the command is known by again, if it has a KEY.
    @inline(__always)
    static func once(_ command: PlainCommand) -> PlainOnce? {
        guard !command.key.isEmpty else { return nil }
        return PlainOnce(token: command.keyToken, fingerprint: command.fingerprint)
    }

    /// Notes what a command with a KEY is known by, under its account's key.
    @inline(__always)
    static func note(_ key: TokenKey, in command: inout PlainCommand, _ bytes: Span<UInt8>) {
        command.keyToken = keyToken(key, bytes, command.key.range)
        guard command.verb != .record else { return }
        command.fingerprint = fingerprint(key, command, bytes)
    }

    /// As `keyToken` of a command in the general way.
    @inline(__always)
    private static func keyToken(
        _ key: TokenKey, _ bytes: Span<UInt8>, _ range: Range<Int>
    ) -> Token {
        var hash = SipHash(key: key, isWide: true)
        hash.append(0)
        hash.append(bytes, range)
        return hash.finish128()
    }

    /// As `fingerprint` of a command in the general way: what it lacks there is empty or zero.
    @inline(__always)
    private static func fingerprint(
        _ key: TokenKey, _ command: PlainCommand, _ bytes: Span<UInt8>
    ) -> UInt64 {
        var hash = SipHash(key: key, isWide: false)
        let verb = command.verb == .spend ? Verb.spend : Verb.award
        // Counts are of two bytes. No target.
        hash.append(
            UInt64(verb.rawValue) | UInt64(command.account.count & 0xFFFF) << 8, count: 3)
        hash.append(bytes, command.account.range)
        hash.append(UInt64(command.balance.count & 0xFFFF) << 16, count: 4)
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
