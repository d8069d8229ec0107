/// A formula of a rulebook, compiled: a flat list of instructions that always ends, needs a stack
/// of a fixed size, and allocates nothing unless a name is put together from several parts.
package struct Formula: Sendable {
    /// What the value is.
    package let type: FormulaType
    /// The value where it depends on nothing.
    package let constant: Rational?
    /// Currencies whose balances it reads, ascending.
    package let currenciesRead: [Word]

    let code: [Instruction]
    let constants: [Rational]
    let templates: [NameTemplate]
    let balances: [BalanceTemplate]
    let tables: [TableRule]
    let loops: [LoopBounds]

    /// Values on the stack at once; the compiler refuses formulas that need more.
    static let depthMax = 16

    /// A formula that is just a number.
    package init(constant: Rational, type: FormulaType = .number) {
        self.type = type
        self.constant = constant
        currenciesRead = []
        code = [Instruction(.constant, 0)]
        constants = [constant]
        templates = []
        balances = []
        tables = []
        loops = []
    }

    init(
        type: FormulaType, constant: Rational?, code: [Instruction], constants: [Rational],
        templates: [NameTemplate], balances: [BalanceTemplate], tables: [TableRule],
        loops: [LoopBounds]
    ) {
        self.type = type
        self.constant = constant
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

    /// The formula's value: a number, 0 or 1 for a truth, a word's number for a name.
    package func evaluate<Context: FormulaContext & ~Copyable>(
        in context: borrowing Context
    ) throws(FormulaFault) -> Rational {
        if let constant { return constant }
        var machine = FormulaMachine()
        try machine.run(self, in: context)
        return machine.result
    }

    /// Whether a formula of type bool holds.
    package func holds<Context: FormulaContext & ~Copyable>(
        in context: borrowing Context
    ) throws(FormulaFault) -> Bool {
        try !evaluate(in: context).isZero
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
