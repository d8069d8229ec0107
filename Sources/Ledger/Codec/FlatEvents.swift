/// What folding needs of some events that follow each other, taken from their bytes without an `Event` in
/// between: for each its account and what changes there.
///
/// Nearly all events of a log are flat: awards, spends, claims, facts, migrations and records of actions
/// that touch one account. What isn't (an account or a word that begins, a transfer, a hold, a job, places
/// on a board) is left to `Event.decode` and `State.fold`, and so is whatever isn't right.
struct FlatEvents: ~Copyable {
    struct Head {
        var time: Int64 = 0
        /// The account's event before this one.
        var previous: SequenceNumber = 0
        var account = AccountNumber.ledger
        // Where its postings, effects and tokens end; they begin where those of the event before end.
        var postingEnd: UInt32 = 0
        var effectEnd: UInt32 = 0
        var tokenEnd: UInt32 = 0
    }

    /// What a balance earns or spends. Small, for it is handed from one core to another.
    struct Posting {
        /// The balance's key, whose highest bit is zero: here it says whether the amount is spent.
        private var word: UInt64 = 0
        private(set) var amount: Int64 = 0

        init() {}

        @inline(__always)
        init(_ balance: BalanceName, isSpent: Bool, amount: Int64) {
            word = CellKey(balance).rawValue | (isSpent ? 1 << 63 : 0)
            self.amount = amount
        }

        var key: CellKey { CellKey(rawValue: word & ~(1 << 63)) }
        var isSpent: Bool { word >> 63 != 0 }
    }

    /// What becomes of a cell, after the postings: a mark or a rung.
    struct Effect {
        var key = CellKey(rawValue: 0)
        /// `nil` clears it.
        var value: CellValue?
    }

    /// As many as lie in a block of the log.
    static let blockCount = 64
    // Of all the events that are taken together; one for which there is no room isn't flat.
    private static let postingsMore = 512
    private static let effectsMore = 512
    private static let tokensMore = 64

    let capacity: Int
    // Not arrays: they are filled and read for every event of the log.
    private(set) var heads: Flat<Head>
    private(set) var postings: Flat<Posting>
    private(set) var effects: Flat<Effect>
    private(set) var tokens: Flat<Token>
    private(set) var count = 0
    private var postingCount = 0
    private var effectCount = 0
    private var tokenCount = 0

    init(capacity: Int = blockCount) {
        self.capacity = capacity
        heads = Flat(repeating: Head(), count: capacity)
        postings = Flat(repeating: Posting(), count: capacity + Self.postingsMore)
        effects = Flat(repeating: Effect(), count: capacity + Self.effectsMore)
        tokens = Flat(repeating: Token(low: 0, high: 0), count: capacity + Self.tokensMore)
    }

    mutating func removeAll() {
        count = 0
        postingCount = 0
        effectCount = 0
        tokenCount = 0
    }

    /// Takes the next event in: what it says if it is flat, otherwise that it isn't.
    ///
    /// - Precondition: there are fewer than `capacity`.
    /// - Returns: whether it is flat.
    mutating func append(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ sequence: SequenceNumber
    ) -> Bool {
        if appendPlain(bytes, range, sequence) { return true }
        let (postingStart, effectStart, tokenStart) = (postingCount, effectCount, tokenCount)
        if decode(bytes, range, sequence) { return true }
        postingCount = postingStart
        effectCount = effectStart
        tokenCount = tokenStart
        add(Head())
        return false
    }

    @inline(__always)
    private mutating func add(_ event: Head) {
        var head = event
        head.postingEnd = UInt32(truncatingIfNeeded: postingCount)
        head.effectEnd = UInt32(truncatingIfNeeded: effectCount)
        head.tokenEnd = UInt32(truncatingIfNeeded: tokenCount)
        heads[count] = head
        count &+= 1
    }

    /// Whether the event is flat: account 0 has none.
    func isFlat(_ index: Int) -> Bool { heads[index].account != .ledger }

    /// Where the flat events end that follow each other from `start` on, or a block of them does.
    func endOfRun(from start: Int) -> Int {
        let limit = min(count, start &+ Self.blockCount)
        var end = start
        while end < limit, isFlat(end) { end &+= 1 }
        return end
    }

    /// Where the postings, effects and tokens of an event begin.
    @inline(__always)
    func starts(_ index: Int) -> (posting: Int, effect: Int, token: Int) {
        guard index > 0 else { return (0, 0, 0) }
        let before = heads[index - 1]
        return (Int(before.postingEnd), Int(before.effectEnd), Int(before.tokenEnd))
    }

    /// Has some events fetched, and as many postings: most events have one.
    func prefetch(_ range: Range<Int>) {
        let postings = starts(range.lowerBound).posting
        for index in range {
            heads.prefetch(index)
            self.postings.prefetch(postings + index - range.lowerBound)
        }
    }

    /// Takes the plainest events, which most are, in one go: an award or a spend that posts once and has no
    /// other part. Everything about it stays in registers.
    private mutating func appendPlain(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ sequence: SequenceNumber
    ) -> Bool {
        var reader = PlainReader(range)
        guard reader.hasSlack(in: bytes), postingCount < postings.count else { return false }
        let kind = reader.u8(bytes) & 0x9F
        guard kind == EventKind.award.rawValue || kind == EventKind.spend.rawValue,
            reader.u8(bytes) == 0
        else { return false }
        var isRight = reader.varint(bytes) == sequence
        var head = Head()
        head.time = Int64(truncatingIfNeeded: reader.time(bytes))
        let rules = reader.varint(bytes)
        let actor = reader.varint(bytes)
        guard reader.u8(bytes) == 1 else { return false }
        let account = reader.varint(bytes)
        let distance = reader.varint(bytes)
        guard reader.u8(bytes) == 1 else { return false }
        let side = reader.u8(bytes)
        let currency = reader.varint(bytes)
        let facet = side & 0x04 != 0 ? reader.varint(bytes) : 0
        let amount = reader.varint(bytes)
        isRight =
            isRight && reader.isAtEnd && side & 0xFA == 0 && (facet != 0) == (side & 0x04 != 0)
            && rules | actor | account | facet <= UInt64(UInt32.max) && account != 0
            && currency < 1 << 28 && distance >= 1 && distance <= sequence
        guard isRight else { return false }
        head.previous = sequence &- distance
        head.account = AccountNumber(UInt32(truncatingIfNeeded: account))
        postings[postingCount] = Posting(
            BalanceName(
                currency: Word(UInt32(truncatingIfNeeded: currency)),
                facet: Word(UInt32(truncatingIfNeeded: facet))),
            isSpent: side & 1 != 0,
            amount: Int64(bitPattern: (amount >> 1) ^ (0 &- (amount & 1))))
        postingCount &+= 1
        add(head)
        return true
    }

    private mutating func add(_ effect: Effect) -> Bool {
        guard effectCount < effects.count else { return false }
        effects[effectCount] = effect
        effectCount &+= 1
        return true
    }

    private mutating func add(_ posting: Posting) -> Bool {
        guard postingCount < postings.count else { return false }
        postings[postingCount] = posting
        postingCount &+= 1
        return true
    }

    /// In the order of `Event.decode`.
    private mutating func decode(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ sequence: SequenceNumber
    ) -> Bool {
        var reader = FlatReader(range)
        let kind = reader.u8(bytes)
        let parts = EventParts(rawValue: reader.u8(bytes))
        // award, spend, claim, migration, fact: those have no payload.
        guard kind < 0x80, Self.kinds.contains(kind & 0x1F), !parts.contains(.payload) else {
            return false
        }
        reader.expect(reader.varint(bytes) == sequence)
        var head = Head()
        let time = reader.word(bytes, count: 7)
        head.time = Int64(truncatingIfNeeded: time)
        if parts.contains(.at) { reader.expect(reader.word(bytes, count: 7) != time) }
        _ = reader.varint32(bytes)
        _ = reader.varint32(bytes)
        reader.expect(reader.count(bytes) == 1)
        head.account = AccountNumber(reader.varint32(bytes))
        let distance = reader.varint(bytes)
        guard head.account != .ledger, distance >= 1, distance <= sequence else { return false }
        head.previous = sequence &- distance
        if parts.contains(.cause) { Self.skipCause(bytes, &reader) }
        if parts.contains(.once) { decodeOnce(bytes, &reader) }
        decodePostings(bytes, &reader)
        if !parts.isDisjoint(with: [.marks, .rungs, .shown, .memo]) {
            decodeRest(bytes, &reader, parts)
        }
        guard reader.isGood, reader.isAtEnd else { return false }
        add(head)
        return true
    }

    private static let kinds = EventKind.award.rawValue...EventKind.fact.rawValue

    private static func skipCause(_ bytes: Span<UInt8>, _ reader: inout FlatReader) {
        let kind = reader.u8(bytes)
        reader.expect(CauseKind(rawValue: kind) != nil)
        let name = reader.varint32(bytes)
        let of = reader.varint(bytes)
        let count = reader.count(bytes)
        // One that says nothing would be a second encoding of the same event.
        reader.expect(kind != CauseKind.raw.rawValue || name != 0 || of != 0 || count > 0)
        var index = 0
        while index < count, reader.isGood {
            index += 1
            _ = reader.varint32(bytes)
            switch reader.u8(bytes) {
            case 0: _ = reader.signed(bytes)
            case 1: reader.expect(reader.u8(bytes) <= 1)
            case 2, 4: _ = reader.skip(bytes)
            case 3: _ = reader.varint32(bytes)
            case 5: reader.expect(reader.varint(bytes) <= UInt64(count - index))
            default: reader.refuse()
            }
        }
    }

    private mutating func decodeOnce(_ bytes: Span<UInt8>, _ reader: inout FlatReader) {
        _ = reader.word(bytes, count: 8)
        let count = reader.count(bytes)
        reader.expect(count > 0 && count <= tokens.count - tokenCount)
        guard reader.isGood else { return }
        for _ in 0..<count {
            _ = reader.varint32(bytes)
            let low = reader.word(bytes, count: 8)
            tokens[tokenCount] = Token(low: low, high: reader.word(bytes, count: 8))
            tokenCount &+= 1
        }
        let balances = reader.count(bytes)
        for _ in 0..<balances { _ = reader.signed(bytes) }
    }

    private mutating func decodePostings(_ bytes: Span<UInt8>, _ reader: inout FlatReader) {
        let count = reader.count(bytes)
        for _ in 0..<count {
            let head = reader.u8(bytes)
            // The event's first account, which earns or spends.
            reader.expect(head & 0xF2 == 0)
            let currency = reader.varint32(bytes)
            var facet = Word.none
            if head & 0x04 != 0 {
                facet = Word(reader.varint32(bytes))
                reader.expect(facet != .none)
            }
            let amount = reader.signed(bytes)
            if head & 0x08 != 0 {
                reader.expect(WhyKind(rawValue: reader.u8(bytes)) != nil)
                _ = reader.varint32(bytes)
                _ = reader.signed(bytes)
            }
            guard reader.isGood, currency < 1 << 28,
                add(
                    Posting(
                        BalanceName(currency: Word(currency), facet: facet),
                        isSpent: head & 1 != 0, amount: amount))
            else { return reader.refuse() }
        }
    }

    @inline(never)
    private mutating func decodeRest(
        _ bytes: Span<UInt8>, _ reader: inout FlatReader, _ parts: EventParts
    ) {
        if parts.contains(.marks) { decodeMarks(bytes, &reader) }
        if parts.contains(.rungs) { decodeRungs(bytes, &reader) }
        if parts.contains(.shown) { Self.skipShown(bytes, &reader) }
        if parts.contains(.memo) { reader.expect(reader.skip(bytes) > 0) }
    }

    private mutating func decodeMarks(_ bytes: Span<UInt8>, _ reader: inout FlatReader) {
        let count = reader.count(bytes)
        reader.expect(count > 0)
        for _ in 0..<count {
            let head = reader.u8(bytes)
            let word = reader.varint32(bytes)
            let qualifier = reader.varint(bytes)
            // Of the event's first account. The ledger keeps holds, and boards their standings.
            guard reader.isGood, head >> 5 == 0, word < 1 << 28,
                let kind = CellKind(rawValue: head & 0x0F), kind.isMark, !kind.isBySequence,
                kind != .board, qualifier <= UInt64(UInt32.max)
            else { return reader.refuse() }
            let key = CellKey(kind, Word(word), UInt32(truncatingIfNeeded: qualifier))
            var value: CellValue?
            if head & 0x10 == 0 {
                let a = reader.signed(bytes)
                let b = reader.signed(bytes)
                value = CellValue(a, b, reader.signed(bytes))
            }
            guard add(Effect(key: key, value: value)) else { return reader.refuse() }
        }
    }

    private mutating func decodeRungs(_ bytes: Span<UInt8>, _ reader: inout FlatReader) {
        let count = reader.count(bytes)
        reader.expect(count > 0)
        for _ in 0..<count {
            reader.expect(reader.varint(bytes) == 0)
            let ladder = reader.varint32(bytes)
            let season = reader.varint32(bytes)
            _ = reader.signed(bytes)
            let rung = reader.signed(bytes)
            guard reader.isGood, ladder < 1 << 28,
                add(
                    Effect(key: CellKey(.rung, Word(ladder), season), value: CellValue(rung)))
            else { return reader.refuse() }
        }
    }

    private static func skipShown(_ bytes: Span<UInt8>, _ reader: inout FlatReader) {
        let count = reader.count(bytes)
        reader.expect(count > 0)
        for _ in 0..<count {
            _ = reader.varint32(bytes)
            let numerator = reader.signed(bytes)
            let denominator = reader.varint(bytes)
            guard reader.isGood, denominator <= UInt64(Int64.max) else { return reader.refuse() }
            // A whole number is in lowest terms.
            if denominator == 1 { continue }
            let value = Rational(numerator, over: Int64(denominator))
            reader.expect(
                value?.numerator == numerator && value?.denominator == Int64(denominator))
        }
    }
}
