/// What formulas read of the time, of seasons, streaks and goals, and of the way up a ladder.
extension FormulaCompiler {
    /// `day`, `week`, `weekday` … , `season` and `in_season`; `nil` for any other word.
    mutating func emitMoment(_ name: String, at offset: Int) throws(FormulaMistake) -> Value? {
        if let part = MomentPart.words.first(where: { $0.name == name })?.part {
            if scope.reach != .event { try needReach(.everything, name, at: offset) }
            try appendMoment(part, at: offset)
            return Value(type: .number)
        }
        switch name {
        case "season":
            let words = declarations.seasons.map { Rational(Int64($0.name.rawValue)) }
            try appendOfSeason(words, at: offset)
            return Value(type: .name)
        case "in_season":
            if scope.reach != .event { try needReach(.everything, name, at: offset) }
            try append(Instruction(.inSeason), effect: 1, at: offset)
            return Value(type: .bool)
        default: return nil
        }
    }

    private mutating func appendMoment(_ part: MomentPart, at offset: Int) throws(FormulaMistake) {
        let index = MomentPart.allCases.firstIndex(of: part) ?? 0
        try append(Instruction(.moment, index), effect: 1, at: offset)
    }

    /// `season.key`: the season's own number.
    mutating func emitSeasonNumber(_ key: String, at offset: Int) throws(FormulaMistake) -> Value {
        let names = declarations.seasonNumbers ?? []
        guard let index = names.firstIndex(of: key) else {
            throw FormulaMistake(
                offset: offset,
                message: "seasons have no number '\(key)'\(suggestion(for: key, among: names))")
        }
        try appendOfSeason(declarations.seasons.map { $0.numbers[index] }, at: offset)
        return Value(type: .number)
    }

    /// Puts one of these there, by the season that is running.
    mutating func appendOfSeason(
        _ values: [Rational], at offset: Int
    ) throws(FormulaMistake) {
        guard !values.isEmpty else {
            throw FormulaMistake(offset: offset, message: "this rulebook has no seasons")
        }
        if scope.reach != .season, scope.reach != .event {
            try needReach(.everything, "season", at: offset)
        }
        constants.append(contentsOf: values)
        let first = constants.count - values.count
        try append(Instruction(.season, first), effect: 1, at: offset)
    }

    /// Before a name with `<season>` in it is used: fails where none is running. What a ladder climbs
    /// with is no formula of one season, but of each.
    mutating func noteSeason(_ template: NameTemplate) {
        guard template.isOfSeason, scope.reach != .balances else { return }
        code.append(Instruction(.needSeason))
    }

    // MARK: Streaks and goals

    mutating func emitStreak(
        _ part: StreakPart, _ function: String, _ arguments: [Expression], at offset: Int
    ) throws(FormulaMistake) -> Value {
        try emitStanding(
            Instruction.Operation.streak, part.rawValue, function, declarations.streaks, arguments,
            at: offset)
        return Value(type: .number)
    }

    mutating func emitGoal(
        _ part: GoalPart, _ function: String, _ arguments: [Expression], at offset: Int
    ) throws(FormulaMistake) -> Value {
        try emitStanding(
            Instruction.Operation.goal, part.rawValue, function, declarations.goals, arguments,
            at: offset)
        return Value(type: part == .enrolled ? .bool : .number)
    }

    private mutating func emitStanding(
        _ operation: Instruction.Operation, _ part: Int, _ function: String, _ known: [String],
        _ arguments: [Expression], at offset: Int
    ) throws(FormulaMistake) {
        try needReach(.everything, function, at: offset)
        let account = try selector(arguments)
        let template = try template(of: arguments[0], function)
        if case .word = template, case .name(let bytes) = try resolved(arguments[0]).kind {
            let name = String(decoding: bytes, as: UTF8.self)
            let what = operation == .streak ? "streak" : "goal"
            guard known.contains(name) else {
                throw FormulaMistake(
                    offset: arguments[0].offset,
                    message: "there is no \(what) '\(name)'\(suggestion(for: name, among: known))")
            }
        }
        try appendName(template, at: offset)
        try append(Instruction(operation, part, detail: account), effect: 0, at: offset)
    }

    // MARK: The way up a ladder

    /// `progress('ladder')`
    mutating func emitProgress(
        _ arguments: [Expression], at offset: Int
    ) throws(FormulaMistake) -> Value {
        try needReach(.everything, "progress", at: offset)
        let account = try selector(arguments)
        let ladder = try emitLadder(arguments[0], "progress", at: offset)
        try append(Instruction(.aboveFloor, ladder, detail: account), effect: 0, at: offset)
        return Value(type: .number)
    }

    /// `floor_of('ladder', n)`
    mutating func emitFloorOf(
        _ arguments: [Expression], at offset: Int
    ) throws(FormulaMistake) -> Value {
        let ladder = try emitLadder(arguments[0], "floor_of", at: offset)
        let rung = try emit(arguments[1])
        try need(.number, rung, at: arguments[1].offset)
        try append(Instruction(.floorOfRung, ladder), effect: -1, at: offset)
        return Value(type: .number)
    }

    // MARK: Modifiers

    /// `modified('name', x)`: x with the modifier's percentages, spelt out.
    mutating func emitModified(
        _ arguments: [Expression], at offset: Int
    ) throws(FormulaMistake) -> Value {
        let name = String(decoding: try quoted(arguments[0], "modified"), as: UTF8.self)
        guard let modifier = declarations.modifiers[name] else {
            let known = declarations.modifiers.keys.sorted()
            throw FormulaMistake(
                offset: arguments[0].offset,
                message: "there is no modifier '\(name)'\(suggestion(for: name, among: known))")
        }
        guard !modifiersUnderWay.contains(name) else {
            throw FormulaMistake(offset: offset, message: "the modifier '\(name)' reads itself")
        }
        let value = try emit(arguments[1])
        try need(.number, value, at: arguments[1].offset)
        modifiersUnderWay.append(name)
        switch modifier.combine {
        case .sum: try emitFactor(modifier.percents, modifier, at: offset)
        case .chain:
            for percent in modifier.percents { try emitFactor([percent], modifier, at: offset) }
        }
        modifiersUnderWay.removeLast()
        if let rounding = modifier.round.operation {
            try append(Instruction(rounding), effect: 0, at: offset)
        }
        if let least = modifier.least {
            try appendConstant(least, at: offset)
            try append(Instruction(.maximum), effect: -1, at: offset)
        }
        return Value(type: .number)
    }

    /// Multiplies by (100 + the sum of the percentages) / 100.
    private mutating func emitFactor(
        _ percents: [ModifierRule.Percent], _ modifier: ModifierRule, at offset: Int
    ) throws(FormulaMistake) {
        try appendConstant(Rational(100), at: offset)
        for percent in percents {
            try emitPercent(percent, modifier, at: offset)
            try append(Instruction(.add), effect: -1, at: offset)
        }
        try appendConstant(Rational(100), at: offset)
        try append(Instruction(.divide), effect: -1, at: offset)
        try append(Instruction(.multiply), effect: -1, at: offset)
    }

    /// The percentage while it holds, else 0.
    private mutating func emitPercent(
        _ percent: ModifierRule.Percent, _ modifier: ModifierRule, at offset: Int
    ) throws(FormulaMistake) {
        var exits: [Int] = []
        for (bound, operation) in [
            (percent.from, Instruction.Operation.greaterOrEqual), (percent.until, .less),
        ] {
            guard let bound else { continue }
            try needReach(.everything, "modified", at: offset)
            try appendMoment(.instant, at: offset)
            try appendConstant(Rational(bound.microseconds), at: offset)
            try append(Instruction(operation), effect: -1, at: offset)
            exits.append(try appendJump(.jumpIfFalse, effect: -1, at: offset))
        }
        try emitPercentValue(percent.value, modifier, at: offset)
        guard !exits.isEmpty else { return }
        let end = try appendJump(.jump, effect: -1, at: offset)
        for exit in exits { land(exit) }
        try appendConstant(.zero, at: offset)
        land(end)
    }

    /// In the words of the rule that uses the modifier, without those that only a template or a
    /// search around it has. What is wrong with it is told where it is used.
    private mutating func emitPercentValue(
        _ expression: Expression, _ modifier: ModifierRule, at offset: Int
    ) throws(FormulaMistake) {
        let outer = (scope.arguments, variables)
        scope.arguments = []
        variables = []
        do throws(FormulaMistake) {
            try need(.number, try emit(expression), at: offset)
        } catch {
            throw FormulaMistake(
                offset: offset, message: "in the modifier '\(modifier.text)': \(error.message)")
        }
        (scope.arguments, variables) = outer
    }
}
