/// Percentages on top of a number; a formula's `modified('name', x)` is spelt out where it stands.
struct ModifierRule: Sendable {
    let text: String
    let percents: [Percent]
    let combine: Combining
    let round: Rounding
    let least: Rational?

    struct Percent: Sendable {
        let value: Expression
        let from: Instant?
        let until: Instant?
    }

    enum Combining: String, Sendable, CaseIterable {
        /// All percentages add up, and apply once.
        case sum
        /// Each applies to what the one before has left.
        case chain
    }

    enum Rounding: String, Sendable, CaseIterable {
        case truncate, floor
        case ceiling = "ceil"
        case halfUp = "half_up"
        case halfEven = "half_even"
        case none

        var operation: Instruction.Operation? {
            switch self {
            case .truncate: .truncate
            case .floor: .floor
            case .ceiling: .ceiling
            case .halfUp: .round
            case .halfEven: .roundToEven
            case .none: nil
            }
        }
    }
}

extension Primitive {
    /// `modifiers: { rate: { percents: [ "fact('rate') else 0",
    ///     { percent: 20, from: '2026-12-01', until: '2026-12-08' } ], round: 'floor', least: 1 } }`
    static let modifiers = Primitive(key: "modifiers") { compiler, value in
        compiler.readModifiers(value)
    }
}

extension RulebookCompiler {
    /// Each percentage costs a few instructions wherever the modifier is used.
    private static let percentsMax = 64

    fileprivate mutating func readModifiers(_ value: JSON5Value) {
        for member in members(value, "modifiers") {
            guard isName(member), var reader = object(member.value, "a modifier") else { continue }
            let values = reader.take("percents")
            if values == nil { mistakes.add(reader.offset, "the percents are missing here") }
            var percents: [ModifierRule.Percent] = []
            for item in list(values, "percentages") {
                if let percent = percent(item) { percents.append(percent) }
            }
            if percents.count > Self.percentsMax {
                mistakes.add(
                    values?.offset ?? reader.offset,
                    "a modifier has at most \(Self.percentsMax) percentages")
            }
            let combine = choice(reader.take("combine"), default: ModifierRule.Combining.sum)
            let round = choice(reader.take("round"), default: ModifierRule.Rounding.none)
            let least = number(reader.take("least"))
            finish(reader, "a modifier")
            declarations.modifiers[member.key] = ModifierRule(
                text: member.key, percents: percents, combine: combine, round: round, least: least)
        }
    }

    private mutating func percent(_ value: JSON5Value) -> ModifierRule.Percent? {
        guard case .object = value.kind else {
            return expression(value).map {
                ModifierRule.Percent(value: $0, from: nil, until: nil)
            }
        }
        guard var reader = object(value, "a percentage") else { return nil }
        let percent = reader.take("percent")
        if percent == nil { mistakes.add(reader.offset, "the percent is missing here") }
        let (from, until) = span(&reader)
        finish(reader, "a percentage")
        return percent.flatMap { expression($0) }.map {
            ModifierRule.Percent(value: $0, from: from, until: until)
        }
    }

    /// A formula whose words are given their meaning where it is used.
    private mutating func expression(_ value: JSON5Value) -> Expression? {
        switch value.kind {
        case .number(let number): return Expression(kind: .number(number), offset: 0)
        case .string(let string):
            do {
                return try FormulaParser.parse(string.bytes)
            } catch {
                mistakes.add(string.sourceOffset(of: error.offset), error.message)
            }
        default: report(value, "a percentage: a number, or a formula in quotes,")
        }
        return nil
    }

    private mutating func number(_ value: JSON5Value?) -> Rational? {
        guard let value else { return nil }
        guard case .number(let number) = value.kind else {
            report(value, "a number")
            return nil
        }
        return number
    }
}
