extension Primitive {
    /// See `ActionRule`; the keys of an action are those that `RulebookCompiler.action` takes.
    static let actions = Primitive(key: "actions") { compiler, value in
        for member in compiler.members(value, "actions") {
            guard compiler.isName(member), let action = compiler.action(member) else { continue }
            compiler.parts.actions.append(action)
        }
    }

    /// `openings: [ { gives: [ … ] } ]`
    static let openings = Primitive(key: "openings") { compiler, value in
        for item in compiler.list(value, "openings") {
            guard var reader = compiler.object(item, "an opening") else { continue }
            let effects = compiler.effects(&reader, FormulaScope())
            compiler.finish(reader, "an opening")
            compiler.parts.openings.append(OpeningRule(effects: effects))
        }
    }
}

extension RulebookCompiler {
    fileprivate mutating func action(_ member: JSON5Member) -> ActionRule? {
        guard var reader = object(member.value, "an action") else { return nil }
        let word = declarations.names.word(for: member.key)
        var scope = FormulaScope()
        let inputs = inputs(reader.take("inputs"), &scope)
        // Asked before any step is taken.
        let active = formula(reader.take("active"), as: .bool, scope)
        let staffOnly = formula(reader.take("staff_only"), as: .bool, scope)
        let steps = steps(reader.take("let"), reader.take("show"), &scope)
        let requirements = requirements(reader.take("requires"), scope)
        let effects = effects(&reader, scope)
        let once = once(reader.take("once"), inputs)
        let limits = limits(&reader)
        let stamps = stamps(reader.take("stamp"), steps)
        finish(reader, "an action")
        actionScopes[member.key] = scope
        return ActionRule(
            name: word, text: member.key, inputs: inputs,
            steps: steps, requirements: requirements, effects: effects, once: once,
            limits: limits, stamps: stamps, active: active, staffOnly: staffOnly)
    }

    /// `let: { base: '10 * kills', total: 'base + 5' }, show: ['total']`. Each step may read the
    /// ones before it.
    mutating func steps(
        _ value: JSON5Value?, _ show: JSON5Value?, _ scope: inout FormulaScope
    ) -> [StepRule] {
        var shown: [(text: String, offset: Int)] = []
        for item in list(show, "steps to show") {
            if let string = string(item) { shown.append((string.text, item.offset)) }
        }
        var rules: [StepRule] = []
        for member in value.map({ members($0, "steps") }) ?? [] {
            guard isName(member, identifier: true) else { continue }
            if scope.inputs.contains(where: { $0.name == member.key }) {
                mistakes.add(member.keyOffset, "'\(member.key)' is an input already")
            }
            guard let formula = formula(member.value, as: nil, scope) else {
                // So that formulas that read it aren't reported as well.
                scope.steps.append(FormulaScope.Input(name: member.key, type: .number))
                continue
            }
            if ![.number, .bool, .name].contains(formula.type) {
                mistakes.add(
                    member.value.offset,
                    "a step is a number, a truth or a name; this is \(formula.type.phrase)")
            }
            if formula.type == .name, let item = shown.first(where: { $0.text == member.key }) {
                mistakes.add(item.offset, "'\(member.key)' is a name; only numbers are shown")
            }
            rules.append(
                StepRule(
                    name: declarations.names.word(for: member.key), text: member.key,
                    formula: formula, isShown: shown.contains { $0.text == member.key }))
            scope.steps.append(FormulaScope.Input(name: member.key, type: formula.type))
        }
        // What is shown under a named ladder's name is read as a rung of it: see `stamps`.
        for item in shown {
            guard let position = declarations.ladderPositions[item.text],
                !declarations.ladders[position].names.isEmpty
            else { continue }
            mistakes.add(
                item.offset, "'\(item.text)' is a ladder with named rungs: call the step otherwise")
        }
        let names = scope.steps.map(\.name)
        for item in shown where !names.contains(item.text) {
            mistakes.add(
                item.offset,
                "there is no step '\(item.text)'\(suggestion(for: item.text, among: names))")
        }
        return rules
    }

    /// `stamp: ['tier']`: ladders whose rung before the event is part of it.
    private mutating func stamps(_ value: JSON5Value?, _ steps: [StepRule]) -> [Int] {
        var positions: [Int] = []
        for item in list(value, "ladders") {
            guard let text = string(item)?.text else { continue }
            guard let position = declarations.ladderPositions[text] else {
                let known = declarations.ladders.map(\.text)
                mistakes.add(
                    item.offset,
                    "there is no ladder '\(text)'\(suggestion(for: text, among: known))")
                continue
            }
            let ladder = declarations.ladders[position]
            if ladder.isScoped, !ladder.isOfSeasons {
                mistakes.add(item.offset, "'\(text)' is kept for each facet, so has no one rung")
            } else if positions.contains(position) {
                mistakes.add(item.offset, "'\(text)' is here already")
            } else if steps.contains(where: { $0.text == text && $0.isShown }) {
                mistakes.add(item.offset, "a step that is shown is called '\(text)', too")
            } else {
                positions.append(position)
            }
        }
        return positions
    }

    /// `once: ['story']`: the inputs that the action happens only once for.
    private mutating func once(_ value: JSON5Value?, _ inputs: [InputRule]) -> [Int]? {
        guard let value else { return nil }
        var positions: [Int] = []
        for item in list(value, "inputs") {
            guard let text = string(item)?.text else { continue }
            guard let position = inputs.firstIndex(where: { $0.text == text }) else {
                mistakes.add(
                    item.offset,
                    "there is no input '\(text)'\(suggestion(for: text, among: inputs.map(\.text)))"
                )
                continue
            }
            if positions.contains(position) {
                mistakes.add(item.offset, "'\(text)' is here already")
            } else {
                positions.append(position)
            }
        }
        return positions
    }
}
