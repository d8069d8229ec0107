extension Event {
    /// Decodes one event from exactly `range` of `bytes`.
    ///
    /// Only what `encode` writes is accepted, so encoding again gives the same bytes.
    package mutating func decode(
        _ bytes: [UInt8], _ range: Range<Int>
    ) throws(DecodingError) {
        reset()
        var reader = ByteReader(bytes, range)
        let head = try reader.u8()
        guard head < 0x80, let kind = EventKind(rawValue: head & 0x1F),
            let group = GroupPlace(rawValue: head >> 5)
        else { throw DecodingError("no such kind of event", at: range.lowerBound) }
        self.kind = kind
        self.group = group
        let parts = EventParts(rawValue: try reader.u8())
        sequence = try reader.varint()
        time = try reader.time()
        if parts.contains(.at) { at = try reader.time() }
        rules = try reader.varint32()
        actor = try reader.varint32()
        try decodeAccounts(&reader)
        if parts.contains(.cause) { try decodeCause(&reader) }
        if parts.contains(.once) { try decodeOnce(&reader) }
        try decodePostings(&reader)
        if parts.contains(.marks) { try decodeMarks(&reader) }
        if parts.contains(.rungs) { try decodeRungs(&reader) }
        if parts.contains(.shown) { try decodeShown(&reader) }
        if parts.contains(.memo) { memo = try take(&reader, try reader.bytes()) }
        if parts.contains(.payload) { try decodePayload(&reader) }
        try reader.expectEnd()
        // A part that is announced but empty would be a second encoding of the same event.
        guard self.parts == parts, at != time else {
            throw DecodingError("an empty part is announced", at: range.lowerBound + 1)
        }
    }

    mutating func take(
        _ reader: inout ByteReader, _ range: ByteRange
    ) throws(DecodingError) -> ByteRange {
        addText(reader.source, range.range)
    }

    private mutating func decodeAccounts(_ reader: inout ByteReader) throws(DecodingError) {
        let count = try reader.count()
        guard count <= Limits.eventAccountsMax else {
            throw DecodingError("too many accounts in an event", at: reader.position)
        }
        for _ in 0..<count {
            let account = AccountNumber(try reader.varint32())
            let distance = try reader.varint()
            guard distance >= 1, distance <= sequence else {
                throw DecodingError(
                    "an account's event before is out of range", at: reader.position)
            }
            accounts.append(Link(account: account, previous: sequence - distance))
        }
    }

    private mutating func decodeCause(_ reader: inout ByteReader) throws(DecodingError) {
        guard let kind = CauseKind(rawValue: try reader.u8()) else {
            throw DecodingError("no such kind of cause", at: reader.position)
        }
        causeKind = kind
        causeName = Word(try reader.varint32())
        causeOf = try reader.varint()
        let count = try reader.count()
        for index in 0..<count {
            let name = Word(try reader.varint32())
            inputs.append(
                Input(name: name, value: try decodeInput(&reader, left: count - index - 1)))
        }
    }

    private mutating func decodeInput(
        _ reader: inout ByteReader, left: Int
    ) throws(DecodingError) -> InputValue {
        switch try reader.u8() {
        case 0: return .int(try reader.signed())
        case 1:
            let value = try reader.u8()
            guard value <= 1 else { throw DecodingError("a bool is 0 or 1", at: reader.position) }
            return .bool(value == 1)
        case 2: return .name(try take(&reader, try reader.bytes()))
        case 3: return .account(AccountNumber(try reader.varint32()))
        case 4: return .text(try take(&reader, try reader.bytes()))
        case 5:
            let count = try reader.varint()
            guard count <= UInt64(left) else {
                throw DecodingError("a list exceeds the inputs", at: reader.position)
            }
            return .list(count: Int(count))
        default: throw DecodingError("no such type of input", at: reader.position)
        }
    }

    private mutating func decodeOnce(_ reader: inout ByteReader) throws(DecodingError) {
        fingerprint = try reader.u64()
        for _ in 0..<(try reader.count()) {
            let account = AccountNumber(try reader.varint32())
            let token = Token(low: try reader.u64(), high: try reader.u64())
            once.append(OnceToken(account: account, token: token))
        }
        for _ in 0..<(try reader.count()) { after.append(try reader.signed()) }
    }

    private mutating func decodePostings(_ reader: inout ByteReader) throws(DecodingError) {
        for _ in 0..<(try reader.count()) {
            let head = try reader.u8()
            // Two bits have four values, all of them sides.
            let side = Side(rawValue: head & 0x03) ?? .earn
            let account = try decodeIndex(&reader, short: head >> 4, limit: 15)
            let currency = Word(try reader.varint32())
            guard currency.rawValue < 1 << 28 else {
                throw DecodingError("a word is out of range", at: reader.position)
            }
            var facet = Word.none
            if head & 0x04 != 0 {
                facet = Word(try reader.varint32())
                guard facet != .none else {
                    throw DecodingError("an empty facet is announced", at: reader.position)
                }
            }
            let amount = try reader.signed()
            let why = head & 0x08 != 0 ? try decodeWhy(&reader) : nil
            postings.append(
                Posting(
                    account: account, balance: BalanceName(currency: currency, facet: facet),
                    side: side, amount: amount, why: why))
        }
    }

    private mutating func decodeIndex(
        _ reader: inout ByteReader, short: UInt8, limit: UInt8
    ) throws(DecodingError) -> Int {
        var index = UInt64(short)
        if short == limit {
            index = try reader.varint()
            guard index >= UInt64(limit) else {
                throw DecodingError("an index isn't in its shortest form", at: reader.position)
            }
        }
        guard index < UInt64(accounts.count) else {
            throw DecodingError("the event has no such account", at: reader.position)
        }
        return Int(index)
    }

    private func decodeWhy(_ reader: inout ByteReader) throws(DecodingError) -> Why {
        guard let kind = WhyKind(rawValue: try reader.u8()) else {
            throw DecodingError("no such kind of why", at: reader.position)
        }
        return Why(kind: kind, word: Word(try reader.varint32()), number: try reader.signed())
    }

    private mutating func decodeMarks(_ reader: inout ByteReader) throws(DecodingError) {
        for _ in 0..<(try reader.count()) {
            let head = try reader.u8()
            guard let kind = CellKind(rawValue: head & 0x0F), kind.isMark else {
                throw DecodingError("no such kind of mark", at: reader.position)
            }
            let account = try decodeIndex(&reader, short: head >> 5, limit: 7)
            let word = try reader.varint32()
            let qualifier = try reader.varint()
            let isHold = kind.isBySequence
            let fits =
                isHold
                ? word == 0 && qualifier < 1 << 60
                : word < 1 << 28 && qualifier <= UInt64(UInt32.max)
            guard fits else { throw DecodingError("a mark is out of range", at: reader.position) }
            let key =
                isHold
                ? CellKey(kind, sequence: qualifier)
                : CellKey(kind, Word(word), UInt32(truncatingIfNeeded: qualifier))
            var value: CellValue?
            if head & 0x10 == 0 {
                value = CellValue(try reader.signed(), try reader.signed(), try reader.signed())
            }
            marks.append(Mark(account: account, key: key, value: value))
        }
    }

    private mutating func decodeRungs(_ reader: inout ByteReader) throws(DecodingError) {
        for _ in 0..<(try reader.count()) {
            let account = try reader.varint()
            guard account < UInt64(accounts.count) else {
                throw DecodingError("the event has no such account", at: reader.position)
            }
            let ladder = Word(try reader.varint32())
            let season = Word(try reader.varint32())
            guard ladder.rawValue < 1 << 28 else {
                throw DecodingError("a word is out of range", at: reader.position)
            }
            rungs.append(
                Rung(
                    account: Int(account), ladder: ladder, season: season,
                    from: try reader.signed(), to: try reader.signed()))
        }
    }

    private mutating func decodeShown(_ reader: inout ByteReader) throws(DecodingError) {
        for _ in 0..<(try reader.count()) {
            let name = Word(try reader.varint32())
            let numerator = try reader.signed()
            let denominator = try reader.varint()
            guard denominator <= UInt64(Int64.max),
                let value = Rational(numerator, over: Int64(denominator)),
                value.numerator == numerator, value.denominator == Int64(denominator)
            else { throw DecodingError("a fraction isn't in lowest terms", at: reader.position) }
            shown.append(Shown(name: name, value: value))
        }
    }

    private mutating func decodePayload(_ reader: inout ByteReader) throws(DecodingError) {
        switch kind {
        case .genesis:
            let id = try take(&reader, try reader.raw(16))
            payload = .genesis(id: id, format: try reader.u16())
        case .name: try decodeName(&reader)
        case .rules: try decodeRules(&reader)
        case .account: try decodeAccountChange(&reader)
        case .hold:
            guard let change = HoldChange(rawValue: try reader.u8()) else {
                throw DecodingError("no such change of a hold", at: reader.position)
            }
            let hold = try reader.varint()
            guard hold < 1 << 60 else {
                throw DecodingError("a hold is out of range", at: reader.position)
            }
            payload = .hold(change, hold)
        case .reversal:
            let subject = try reader.varint()
            let amount = try reader.varint()
            guard amount <= UInt64(Int64.max) else {
                throw DecodingError("an amount is out of range", at: reader.position)
            }
            payload = .reversal(of: subject, amount: Int64(amount))
        case .job: try decodeJob(&reader)
        case .award, .spend, .claim, .migration, .fact, .transfer:
            throw DecodingError("this kind of event has no payload", at: reader.position)
        }
    }

    private mutating func decodeName(_ reader: inout ByteReader) throws(DecodingError) {
        switch try reader.u8() {
        case 0:
            let number = try reader.varint32()
            payload = .word(number: number, text: try take(&reader, try reader.bytes()))
        case 1:
            let number = try reader.varint32()
            let uid = try reader.varint32()
            let role = Role(rawValue: try reader.u8())
            let by = AccountNumber(try reader.varint32())
            payload = .actor(number: number, Actor(uid: uid, role: role, by: by))
        default: throw DecodingError("no such kind of name", at: reader.position)
        }
    }

    private mutating func decodeRules(_ reader: inout ByteReader) throws(DecodingError) {
        switch try reader.u8() {
        case 0:
            let number = try reader.varint32()
            let hash = try take(&reader, try reader.raw(32))
            let length = try reader.varint()
            guard length <= UInt64(Limits.rulebookBytesMax) else {
                throw DecodingError("a rulebook is over its limit", at: reader.position)
            }
            payload = .rulesHead(number: number, hash: hash, length: Int(length))
        case 1:
            let number = try reader.varint32()
            let offset = try reader.varint()
            guard offset <= UInt64(Limits.rulebookBytesMax) else {
                throw DecodingError("a rulebook is over its limit", at: reader.position)
            }
            payload = .rulesPart(
                number: number, offset: Int(offset), text: try take(&reader, try reader.bytes()))
        default: throw DecodingError("no such part of a rulebook", at: reader.position)
        }
    }

    private mutating func decodeAccountChange(_ reader: inout ByteReader) throws(DecodingError) {
        guard let change = AccountChange(rawValue: try reader.u8()) else {
            throw DecodingError("no such change of an account", at: reader.position)
        }
        guard change == .opened else {
            payload = .account(change)
            return
        }
        let id = try take(&reader, try reader.bytes())
        payload = .opened(id: id, parent: AccountNumber(try reader.varint32()))
    }
}
