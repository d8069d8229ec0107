/// A field of a notice or of a profile: what it is called, and how it is worked out.
package struct FieldRule: Sendable {
    package let name: String
    package let value: Value

    package indirect enum Value: Sendable {
        case formula(Formula)
        /// A name, which need not be one that the ledger has a word for.
        case name(NameTemplate)
        /// A formula that is a rung of the ladder, shown by its name on a named one.
        case rung(Formula, ladder: Word)
        /// The values of an input of type list.
        case input(Int)
        /// Items that the event gave.
        case granted
        /// What became claimable, as CLAIM's arguments.
        case claimable
        case fields([FieldRule])
    }
}

/// A field, worked out.
package struct Field: Sendable, Equatable {
    package let name: String
    package let value: Value

    package indirect enum Value: Sendable, Equatable {
        case number(Rational)
        case truth(Bool)
        case text([UInt8])
        case word(Word)
        case account(AccountNumber)
        case rung(Int64, ladder: Word)
        case list([Value])
        case fields([Field])
    }
}

/// What fields can be worked out from.
protocol FieldContext: FormulaContext {
    func values(ofInput index: Int) -> [Field.Value]
    var granted: [Field.Value] { get }
    var claimable: [Field.Value] { get }
}

extension FieldRule {
    /// The field; `nil` where it has no value: an input that wasn't given, a number that is too large,
    /// no season under way. The others are told all the same.
    func field(in context: some FieldContext) -> Field? {
        value(in: context).map { Field(name: name, value: $0) }
    }

    private func value(in context: some FieldContext) -> Field.Value? {
        switch value {
        case .formula(let formula): Self.value(of: formula, in: context)
        case .name(let template): Self.name(template, in: context)
        case .rung(let formula, let ladder):
            (try? formula.evaluate(in: context))?.whole.map { .rung($0, ladder: ladder) }
        case .input(let index): .list(context.values(ofInput: index))
        case .granted: .list(context.granted)
        case .claimable: .list(context.claimable)
        case .fields(let rules): .fields(rules.compactMap { $0.field(in: context) })
        }
    }

    private static func value(
        of formula: Formula, in context: some FieldContext
    ) -> Field.Value? {
        guard let value = try? formula.evaluate(in: context) else { return nil }
        switch formula.type {
        case .bool: return .truth(!value.isZero)
        case .name: return word(value).map { .word($0) }
        case .account: return word(value).map { .account(AccountNumber($0.rawValue)) }
        default: return .number(value)
        }
    }

    private static func word(_ value: Rational) -> Word? {
        guard let whole = value.whole, whole > 0 else { return nil }
        return Word(UInt32(truncatingIfNeeded: whole))
    }

    private static func name(
        _ template: NameTemplate, in context: some FieldContext
    ) -> Field.Value? {
        if let word = template.word(in: context) { return .word(word) }
        let text = template.text(in: context)
        return text.isEmpty ? nil : .text(text)
    }
}
