/// An input of the action under way, taken out of the command's text.
enum BoundInput: Sendable {
    case absent
    case number(Int64, ByteRange)
    case bool(Bool, ByteRange)
    case name(Word?, ByteRange)
    case account(AccountNumber, ByteRange)
    case text(ByteRange)
    case list(count: Int, ByteRange)
    /// A default: a name that the rulebook itself has.
    case defaultName(Word)
    case defaultNumber(Int64)
}

/// A `let` step that is a name.
struct StepName: Sendable {
    var step: Int
    /// `nil` if the ledger has none; then there is a text.
    var word: Word?
    var text: [UInt8] = []
}

// What formulas can see. Rows that a formula can speak of are in memory by then: those of the
// command's account, its parent, and the accounts among the inputs.
extension Ledger: FormulaContext {
    package func number(ofInput index: Int) -> Rational {
        switch inputs[index] {
        case .number(let value, _), .defaultNumber(let value): Rational(value)
        case .bool(let value, _): value ? .one : .zero
        default: .zero
        }
    }

    package func isGiven(input index: Int) -> Bool {
        if case .absent = inputs[index] { false } else { true }
    }

    package func word(ofInput index: Int) -> Word? {
        switch inputs[index] {
        case .name(let word?, _): word
        case .name(nil, let range): pendingWord(inputText[range.range])
        case .defaultName(let word): word
        default: nil
        }
    }

    package func account(ofInput index: Int) -> AccountNumber {
        if case .account(let account, _) = inputs[index] { account } else { requested.account }
    }

    package func count(ofInput index: Int) -> Int64 {
        if case .list(let count, _) = inputs[index] { Int64(count) } else { 0 }
    }

    package func appendText(ofInput index: Int, to text: inout [UInt8]) {
        switch inputs[index] {
        case .name(_, let range), .number(_, let range), .bool(_, let range):
            text.append(contentsOf: inputText[range.range])
        case .defaultName(let word): text.append(contentsOf: self.text(ofKnown: word))
        case .defaultNumber(let value): text.append(contentsOf: String(value).utf8)
        case .absent, .account, .text, .list: break
        }
    }

    package func number(ofStep index: Int) -> Rational { steps[index] }

    package func word(ofStep index: Int) -> Word? {
        guard let name = stepNames.first(where: { $0.step == index }) else { return nil }
        return name.word ?? pendingWord(name.text[...])
    }

    package func appendText(ofStep index: Int, to text: inout [UInt8]) {
        guard let name = stepNames.first(where: { $0.step == index }) else {
            text.append(contentsOf: steps[index].description.utf8)
            return
        }
        text.append(contentsOf: name.word.map { self.text(ofKnown: $0) } ?? name.text)
    }

    package func list(_ index: Int, contains number: Rational) -> Bool {
        guard case .list(_, let range) = inputs[index], let whole = number.whole else {
            return false
        }
        return elements(range).contains { Digits.integer(inputText, $0.range) == whole }
    }

    package func list(_ index: Int, contains name: Word?, text: [UInt8]) -> Bool {
        guard case .list(_, let range) = inputs[index] else { return false }
        let wanted = name.map { self.text(ofKnown: $0) } ?? text
        return elements(range).contains { inputText[$0.range].elementsEqual(wanted) }
    }

    package func word(of text: [UInt8]) -> Word? {
        state.words.find(text, text.indices) ?? pendingWord(text[...])
    }

    /// A name that this very command brings in: what it has marked or posted by it is seen.
    private func pendingWord(_ text: ArraySlice<UInt8>) -> Word? {
        guard !pendingWords.isEmpty,
            let index = pendingWords.firstIndex(where: { $0.elementsEqual(text) })
        else { return nil }
        return Word(UInt32(state.words.count + index + 1))
    }

    package var account: AccountNumber { requested.subject }
    package var parent: AccountNumber? { requested.parent }

    package func balance(
        _ name: BalanceName, _ part: BalancePart, of account: AccountNumber
    ) -> Int64 {
        // What the command has posted so far counts: ladders climb with it.
        let posted =
            isBlindToDraft
            ? nil : touched.first { $0.account == account && $0.balance == name }?.value
        let value = posted ?? state.loadedValue(account, CellKey(name)) ?? .zero
        return value[part] ?? 0
    }

    package func rung(ladder index: Int, facet: Word, of account: AccountNumber) -> Int64 {
        // What the command has climbed so far counts.
        for rung in draft.rungs
        where !isBlindToDraft && rung.ladder == rules.ladders[index].name && rung.season == facet
            && draft.accounts[rung.account].account == account
        {
            return rung.to
        }
        let key = CellKey(.rung, rules.ladders[index].name, facet.rawValue)
        return state.loadedValue(account, key)?.a ?? rules.ladders[index].start
    }

    package func fact(_ name: Word, of account: AccountNumber) -> FactValue? {
        guard let value = value(account, CellKey(.fact, name)) else { return nil }
        return value.b == 1 ? .word(Word(UInt32(truncatingIfNeeded: value.a))) : .number(value.a)
    }

    package func facts(
        under prefix: Word, _ fold: FactFold, of account: AccountNumber
    ) -> Int64? {
        let start = state.words.text(prefix) + [UInt8(ascii: ":")]
        var result: Int64?
        var count: Int64 = 0
        for value in factValues(under: start, of: account) {
            count += 1
            guard value.b == 0 else { continue }
            switch fold {
            case .count: break
            case .max: result = Swift.max(result ?? value.a, value.a)
            case .sum:
                var sum = result ?? 0
                guard State.add(value.a, to: &sum) else { return nil }
                result = sum
            }
        }
        return fold == .count ? count : result ?? 0
    }

    /// Those that are stored and those that the command has set so far.
    private func factValues(under start: [UInt8], of account: AccountNumber) -> [CellValue] {
        var values: [CellValue] = []
        for cell in state.loadedCells(account, .fact)
        where state.words.text(cell.key.word).starts(with: start) {
            if let value = value(account, cell.key) { values.append(value) }
        }
        for mark in draft.marks
        where !isBlindToDraft && mark.key.kind == .fact
            && draft.accounts[mark.account].account == account
            && text(ofKnown: mark.key.word).starts(with: start)
            && state.loadedValue(account, mark.key) == nil
        {
            if let value = mark.value { values.append(value) }
        }
        return values
    }

    package func items(_ item: Word, of account: AccountNumber) -> Int64 {
        value(account, CellKey(.item, item))?.a ?? 0
    }

    package func isUnlocked(_ name: Word, of account: AccountNumber) -> Bool {
        value(account, CellKey(.unlock, name)) != nil
    }

    package func isClaimed(
        _ offer: Word, _ qualifier: Word, of account: AccountNumber
    ) -> Bool {
        value(account, CellKey(.claim, offer, qualifier.rawValue)) != nil
    }

    package func equipped(_ slot: Word, of account: AccountNumber) -> Word? {
        value(account, CellKey(.equipped, slot)).map {
            Word(UInt32(truncatingIfNeeded: $0.a))
        }
    }
}

extension Ledger {
    func evaluate(_ formula: Formula) throws(Refusal) -> Rational {
        do {
            return try formula.evaluate(in: self)
        } catch {
            throw refusal(error)
        }
    }

    func holds(_ formula: Formula?) throws(Refusal) -> Bool {
        guard let formula else { return true }
        return try !evaluate(formula).isZero
    }

    /// The formula's value as an integer; a fraction is refused.
    func whole(_ formula: Formula) throws(Refusal) -> Int64 {
        let value = try evaluate(formula)
        guard let whole = value.whole else {
            throw Refusal(
                .badArgument, [.init("value", "\(value)")],
                "the rules come to \(value), and only whole amounts can be posted")
        }
        return whole
    }

    func refusal(_ fault: FormulaFault) -> Refusal {
        switch fault {
        case .overflow: Refusal(.overflow, [], "in the rules, \(fault.sentence)")
        case .noEntry(let table):
            Refusal(
                .undeclared, [.init("table", wordText(table))],
                "the table \(wordText(table)) of the rulebook has no entry for these inputs")
        case .noSeason: Refusal(.noSeason, [], fault.sentence)
        default: Refusal(.badArgument, [], "in the rules, \(fault.sentence)")
        }
    }
}
