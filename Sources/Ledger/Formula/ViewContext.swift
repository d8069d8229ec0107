/// What the formulas of PROFILE's own fields see: one account, as it is or as it was.
struct ViewContext: FieldContext {
    let view: AccountView
    let rules: Rulebook
    let words: Words
    let at: Instant

    var account: AccountNumber { view.account }
    var parent: AccountNumber? { nil }

    func balance(_ name: BalanceName, _ part: BalancePart, of account: AccountNumber) -> Int64 {
        (view.value(CellKey(name)) ?? .zero)[part] ?? 0
    }

    func rung(ladder index: Int, facet: Word, of account: AccountNumber) -> Int64 {
        let ladder = rules.ladders[index]
        return view.value(CellKey(.rung, ladder.name, facet.rawValue))?.a ?? ladder.start
    }

    func fact(_ name: Word, of account: AccountNumber) -> FactValue? {
        guard let value = view.value(CellKey(.fact, name)) else { return nil }
        return value.b == 1 ? .word(Word(UInt32(truncatingIfNeeded: value.a))) : .number(value.a)
    }

    func facts(under prefix: Word, _ fold: FactFold, of account: AccountNumber) -> Int64? {
        let start = words.text(prefix) + [UInt8(ascii: ":")]
        let found = view.cells(of: .fact).filter { words.text($0.key.word).starts(with: start) }
        guard fold != .count else { return Int64(found.count) }
        var result: Int64?
        for cell in found where cell.value.b == 0 {
            var sum = result ?? 0
            if fold == .max {
                sum = Swift.max(result ?? cell.value.a, cell.value.a)
            } else if !State.add(cell.value.a, to: &sum) {
                return nil
            }
            result = sum
        }
        return result ?? 0
    }

    func items(_ item: Word, of account: AccountNumber) -> Int64 {
        view.value(CellKey(.item, item))?.a ?? 0
    }

    func isUnlocked(_ name: Word, of account: AccountNumber) -> Bool {
        view.value(CellKey(.unlock, name)) != nil
    }

    func isClaimed(_ offer: Word, _ qualifier: Word, of account: AccountNumber) -> Bool {
        view.value(CellKey(.claim, offer, qualifier.rawValue)) != nil
    }

    func equipped(_ slot: Word, of account: AccountNumber) -> Word? {
        view.value(CellKey(.equipped, slot)).map { Word(UInt32(truncatingIfNeeded: $0.a)) }
    }

    func word(of text: [UInt8]) -> Word? { words.find(text, text.indices) }

    // MARK: There is no command

    func number(ofInput index: Int) -> Rational { .zero }
    func isGiven(input index: Int) -> Bool { false }
    func word(ofInput index: Int) -> Word? { nil }
    func account(ofInput index: Int) -> AccountNumber { view.account }
    func count(ofInput index: Int) -> Int64 { 0 }
    func appendText(ofInput index: Int, to text: inout [UInt8]) {}
    func number(ofStep index: Int) -> Rational { .zero }
    func values(ofInput index: Int) -> [Field.Value] { [] }
    var granted: [Field.Value] { [] }
    var claimable: [Field.Value] { [] }
}

extension Rulebook {
    /// The fields that the rulebook adds to PROFILE; those without a value are left out.
    package func shownFields(_ view: AccountView, at time: Instant, words: Words) -> [Field] {
        guard !parts.show.isEmpty else { return [] }
        let context = ViewContext(view: view, rules: self, words: words, at: time)
        return parts.show.compactMap { $0.field(in: context) }
    }
}
