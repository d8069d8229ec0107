extension Primitive {
    /// `streaks: { daily: { counts: ['activity', { action: 'quest', when: 'done' }], grace: 1,
    ///     freeze: 'freeze', time_zone: 'account', backwards: 'restart', bonus: [ … ] } }`
    static let streaks = Primitive(
        key: "streaks",
        declare: { compiler, value in
            guard case .object(let members) = value.kind else { return }
            compiler.declarations.streaks = members.map(\.key)
        },
        read: { compiler, value in
            for member in compiler.members(value, "streaks") {
                guard compiler.isName(member), let streak = compiler.streak(member) else {
                    continue
                }
                compiler.parts.streaks.append(streak)
            }
        })
}

extension RulebookCompiler {
    private static let graceMax: Int64 = 366

    fileprivate mutating func streak(_ member: JSON5Member) -> StreakRule? {
        guard var reader = object(member.value, "a streak") else { return nil }
        let value = reader.take("counts")
        if value == nil {
            mistakes.add(reader.offset, "what counts is missing: counts: ['action']")
        }
        var counts: [StreakRule.Count] = []
        for item in list(value, "actions") {
            guard let count = streakCount(item) else { continue }
            counts.append(count)
        }
        let grace = integer(reader.take("grace"), in: 0...Self.graceMax) ?? 0
        let freeze = reader.take("freeze")
        var item: Word?
        if let freeze, let text = name(freeze) {
            let name = String(decoding: text, as: UTF8.self)
            if !declarations.items.isEmpty, declarations.items[name] == nil {
                let hint = suggestion(for: name, among: declarations.items.keys.sorted())
                mistakes.add(freeze.offset, "there is no item '\(name)'\(hint)")
            }
            item = declarations.names.word(for: text)
        }
        let zone = choice(reader.take("time_zone"), default: StreakRule.Zone.rulebook)
        let backwards = choice(reader.take("backwards"), default: StreakRule.Backwards.ignore)
        let bonus = effects(reader.take("bonus"), FormulaScope())
        finish(reader, "a streak")
        return StreakRule(
            name: declarations.names.word(for: member.key), text: member.key, counts: counts,
            grace: grace, freeze: item, timeZone: zone, backwards: backwards, bonus: bonus)
    }

    /// `'activity'`, or `{ action: 'activity', when: "type == 'quiz'" }`
    private mutating func streakCount(_ value: JSON5Value) -> StreakRule.Count? {
        if case .string = value.kind {
            return counted(value).map { StreakRule.Count(action: $0.action, when: nil) }
        }
        guard var reader = object(value, "an action's name in quotes, or") else { return nil }
        let action = counted(reader.take("action"), at: reader.offset)
        let condition = reader.take("when")
        let when = action.flatMap { formula(condition, as: .bool, $0.scope) }
        finish(reader, "what counts")
        return action.map { StreakRule.Count(action: $0.action, when: when) }
    }

    /// The action that is named, and what formulas about it see.
    mutating func counted(
        _ value: JSON5Value?, at offset: Int = 0
    ) -> (action: Int, scope: FormulaScope)? {
        guard let value else {
            mistakes.add(offset, "the action is missing: action: 'name'")
            return nil
        }
        guard let name = string(value)?.text else { return nil }
        guard let action = parts.actions.firstIndex(where: { $0.text == name }),
            let scope = actionScopes[name]
        else {
            // What is wrong with an action is told at the action.
            guard actionScopes[name] == nil else { return nil }
            let hint = suggestion(for: name, among: parts.actions.map(\.text))
            mistakes.add(value.offset, "there is no action '\(name)'\(hint)")
            return nil
        }
        return (action, scope)
    }
}
