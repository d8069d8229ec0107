// The plainest events, which most are, are taken in one go: an award or a spend that posts once and has no
// other part. They are read by loads of eight bytes, of which masks compare several fields at once.

extension FlatEvents {
    /// Takes the next event in if it is plain; otherwise nothing has changed.
    @inline(__always)
    mutating func appendPlain(
        _ bytes: Span<UInt8>, _ range: Range<Int>, _ sequence: SequenceNumber
    ) -> Bool {
        var reader = PlainReader(range)
        guard reader.hasSlack(in: bytes) else { return false }
        numbering.move(to: sequence)
        let start = reader.word(bytes)
        // Its group may be any; it has no parts.
        let kind = start & 0xFF9F
        guard kind == Self.award || kind == Self.spend, numbering.begin(start >> 16) else {
            return false
        }
        reader.pass(2 &+ numbering.size)
        let time = reader.word(bytes) & (1 << 56 - 1)
        reader.pass(7)
        guard reader.passOrigin(bytes) else { return false }
        let account = reader.varint(bytes)
        let distance = reader.varint(bytes)
        guard let posting = reader.posting(bytes), reader.isAtEnd,
            account != 0, account | distance <= UInt64(UInt32.max),
            distance >= 1, distance <= sequence
        else { return false }
        add(
            Head(
                time: time, account: AccountNumber(UInt32(truncatingIfNeeded: account)),
                distance: UInt32(truncatingIfNeeded: distance), posting))
        return true
    }

    private static let award = UInt64(EventKind.award.rawValue)
    private static let spend = UInt64(EventKind.spend.rawValue)
}

/// The bytes that the next event's sequence number has in it: to compare with them takes less than to read
/// a number, and they are mostly those of the number before, plus one.
struct SequenceBytes {
    private var sequence: SequenceNumber
    /// The first in the lowest byte.
    private var bytes: UInt64
    private var mask: UInt64
    private(set) var size: Int

    init(_ sequence: SequenceNumber) {
        self.sequence = sequence
        bytes = 0
        size = 1
        var rest = sequence
        while rest >= 0x80, size < Self.sizeMax {
            bytes |= (rest & 0x7F | 0x80) &<< UInt64(8 &* (size &- 1))
            rest >>= 7
            size &+= 1
        }
        bytes |= rest &<< UInt64(8 &* (size &- 1))
        // No bytes are like those of a number that has more of them.
        mask = rest < 0x80 ? UInt64.max &>> UInt64(64 &- 8 &* size) : 0
        if mask == 0 { bytes = 1 }
    }

    /// Two bytes go before it in a word of eight.
    private static let sizeMax = 6

    @inline(__always)
    mutating func move(to next: SequenceNumber) {
        if next == sequence &+ 1, bytes & 0x7F != 0x7F, mask != 0 {
            sequence = next
            bytes &+= 1
        } else {
            self = SequenceBytes(next)
        }
    }

    /// Whether a word begins with them.
    @inline(__always)
    func begin(_ word: UInt64) -> Bool { word & mask == bytes }
}

/// As `FlatReader`, of bytes that have so many more behind them that a plain event's numbers are each read
/// by one load, wherever they turn out to begin: whether they all lay within the event shows at its end.
struct PlainReader {
    private var position: Int
    private let end: Int
    /// False once a number was none: then `isAtEnd` is never true.
    private var isGood = true

    /// A plain event has at most eight numbers, each of at most eight bytes, and twelve bytes besides.
    static let slack = 8 * 8 + 12

    @inline(__always)
    init(_ range: Range<Int>) {
        position = range.lowerBound
        end = range.upperBound
    }

    @inline(__always)
    func hasSlack(in bytes: Span<UInt8>) -> Bool { position <= bytes.count &- Self.slack }

    @inline(__always)
    var isAtEnd: Bool { position == end && isGood }

    /// The next eight bytes, which stay there.
    @inline(__always)
    func word(_ bytes: Span<UInt8>) -> UInt64 { bytes.word(at: position) }

    @inline(__always)
    mutating func pass(_ count: Int) { position &+= count }

    @inline(__always)
    mutating func varint(_ bytes: Span<UInt8>) -> UInt64 {
        let word = word(bytes)
        guard word & 0x80 != 0 else {
            position &+= 1
            return word & 0x7F
        }
        let number = LoadedVarint(word)
        isGood = isGood && number.isGood
        position &+= number.size
        return number.value
    }

    /// Passes over the rulebook and the actor, mostly of a byte each, and a list of one account.
    @inline(__always)
    mutating func passOrigin(_ bytes: Span<UInt8>) -> Bool {
        if word(bytes) & 0xFF_8080 == 0x01_0000 {
            pass(3)
            return true
        }
        let rules = varint(bytes)
        let actor = varint(bytes)
        defer { pass(1) }
        return word(bytes) & 0xFF == 1 && rules | actor <= UInt64(UInt32.max)
    }

    /// Reads a list of one posting of the first account, which earns or spends; without a why.
    @inline(__always)
    mutating func posting(_ bytes: Span<UInt8>) -> FlatEvents.Posting? {
        let head = word(bytes)
        var currency = head >> 16 & 0x7F
        var facet: UInt64 = 0
        if head & 0x80_FEFF == 0x00_0001 {
            // No facet, and a currency of one byte.
            pass(3)
        } else {
            guard head & 0xFAFF == 1 else { return nil }
            pass(2)
            currency = varint(bytes)
            if head & 0x0400 != 0 {
                facet = varint(bytes)
                guard facet != 0 else { return nil }
            }
        }
        let amount = varint(bytes)
        guard currency < 1 << 28, facet <= UInt64(UInt32.max) else { return nil }
        return FlatEvents.Posting(
            BalanceName(
                currency: Word(UInt32(truncatingIfNeeded: currency)),
                facet: Word(UInt32(truncatingIfNeeded: facet))),
            isSpent: head & 0x0100 != 0,
            amount: Int64(bitPattern: (amount >> 1) ^ (0 &- (amount & 1))))
    }
}
