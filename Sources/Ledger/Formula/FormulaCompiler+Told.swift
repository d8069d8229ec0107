/// What notices read of their event.
extension FormulaCompiler {
    /// `nil` for other functions.
    mutating func emitTold(
        _ name: String, _ arguments: [Expression], at offset: Int
    ) throws(FormulaMistake) -> Value? {
        guard ["posted", "moved", "rung_before", "rung_after"].contains(name) else { return nil }
        guard arguments.count == 1 else { throw misuse(name, at: offset) }
        guard scope.reach == .event else {
            throw FormulaMistake(
                offset: offset, message: "'\(name)' is for notices: it reads what an event did")
        }
        if name == "posted" { return try emitPosted(arguments[0], at: offset) }
        let text = String(decoding: try quoted(arguments[0], name), as: UTF8.self)
        let ladder = try ladder(text, at: arguments[0].offset)
        let detail = name == "moved" ? 0 : name == "rung_before" ? 1 : 2
        try append(Instruction(.climbed, ladder.index, detail: detail), effect: 1, at: offset)
        return Value(type: name == "moved" ? .bool : .number)
    }

    /// What was earned less what was spent; of a currency without its facet, of all facets.
    private mutating func emitPosted(
        _ argument: Expression, at offset: Int
    ) throws(FormulaMistake) -> Value {
        let text = try quoted(argument, "posted")
        let (head, facet) = FormulaCompiler.split(text)
        let name = String(decoding: head, as: UTF8.self)
        var template: BalanceTemplate
        if facet == nil, let position = declarations.currencyPositions[name] {
            template = BalanceTemplate(
                currency: declarations.currencies[position].name, facet: nil)
        } else {
            template = try balanceTemplate(text, at: argument.offset)
        }
        balances.append(template)
        try append(
            Instruction(.posted, balances.count - 1, detail: facet == nil ? 1 : 0), effect: 1,
            at: offset)
        return Value(type: .number)
    }
}

extension FormulaMachine {
    mutating func lookUpTold<Context: FormulaContext & ~Copyable>(
        _ instruction: Instruction, of program: FormulaProgram, in context: borrowing Context
    ) throws(FormulaFault) {
        let operand = Int(instruction.operand)
        guard instruction.operation == .climbed else {
            guard let name = program.balances[operand].name(in: context) else {
                return push(Rational.zero)
            }
            let sum = context.posted(name, isWhole: instruction.detail == 1)
            guard let sum else { throw .overflow }
            return push(Rational(sum))
        }
        let climbed = context.climbed(ladder: operand)
        if instruction.detail == 0 { return push(climbed.map { $0.from != $0.to } ?? false) }
        // An event says on which rung it found an account only if it moved it, or was stamped.
        guard let climbed else { throw .noneFound }
        push(Rational(instruction.detail == 1 ? climbed.from : climbed.to))
    }
}

extension Formula {
    /// Whether it asks what was posted or climbed.
    var asksOfEvent: Bool {
        program.code.contains { $0.operation == .posted || $0.operation == .climbed }
    }
}
