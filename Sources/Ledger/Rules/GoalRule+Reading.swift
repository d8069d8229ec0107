extension Primitive {
    /// `goals: { help_5: { counts: [{ action: 'activity', when: "type == 'comment'" }], target: 5,
    ///     window: 'week', enrol: 'job', gives: [ … ] } }`
    static let goals = Primitive(
        key: "goals",
        declare: { compiler, value in
            guard case .object(let members) = value.kind else { return }
            compiler.declarations.goals = members.map(\.key)
        },
        read: { compiler, value in
            for member in compiler.members(value, "goals") {
                guard compiler.isName(member), let goal = compiler.goal(member) else { continue }
                compiler.parts.goals.append(goal)
            }
        })
}

extension RulebookCompiler {
    fileprivate mutating func goal(_ member: JSON5Member) -> GoalRule? {
        guard var reader = object(member.value, "a goal") else { return nil }
        let counts = goalCounts(reader.take("counts"))
        let reaching = reaching(reader.take("reaches"))
        let isCounting = reader.take("counts") != nil
        if isCounting == (reader.take("reaches") != nil) {
            mistakes.add(
                reader.offset, "a goal either counts actions (counts) or reaches a value (reaches)")
        }
        let target = target(reader.take("target"), at: reader.offset)
        let window = window(reader.take("window"))
        let enrolment = choice(reader.take("enrol"), default: GoalRule.Enrolment.automatic)
        let (from, until) = span(&reader)
        let isActive = bool(reader.take("active"), default: true)
        let repeatValue = reader.take("repeat")
        let repeats = bool(repeatValue, default: false)
        if let repeatValue, repeats, reaching != nil {
            mistakes.add(repeatValue.offset, "a value is reached once: only counts repeat")
        }
        let gives = effects(reader.take("gives"), FormulaScope())
        finish(reader, "a goal")
        return GoalRule(
            name: declarations.names.word(for: member.key), text: member.key, counts: counts,
            reaches: reaching, target: target, window: window, enrolment: enrolment, from: from,
            until: until, isActive: isActive, repeats: repeats, gives: gives)
    }

    private mutating func goalCounts(_ value: JSON5Value?) -> [GoalRule.Count] {
        var counts: [GoalRule.Count] = []
        /// What the values of `distinct` are: all counts of a goal share them.
        var element: FormulaType?
        for item in list(value, "actions") {
            guard let count = goalCount(item, &element) else { continue }
            counts.append(count)
        }
        return counts
    }

    /// `'activity'`, or `{ action: 'activity', when: "…", by: 'amount', distinct: 'topic' }`
    private mutating func goalCount(
        _ value: JSON5Value, _ element: inout FormulaType?
    ) -> GoalRule.Count? {
        if case .string = value.kind {
            return counted(value).map {
                GoalRule.Count(action: $0.action, when: nil, by: nil, distinct: nil)
            }
        }
        guard var reader = object(value, "an action's name in quotes, or") else { return nil }
        let action = counted(reader.take("action"), at: reader.offset)
        let condition = reader.take("when")
        let amount = reader.take("by")
        let distinctValue = reader.take("distinct")
        finish(reader, "what counts")
        guard let action else { return nil }
        let when = formula(condition, as: .bool, action.scope)
        let by = formula(amount, as: .number, action.scope)
        let distinct = distinct(distinctValue, action.scope, &element)
        if let amount, distinctValue != nil {
            mistakes.add(amount.offset, "each different value counts 1: leave by out")
        }
        return GoalRule.Count(action: action.action, when: when, by: by, distinct: distinct)
    }

    private mutating func distinct(
        _ value: JSON5Value?, _ scope: FormulaScope, _ element: inout FormulaType?
    ) -> Int? {
        guard let value, let text = string(value)?.text else { return nil }
        let types: [FormulaType] = [.name, .number, .account]
        guard
            let index = scope.inputs.firstIndex(where: {
                $0.name == text && types.contains($0.type)
            })
        else {
            let known = scope.inputs.filter { types.contains($0.type) }.map(\.name)
            mistakes.add(
                value.offset,
                "there is no input '\(text)' that is a name, an int or an account"
                    + suggestion(for: text, among: known))
            return nil
        }
        let type: FormulaType = scope.inputs[index].type == .account ? .account : .name
        if let element, element != type {
            mistakes.add(
                value.offset, "a goal counts either different accounts or different names")
        }
        element = type
        return index
    }

    private mutating func reaching(_ value: JSON5Value?) -> GoalRule.Reaching? {
        guard let value else { return nil }
        guard let formula = formula(value, as: .number, FormulaScope()) else { return nil }
        let reads = FormulaReads(formula, declarations.ladders)
        if reads.isEmpty {
            mistakes.add(
                value.offset, "this reads nothing of the account, so that it never gets further")
        }
        return GoalRule.Reaching(value: formula, reads: reads)
    }

    private mutating func target(_ value: JSON5Value?, at offset: Int) -> Int64 {
        var scope = FormulaScope()
        scope.reach = .nothing
        guard
            let formula = formula(
                value, as: .number, scope, neededBy: "the target", at: offset)
        else { return 1 }
        guard let target = formula.constant?.whole, target >= 1 else {
            mistakes.add(
                value?.offset ?? offset, "a target is an integer from 1 on that depends on nothing")
            return 1
        }
        return target
    }

    private mutating func window(_ value: JSON5Value?) -> GoalRule.Window {
        let window = choice(value, default: GoalRule.Window.none)
        guard let value, window == .season else { return window }
        if declarations.seasons.isEmpty {
            mistakes.add(value.offset, "this rulebook has no seasons")
        }
        // Windows are told by their first days.
        for (before, after) in zip(declarations.seasons, declarations.seasons.dropFirst()) {
            let days = [before, after].map {
                LocalTime($0.from, utcOffsetMinutes: utcOffsetMinutes).day
            }
            guard days[0] == days[1] else { continue }
            mistakes.add(
                value.offset,
                "'\(before.text)' and '\(after.text)' begin on the same day, so a goal can't be "
                    + "kept for each")
        }
        return window
    }
}
