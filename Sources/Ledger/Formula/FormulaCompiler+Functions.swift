extension FormulaCompiler {
    /// Every function, as a reader of a mistake needs to see it.
    static let signatures: [(name: String, form: String)] = [
        ("if", "if(condition, value, otherwise)"), ("min", "min(a, b, …)"),
        ("max", "max(a, b, …) or max('prefix:*')"), ("clamp", "clamp(value, lowest, highest)"),
        ("abs", "abs(a)"), ("floor", "floor(a)"), ("ceil", "ceil(a)"), ("truncate", "truncate(a)"),
        ("round", "round(a)"), ("round_even", "round_even(a)"), ("root", "root(a, degree)"),
        ("power", "power(a, exponent)"), ("sum", "sum('prefix:*')"),
        ("count", "count('prefix:*') or count(list)"), ("available", "available('currency')"),
        ("earned", "earned('currency')"), ("spent", "spent('currency')"),
        ("held", "held('currency')"),
        ("rung", "rung('ladder')"), ("rung_named", "rung_named('ladder', 'rung')"),
        ("has", "has('fact')"), ("fact", "fact('name') else 0"),
        ("fact_name", "fact_name('name') else 'none'"), ("owns", "owns('item')"),
        ("items", "items('item')"), ("unlocked", "unlocked('name')"), ("given", "given(input)"),
        ("claimed", "claimed('offer') or claimed('offer:value:value')"),
        ("equipped", "equipped('slot', 'item')"), ("has_equipped", "has_equipped('slot')"),
        ("contains", "contains(list, value)"), ("streak", "streak('name')"),
        ("longest_streak", "longest_streak('name')"), ("streak_day", "streak_day('name')"),
        ("goal", "goal('name')"), ("goal_done", "goal_done('name')"),
        ("enrolled", "enrolled('goal')"), ("progress", "progress('ladder')"),
        ("floor_of", "floor_of('ladder', rung)"), ("modified", "modified('modifier', value)"),
        ("posted", "posted('currency')"),
        ("moved", "moved('ladder')"), ("rung_before", "rung_before('ladder')"),
        ("rung_after", "rung_after('ladder')"),
    ]

    func misuse(_ name: String, at offset: Int) -> FormulaMistake {
        let form = FormulaCompiler.signatures.first { $0.name == name }?.form ?? name
        return FormulaMistake(offset: offset, message: "write \(form)")
    }

    mutating func emitCall(
        _ name: String, _ arguments: [Expression], at offset: Int
    ) throws(FormulaMistake) -> Value {
        switch (name, arguments.count) {
        case ("if", 3): return try emitChoice(arguments)
        case ("max", 1): return try emitFold(.max, name, arguments, at: offset)
        case ("min", 2...): return try emitChain(.minimum, arguments, at: offset)
        case ("max", 2...): return try emitChain(.maximum, arguments, at: offset)
        case ("clamp", 3): return try emitClamp(arguments, at: offset)
        case ("abs", 1): return try emitChange(.magnitude, arguments[0], .number, at: offset)
        case ("floor", 1): return try emitChange(.floor, arguments[0], .number, at: offset)
        case ("ceil", 1): return try emitChange(.ceiling, arguments[0], .number, at: offset)
        case ("truncate", 1): return try emitChange(.truncate, arguments[0], .number, at: offset)
        case ("round", 1): return try emitChange(.round, arguments[0], .number, at: offset)
        case ("round_even", 1):
            return try emitChange(.roundToEven, arguments[0], .number, at: offset)
        case ("root", 2): return try emitPair(.root, arguments[0], arguments[1])
        case ("power", 2): return try emitPair(.power, arguments[0], arguments[1])
        default: return try emitReading(name, arguments, at: offset)
        }
    }

    private mutating func emitChoice(_ arguments: [Expression]) throws(FormulaMistake) -> Value {
        let condition = try emit(arguments[0])
        try need(.bool, condition, at: arguments[0].offset)
        let base = depth - 1
        let toElse = try appendJump(.jumpIfFalse, effect: -1, at: arguments[0].offset)
        let first = try emit(arguments[1])
        let toEnd = try appendJump(.jump, effect: 0, at: arguments[1].offset)
        land(toElse)
        depth = base
        let second = try emit(arguments[2])
        try need(first.type, second, at: arguments[2].offset)
        land(toEnd)
        return Value(
            type: first.type,
            isConstant: condition.isConstant && first.isConstant && second.isConstant)
    }

    private mutating func emitChain(
        _ operation: Instruction.Operation, _ arguments: [Expression], at offset: Int
    ) throws(FormulaMistake) -> Value {
        var isConstant = true
        for (index, argument) in arguments.enumerated() {
            let value = try emit(argument)
            try need(.number, value, at: argument.offset)
            isConstant = isConstant && value.isConstant
            if index > 0 { try append(Instruction(operation), effect: -1, at: offset) }
        }
        return Value(type: .number, isConstant: isConstant)
    }

    /// The upper bound first, so that the lower one wins where they contradict each other.
    private mutating func emitClamp(
        _ arguments: [Expression], at offset: Int
    ) throws(FormulaMistake) -> Value {
        let value = try emitPair(.minimum, arguments[0], arguments[2])
        let lowest = try emit(arguments[1])
        try need(.number, lowest, at: arguments[1].offset)
        try append(Instruction(.maximum), effect: -1, at: offset)
        return Value(type: .number, isConstant: value.isConstant && lowest.isConstant)
    }

    // MARK: Tables

    mutating func emitTable(
        _ name: String, _ keys: [Expression], _ operation: Instruction.Operation, at offset: Int
    ) throws(FormulaMistake) -> Value {
        guard let declared = declarations.tablePositions[name] else {
            let hint = suggestion(for: name, among: declarations.tables.map(\.text))
            throw FormulaMistake(offset: offset, message: "there is no table '\(name)'\(hint)")
        }
        let table = declarations.tables[declared]
        guard keys.count == table.keys.count else {
            let form = table.keys.count == 1 ? "table.\(name)[key]" : "table.\(name)[key][key]"
            throw FormulaMistake(
                offset: offset, message: "this table has \(table.keys.count) key(s): \(form)")
        }
        var isConstant = true
        for (key, type) in zip(keys, table.keys) {
            let value = try emit(key)
            try need(type, value, at: key.offset)
            isConstant = isConstant && value.isConstant
        }
        let position = tables.firstIndex { $0.name == table.name } ?? tables.count
        if position == tables.count { tables.append(table) }
        try append(
            Instruction(operation, position, detail: keys.count), effect: 1 - keys.count, at: offset
        )
        let isCertain = isConstant && operation != .tableElse
        return Value(type: operation == .hasEntry ? .bool : table.type, isConstant: isCertain)
    }

    // MARK: Look-ups with an alternative

    mutating func emitOtherwise(
        _ lookUp: Expression, _ alternative: Expression
    ) throws(FormulaMistake) -> Value {
        let offset = lookUp.offset
        let base = depth
        let found: Value
        switch lookUp.kind {
        case .table(let name, let keys):
            found = try emitTable(name, keys, .tableElse, at: offset)
        case .call("fact", let arguments):
            found = try emitFact(.factElse, .number, "fact", arguments, at: offset)
        case .call("fact_name", let arguments):
            found = try emitFact(.factNameElse, .name, "fact_name", arguments, at: offset)
        case .first(let search):
            return try emitFirst(search, otherwise: alternative, at: offset)
        default:
            throw FormulaMistake(
                offset: alternative.offset,
                message:
                    "'else' follows a table look-up, a fact or first(…); else write if(a, b, c)")
        }
        let toEnd = try appendJump(.jump, effect: 0, at: offset)
        depth = base
        let value = try emit(alternative)
        try need(found.type, value, at: alternative.offset)
        land(toEnd)
        return Value(type: found.type)
    }

    // MARK: first(t in a..b step s where …)

    /// How many values `first` may try.
    static let turnsMax = 256

    mutating func emitFirst(
        _ search: FirstSearch, otherwise: Expression?, at offset: Int
    ) throws(FormulaMistake) -> Value {
        let from = try constant(search.from)
        let to = try constant(search.to)
        let step =
            try search.step.map { (step) throws(FormulaMistake) in try constant(step) } ?? .one
        let count = try turnCount(from, to, step, at: offset)
        let base = depth
        try appendConstant(from, at: offset)
        variables.append((search.variable, base))
        loops.append(LoopBounds(limit: to, step: step))
        let loop = loops.count - 1
        let outerTurns = turns
        turns = min(turns * count, FormulaCompiler.costMax + 1)
        let start = code.count
        let condition = try emit(search.condition)
        try need(.bool, condition, at: search.condition.offset)
        let found = try appendJump(.jumpIfTrue, effect: -1, at: offset)
        try append(Instruction(.advance, loop), effect: 0, at: offset)
        try append(Instruction(.jump, start - code.count - 1), effect: 0, at: offset)
        turns = outerTurns
        variables.removeLast()
        depth = base
        if let otherwise {
            let value = try emit(otherwise)
            try need(.number, value, at: otherwise.offset)
        } else {
            try append(Instruction(.fail), effect: 1, at: offset)
        }
        land(found)
        return Value(type: .number)
    }

    /// The value of an expression that has to be known when the rulebook is loaded.
    private mutating func constant(_ expression: Expression) throws(FormulaMistake) -> Rational {
        let value = try emit(expression)
        try need(.number, value, at: expression.offset)
        guard value.isConstant, let instruction = code.popLast() else {
            throw FormulaMistake(
                offset: expression.offset,
                message: "the bounds of first(…) have to be plain numbers")
        }
        depth -= 1
        return constants[Int(instruction.operand)]
    }

    private func turnCount(
        _ from: Rational, _ to: Rational, _ step: Rational, at offset: Int
    ) throws(FormulaMistake) -> Int {
        guard !step.isZero else {
            throw FormulaMistake(offset: offset, message: "the step of first(…) can't be 0")
        }
        guard let steps = to.subtracting(from)?.divided(by: step)?.floor.whole, steps < 256 else {
            throw FormulaMistake(
                offset: offset,
                message: "first(…) may try at most \(FormulaCompiler.turnsMax) values")
        }
        guard steps >= 0 else {
            throw FormulaMistake(offset: offset, message: "first(…) has no values to try")
        }
        return Int(steps) + 1
    }
}
