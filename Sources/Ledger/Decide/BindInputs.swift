// From `name=value` text to the typed inputs of an action, an offer, a migration.

extension Ledger {
    /// Binds every input that is declared; anything undeclared, repeated, missing or out of bounds is
    /// refused.
    mutating func bind(
        _ command: borrowing Command, _ declared: [InputRule], of subject: Declared
    ) throws(Refusal) {
        let count = declared.count
        inputs.clear()
        inputText.clear()
        inputText.append(contentsOf: command.bytes)
        for _ in 0..<count { inputs.append(.absent) }
        for given in 0..<command.inputs.count {
            let input = command.inputs[given]
            guard let position = position(of: input.name, given: given, among: declared) else {
                throw badInput(
                    text(command, input.name),
                    "the \(subject.noun) \(subject.text) has no input "
                        + text(command, input.name))
            }
            guard case .absent = inputs[position] else {
                throw badInput(text(command, input.name), "an input is given once")
            }
            inputs[position] = try value(declared, position, input.value)
            try record(declared[position].name, at: position)
        }
        for position in 0..<count {
            if case .absent = inputs[position] {
                try bindDefault(declared[position], at: position)
            }
        }
    }

    /// The position of an input by its name. Most clients give them in the order of their declaration.
    @inline(__always)
    private func position(
        of name: ByteRange, given: Int, among declared: [InputRule]
    ) -> Int? {
        if given < declared.count, declared[given].isCalled(inputText, name) { return given }
        return declared.indices.first { declared[$0].isCalled(inputText, name) }
    }

    func badInput(_ name: String, _ sentence: String) -> Refusal {
        Refusal(.badArgument, [.init("input", name)], sentence)
    }

    private mutating func bindDefault(
        _ rule: InputRule, at position: Int
    ) throws(Refusal) {
        switch rule.byDefault {
        case .formula(let formula):
            inputs[position] = .defaultNumber(try bounded(try whole(formula), rule))
        case .name(let word, _): inputs[position] = .defaultName(word)
        case .text, nil:
            guard !rule.isRequired else {
                throw badInput(rule.text, "the input \(rule.text) is missing")
            }
        }
    }

    /// - Parameter position: of the input among `rules`, whose parts are looked at where they lie: copies
    ///   of a rule cost more than all the rest.
    @inline(__always)
    private mutating func value(
        _ rules: [InputRule], _ position: Int, _ range: ByteRange
    ) throws(Refusal) -> BoundInput {
        switch rules[position].type {
        case .integer(let minimum, let maximum):
            return .number(try integer(rules, position, range, minimum, maximum), range)
        case .bool:
            guard let value = bool(range) else {
                let name = rules[position].text
                throw badInput(name, "\(name) is 0, 1, false or true")
            }
            return .bool(value, range)
        case .name(let oneOf):
            return .name(try name(rules, position, range, oneOf), range)
        case .account:
            return .account(try account(rules[position], range), range)
        case .text(let bytesMax):
            guard range.count <= bytesMax, isText(range) else {
                let name = rules[position].text
                throw badInput(name, "\(name) is UTF-8 text of at most \(bytesMax) bytes")
            }
            return .text(range)
        case .list(let element, let countMax):
            return .list(count: try list(rules, position, element, countMax, range), range)
        }
    }

    private func integer(
        _ rules: [InputRule], _ position: Int, _ range: ByteRange, _ minimum: Int64,
        _ maximum: Int64
    ) throws(Refusal) -> Int64 {
        guard let value = Digits.integer(inputText, range.range) else {
            let name = rules[position].text
            throw badInput(name, "\(name) is an integer")
        }
        guard value >= minimum, value <= maximum else {
            let name = rules[position].text
            throw badInput(name, "\(name) lies between \(minimum) and \(maximum)")
        }
        guard rules[position].choices.isEmpty || rules[position].choices.contains(value) else {
            let name = rules[position].text
            let choices = rules[position].choices.map(String.init).joined(separator: ", ")
            throw badInput(name, "\(name) is one of \(choices)")
        }
        return value
    }

    /// A default that a formula comes to keeps the input's bounds, too.
    private func bounded(_ value: Int64, _ rule: InputRule) throws(Refusal) -> Int64 {
        guard case .integer(let minimum, let maximum) = rule.type else { return value }
        guard value >= minimum, value <= maximum else {
            throw badInput(
                rule.text,
                "the default of \(rule.text) comes to \(value), not between \(minimum) and \(maximum)"
            )
        }
        return value
    }

    @inline(__always)
    private func bool(_ range: ByteRange) -> Bool? {
        guard range.count > 1 else {
            guard range.count == 1 else { return nil }
            switch inputText[range.start] {
            case UInt8(ascii: "0"): return false
            case UInt8(ascii: "1"): return true
            default: return nil
            }
        }
        if inputText[range.range].elementsEqual("true".utf8) { return true }
        if inputText[range.range].elementsEqual("false".utf8) { return false }
        return nil
    }

    private func name(
        _ rules: [InputRule], _ position: Int, _ range: ByteRange, _ oneOf: [Word]
    ) throws(Refusal) -> Word? {
        guard UTF8Text.isName(inputText, range) else {
            let name = rules[position].text
            throw badInput(
                name,
                "\(name) is a name: letters, digits, _ . and -, in segments of 1 to 32 joined by :"
            )
        }
        let word = state.words.find(inputText, range.range)
        guard oneOf.isEmpty || word.map({ oneOf.contains($0) }) == true else {
            let name = rules[position].text
            let names = oneOf.map { wordText($0) }.joined(separator: ", ")
            throw badInput(name, "\(name) is one of \(names)")
        }
        return word
    }

    private mutating func account(
        _ rule: InputRule, _ range: ByteRange
    ) throws(Refusal) -> AccountNumber {
        guard UTF8Text.isAccount(inputText, range) else {
            throw badInput(rule.text, "\(rule.text) is an account's id")
        }
        let account = try findOrOpen(inputText, range.range)
        expireHolds(of: account)
        return account
    }

    private func isText(_ range: ByteRange) -> Bool {
        String(validating: inputText[range.range], as: UTF8.self) != nil
    }

    /// Elements are separated by commas; an empty text is an empty list.
    private func list(
        _ rules: [InputRule], _ position: Int, _ element: InputType.ListElement, _ countMax: Int,
        _ range: ByteRange
    ) throws(Refusal) -> Int {
        let parts = elements(range)
        guard parts.count <= countMax else {
            let name = rules[position].text
            throw badInput(name, "\(name) has at most \(countMax) values")
        }
        for part in parts {
            switch element {
            case .integer(let minimum, let maximum):
                _ = try integer(rules, position, part, minimum, maximum)
            case .name(let oneOf): _ = try name(rules, position, part, oneOf)
            }
        }
        return parts.count
    }

    func elements(_ range: ByteRange) -> [ByteRange] {
        var parts: [ByteRange] = []
        if range.isEmpty { return parts }
        var start = range.start
        for index in range.range where inputText[index] == UInt8(ascii: ",") {
            parts.append(ByteRange(start: start, count: index - start))
            start = index + 1
        }
        parts.append(ByteRange(start: start, count: range.start + range.count - start))
        return parts
    }

    /// Notes an input in the event, as it was given.
    private mutating func record(_ name: Word, at position: Int) throws(Refusal) {
        let value: Event.InputValue
        switch inputs[position] {
        case .number(let number, _): value = .int(number)
        case .bool(let flag, _): value = .bool(flag)
        case .name(_, let range): value = .name(draft.addText(inputText, range.range))
        case .account(let account, _): value = .account(account)
        case .text(let range): value = .text(draft.addText(inputText, range.range))
        case .list(let count, let range):
            draft.inputs.append(Event.Input(name: name, value: .list(count: count)))
            for part in elements(range) {
                let element: Event.InputValue =
                    Digits.integer(inputText, part.range).map { .int($0) }
                    ?? .name(draft.addText(inputText, part.range))
                draft.inputs.append(Event.Input(name: .none, value: element))
            }
            return
        case .absent, .defaultName, .defaultNumber: return
        }
        draft.inputs.append(Event.Input(name: name, value: value))
    }
}
