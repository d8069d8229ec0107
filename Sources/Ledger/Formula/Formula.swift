/// A formula of a rulebook, compiled.
///
/// Evaluating always ends and allocates nothing, unless a name is put together from several parts.
package struct Formula: Sendable {
    /// What the value is.
    package let type: FormulaType
    private let shape: Shape
    let program: FormulaProgram

    /// The simplest formulas, which are the most frequent ones: an amount that is a number, an
    /// input, or a step computed before.
    private enum Shape: Sendable {
        case constant(Rational)
        case number(input: Int)
        case step(Int)
        case program
    }

    /// A formula that is just a number.
    package init(constant: Rational, type: FormulaType = .number) {
        self.init(
            type: type,
            program: FormulaProgram(code: [Instruction(.constant, 0)], constants: [constant]))
    }

    init(type: FormulaType, program: FormulaProgram) {
        self.type = type
        self.program = program
        shape = Formula.shape(of: program)
    }

    private static func shape(of program: FormulaProgram) -> Shape {
        guard program.code.count == 1, let only = program.code.first else { return .program }
        switch only.operation {
        case .constant: return .constant(program.constants[Int(only.operand)])
        case .number: return .number(input: Int(only.operand))
        case .step: return .step(Int(only.operand))
        default: return .program
        }
    }

    /// The value where it depends on nothing.
    package var constant: Rational? {
        if case .constant(let value) = shape { value } else { nil }
    }

    /// Currencies whose balances it reads, ascending.
    package var currenciesRead: [Word] { program.currenciesRead }

    /// Ladders, by position, whose rungs it reads.
    var laddersRead: [Int] {
        program.code.filter { $0.operation == .rung || $0.operation == .aboveFloor }
            .map { Int($0.operand) }
    }

    /// The formula's value: a number, 0 or 1 for a truth, a word's number for a name.
    @inline(__always)
    package func evaluate<Context: FormulaContext & ~Copyable>(
        in context: borrowing Context
    ) throws(FormulaFault) -> Rational {
        switch shape {
        case .constant(let value): return value
        case .number(let index): return context.number(ofInput: index)
        case .step(let index): return context.number(ofStep: index)
        case .program: return try program.evaluate(in: context)
        }
    }

    /// The text of a name that `evaluate` answered a negative number for: the ledger has no word
    /// for it.
    func text<Context: FormulaContext & ~Copyable>(
        ofUnmet value: Rational, in context: borrowing Context
    ) -> [UInt8] {
        let position = Int(-value.numerator - 1)
        guard program.templates.indices.contains(position) else { return [] }
        return program.templates[position].text(in: context)
    }

    /// Whether a formula of type bool holds.
    package func holds<Context: FormulaContext & ~Copyable>(
        in context: borrowing Context
    ) throws(FormulaFault) -> Bool {
        try !evaluate(in: context).isZero
    }
}

/// What a formula does: a flat list of instructions, and what they refer to by position.
///
/// A class, so that passing a formula on counts one reference instead of one for each list.
final class FormulaProgram: Sendable {
    let code: [Instruction]
    let constants: [Rational]
    let templates: [NameTemplate]
    let balances: [BalanceTemplate]
    let tables: [TableRule]
    let loops: [LoopBounds]
    /// Ascending.
    let currenciesRead: [Word]

    /// Values on the stack at once; the compiler refuses formulas that need more.
    static let depthMax = 16

    init(
        code: [Instruction], constants: [Rational], templates: [NameTemplate] = [],
        balances: [BalanceTemplate] = [], tables: [TableRule] = [], loops: [LoopBounds] = []
    ) {
        self.code = code
        self.constants = constants
        self.templates = templates
        self.balances = balances
        self.tables = tables
        self.loops = loops
        var currencies: [Word] = []
        for balance in balances where !currencies.contains(balance.currency) {
            currencies.append(balance.currency)
        }
        currenciesRead = currencies.sorted()
    }

    func evaluate<Context: FormulaContext & ~Copyable>(
        in context: borrowing Context
    ) throws(FormulaFault) -> Rational {
        var machine = FormulaMachine()
        try machine.run(self, in: context)
        return machine.result
    }
}

/// What a formula, an input or a `let` step is.
package enum FormulaType: String, Sendable {
    case number, bool, name, account, text, list

    /// With its article, for messages.
    var phrase: String {
        switch self {
        case .number: "a number"
        case .bool: "a truth (true or false)"
        case .name: "a name"
        case .account: "an account"
        case .text: "a text"
        case .list: "a list"
        }
    }
}
