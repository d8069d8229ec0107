import Ledger

/// Names as replies have them. A word keeps its number for good, and a rulebook its ladders, so what is
/// known once stays true; not so in a dry run or a group that isn't over, whose names may be gone
/// afterwards.
struct ReplyNames {
    private var kept = KeptTexts()
    /// Words that are no ladder with named rungs, with the rulebook's number.
    private var numbered = [UInt64](repeating: 0, count: 1 << KeptTexts.placeBits)

    /// Writes the bulk string of `currency[:facet]`, or that of a word.
    @inline(__always)
    mutating func write(
        _ balance: BalanceName, _ source: some Naming, to stage: inout ByteWriter
    ) {
        if let range = self[balance] { return stage.raw(kept.texts, range) }
        var text = ReplyWriter()
        text.bulk { $0.appendBalance(balance, names: source) }
        keep(text.bytes, balance, &stage)
    }

    /// Likewise, by the ledger's own words.
    @inline(__always)
    mutating func write(_ balance: BalanceName, _ words: Words, to stage: inout ByteWriter) {
        if let range = self[balance] { return stage.raw(kept.texts, range) }
        keep(Self.text(balance, words), balance, &stage)
    }

    @inline(never)
    private static func text(_ balance: BalanceName, _ words: Words) -> [UInt8] {
        var name = words.text(balance.currency)
        if balance.facet != .none {
            name.append(UInt8(ascii: ":"))
            name += words.text(balance.facet)
        }
        var text = ReplyWriter()
        text.bulk(name)
        return text.bytes
    }

    @inline(__always)
    private subscript(balance: BalanceName) -> Range<Int>? { kept[Self.key(balance)] }

    @inline(__always)
    private static func key(_ balance: BalanceName) -> UInt64 {
        UInt64(balance.currency.rawValue) << 32 | UInt64(balance.facet.rawValue)
    }

    @inline(never)
    private mutating func keep(
        _ text: [UInt8], _ balance: BalanceName, _ stage: inout ByteWriter
    ) {
        kept.keep(text, under: Self.key(balance))
        stage.raw(text)
    }

    mutating func isNumbered(_ name: Word, rules: UInt32, _ source: some Naming) -> Bool {
        let key = UInt64(rules) << 32 | UInt64(name.rawValue)
        let place = KeptTexts.place(key)
        if numbered[place] == key { return true }
        guard !source.hasNamedRungs(name, rules: rules) else { return false }
        numbered[place] = key
        return true
    }

    mutating func forget() { kept.forget() }
}
