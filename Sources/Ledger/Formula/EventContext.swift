/// What the formulas of a notice see: an event, as one of its accounts has it.
///
/// Nothing that depends on when it is asked: an event says the same for ever.
struct EventContext: FieldContext {
    let event: Event
    /// The account, by its place in the event.
    private let index: Int
    private let notice: NoticeCase
    let rules: Rulebook
    private let words: Words
    /// Where each input stands among the event's; `nil` for those that weren't given.
    private let places: [Int?]

    init(_ event: Event, _ index: Int, _ notice: NoticeCase, _ rules: Rulebook, _ words: Words) {
        self.event = event
        self.index = index
        self.notice = notice
        self.rules = rules
        self.words = words
        places = notice.inputs.map { rule in
            event.inputs.firstIndex { $0.name == rule.name }
        }
    }

    /// A condition that has no value doesn't hold.
    func holds(_ condition: Formula?) -> Bool {
        guard let condition else { return true }
        return (try? condition.holds(in: self)) ?? false
    }

    // MARK: What caused it

    private func value(_ input: Int) -> Event.InputValue? {
        places[input].map { event.inputs[$0].value }
    }

    func number(ofInput index: Int) -> Rational {
        switch value(index) {
        case .int(let value)?: return Rational(value)
        case .bool(let value)?: return value ? .one : .zero
        default:
            guard case .formula(let formula)? = notice.inputs[index].byDefault else { return .zero }
            return (try? formula.evaluate(in: self)) ?? .zero
        }
    }

    func isGiven(input index: Int) -> Bool {
        places[index] != nil || notice.inputs[index].byDefault != nil
    }

    func word(ofInput index: Int) -> Word? {
        if case .name(let range)? = value(index) {
            return words.find(event.text, range.range)
        }
        if case .name(let word, _)? = notice.inputs[index].byDefault, places[index] == nil {
            return word
        }
        return nil
    }

    func account(ofInput index: Int) -> AccountNumber {
        if case .account(let account)? = value(index) { account } else { .ledger }
    }

    func count(ofInput index: Int) -> Int64 {
        if case .list(let count)? = value(index) { Int64(count) } else { 0 }
    }

    func appendText(ofInput index: Int, to text: inout [UInt8]) {
        switch value(index) {
        case .name(let range)?: text.append(contentsOf: event.text[range.range])
        case .int(let value)?: text.append(contentsOf: String(value).utf8)
        case .bool(let value)?: text.append(contentsOf: (value ? "1" : "0").utf8)
        case nil:
            switch notice.inputs[index].byDefault {
            case .name(_, let name)?: text.append(contentsOf: name)
            case .formula?: text.append(contentsOf: number(ofInput: index).description.utf8)
            default: break
            }
        default: break
        }
    }

    private func elements(_ index: Int) -> ArraySlice<Event.Input> {
        guard let place = places[index], case .list(let count) = event.inputs[place].value else {
            return []
        }
        return event.inputs[(place + 1)...].prefix(count)
    }

    func list(_ index: Int, contains number: Rational) -> Bool {
        elements(index).contains { element in
            if case .int(let value) = element.value { Rational(value) == number } else { false }
        }
    }

    func list(_ index: Int, contains name: Word?, text: [UInt8]) -> Bool {
        let wanted = name.map { words.text($0) } ?? text
        return elements(index).contains { element in
            guard case .name(let range) = element.value else { return false }
            return event.text[range.range].elementsEqual(wanted)
        }
    }

    func values(ofInput index: Int) -> [Field.Value] {
        elements(index).compactMap { element in
            switch element.value {
            case .int(let value): .number(Rational(value))
            case .name(let range): .text(Array(event.text[range.range]))
            default: nil
            }
        }
    }

    func number(ofStep index: Int) -> Rational {
        event.shown.first { $0.name == notice.shown[index] }?.value ?? .zero
    }

    func word(of text: [UInt8]) -> Word? { words.find(text, text.indices) }

    // MARK: What came of it

    func posted(_ balance: BalanceName, isWhole: Bool) -> Int64? {
        var sum: Int64 = 0
        for posting in event.postings
        where posting.account == index && posting.side != .hold
            && (isWhole
                ? posting.balance.currency == balance.currency : posting.balance == balance)
        {
            let amount = posting.side.isAddedToAvailable ? posting.amount : -posting.amount
            guard State.add(amount, to: &sum) else { return nil }
        }
        return sum
    }

    func climbed(ladder position: Int) -> Climbed? {
        let ladder = rules.ladders[position].name
        // An event may say more than once that a ladder was climbed: at first and at last count.
        let moves = event.rungs.filter { $0.account == index && $0.ladder == ladder }
        if let first = moves.first, let last = moves.last {
            return Climbed(from: first.from, to: last.to)
        }
        guard index == 0, let stamp = event.shown.first(where: { $0.name == ladder })?.value.whole
        else { return nil }
        return Climbed(from: stamp, to: stamp)
    }

    var granted: [Field.Value] {
        marks(.item).filter { $0.value.map { $0.b > 0 } ?? false }.map { .word($0.key.word) }
    }

    /// A claim's mark that is cleared says that the claim may be taken.
    var claimable: [Field.Value] {
        marks(.claim).filter { $0.value == nil }.map { mark in
            let values = Word(mark.key.qualifier)
            var text: [UInt8] = []
            rules.appendClaim(
                mark.key.word, values, offerText: words.text(mark.key.word), words.text(values),
                to: &text)
            return .text(text)
        }
    }

    private func marks(_ kind: CellKind) -> [Event.Mark] {
        event.marks.filter { $0.account == index && $0.key.kind == kind }
    }

    // MARK: What isn't in an event

    var account: AccountNumber { event.accounts[index].account }
    var parent: AccountNumber? { nil }

    func balance(_ name: BalanceName, _ part: BalancePart, of account: AccountNumber) -> Int64 { 0 }
    func rung(ladder index: Int, facet: Word, of account: AccountNumber) -> Int64 { 0 }
    func fact(_ name: Word, of account: AccountNumber) -> FactValue? { nil }
    func facts(under prefix: Word, _ fold: FactFold, of account: AccountNumber) -> Int64? { 0 }
    func items(_ item: Word, of account: AccountNumber) -> Int64 { 0 }
    func isUnlocked(_ name: Word, of account: AccountNumber) -> Bool { false }
}

/// How an event moved a ladder.
package struct Climbed: Sendable, Equatable {
    package var from: Int64
    package var to: Int64
}
