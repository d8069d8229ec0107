/// A requirement that several rules share: a test over parameters, which each use fills in.
struct RequirementTemplate {
    let parameters: [FormulaScope.Input]
    let test: JSON5Value
    let unmet: JSON5Value
    let met: JSON5Value?
    let code: RequirementRule.Code
    /// Wrong in itself, which is reported where it stands: its uses say nothing more.
    let isBroken: Bool
}

extension Primitive {
    /// `requirements: { at_least: { with: { name: 'name', least: 'number' },
    ///     test: "(fact('trait:<name>') else 0) >= least", unmet: "{name} has to be {least}" } }`,
    /// used as `{ use: 'at_least', name: "'strength'", least: 20 }`.
    static let requirements = Primitive(key: "requirements") { compiler, value in
        for member in compiler.members(value, "requirements") {
            guard compiler.isName(member) else { continue }
            compiler.templates[member.key] = compiler.template(member.value)
        }
    }
}

extension RulebookCompiler {
    fileprivate mutating func template(_ value: JSON5Value) -> RequirementTemplate? {
        guard var reader = object(value, "a requirement") else { return nil }
        let parameters = parameters(reader.take("with"))
        let test = reader.take("test")
        let unmet = reader.take("unmet")
        let met = reader.take("met")
        let code = choice(reader.take("code"), default: RequirementRule.Code.requirement)
        finish(reader, "a requirement")
        guard let test, let unmet else {
            mistakes.add(value.offset, "a requirement needs a test and what is said if it is unmet")
            return nil
        }
        // Checked here once, as if the parameters were inputs: uses then can't go wrong inside.
        var scope = FormulaScope()
        scope.inputs = parameters
        let rule = requirement(test: test, unmet: unmet, met: met, code: code, when: nil, scope)
        return RequirementTemplate(
            parameters: parameters, test: test, unmet: unmet, met: met, code: code,
            isBroken: rule == nil)
    }

    private mutating func parameters(_ value: JSON5Value?) -> [FormulaScope.Input] {
        guard let value else { return [] }
        var parameters: [FormulaScope.Input] = []
        for member in members(value, "parameters") where isName(member, identifier: true) {
            if member.key == "use" || member.key == "when" {
                mistakes.add(
                    member.keyOffset,
                    "'\(member.key)' belongs to each use of the template; a parameter can't be it")
                continue
            }
            guard let type = string(member.value)?.text else { continue }
            let types: [FormulaType] = [.number, .bool, .name, .account]
            if let known = types.first(where: { $0.rawValue == type }) {
                parameters.append(FormulaScope.Input(name: member.key, type: known))
            } else {
                mistakes.add(
                    member.value.offset,
                    "a parameter is a 'number', 'bool', 'name' or 'account'"
                        + suggestion(for: type, among: types.map(\.rawValue)))
            }
        }
        return parameters
    }

    /// `requires: [ { test: …, unmet: … }, { use: 'template', … } ]`
    mutating func requirements(
        _ value: JSON5Value?, _ scope: FormulaScope
    ) -> [RequirementRule] {
        var rules: [RequirementRule] = []
        for item in list(value, "requirements") {
            guard var reader = object(item, "a requirement") else { continue }
            let template = reader.take("use")
            let condition = reader.take("when")
            let when = formula(condition, as: .bool, scope)
            if let name = template {
                if let rule = use(name, &reader, when: when, scope) { rules.append(rule) }
                continue
            }
            let test = reader.take("test")
            let unmet = reader.take("unmet")
            let met = reader.take("met")
            let code = choice(reader.take("code"), default: RequirementRule.Code.requirement)
            finish(reader, "a requirement")
            guard let test, let unmet else {
                mistakes.add(
                    item.offset,
                    "a requirement needs a test and what is said if it is unmet, "
                        + "or use: 'template'")
                continue
            }
            let rule = requirement(
                test: test, unmet: unmet, met: met, code: code, when: when, scope)
            if let rule { rules.append(rule) }
        }
        return rules
    }

    private mutating func use(
        _ value: JSON5Value, _ reader: inout ObjectReader, when: Formula?, _ scope: FormulaScope
    ) -> RequirementRule? {
        guard let name = string(value)?.text else { return nil }
        guard let template = templates[name] else {
            mistakes.add(
                value.offset,
                "there is no requirement '\(name)'"
                    + suggestion(for: name, among: templates.keys.sorted()))
            return nil
        }
        var inner = scope
        for parameter in template.parameters {
            guard let given = reader.take(parameter.name) else {
                mistakes.add(
                    reader.offset, "'\(name)' needs \(parameter.name): \(parameter.type.phrase)")
                continue
            }
            if let argument = argument(given, for: parameter, scope) {
                inner.arguments.append(argument)
            }
        }
        finish(reader, "the use of '\(name)'")
        guard inner.arguments.count == template.parameters.count, !template.isBroken else {
            return nil
        }
        return requirement(
            test: template.test, unmet: template.unmet, met: template.met, code: template.code,
            when: when, inner)
    }

    /// What a parameter stands for, once it is known to be of the parameter's type.
    private mutating func argument(
        _ value: JSON5Value, for parameter: FormulaScope.Input, _ scope: FormulaScope
    ) -> FormulaScope.Argument? {
        guard formula(value, as: parameter.type, scope) != nil else { return nil }
        let expression: Expression
        switch value.kind {
        case .number(let number): expression = Expression(kind: .number(number), offset: 0)
        case .bool(let truth): expression = Expression(kind: .truth(truth), offset: 0)
        case .string(let string):
            guard let parsed = try? FormulaParser.parse(string.bytes) else { return nil }
            expression = parsed
        default: return nil
        }
        if parameter.type == .name || parameter.type == .account {
            switch expression.kind {
            case .name, .identifier: break
            default:
                mistakes.add(
                    value.offset,
                    "an input or a name in quotes is needed here, as in \"'strength'\"")
                return nil
            }
        }
        return FormulaScope.Argument(name: parameter.name, expression: expression)
    }

    private mutating func requirement(
        test: JSON5Value, unmet: JSON5Value, met: JSON5Value?, code: RequirementRule.Code,
        when: Formula?, _ scope: FormulaScope
    ) -> RequirementRule? {
        let holds = formula(test, as: .bool, scope)
        let unmetSentence = sentence(unmet, scope)
        let metSentence = met.flatMap { sentence($0, scope) }
        guard let holds, let unmetSentence else { return nil }
        return RequirementRule(
            when: when, test: holds, unmet: unmetSentence, met: metSentence, code: code)
    }
}
