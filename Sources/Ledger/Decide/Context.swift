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
        case .name(let word, _): word
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
        case .defaultName(let word): text.append(contentsOf: state.words.text(word))
        case .defaultNumber(let value): text.append(contentsOf: String(value).utf8)
        case .absent, .account, .text, .list: break
        }
    }

    package func number(ofStep index: Int) -> Rational { steps[index] }

    package func word(of text: [UInt8]) -> Word? { state.words.find(text, text.indices) }

    package var account: AccountNumber { requested.subject }
    package var parent: AccountNumber? { requested.parent }

    package func balance(
        _ name: BalanceName, _ part: BalancePart, of account: AccountNumber
    ) -> Int64 {
        // What the command has posted so far counts: ladders climb with it.
        let posted = touched.first { $0.account == account && $0.balance == name }?.value
        let value = posted ?? state.loadedValue(account, CellKey(name)) ?? .zero
        switch part {
        case .available: return value.available ?? 0
        case .earned: return value.earned
        case .spent: return value.spent
        case .held: return value.held
        }
    }

    package func rung(ladder index: Int, facet: Word, of account: AccountNumber) -> Int64 {
        let key = CellKey(.rung, rules.ladders[index].name, facet.rawValue)
        return state.loadedValue(account, key)?.a ?? rules.ladders[index].start
    }

    package func fact(_ name: Word, of account: AccountNumber) -> FactValue? {
        guard let value = state.loadedValue(account, CellKey(.fact, name)) else { return nil }
        return value.b == 1 ? .word(Word(UInt32(truncatingIfNeeded: value.a))) : .number(value.a)
    }

    package func facts(
        under prefix: Word, _ fold: FactFold, of account: AccountNumber
    ) -> Int64? {
        let start = state.words.text(prefix) + [UInt8(ascii: ":")]
        var result: Int64?
        var count: Int64 = 0
        for cell in state.loadedCells(account, .fact)
        where state.words.text(cell.key.word).starts(with: start) {
            count += 1
            guard cell.value.b == 0 else { continue }
            switch fold {
            case .count: break
            case .max: result = Swift.max(result ?? cell.value.a, cell.value.a)
            case .sum:
                var sum = result ?? 0
                guard State.add(cell.value.a, to: &sum) else { return nil }
                result = sum
            }
        }
        return fold == .count ? count : result ?? 0
    }

    package func items(_ item: Word, of account: AccountNumber) -> Int64 {
        state.loadedValue(account, CellKey(.item, item))?.a ?? 0
    }

    package func isUnlocked(_ name: Word, of account: AccountNumber) -> Bool {
        state.loadedValue(account, CellKey(.unlock, name)) != nil
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
        default: Refusal(.badArgument, [], "in the rules, \(fault.sentence)")
        }
    }
}
