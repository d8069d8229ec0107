/// Neighbouring entries of a ranking, in order, packed.
///
/// Neighbours differ by little: each number is kept as its distance from an origin, in 32 bits, beside the
/// 32 of the account. An entry of one key takes 12 bytes then and not 20, and a board of a million accounts
/// is a million of these. Only where distances are greater than that a block has its numbers in full.
struct RankedBlock<Entry: RankedEntry>: Sendable {
    private var words: ContiguousArray<UInt32> = []
    private var origin = CellValue.zero
    private var isFull = false

    /// By how many entries it grows: that many are empty at most, in memory, until it shrinks.
    private static var growth: Int { 32 }

    init() {}

    /// - Parameter entries: in order.
    init(_ entries: some Collection<Entry>) {
        setForm(entries)
        words.reserveCapacity(entries.count * stride)
        for entry in entries {
            let start = words.count
            words.append(contentsOf: repeatElement(0, count: stride))
            put(entry, at: start)
        }
    }

    // Computed: numbers of an entry, and words of a number and of an entry.
    private static var numberCount: Int { Entry.hasSecondKey ? 3 : 2 }
    @inline(__always)
    private var stride: Int { isFull ? 2 * Self.numberCount + 1 : Self.numberCount + 1 }

    var count: Int { words.count / stride }
    var isEmpty: Bool { words.isEmpty }
    var last: Entry? { isEmpty ? nil : self[count - 1] }
    var entries: [Entry] { (0..<count).map { self[$0] } }

    /// Bytes that it takes.
    var byteCount: Int { words.capacity * 4 }

    subscript(index: Int) -> Entry {
        var position = index * stride
        var value = CellValue(number(&position, origin.a), 0, number(&position, origin.c))
        if Entry.hasSecondKey { value.b = number(&position, origin.b) }
        return Entry(AccountNumber(words[position]), value)
    }

    @inline(__always)
    private func number(_ position: inout Int, _ origin: Int64) -> Int64 {
        let low = words[position]
        position += 1
        // Within the range of Int64, since it came out of it.
        guard isFull else { return origin &+ Int64(Int32(bitPattern: low)) }
        defer { position += 1 }
        return Int64(bitPattern: UInt64(words[position]) << 32 | UInt64(low))
    }

    // MARK: Changing

    mutating func insert(_ entry: Entry, at index: Int) {
        guard fits(entry.value) else {
            var all = entries
            all.insert(entry, at: index)
            self = RankedBlock(all)
            return
        }
        if words.capacity < words.count + stride {
            words.reserveCapacity(words.count + Self.growth * stride)
        }
        let start = index * stride
        words.insert(contentsOf: repeatElement(0, count: stride), at: start)
        put(entry, at: start)
    }

    mutating func remove(at index: Int) {
        words.removeSubrange((index * stride)..<((index + 1) * stride))
    }

    private mutating func put(_ entry: Entry, at start: Int) {
        var position = start
        put(entry.value.a, origin.a, &position)
        put(entry.value.c, origin.c, &position)
        if Entry.hasSecondKey { put(entry.value.b, origin.b, &position) }
        words[position] = entry.account.rawValue
    }

    private mutating func put(_ number: Int64, _ origin: Int64, _ position: inout Int) {
        let bits = UInt64(bitPattern: isFull ? number : number &- origin)
        words[position] = UInt32(truncatingIfNeeded: bits)
        position += 1
        guard isFull else { return }
        words[position] = UInt32(truncatingIfNeeded: bits >> 32)
        position += 1
    }

    // MARK: Distances

    private func fits(_ value: CellValue) -> Bool {
        isFull
            || Self.isNear(value.a, origin.a) && Self.isNear(value.b, origin.b)
                && Self.isNear(value.c, origin.c)
    }

    @inline(__always)
    private static func isNear(_ number: Int64, _ origin: Int64) -> Bool {
        let (distance, overflow) = number.subtractingReportingOverflow(origin)
        return !overflow && Int32(exactly: distance) != nil
    }

    /// Puts the origin in the midst of all numbers, and tells whether all are near to it.
    private mutating func setForm(_ entries: some Collection<Entry>) {
        guard let first = entries.first?.value else { return }
        var (least, most) = (first, first)
        for entry in entries {
            let value = entry.value
            least = CellValue(
                min(least.a, value.a), min(least.b, value.b), min(least.c, value.c))
            most = CellValue(max(most.a, value.a), max(most.b, value.b), max(most.c, value.c))
        }
        origin = CellValue(
            Self.midst(least.a, most.a), Self.midst(least.b, most.b), Self.midst(least.c, most.c))
        isFull = !(fits(least) && fits(most))
    }

    /// Rounded up: distances reach one further down than up.
    private static func midst(_ least: Int64, _ most: Int64) -> Int64 {
        let distance = UInt64(bitPattern: most) &- UInt64(bitPattern: least)
        return least &+ Int64(bitPattern: distance / 2 + distance % 2)
    }
}
