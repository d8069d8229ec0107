/// What formulas read of accounts and inputs by function.
extension FormulaCompiler {
    mutating func emitReading(
        _ name: String, _ arguments: [Expression], at offset: Int
    ) throws(FormulaMistake) -> Value {
        switch (name, arguments.count) {
        case ("available", 1...2): return try emitBalance(.available, name, arguments, at: offset)
        case ("earned", 1...2): return try emitBalance(.earned, name, arguments, at: offset)
        case ("spent", 1...2): return try emitBalance(.spent, name, arguments, at: offset)
        case ("held", 1...2): return try emitBalance(.held, name, arguments, at: offset)
        case ("rung", 1...2): return try emitRung(arguments, at: offset)
        case ("rung_named", 2): return try emitRungNamed(arguments, at: offset)
        case ("has", 1...2): return try emitFact(.hasFact, .bool, name, arguments, at: offset)
        case ("items", 1...2): return try emitFact(.items, .number, name, arguments, at: offset)
        case ("unlocked", 1...2):
            return try emitFact(.isUnlocked, .bool, name, arguments, at: offset)
        case ("owns", 1...2):
            _ = try emitFact(.items, .number, name, arguments, at: offset)
            try appendConstant(.zero, at: offset)
            try append(Instruction(.greater), effect: -1, at: offset)
            return Value(type: .bool)
        case ("fact", 1...2), ("fact_name", 1...2):
            throw FormulaMistake(
                offset: offset,
                message: "a fact may be absent: say what then, as in "
                    + (FormulaCompiler.signatures.first { $0.name == name }?.form ?? ""))
        case ("sum", 1...2): return try emitFold(.sum, name, arguments, at: offset)
        case ("count", 1...2): return try emitCount(arguments, at: offset)
        case ("claimed", 1...2): return try emitClaimed(arguments, at: offset)
        case ("equipped", 2...3): return try emitEquipped(arguments, at: offset)
        case ("has_equipped", 1...2):
            return try emitFact(.hasEquipped, .bool, name, arguments, at: offset)
        case ("contains", 2): return try emitContains(arguments, at: offset)
        case ("streak", 1...2): return try emitStreak(.current, name, arguments, at: offset)
        case ("longest_streak", 1...2): return try emitStreak(.longest, name, arguments, at: offset)
        case ("streak_day", 1...2): return try emitStreak(.day, name, arguments, at: offset)
        case ("goal", 1...2): return try emitGoal(.progress, name, arguments, at: offset)
        case ("goal_done", 1...2): return try emitGoal(.done, name, arguments, at: offset)
        case ("enrolled", 1...2): return try emitGoal(.enrolled, name, arguments, at: offset)
        case ("progress", 1...2): return try emitProgress(arguments, at: offset)
        case ("floor_of", 2): return try emitFloorOf(arguments, at: offset)
        case ("modified", 2): return try emitModified(arguments, at: offset)
        case ("given", 1): return try emitGiven(arguments[0], at: offset)
        default:
            if let told = try emitTold(name, arguments, at: offset) { return told }
            guard FormulaCompiler.signatures.contains(where: { $0.name == name }) else {
                let names = FormulaCompiler.signatures.map(\.name)
                throw FormulaMistake(
                    offset: offset,
                    message: "there is no function '\(name)'\(suggestion(for: name, among: names))")
            }
            throw misuse(name, at: offset)
        }
    }

    /// Which account: the second argument of a look-up, if it has one.
    func selector(
        _ arguments: [Expression], after count: Int = 1
    ) throws(FormulaMistake) -> Int {
        guard arguments.count > count else { return 0 }
        if case .identifier(let name) = try resolved(arguments[count]).kind,
            let selector = scope.selector(name)
        {
            return selector.detail
        }
        throw FormulaMistake(
            offset: arguments[count].offset,
            message:
                "an account is needed here: account, parent, owner or an input of type account")
    }

    /// An expression, or what a template was given for it.
    func resolved(_ expression: Expression) throws(FormulaMistake) -> Expression {
        guard case .identifier(let name) = expression.kind,
            let argument = scope.arguments.first(where: { $0.name == name })
        else { return expression }
        return argument.expression
    }

    func quoted(
        _ expression: Expression, _ function: String
    ) throws(FormulaMistake) -> [UInt8] {
        guard case .name(let bytes) = try resolved(expression).kind else {
            throw FormulaMistake(
                offset: expression.offset,
                message: "a name in quotes is needed here: "
                    + (FormulaCompiler.signatures.first { $0.name == function }?.form ?? function))
        }
        return bytes
    }

    // MARK: Balances and rungs

    private mutating func emitBalance(
        _ part: BalancePart, _ function: String, _ arguments: [Expression], at offset: Int
    ) throws(FormulaMistake) -> Value {
        try needReach(.balances, function, at: offset)
        let account = try selector(arguments)
        if scope.reach == .balances, account != 0 {
            throw FormulaMistake(
                offset: arguments[1].offset,
                message: "a ladder climbs with the account's own balances")
        }
        let text = try quoted(arguments[0], function)
        let template = try balanceTemplate(text, at: arguments[0].offset)
        if let facet = template.facet { noteSeason(facet) }
        let position = balances.firstIndex(of: template) ?? balances.count
        if position == balances.count { balances.append(template) }
        try append(
            Instruction(.balance, position, detail: account << 2 | Int(part.rawValue)), effect: 1,
            at: offset)
        return Value(type: .number)
    }

    private mutating func emitRung(
        _ arguments: [Expression], at offset: Int
    ) throws(FormulaMistake) -> Value {
        try needReach(.everything, "rung", at: offset)
        let account = try selector(arguments)
        let ladder = try emitLadder(arguments[0], "rung", at: offset)
        try append(Instruction(.rung, ladder, detail: account), effect: 0, at: offset)
        return Value(type: .number)
    }

    /// Puts the facet of a ladder there, 0 for one that isn't kept by facet; answers its position.
    mutating func emitLadder(
        _ argument: Expression, _ function: String, at offset: Int
    ) throws(FormulaMistake) -> Int {
        let text = try quoted(argument, function)
        let (head, facet) = FormulaCompiler.split(text)
        let ladder = try ladder(String(decoding: head, as: UTF8.self), at: argument.offset)
        if ladder.isOfSeasons, facet == nil {
            let words = declarations.seasons.map { Rational(Int64($0.name.rawValue)) }
            try appendOfSeason(words, at: offset)
        } else if ladder.isScoped {
            guard let facet else {
                throw FormulaMistake(
                    offset: argument.offset,
                    message: "'\(ladder.text)' is kept for each facet: say which, "
                        + "as in \(function)('\(ladder.text):<input>')")
            }
            let template = try nameTemplate(facet, at: argument.offset)
            try appendName(template, at: offset)
        } else if facet != nil {
            throw FormulaMistake(
                offset: argument.offset, message: "'\(ladder.text)' isn't kept for each facet")
        } else {
            try appendConstant(.zero, at: offset)
        }
        return ladder.index
    }

    private mutating func emitRungNamed(
        _ arguments: [Expression], at offset: Int
    ) throws(FormulaMistake) -> Value {
        let name = String(decoding: try quoted(arguments[0], "rung_named"), as: UTF8.self)
        let ladder = try ladder(name, at: arguments[0].offset)
        let rung = String(decoding: try quoted(arguments[1], "rung_named"), as: UTF8.self)
        guard let position = ladder.nameTexts.firstIndex(of: rung) else {
            let hint = suggestion(for: rung, among: ladder.nameTexts)
            throw FormulaMistake(
                offset: arguments[1].offset,
                message: "'\(ladder.text)' has no rung '\(rung)'\(hint)")
        }
        try appendConstant(Rational(ladder.start + Int64(position)), at: offset)
        return Value(type: .number, isConstant: true)
    }

    func ladder(_ name: String, at offset: Int) throws(FormulaMistake) -> LadderRule {
        guard let position = declarations.ladderPositions[name] else {
            let hint = suggestion(for: name, among: declarations.ladders.map(\.text))
            throw FormulaMistake(offset: offset, message: "there is no ladder '\(name)'\(hint)")
        }
        return declarations.ladders[position]
    }

    // MARK: Facts, items, unlocks

    mutating func emitFact(
        _ operation: Instruction.Operation, _ type: FormulaType, _ function: String,
        _ arguments: [Expression], at offset: Int
    ) throws(FormulaMistake) -> Value {
        guard (1...2).contains(arguments.count) else { throw misuse(function, at: offset) }
        try needReach(.everything, function, at: offset)
        let account = try selector(arguments)
        let template = try template(of: arguments[0], function)
        try append(
            Instruction(operation, position(of: template), detail: account), effect: 1, at: offset)
        return Value(type: type)
    }

    /// A name in quotes, or an input that is one.
    func template(
        of expression: Expression, _ function: String
    ) throws(FormulaMistake) -> NameTemplate {
        let meant = try resolved(expression)
        if case .identifier(let name) = meant.kind, let template = scope.name(name) {
            return template
        }
        return try nameTemplate(try quoted(expression, function), at: expression.offset)
    }

    /// `sum('prefix:*')` and its like.
    mutating func emitFold(
        _ fold: FactFold, _ function: String, _ arguments: [Expression], at offset: Int
    ) throws(FormulaMistake) -> Value {
        try needReach(.everything, function, at: offset)
        let account = try selector(arguments)
        let text = try quoted(arguments[0], function)
        guard text.count > 2, text.suffix(2) == [UInt8(ascii: ":"), UInt8(ascii: "*")],
            NameSyntax.isName(Array(text.dropLast(2)))
        else { throw misuse(function, at: arguments[0].offset) }
        let prefix = position(of: .word(declarations.names.word(for: Array(text.dropLast(2)))))
        let operand = prefix << 2 | (FactFold.allCases.firstIndex(of: fold) ?? 0)
        try append(Instruction(.facts, operand, detail: account), effect: 1, at: offset)
        return Value(type: .number)
    }

    private mutating func emitCount(
        _ arguments: [Expression], at offset: Int
    ) throws(FormulaMistake) -> Value {
        if case .identifier(let name) = arguments[0].kind, arguments.count == 1 {
            guard
                let index = scope.inputs.firstIndex(where: { $0.name == name && $0.type == .list })
            else { throw misuse("count", at: offset) }
            try append(Instruction(.count, index), effect: 1, at: offset)
            return Value(type: .number)
        }
        return try emitFold(.count, "count", arguments, at: offset)
    }

    private mutating func emitGiven(
        _ argument: Expression, at offset: Int
    ) throws(FormulaMistake) -> Value {
        guard case .identifier(let name) = argument.kind,
            let index = scope.inputs.firstIndex(where: { $0.name == name })
        else { throw misuse("given", at: offset) }
        try append(Instruction(.given, index), effect: 1, at: offset)
        return Value(type: .bool)
    }
}
