/// What plain commands need to know of the balances that they name, found out once for each spelling
/// and good for as long as the rulebook is in force.
struct PlainBalances: ~Copyable {
    /// A name as commands spell it, of at most 31 bytes: zeros behind it, and last how many it has, as
    /// a zero may be one of them.
    struct Spelling: Equatable {
        var word0: UInt64 = 0
        var word1: UInt64 = 0
        var word2: UInt64 = 0
        var word3: UInt64 = 0

        /// `nil` of a longer text.
        @inline(__always)
        init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
            let count = range.count
            guard count <= 31 else { return nil }
            word3 = UInt64(truncatingIfNeeded: count) << 56
            word0 = bytes.word(at: range.lowerBound, count: min(8, count))
            guard count > 8 else { return }
            word1 = bytes.word(at: range.lowerBound + 8, count: min(8, count - 8))
            guard count > 16 else { return }
            word2 = bytes.word(at: range.lowerBound + 16, count: min(8, count - 16))
            guard count > 24 else { return }
            word3 |= bytes.word(at: range.lowerBound + 24, count: count - 24)
        }

        init() {}

        /// One that no command has, for a balance that rules name: no text has such bytes.
        @inline(__always)
        init(named name: BalanceName) {
            word0 = UInt64(name.currency.rawValue)
            word1 = UInt64(name.facet.rawValue)
            word3 = .max
        }

        /// Where to look for it among so many, a power of two.
        @inline(__always)
        func slot(of count: Int) -> Int {
            let mixed = (word0 ^ word1 &* 0x9E37_79B9 ^ word2 &* 0x85EB_CA6B ^ word3)
                .multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
            return Int(truncatingIfNeeded: mixed.high ^ mixed.low) & (count - 1)
        }
    }

    struct Entry {
        var spelling = Spelling()
        var name = BalanceName(currency: .none)
        /// Who may post it by itself; nobody where places on a board follow that aren't plain.
        var raw: Role = []
        var floor: Int64 = 0
        var cap = Int64.max
        var neverDecreases = false
        var loadsReceived = false
        /// The rungs that may move when it is posted.
        var rungs: Range<Int> = 0..<0
        /// The boards on which the account may move then.
        var boards: Range<Int> = 0..<0

        var isThere: Bool { name.currency != .none }

        /// Whether so much may be available after it was spent from, or posted to.
        @inline(__always)
        func allows(_ after: Int64, isSpend: Bool) -> Bool {
            isSpend ? !neverDecreases && after >= floor : after <= cap
        }
    }

    /// A ladder that a balance is climbed with.
    struct Rung {
        var ladder: Int
        var key: CellKey
        var part: BalancePart
        // As the ladder has them; its floors are in `floors`.
        var start: Int64
        var receivedClimbs: Bool
        var floors: Range<Int>
        /// Whether the last of them is that of the highest rung.
        var ends: Bool
    }

    fileprivate static let slotCount = 1_024

    private(set) var rungs: [Rung] = []
    private(set) var boards: [Board] = []
    /// Those of all ladders met so far: to look one up in its ladder would count references.
    private var floors: [Int64] = []
    private var floorsOfLadder: [Int: Range<Int>] = [:]
    private var entries = Flat(repeating: Entry(), count: slotCount)
    private var rules: UInt32 = 0

    /// What is known was so under another rulebook.
    @inline(__always)
    mutating func see(rules number: UInt32) {
        if number != rules { reset(number) }
    }

    private mutating func reset(_ number: UInt32) {
        rules = number
        floors = []
        floorsOfLadder = [:]
        forgetEntries()
    }

    private mutating func forgetEntries() {
        rungs = []
        boards = []
        for index in 0..<Self.slotCount where entries[index].isThere { entries[index] = Entry() }
    }

    /// Where the entry of a balance is, until another one is inserted: an entry itself is long to copy.
    typealias Place = Int

    @inline(__always)
    func place(_ spelling: Spelling) -> Place? {
        let slot = spelling.slot(of: Self.slotCount)
        guard entries[slot].isThere, entries[slot].spelling == spelling else { return nil }
        return slot
    }

    subscript(place: Place) -> Entry {
        @inline(__always) _read { yield entries[place] }
    }

    /// Whether a value certainly belongs to a rung; the ladder knows of those that this doesn't.
    @inline(__always)
    func stands(_ rung: Rung, on stored: Int64, at value: Int64) -> Bool {
        let (position, overflow) = stored.subtractingReportingOverflow(rung.start)
        let last = Int64(rung.floors.count) - 1
        guard !overflow, position >= 0, position <= last else { return false }
        let index = rung.floors.lowerBound + Int(position)
        if position == last { return rung.ends && value >= floors[index] }
        return value >= floors[index] && value < floors[index + 1]
    }

    /// Where the floors of a ladder are.
    mutating func floors(of ladder: LadderRule) -> Range<Int> {
        if let known = floorsOfLadder[ladder.index] { return known }
        let range = floors.count..<(floors.count + ladder.floors.count)
        floors += ladder.floors
        floorsOfLadder[ladder.index] = range
        return range
    }

    mutating func insert(_ entry: Entry, _ climbed: [Rung], _ ranked: [Board]) {
        // Facets may be many and meet in one slot; what they leave behind must not pile up.
        if rungs.count + boards.count > 8 * Self.slotCount { forgetEntries() }
        var entry = entry
        entry.rungs = rungs.count..<(rungs.count + climbed.count)
        rungs += climbed
        entry.boards = boards.count..<(boards.count + ranked.count)
        boards += ranked
        entries[entry.spelling.slot(of: Self.slotCount)] = entry
    }
}

extension Ledger {
    /// The place of a balance's entry, if there is nothing about it that plain commands can't do.
    mutating func plainBalance(
        _ bytes: Span<UInt8>, _ range: Range<Int>
    ) -> PlainBalances.Place? {
        guard let spelling = PlainBalances.Spelling(bytes, range) else { return nil }
        if let place = plainBalances.place(spelling) { return place }
        var text: [UInt8] = []
        for index in range { text.append(bytes[index]) }
        guard let name = plainName(text) else { return nil }
        return enter(spelling, name)
    }

    /// Likewise, of a balance that rules post to.
    @inline(__always)
    mutating func plainBalance(named name: BalanceName) -> PlainBalances.Place? {
        let spelling = PlainBalances.Spelling(named: name)
        return plainBalances.place(spelling) ?? enter(spelling, name)
    }

    @inline(never)
    private mutating func enter(
        _ spelling: PlainBalances.Spelling, _ name: BalanceName
    ) -> PlainBalances.Place? {
        guard let position = rules.currencyPosition(name.currency),
            rules.currencies[position].allows(facet: name.facet),
            let rungs = plainRungs(name, position)
        else { return nil }
        let rule = rules.currencies[position]
        var entry = PlainBalances.Entry()
        entry.spelling = spelling
        entry.name = name
        let boards = plainBoards(name)
        entry.raw = boards == nil ? [] : rule.raw
        entry.floor = rule.floor
        entry.cap = rule.cap ?? .max
        entry.neverDecreases = rule.neverDecreases
        entry.loadsReceived = !rule.receivedClimbs
        plainBalances.insert(entry, rungs, boards ?? [])
        return plainBalances.place(spelling)
    }

    /// The balance of a text, if all of its words are known.
    private func plainName(_ text: [UInt8]) -> BalanceName? {
        let colon = text.firstIndex(of: UInt8(ascii: ":")) ?? text.count
        guard let currency = state.words.find(text, 0..<colon) else { return nil }
        guard colon < text.count else { return BalanceName(currency: currency) }
        let facet = (colon + 1)..<text.count
        guard !text[facet].contains(UInt8(ascii: ":")), let word = state.words.find(text, facet)
        else { return nil }
        return BalanceName(currency: currency, facet: word)
    }

    /// The ladders that move with the balance; `nil` if one of them goes by a formula.
    private mutating func plainRungs(
        _ name: BalanceName, _ position: Int
    ) -> [PlainBalances.Rung]? {
        var rungs: [PlainBalances.Rung] = []
        for index in rules.currencies[position].ladders {
            let ladder = rules.ladders[index]
            guard case .balance(let currency, let scope, let part) = ladder.source else {
                return nil
            }
            guard currency == name.currency else { continue }
            var facet = Word.none
            switch scope {
            case .whole: break
            case .one(let only): if only != name.facet { continue }
            case .each: facet = name.facet
            // Which curve it is climbed by depends on the season.
            case .season: return nil
            }
            rungs.append(
                PlainBalances.Rung(
                    ladder: index, key: CellKey(.rung, ladder.name, facet.rawValue), part: part,
                    start: ladder.start, receivedClimbs: ladder.receivedClimbs,
                    floors: plainBalances.floors(of: ladder), ends: ladder.tailStep == 0))
        }
        return rungs
    }
}
