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
        let byDefault = inputDefault(reader.take("default"), for: type, scope)
        let isOptional = optional(&reader, type)
        finish(reader, "an input of type \(name.text)")
        return InputRule(
            name: word, text: member.key, type: type,
            isRequired: byDefault == nil && !isOptional, byDefault: byDefault)
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
