/// What folding needs of some events that follow each other, taken from their bytes without an `Event` in
/// between: for each its account and what changes there.
///
/// Nearly all events of a log are flat: awards, spends, claims, facts, migrations and records of actions
/// that touch one account. What isn't (an account or a word that begins, a transfer, a hold, a job, places
/// on a board) is left to `Event.decode` and `State.fold`, and so is whatever isn't right.
struct FlatEvents: ~Copyable {
    /// An event: of a plain one, which posts once, all of it; of another one, where its parts lie. Small,
    /// for it is handed from one core to another.
    struct Head {
        /// The time, 56 bits, and above it whether the event has parts.
        private var timeAndShape: UInt64 = 0
        /// The ledger's, where the event isn't flat.
        private(set) var account = AccountNumber.ledger
        private var distance: UInt32 = 0
        private var first: UInt64 = 0
        private var second: UInt64 = 0

        /// One that isn't flat.
        init() {}

        /// - Parameter distance: how long ago the account's event before this one was.
        @inline(__always)
        init(time: UInt64, account: AccountNumber, distance: UInt32, _ posting: Posting) {
            timeAndShape = time
            self.account = account
            self.distance = distance
            first = posting.word
            second = UInt64(bitPattern: posting.amount)
        }

        init(time: UInt64, account: AccountNumber, distance: UInt32, _ parts: Parts) {
            timeAndShape = time | Self.partsBit
            self.account = account
            self.distance = distance
            first = parts.postings.packed | parts.effects.packed << 32
            second = parts.tokens.packed
        }

        private static let partsBit: UInt64 = 1 << 56

        @inline(__always)
        var time: Int64 { Int64(timeAndShape & (Self.partsBit - 1)) }

        @inline(__always)
        var isPlain: Bool { timeAndShape < Self.partsBit }

        /// The account's event before this one.
        @inline(__always)
        func previous(_ sequence: SequenceNumber) -> SequenceNumber {
            sequence &- UInt64(distance)
        }

        /// - Precondition: it is plain.
        @inline(__always)
        var posting: Posting { Posting(word: first, amount: Int64(bitPattern: second)) }

        /// - Precondition: it isn't plain.
        var parts: Parts {
            Parts(
                postings: Range(packed: first), effects: Range(packed: first >> 32),
                tokens: Range(packed: second))
        }
    }

    /// Where an event's postings, effects and tokens lie.
    struct Parts {
        var postings: Range<Int>
        var effects: Range<Int>
        var tokens: Range<Int>
    }

    /// What a balance earns or spends.
    struct Posting {
        /// The balance's key, whose highest bit is zero: here it says whether the amount is spent.
        fileprivate let word: UInt64
        let amount: Int64

        fileprivate init(word: UInt64, amount: Int64) {
            self.word = word
            self.amount = amount
        }

        @inline(__always)
        init(_ balance: BalanceName, isSpent: Bool, amount: Int64) {
            self.init(word: CellKey(balance).rawValue | (isSpent ? 1 << 63 : 0), amount: amount)
        }

        @inline(__always)
        var key: CellKey { CellKey(rawValue: word & ~(1 << 63)) }
        @inline(__always)
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
    // Places of parts have 16 bits.
    private static let capacityMax = Int(UInt16.max) - max(postingsMore, effectsMore, tokensMore)

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
    var numbering = SequenceBytes(0)

    init(capacity: Int = blockCount) {
        precondition(capacity <= Self.capacityMax)
        self.capacity = capacity
        heads = Flat(repeating: Head(), count: capacity)
        postings = Flat(repeating: Self.nothing, count: capacity + Self.postingsMore)
        effects = Flat(repeating: Effect(), count: capacity + Self.effectsMore)
        tokens = Flat(repeating: Token(low: 0, high: 0), count: capacity + Self.tokensMore)
    }

    private static let nothing = Posting(.init(currency: .none), isSpent: false, amount: 0)

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
        if let head = decode(bytes, range, sequence) {
            add(head)
            return true
        }
        postingCount = postingStart
        effectCount = effectStart
        tokenCount = tokenStart
        add(Head())
        return false
    }

    @inline(__always)
    mutating func add(_ head: Head) {
        heads[count] = head
        count &+= 1
    }

    func isFlat(_ index: Int) -> Bool { heads[index].account != .ledger }

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
    ) -> Head? {
        var reader = FlatReader(range)
        let start = (postings: postingCount, effects: effectCount, tokens: tokenCount)
        let kind = reader.u8(bytes)
        let parts = EventParts(rawValue: reader.u8(bytes))
        // award, spend, claim, migration, fact: those have no payload.
        guard kind < 0x80, Self.kinds.contains(kind & 0x1F), !parts.contains(.payload) else {
            return nil
        }
        reader.expect(reader.varint(bytes) == sequence)
        let time = reader.word(bytes, count: 7)
        if parts.contains(.at) { reader.expect(reader.word(bytes, count: 7) != time) }
        _ = reader.varint32(bytes)
        _ = reader.varint32(bytes)
        reader.expect(reader.count(bytes) == 1)
        let account = AccountNumber(reader.varint32(bytes))
        // One of which the account's last event lies four thousand million back isn't flat.
        let distance = reader.varint32(bytes)
        guard account != .ledger, distance >= 1, UInt64(distance) <= sequence else { return nil }
        if parts.contains(.cause) { Self.skipCause(bytes, &reader) }
        if parts.contains(.once) { decodeOnce(bytes, &reader) }
        decodePostings(bytes, &reader)
        if !parts.isDisjoint(with: [.marks, .rungs, .shown, .memo]) {
            decodeRest(bytes, &reader, parts)
        }
        guard reader.isGood, reader.isAtEnd else { return nil }
        let places = Parts(
            postings: start.postings..<postingCount, effects: start.effects..<effectCount,
            tokens: start.tokens..<tokenCount)
        return Head(time: time, account: account, distance: distance, places)
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

extension Range<Int> {
    /// Both bounds, which have 16 bits.
    fileprivate var packed: UInt64 { UInt64(lowerBound) | UInt64(upperBound) << 16 }

    fileprivate init(packed: UInt64) {
        let (lower, upper) = (packed & 0xFFFF, packed >> 16 & 0xFFFF)
        self = Int(lower)..<Int(upper)
    }
}
