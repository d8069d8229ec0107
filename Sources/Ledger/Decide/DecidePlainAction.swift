// RECORD of the plainest kind: inputs in the order of their declaration, formulas over whole numbers,
// postings to balances that the account has. What `bind`, `takeSteps`, `plan`, `post`, `settle`, `emit`
// and `fold` do for it, without command and event in between. Whatever they do besides must make the
// command not plain: here, or where its action is entered. A test holds both ways to the same bytes.

extension Ledger {
    /// Decides one of the commands, a RECORD.
    ///
    /// - Returns: whether it was plain; if not, nothing has changed.
    @inline(__always)
    mutating func record(
        _ commands: inout PlainCommands, _ index: Int, _ bytes: Span<UInt8>, _ actor: UInt32,
        _ now: Instant
    ) -> Bool {
        let account = commands.items[index].number
        guard account != .ledger, buffer.hasRoom,
            let action = plainAction(bytes, commands.items[index].balance.range), action.isPlain
        else { return false }
        let flags = state.rows.flags(account)
        guard flags.contains(.loaded), flags.isDisjoint(with: [.frozen, .forgotten]) else {
            return false
        }
        let block = state.rows.block(account)
        guard bindPlainly(commands, index, bytes, action) else { return false }
        for step in action.steps {
            guard let value = plainValue(plainActions.steps[step].code, block) else {
                return false
            }
            plainActions.stepValues[step - action.steps.lowerBound] = value
        }
        let count = planPlainly(action, block)
        guard count > 0 else { return false }
        var once: (token: Token, fingerprint: UInt64)?
        if !commands.items[index].key.isEmpty {
            let token = commands.items[index].keyToken
            let mayBeStored = commands.items[index].mayBeStored
            guard state.event(of: token, mayBeStored: mayBeStored) == nil else { return false }
            once = (token, plainFingerprint(commands.items[index], bytes, action))
        }
        // From here the command must succeed.
        let sequence = state.head + 1
        let given = Int(commands.items[index].inputCount)
        encodeHead(action, account, sequence, actor, now, once)
        encodeCause(action, given, bytes)
        if let once { encodeOnce(account, count, once) }
        encodeParts(action, count)
        buffer.append(writer, sequence, now)
        state.notePlain(sequence, account, flags, now)
        for post in 0..<count { state.apply(plainActions.planned[post].post, block) }
        for post in 0..<count where plainActions.planned[post].post.offset == nil {
            let balance = plainActions.planned[post].balance
            state.setCell(account, CellKey(balance), plainActions.planned[post].post.value)
        }
        for rung in 0..<plainActions.rungCount {
            let moved = plainActions.rungs[rung]
            state.setCell(account, moved.key, CellValue(moved.to))
        }
        if let once { state.recentKeys.insert(once.token, sequence) }
        commands.items[index].sequence = sequence
        note(action, count, in: &commands, index)
        return true
    }

    // MARK: Inputs

    /// Takes the inputs in that were given, in the order of their declaration, and defaults for the
    /// others.
    @inline(__always)
    private mutating func bindPlainly(
        _ commands: borrowing PlainCommands, _ index: Int, _ bytes: Span<UInt8>,
        _ action: PlainActions.Entry
    ) -> Bool {
        let count = Int(commands.items[index].inputCount)
        let first = index * PlainCommands.inputsMax
        let declared = action.inputs.count
        var position = 0
        for place in 0..<count {
            let argument = commands.inputs[first + place].range
            while position < declared {
                let input = action.inputs.lowerBound + position
                if isNamed(input, bytes, argument) { break }
                guard bindDefault(input, position) else { return false }
                position += 1
            }
            guard position < declared else { return false }
            let input = action.inputs.lowerBound + position
            let start = argument.lowerBound + plainActions.inputs[input].nameCount + 1
            let text = start..<argument.upperBound
            guard let value = plainValue(of: input, bytes, text) else { return false }
            plainActions.values[position] = value
            plainActions.given[place] = PlainActions.Given(position: position, text: text)
            position += 1
        }
        while position < declared {
            guard bindDefault(action.inputs.lowerBound + position, position) else { return false }
            position += 1
        }
        return true
    }

    @inline(__always)
    private mutating func bindDefault(_ input: Int, _ position: Int) -> Bool {
        guard let value = plainActions.inputs[input].byDefault else { return false }
        plainActions.values[position] = value
        return true
    }

    /// Whether the argument is `name=value` of that input.
    @inline(__always)
    private func isNamed(_ input: Int, _ bytes: Span<UInt8>, _ argument: Range<Int>) -> Bool {
        let count = plainActions.inputs[input].nameCount
        guard argument.count > count else { return false }
        if let head = plainActions.inputs[input].head {
            return bytes.word(at: argument.lowerBound, count: count &+ 1) == head
        }
        guard bytes[argument.lowerBound + count] == UInt8(ascii: "=") else { return false }
        let name = argument.lowerBound..<(argument.lowerBound + count)
        return PlainBalances.Spelling(bytes, name) == plainActions.inputs[input].spelling
    }

    /// A number, a truth as 0 or 1, or a name's word; `nil` where the general way has to look.
    @inline(__always)
    private mutating func plainValue(
        of input: Int, _ bytes: Span<UInt8>, _ text: Range<Int>
    ) -> Int64? {
        guard !text.isEmpty else { return nil }
        switch plainActions.inputs[input].kind {
        case .bool:
            let digit = bytes[text.lowerBound] &- 0x30
            return text.count == 1 && digit <= 1 ? Int64(digit) : nil
        case .number:
            guard let value = Self.integer(bytes, text),
                value >= plainActions.inputs[input].minimum,
                value <= plainActions.inputs[input].maximum,
                plainActions.isChoice(value, of: input)
            else { return nil }
            return value
        case .name:
            guard let word = plainWord(bytes, text),
                plainActions.isChoice(Int64(word.rawValue), of: input)
            else { return nil }
            return Int64(word.rawValue)
        }
    }

    /// An integer of at most 18 digits.
    @inline(__always)
    private static func integer(_ bytes: Span<UInt8>, _ text: Range<Int>) -> Int64? {
        let isNegative = bytes[text.lowerBound] == UInt8(ascii: "-")
        let start = isNegative ? text.lowerBound + 1 : text.lowerBound
        let count = text.upperBound - start
        guard count > 0, count <= 18 else { return nil }
        // Neither -0 nor zeros in front.
        if bytes[start] == UInt8(ascii: "0"), isNegative || count > 1 { return nil }
        var value: Int64 = 0
        for index in start..<text.upperBound {
            let digit = bytes[index] &- 0x30
            guard digit <= 9 else { return nil }
            value = value &* 10 &+ Int64(digit)
        }
        return isNegative ? -value : value
    }

    // MARK: Postings

    /// Works out what is posted, and the rungs that move with it.
    ///
    /// - Returns: how many postings; 0 where the general way has to look.
    @inline(__always)
    private mutating func planPlainly(_ action: PlainActions.Entry, _ block: CellBlock) -> Int {
        plainActions.rungCount = 0
        var count = 0
        for post in action.posts {
            let when = plainActions.posts[post].when
            if !when.isEmpty {
                guard let holds = plainValue(when, block) else { return 0 }
                if holds == 0 { continue }
            }
            guard let amount = plainValue(plainActions.posts[post].amount, block),
                amount != .min
            else { return 0 }
            if amount == 0 { continue }
            guard amount > 0 || plainActions.posts[post].side == .bySign,
                planPlainly(post, amount, count, block)
            else { return 0 }
            count += 1
        }
        for index in 0..<count where plainActions.planned[index].post.climbs {
            let planned = plainActions.planned[index]
            guard let balance = plainBalance(named: planned.balance),
                climb(planned.post, block, balance)
            else { return 0 }
        }
        return count
    }

    @inline(__always)
    private mutating func planPlainly(
        _ post: Int, _ amount: Int64, _ count: Int, _ block: CellBlock
    ) -> Bool {
        let currency = plainActions.posts[post].currency
        // What is posted to one currency twice adds up.
        for other in 0..<count where plainActions.planned[other].balance.currency == currency {
            return false
        }
        var name = BalanceName(currency: currency, facet: plainActions.posts[post].facet)
        if let input = plainActions.posts[post].facetInput {
            name.facet = Word(UInt32(truncatingIfNeeded: plainActions.values[input]))
        }
        let isSpend = amount < 0 || plainActions.posts[post].side == .spend
        guard let balance = plainBalance(named: name),
            let posting = plainPost(block, balance, abs(amount), isSpend)
        else { return false }
        plainActions.planned[count] = PlainActions.Planned(
            balance: name, amount: abs(amount), isSpend: isSpend, post: posting)
        return true
    }

    // MARK: The event

    // As `Event.encode`, of an event that is alone, with one account.

    @inline(__always)
    private mutating func encodeHead(
        _ action: PlainActions.Entry, _ account: AccountNumber, _ sequence: SequenceNumber,
        _ actor: UInt32, _ now: Instant, _ once: (token: Token, fingerprint: UInt64)?
    ) {
        var parts = EventParts.cause
        if once != nil { parts.insert(.once) }
        if plainActions.rungCount > 0 { parts.insert(.rungs) }
        if action.shownCount > 0 { parts.insert(.shown) }
        writer.reset()
        writer.u8(EventKind.award.rawValue)
        writer.u8(parts.rawValue)
        writer.varint(sequence)
        writer.time(now)
        writer.varint(rulesNumber)
        writer.varint(actor)
        writer.varint(1 as UInt32)
        writer.varint(account.rawValue)
        writer.varint(sequence - state.rows.last(account))
    }

    @inline(__always)
    private mutating func encodeCause(
        _ action: PlainActions.Entry, _ given: Int, _ bytes: Span<UInt8>
    ) {
        writer.word(action.start.word, count: action.start.count)
        writer.varint(given)
        for place in 0..<given {
            let position = plainActions.given[place].position
            let input = action.inputs.lowerBound + position
            let start = plainActions.inputs[input].start
            writer.word(start.word, count: start.count)
            switch plainActions.inputs[input].kind {
            case .number: writer.signed(plainActions.values[position])
            case .bool: writer.u8(UInt8(truncatingIfNeeded: plainActions.values[position]))
            case .name: writer.bytes(bytes, plainActions.given[place].text)
            }
        }
    }

    private mutating func encodeOnce(
        _ account: AccountNumber, _ count: Int, _ once: (token: Token, fingerprint: UInt64)
    ) {
        writer.u64(once.fingerprint)
        writer.varint(1 as UInt32)
        writer.varint(account.rawValue)
        writer.u64(once.token.low)
        writer.u64(once.token.high)
        writer.varint(count)
        for index in 0..<count { writer.signed(plainActions.planned[index].post.after) }
    }

    @inline(__always)
    private mutating func encodeParts(_ action: PlainActions.Entry, _ count: Int) {
        writer.varint(count)
        for index in 0..<count {
            let balance = plainActions.planned[index].balance
            let side = (plainActions.planned[index].isSpend ? Side.spend : Side.earn).rawValue
            writer.u8(balance.facet == .none ? side : side | 0x04)
            writer.varint(balance.currency.rawValue)
            if balance.facet != .none { writer.varint(balance.facet.rawValue) }
            writer.signed(plainActions.planned[index].amount)
        }
        if plainActions.rungCount > 0 { encodeRungs() }
        guard action.shownCount > 0 else { return }
        writer.varint(action.shownCount)
        for step in action.steps where plainActions.steps[step].isShown {
            writer.varint(plainActions.steps[step].name.rawValue)
            writer.signed(plainActions.stepValues[step - action.steps.lowerBound])
            // Over one.
            writer.varint(1 as UInt32)
        }
    }

    private mutating func encodeRungs() {
        writer.varint(plainActions.rungCount)
        for index in 0..<plainActions.rungCount { encode(plainActions.rungs[index]) }
    }

    /// A rung of the event's only account.
    mutating func encode(_ rung: PlainRung) {
        writer.varint(0 as UInt32)
        writer.varint(rung.key.word.rawValue)
        writer.varint(rung.key.qualifier)
        writer.signed(rung.from)
        writer.signed(rung.to)
    }

    // MARK: What it is known by

    /// As `fingerprint` of a command in the general way.
    private func plainFingerprint(
        _ command: PlainCommand, _ bytes: Span<UInt8>, _ action: PlainActions.Entry
    ) -> UInt64 {
        var hash = SipHash(key: state.rows.tokenKey(command.number), isWide: false)
        hash.append(Verb.record.rawValue)
        hash.append(UInt64(command.account.count), count: 2)
        hash.append(bytes, command.account.range)
        // Neither target nor balance.
        hash.append(0, count: 4)
        hash.append(UInt64(command.balance.count), count: 2)
        hash.append(bytes, command.balance.range)
        // No value.
        hash.append(0, count: 3)
        // No amount, subject, UNTIL or AT.
        for _ in 0..<4 { hash.append(0, count: 8) }
        for rank in 0..<action.inputs.count {
            for place in 0..<Int(command.inputCount) {
                let given = plainActions.given[place]
                let input = action.inputs.lowerBound + given.position
                guard plainActions.inputs[input].rank == rank else { continue }
                let count = plainActions.inputs[input].nameCount
                let start = given.text.lowerBound - count - 1
                hash.append(UInt64(count), count: 2)
                hash.append(bytes, start..<(start + count))
                hash.append(UInt64(given.text.count), count: 2)
                hash.append(bytes, given.text)
            }
        }
        return hash.finish64()
    }

    // MARK: The receipt

    @inline(__always)
    private func note(
        _ action: PlainActions.Entry, _ count: Int, in commands: inout PlainCommands, _ index: Int
    ) {
        let first = index * PlainCommands.partsMax
        for place in 0..<count {
            let amount = plainActions.planned[place].amount
            commands.changes[first + place] = PlainChange(
                balance: plainActions.planned[place].balance,
                amount: plainActions.planned[place].isSpend ? -amount : amount,
                after: plainActions.planned[place].post.after)
        }
        var shown = 0
        for step in action.steps where plainActions.steps[step].isShown {
            commands.shown[first + shown] = PlainShown(
                name: plainActions.steps[step].name,
                value: plainActions.stepValues[step - action.steps.lowerBound])
            shown += 1
        }
        for place in 0..<plainActions.rungCount {
            commands.rungs[first + place] = plainActions.rungs[place]
        }
        commands.items[index].changeCount = UInt8(truncatingIfNeeded: count)
        commands.items[index].shownCount = UInt8(truncatingIfNeeded: shown)
        commands.items[index].rungCount = UInt8(truncatingIfNeeded: plainActions.rungCount)
    }
}
