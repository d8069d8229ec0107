extension RulebookCompiler {
    /// A sentence with `{formula}` in it: a number, or a name. `{formula | 1}` shows one digit
    /// behind the point; `{{` is a brace.
    mutating func message(_ value: JSON5Value, _ scope: FormulaScope) -> MessageRule? {
        guard let string = string(value) else { return nil }
        var parts: [MessageRule.Part] = []
        var literal: [UInt8] = []
        var index = 0
        let bytes = string.bytes
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "{") else {
                literal.append(byte)
                continue
            }
            if index < bytes.count, bytes[index] == byte {
                literal.append(byte)
                index += 1
                continue
            }
            guard let end = bytes[index...].firstIndex(of: UInt8(ascii: "}")) else {
                mistakes.add(
                    string.sourceOffset(of: index - 1),
                    "'}' is missing; for a brace itself write '{{'")
                return nil
            }
            if !literal.isEmpty { parts.append(.text(String(decoding: literal, as: UTF8.self))) }
            literal = []
            guard let part = placeholder(string, index..<end, scope) else { return nil }
            parts.append(part)
            index = end + 1
        }
        if !literal.isEmpty { parts.append(.text(String(decoding: literal, as: UTF8.self))) }
        return MessageRule(parts: parts)
    }

    private mutating func placeholder(
        _ string: JSON5String, _ range: Range<Int>, _ scope: FormulaScope
    ) -> MessageRule.Part? {
        var text = string.bytes[range]
        var decimals: Int?
        if let bar = text.lastIndex(of: UInt8(ascii: "|")) {
            let digits = text[(bar + 1)...].filter { $0 != 0x20 }
            guard digits.count == 1, FormulaLexer.isDigit(digits[0]) else {
                mistakes.add(
                    string.sourceOffset(of: bar),
                    "behind '|' stands how many digits are shown: {x | 1}")
                return nil
            }
            decimals = Int(digits[0] - UInt8(ascii: "0"))
            text = text[..<bar]
        }
        do throws(FormulaMistake) {
            let expression = try FormulaParser.parse(Array(text))
            let formula = try FormulaCompiler.compile(expression, as: nil, scope, declarations)
            switch formula.type {
            case .number: return .number(formula, decimals: decimals)
            case .name: return .name(try nameItself(expression, scope))
            default:
                throw FormulaMistake(
                    offset: 0,
                    message: "a message shows numbers and names; this is \(formula.type.phrase)")
            }
        } catch {
            mistakes.add(string.sourceOffset(of: range.lowerBound + error.offset), error.message)
            return nil
        }
    }

    /// The name itself rather than its number, as it may have none yet.
    func nameItself(
        _ expression: Expression, _ scope: FormulaScope
    ) throws(FormulaMistake) -> NameTemplate {
        let compiler = FormulaCompiler(scope, declarations)
        let meant = try compiler.resolved(expression)
        switch meant.kind {
        case .name(let bytes): return try compiler.nameTemplate(bytes, at: meant.offset)
        case .identifier(let name):
            if let template = scope.name(name) { return template }
        default: break
        }
        throw FormulaMistake(
            offset: 0, message: "a name is needed here: an input, a step, or one in quotes")
    }

    /// One sentence, or several in brackets of which the first that holds is said:
    /// `[ { when: "…", say: "…" }, "…" ]`.
    mutating func sentence(_ value: JSON5Value, _ scope: FormulaScope) -> SentenceRule? {
        guard case .array(let items) = value.kind else {
            return message(value, scope).map {
                SentenceRule(variants: [SentenceRule.Variant(when: nil, message: $0)])
            }
        }
        var variants: [SentenceRule.Variant] = []
        for item in items {
            if let variant = variant(item, scope) { variants.append(variant) }
        }
        guard variants.count == items.count else { return nil }
        guard variants.last?.when == nil, !variants.isEmpty else {
            mistakes.add(
                value.offset, "the last sentence has to be one without a condition: \"…\"")
            return nil
        }
        return SentenceRule(variants: variants)
    }

    private mutating func variant(
        _ value: JSON5Value, _ scope: FormulaScope
    ) -> SentenceRule.Variant? {
        if case .string = value.kind {
            return message(value, scope).map { SentenceRule.Variant(when: nil, message: $0) }
        }
        guard var reader = object(value, "a sentence in quotes, or when and say,") else {
            return nil
        }
        let condition = reader.take("when")
        let say = reader.take("say")
        finish(reader, "a sentence")
        guard let say, condition != nil else {
            mistakes.add(value.offset, "a sentence of several is { when: …, say: … }, or a text")
            return nil
        }
        guard let when = formula(condition, as: .bool, scope), let message = message(say, scope)
        else { return nil }
        return SentenceRule.Variant(when: when, message: message)
    }
}
