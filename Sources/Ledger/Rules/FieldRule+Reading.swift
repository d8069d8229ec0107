extension RulebookCompiler {
    /// `{ new_level: "rung_after('level')", items: { list: 'granted' }, sums: { … } }`
    mutating func fields(
        _ value: JSON5Value?, _ what: String, reserved: [String], _ scope: FormulaScope
    ) -> [FieldRule] {
        guard let value else { return [] }
        var rules: [FieldRule] = []
        for member in members(value, what) {
            guard isName(member) else { continue }
            if reserved.contains(member.key) {
                mistakes.add(
                    member.keyOffset,
                    "'\(member.key)' is there already: choose another name for this field")
            }
            if let value = fieldValue(member.value, scope) {
                rules.append(FieldRule(name: member.key, value: value))
            }
        }
        return rules
    }

    private mutating func fieldValue(
        _ value: JSON5Value, _ scope: FormulaScope
    ) -> FieldRule.Value? {
        guard case .object(let members) = value.kind else { return fieldFormula(value, scope) }
        guard members.count == 1, members[0].key == "list" else {
            return .fields(fields(value, "fields", reserved: [], scope))
        }
        return fieldList(members[0].value, scope)
    }

    private mutating func fieldList(
        _ value: JSON5Value, _ scope: FormulaScope
    ) -> FieldRule.Value? {
        guard let text = string(value)?.text else { return nil }
        let lists = scope.inputs.filter { $0.type == .list }.map(\.name)
        if let index = scope.inputs.firstIndex(where: { $0.name == text && $0.type == .list }) {
            return .input(index)
        }
        let known = (scope.reach == .event ? ["granted", "claimable"] : []) + lists
        guard known.contains(text) else {
            mistakes.add(
                value.offset, "there is no list '\(text)'\(suggestion(for: text, among: known))")
            return nil
        }
        return text == "granted" ? .granted : .claimable
    }

    private mutating func fieldFormula(
        _ value: JSON5Value, _ scope: FormulaScope
    ) -> FieldRule.Value? {
        guard let formula = formula(value, as: nil, scope) else { return nil }
        guard case .string(let string) = value.kind,
            let expression = try? FormulaParser.parse(string.bytes)
        else { return .formula(formula) }
        switch expression.kind {
        case .identifier(let name):
            if let template = scope.name(name) { return .name(template) }
        case .call("rung", let arguments), .call("rung_before", let arguments),
            .call("rung_after", let arguments):
            if let ladder = fieldLadder(arguments.first) {
                return .rung(formula, ladder: ladder)
            }
        default: break
        }
        return .formula(formula)
    }

    private func fieldLadder(_ argument: Expression?) -> Word? {
        guard case .name(let bytes)? = argument?.kind else { return nil }
        let name = String(decoding: FormulaCompiler.split(bytes).head, as: UTF8.self)
        return declarations.ladderPositions[name].map { declarations.ladders[$0].name }
    }
}
