/// Checks a formula's types and turns it into instructions.
struct FormulaCompiler {
    /// Instructions that one evaluation may carry out, loops counted with all their turns.
    static let costMax = 65_536

    let declarations: Declarations
    var scope: FormulaScope
    var code: [Instruction] = []
    var constants: [Rational] = []
    var templates: [NameTemplate] = []
    var balances: [BalanceTemplate] = []
    var tables: [TableRule] = []
    var loops: [LoopBounds] = []
    var variables: [(name: String, slot: Int)] = []
    /// Values on the stack at this point of the code.
    var depth = 0
    /// Turns of the loops around this point.
    var turns = 1
    private var cost = 0
    /// Whose percentages are being spelt out.
    var modifiersUnderWay: [String] = []

    /// What a piece of code leaves on the stack.
    struct Value {
        let type: FormulaType
        /// Known now; the code is then a single constant.
        var isConstant = false
    }

    init(_ scope: FormulaScope, _ declarations: Declarations) {
        self.scope = scope
        self.declarations = declarations
    }

    static func compile(
        _ text: [UInt8], as type: FormulaType?, _ scope: FormulaScope, _ declarations: Declarations
    ) throws(FormulaMistake) -> Formula {
        try compile(try FormulaParser.parse(text), as: type, scope, declarations)
    }

    static func compile(
        _ expression: Expression, as type: FormulaType?, _ scope: FormulaScope,
        _ declarations: Declarations
    ) throws(FormulaMistake) -> Formula {
        var compiler = FormulaCompiler(scope, declarations)
        let value = try compiler.emit(expression)
        if let type { try compiler.need(type, value, at: expression.offset) }
        return compiler.formula(of: value)
    }

    private func formula(of value: Value) -> Formula {
        Formula(type: value.type, program: program(code))
    }

    private func program(_ code: [Instruction]) -> FormulaProgram {
        FormulaProgram(
            code: code, constants: constants, templates: templates, balances: balances,
            tables: tables, loops: loops)
    }

    func need(_ type: FormulaType, _ value: Value, at offset: Int) throws(FormulaMistake) {
        guard value.type == type else {
            throw FormulaMistake(
                offset: offset,
                message: "\(type.phrase) is needed here; this is \(value.type.phrase)")
        }
    }

    // MARK: Instructions

    /// Appends an instruction that leaves `effect` more values on the stack than it found.
    mutating func append(
        _ instruction: Instruction, effect: Int, at offset: Int
    ) throws(FormulaMistake) {
        code.append(instruction)
        depth += effect
        cost += turns
        if depth > FormulaProgram.depthMax {
            throw FormulaMistake(
                offset: offset, message: "too much is computed at once here; split it with let")
        }
        if cost > FormulaCompiler.costMax {
            throw FormulaMistake(offset: offset, message: "this formula takes too many steps")
        }
    }

    mutating func appendConstant(_ value: Rational, at offset: Int) throws(FormulaMistake) {
        constants.append(value)
        try append(Instruction(.constant, constants.count - 1), effect: 1, at: offset)
    }

    /// Puts a jump here whose target is set by `land`.
    mutating func appendJump(
        _ operation: Instruction.Operation, effect: Int, at offset: Int
    ) throws(FormulaMistake) -> Int {
        try append(Instruction(operation), effect: effect, at: offset)
        return code.count - 1
    }

    /// Makes the jump go to the end of the code.
    mutating func land(_ jump: Int) {
        code[jump] = Instruction(code[jump].operation, code.count - jump - 1)
    }

    mutating func position(of template: NameTemplate) -> Int {
        noteSeason(template)
        if let known = templates.firstIndex(of: template) { return known }
        templates.append(template)
        return templates.count - 1
    }

    // MARK: Expressions

    /// Emits the code of an expression; what depends on nothing is computed at once.
    mutating func emit(_ expression: Expression) throws(FormulaMistake) -> Value {
        let start = code.count
        let base = depth
        let value = try emitNode(expression)
        if value.isConstant, code.count - start > 1 {
            try fold(from: start, base: base, at: expression.offset)
        }
        return value
    }

    private mutating func fold(from start: Int, base: Int, at offset: Int) throws(FormulaMistake) {
        let value: Rational
        do {
            value = try program(Array(code[start...])).evaluate(in: CurveContext())
        } catch {
            throw FormulaMistake(offset: offset, message: "this has no value: \(error.sentence)")
        }
        code.removeSubrange(start...)
        depth = base
        try appendConstant(value, at: offset)
    }

    private mutating func emitNode(_ expression: Expression) throws(FormulaMistake) -> Value {
        let offset = expression.offset
        switch expression.kind {
        case .number(let number):
            try appendConstant(number, at: offset)
            return Value(type: .number, isConstant: true)
        case .truth(let truth):
            try appendConstant(truth ? .one : .zero, at: offset)
            return Value(type: .bool, isConstant: true)
        case .name(let bytes):
            return try emitName(bytes, at: offset)
        case .identifier(let name):
            return try emitIdentifier(name, at: offset)
        case .negated(let inner):
            return try emitChange(.negate, inner, .number, at: offset)
        case .not(let inner):
            return try emitChange(.not, inner, .bool, at: offset)
        case .binary(.and, let left, let right):
            return try emitShortcut(.jumpIfFalseKeeping, left, right)
        case .binary(.or, let left, let right):
            return try emitShortcut(.jumpIfTrueKeeping, left, right)
        case .binary(let binary, let left, let right):
            return try binary.isComparison
                ? emitComparison(binary, left, right) : emitArithmetic(binary, left, right)
        case .call(let name, let arguments):
            return try emitCall(name, arguments, at: offset)
        case .table(let name, let keys):
            return try emitTable(name, keys, .table, at: offset)
        case .seasonNumber(let key):
            return try emitSeasonNumber(key, at: offset)
        case .isKey(let key, let table):
            return try emitTable(table, [key], .hasEntry, at: offset)
        case .otherwise(let lookUp, let value):
            return try emitOtherwise(lookUp, value)
        case .first(let search):
            return try emitFirst(search, otherwise: nil, at: offset)
        }
    }

    mutating func emitChange(
        _ operation: Instruction.Operation, _ inner: Expression, _ type: FormulaType, at offset: Int
    ) throws(FormulaMistake) -> Value {
        let value = try emit(inner)
        try need(type, value, at: inner.offset)
        try append(Instruction(operation), effect: 0, at: offset)
        return Value(type: type, isConstant: value.isConstant)
    }

    private mutating func emitShortcut(
        _ operation: Instruction.Operation, _ left: Expression, _ right: Expression
    ) throws(FormulaMistake) -> Value {
        let first = try emit(left)
        try need(.bool, first, at: left.offset)
        let jump = try appendJump(operation, effect: -1, at: left.offset)
        let second = try emit(right)
        try need(.bool, second, at: right.offset)
        land(jump)
        return Value(type: .bool, isConstant: first.isConstant && second.isConstant)
    }

    private mutating func emitArithmetic(
        _ binary: BinaryOperator, _ left: Expression, _ right: Expression
    ) throws(FormulaMistake) -> Value {
        let operation: Instruction.Operation =
            switch binary {
            case .add: .add
            case .subtract: .subtract
            case .multiply: .multiply
            default: .divide
            }
        return try emitPair(operation, left, right)
    }

    /// Two numbers that become one.
    mutating func emitPair(
        _ operation: Instruction.Operation, _ left: Expression, _ right: Expression
    ) throws(FormulaMistake) -> Value {
        let first = try emit(left)
        try need(.number, first, at: left.offset)
        let second = try emit(right)
        try need(.number, second, at: right.offset)
        if operation == .divide, second.isConstant, let last = code.last,
            constants[Int(last.operand)].isZero
        {
            throw FormulaMistake(offset: right.offset, message: "this divides by zero")
        }
        try append(Instruction(operation), effect: -1, at: left.offset)
        return Value(type: .number, isConstant: first.isConstant && second.isConstant)
    }

    private mutating func emitComparison(
        _ binary: BinaryOperator, _ left: Expression, _ right: Expression
    ) throws(FormulaMistake) -> Value {
        let first = try emit(left)
        let isEquality = binary == .equal || binary == .unequal
        if !isEquality { try need(.number, first, at: left.offset) }
        let second = try emit(right)
        try need(first.type, second, at: right.offset)
        let needsTexts = first.type == .name && !first.isConstant && !second.isConstant
        let operation: Instruction.Operation =
            switch binary {
            case .equal: needsTexts ? .equalNames : .equal
            case .unequal: needsTexts ? .unequalNames : .unequal
            case .less: .less
            case .lessOrEqual: .lessOrEqual
            case .greater: .greater
            default: .greaterOrEqual
            }
        try append(Instruction(operation), effect: -1, at: left.offset)
        return Value(type: .bool, isConstant: first.isConstant && second.isConstant)
    }

    private mutating func emitIdentifier(
        _ name: String, at offset: Int
    ) throws(FormulaMistake) -> Value {
        if let variable = variables.last(where: { $0.name == name }) {
            try append(Instruction(.slot, variable.slot), effect: 1, at: offset)
            return Value(type: .number)
        }
        if let argument = scope.arguments.first(where: { $0.name == name }) {
            return try emitArgument(argument)
        }
        if let index = scope.inputs.firstIndex(where: { $0.name == name }) {
            return try emitInput(index, at: offset)
        }
        if let index = scope.steps.firstIndex(where: { $0.name == name }) {
            if scope.steps[index].type == .name {
                try append(Instruction(.name, position(of: .step(index))), effect: 1, at: offset)
                return Value(type: .name)
            }
            try append(Instruction(.step, index), effect: 1, at: offset)
            return Value(type: scope.steps[index].type)
        }
        if let selector = scope.selector(name) {
            try needReach(.everything, name, at: offset)
            try append(Instruction(.account, detail: selector.detail), effect: 1, at: offset)
            return Value(type: .account)
        }
        if let value = try emitMoment(name, at: offset) { return value }
        throw unknown(name, at: offset)
    }

    private mutating func emitInput(_ index: Int, at offset: Int) throws(FormulaMistake) -> Value {
        let input = scope.inputs[index]
        switch input.type {
        case .number, .bool:
            try append(Instruction(.number, index), effect: 1, at: offset)
        case .name:
            let template = position(of: .input(index))
            try append(Instruction(.name, template), effect: 1, at: offset)
        case .account:
            let selector = AccountSelector.input(index)
            try append(Instruction(.account, detail: selector.detail), effect: 1, at: offset)
        case .text:
            throw FormulaMistake(
                offset: offset, message: "'\(input.name)' is a text, which rules can't read")
        case .list:
            throw FormulaMistake(
                offset: offset, message: "'\(input.name)' is a list; write count(\(input.name))")
        }
        return Value(type: input.type)
    }

    /// A template's argument means what it means where it was written.
    private mutating func emitArgument(
        _ argument: FormulaScope.Argument
    ) throws(FormulaMistake) -> Value {
        let arguments = scope.arguments
        let outer = variables
        scope.arguments = []
        variables = []
        let value = try emit(argument.expression)
        scope.arguments = arguments
        variables = outer
        return value
    }

    private func unknown(_ name: String, at offset: Int) -> FormulaMistake {
        var hint = suggestion(for: name, among: scope.known + variables.map(\.name))
        if declarations.currencyPositions[name] != nil {
            hint = "; for the balance, write available('\(name)') or earned('\(name)')"
        } else if declarations.ladderPositions[name] != nil {
            hint = "; for the rung, write rung('\(name)')"
        } else if declarations.tablePositions[name] != nil {
            hint = "; for the table, write table.\(name)[key]"
        } else if hint.isEmpty {
            hint = "; a name needs quotes: '\(name)'"
        }
        return FormulaMistake(
            offset: offset, message: "there is no input, step or variable '\(name)'\(hint)")
    }

    func needReach(
        _ reach: FormulaScope.Reach, _ what: String, at offset: Int
    ) throws(FormulaMistake) {
        switch (scope.reach, reach) {
        case (.everything, _), (_, .nothing), (.balances, .balances): return
        case (.balances, _):
            throw FormulaMistake(
                offset: offset,
                message: "a ladder climbs with balances; '\(what)' can't be read here")
        case (.nothing, _), (.season, _):
            throw FormulaMistake(
                offset: offset, message: "nothing of an account can be read here, so not '\(what)'")
        case (.event, _):
            throw FormulaMistake(
                offset: offset,
                message: "a notice says the same whenever it is told, so '\(what)' can't be read: "
                    + "show it as a step of what causes the event")
        }
    }
}
