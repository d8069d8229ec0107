extension RulebookCompiler {
    /// `inputs: { project: 'name', files: { type: 'int', min: 0, default: 1 } }`. Each input's
    /// default may read the ones before it; they are added to `scope`.
    mutating func inputs(_ value: JSON5Value?, _ scope: inout FormulaScope) -> [InputRule] {
        guard let value else { return [] }
        var rules: [InputRule] = []
        for member in members(value, "inputs") {
            guard isName(member, identifier: true) else { continue }
            guard rules.count < RulebookCompiler.inputsMax else {
                mistakes.add(
                    member.keyOffset, "an action has at most \(RulebookCompiler.inputsMax) inputs")
                return rules
            }
            guard let rule = input(member, scope) else { continue }
            rules.append(rule)
            scope.inputs.append(
                FormulaScope.Input(
                    name: member.key, type: rule.type.formulaType, element: rule.type.elementType))
        }
        return rules
    }

    /// More than a command may have arguments for.
    fileprivate static let inputsMax = 60
    private static let inputTypes = ["int", "bool", "name", "account", "text", "list"]

    private mutating func input(_ member: JSON5Member, _ scope: FormulaScope) -> InputRule? {
        let word = declarations.names.word(for: member.key)
        if case .string(let short) = member.value.kind {
            var bare = ObjectReader([], at: member.value.offset)
            guard let type = inputType(short.text, &bare, at: member.value.offset) else {
                return nil
            }
            return InputRule(
                name: word, text: member.key, type: type, isRequired: true, byDefault: nil)
        }
        guard var reader = object(member.value, "an input: a type in quotes, or")
        else { return nil }
        let typeValue = reader.take("type")
        guard let typeValue, let name = string(typeValue) else {
            if typeValue == nil {
                mistakes.add(reader.offset, "the input's type is missing: type: 'int'")
            }
            return nil
        }
        guard let type = inputType(name.text, &reader, at: typeValue.offset) else { return nil }
        var choices: [Int64] = []
        var isListed = false
        if case .integer(let minimum, let maximum) = type {
            choices = integers(reader.take("one_of"), in: minimum...max(minimum, maximum))
            isListed = self.isListed(reader.take("listed"), minimum, maximum)
        }
        let byDefault = inputDefault(reader.take("default"), for: type, scope)
        let isOptional = optional(&reader, type)
        finish(reader, "an input of type \(name.text)")
        return InputRule(
            name: word, text: member.key, type: type,
            isRequired: byDefault == nil && !isOptional, byDefault: byDefault,
            choices: choices, isListed: isListed)
    }

    private mutating func isListed(
        _ value: JSON5Value?, _ minimum: Int64, _ maximum: Int64
    ) -> Bool {
        guard let value, bool(value, default: false) else { return false }
        let (distance, overflow) = maximum.subtractingReportingOverflow(minimum)
        if overflow || distance >= Int64(RulebookCompiler.combinationsMax) {
            mistakes.add(
                value.offset,
                "what is listed needs min and max, with at most "
                    + "\(RulebookCompiler.combinationsMax) values between them")
        }
        return true
    }

    /// `one_of: [10, 20]`, or `one_of: 'table'`: the table's keys.
    private mutating func integers(
        _ value: JSON5Value?, in range: ClosedRange<Int64>
    ) -> [Int64] {
        guard let value else { return [] }
        if case .string(let string) = value.kind {
            guard let position = declarations.tablePositions[string.text],
                declarations.tables[position].keys.first == .number
            else {
                let known = declarations.tables.filter { $0.keys.first == .number }.map(\.text)
                mistakes.add(
                    value.offset,
                    "there is no table '\(string.text)' with integers as keys"
                        + suggestion(for: string.text, among: known))
                return []
            }
            return Set(declarations.tables[position].entries.map(\.first)).sorted()
        }
        var integers: [Int64] = []
        for item in list(value, "integers") {
            guard let integer = integer(item, in: range) else { continue }
            if integers.contains(integer) {
                mistakes.add(item.offset, "\(integer) is here already")
            }
            integers.append(integer)
        }
        return integers.sorted()
    }

    /// Numbers and truths that weren't given would have to be something in formulas: they have
    /// defaults instead. So would an account.
    private mutating func optional(_ reader: inout ObjectReader, _ type: InputType) -> Bool {
        switch type {
        case .name, .text, .list: bool(reader.take("optional"), default: false)
        case .integer, .bool, .account: false
        }
    }

    private mutating func inputType(
        _ name: String, _ reader: inout ObjectReader, at offset: Int
    ) -> InputType? {
        switch name {
        case "int":
            let (minimum, maximum) = bounds(&reader)
            return .integer(minimum: minimum, maximum: maximum)
        case "bool": return .bool
        case "name": return .name(oneOf: oneOf(&reader))
        case "account": return .account
        case "text":
            let most = integer(reader.take("max_bytes"), in: 1...4096) ?? 255
            return .text(bytesMax: Int(most))
        case "list":
            let element = string(reader.take("of"))?.text ?? "name"
            let most = integer(reader.take("max_count"), in: 1...1000) ?? 100
            return listType(element, most, &reader, at: offset)
        default:
            let known = RulebookCompiler.inputTypes
            mistakes.add(
                offset,
                "'\(name)' is no type: an input is \(known.joined(separator: ", "))"
                    + suggestion(for: name, among: known))
            return nil
        }
    }

    private mutating func listType(
        _ element: String, _ most: Int64, _ reader: inout ObjectReader, at offset: Int
    ) -> InputType? {
        switch element {
        case "int":
            let (minimum, maximum) = bounds(&reader)
            return .list(of: .integer(minimum: minimum, maximum: maximum), countMax: Int(most))
        case "name": return .list(of: .name(oneOf: oneOf(&reader)), countMax: Int(most))
        default:
            mistakes.add(offset, "a list is of 'int' or of 'name'")
            return nil
        }
    }

    private mutating func bounds(_ reader: inout ObjectReader) -> (Int64, Int64) {
        let minimum = integer(reader.take("min"), in: Int64.min...Int64.max) ?? .min
        let value = reader.take("max")
        let maximum = integer(value, in: Int64.min...Int64.max) ?? .max
        if let value, maximum < minimum {
            mistakes.add(value.offset, "max is below min, so that no value would do")
        }
        return (minimum, maximum)
    }

    /// `one_of: ['a', 'b']`, or `one_of: 'table'`: the table's keys.
    private mutating func oneOf(_ reader: inout ObjectReader) -> [Word] {
        guard let value = reader.take("one_of") else { return [] }
        guard case .string(let string) = value.kind else { return names(value, "names") }
        if let items = items(string.text, at: value.offset) { return items }
        guard let position = declarations.tablePositions[string.text],
            declarations.tables[position].keys.first == .name
        else {
            let known = declarations.tables.filter { $0.keys.first == .name }.map(\.text)
            mistakes.add(
                value.offset,
                "there is no table '\(string.text)' with names as keys"
                    + suggestion(for: string.text, among: known))
            return []
        }
        var words: [Word] = []
        for entry in declarations.tables[position].entries {
            let word = Word(UInt32(truncatingIfNeeded: entry.first))
            if words.last != word { words.append(word) }
        }
        return words
    }

    /// `one_of: 'items'`: any of them; `one_of: 'items.skin'`: those with this slot.
    private mutating func items(_ text: String, at offset: Int) -> [Word]? {
        let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.first == "items", !self.parts.items.isEmpty else { return nil }
        guard parts.count == 2 else { return self.parts.items.map(\.name).sorted() }
        let slot = declarations.names.word(for: parts[1])
        let items = self.parts.items.filter { $0.slot == slot }.map(\.name)
        if items.isEmpty { mistakes.add(offset, "there is no item with the slot '\(parts[1])'") }
        return items.sorted()
    }

    private mutating func inputDefault(
        _ value: JSON5Value?, for type: InputType, _ scope: FormulaScope
    ) -> InputDefault? {
        guard let value else { return nil }
        switch type {
        case .integer(let minimum, let maximum):
            guard let formula = formula(value, as: .number, scope) else { return nil }
            if let constant = formula.constant,
                constant.whole.map({ $0 < minimum || $0 > maximum }) ?? true
            {
                mistakes.add(
                    value.offset, "the default \(constant) is not within the input's bounds")
            }
            return .formula(formula)
        case .bool:
            return formula(value, as: .bool, scope).map { .formula($0) }
        case .name(let choices):
            guard let text = name(value) else { return nil }
            let word = declarations.names.word(for: text)
            if !choices.isEmpty, !choices.contains(word) {
                mistakes.add(value.offset, "the default is none of the names that are allowed")
            }
            return .name(word, text: text)
        case .text(let bytesMax):
            guard let text = string(value)?.bytes else { return nil }
            if text.count > bytesMax {
                mistakes.add(value.offset, "the default has more than \(bytesMax) bytes")
            }
            return .text(text)
        case .account, .list:
            mistakes.add(value.offset, "an account or a list has no default")
            return nil
        }
    }
}
