/// What a rule causes: one list of effects, `gives`. Actions and openings may also keep postings and
/// marks apart, as `posts` and `sets`.
extension RulebookCompiler {
    /// Takes `posts`, `sets` and `gives`.
    mutating func effects(
        _ reader: inout ObjectReader, _ scope: FormulaScope, isMigration: Bool = false
    ) -> EffectRules {
        var rules = EffectRules()
        for item in list(reader.take("posts"), "postings") {
            addEffect(item, .posting, scope, isMigration, &rules)
        }
        for item in list(reader.take("sets"), "marks") {
            addEffect(item, .mark, scope, isMigration, &rules)
        }
        rules.append(effects(reader.take("gives"), scope, isMigration: isMigration))
        return rules
    }

    /// `gives: [ { balance: 'coins', amount: 100 }, { item: 'skin-1', unless_owned: true } ]`
    mutating func effects(
        _ value: JSON5Value?, _ scope: FormulaScope, isMigration: Bool = false
    ) -> EffectRules {
        var rules = EffectRules()
        for item in list(value, "effects") { addEffect(item, .any, scope, isMigration, &rules) }
        return rules
    }

    fileprivate enum EffectPlace {
        case posting, mark, any

        var phrase: String {
            switch self {
            case .posting: "a posting"
            case .mark: "a mark"
            case .any: "an effect"
            }
        }
    }

    private mutating func addEffect(
        _ item: JSON5Value, _ place: EffectPlace, _ outer: FormulaScope, _ isMigration: Bool,
        _ rules: inout EffectRules
    ) {
        guard var reader = object(item, place.phrase) else { return }
        var scope = outer
        var forEach: RepetitionRule?
        if place == .any { forEach = repetition(reader.take("for_each"), &scope) }
        let to = selector(reader.take("to"), scope)
        let condition = reader.take("when")
        let when = formula(condition, as: .bool, scope)
        let balance = place == .mark ? nil : reader.take("balance")
        if balance != nil || place == .posting {
            let post = post(balance, &reader, scope, to: to, when: when, forEach: forEach)
            if let post { rules.posts.append(post) }
        } else if let (kind, name) = mark(&reader, scope, place, isMigration), let to {
            rules.marks.append(
                MarkRule(kind: kind, to: to, name: name, when: when, forEach: forEach))
        }
        finish(reader, place.phrase)
    }

    /// `for_each: 'claimed'`: an input that is a list; `each` is then one of its values.
    private mutating func repetition(
        _ value: JSON5Value?, _ scope: inout FormulaScope
    ) -> RepetitionRule? {
        guard let value, let text = string(value)?.text else { return nil }
        guard
            let list = scope.inputs.firstIndex(where: { $0.name == text && $0.type == .list })
        else {
            let known = scope.inputs.filter { $0.type == .list }.map(\.name)
            mistakes.add(
                value.offset,
                "there is no input '\(text)' that is a list\(suggestion(for: text, among: known))")
            return nil
        }
        let type = scope.inputs[list].element ?? .name
        scope.inputs.append(FormulaScope.Input(name: "each", type: type))
        return RepetitionRule(
            list: list, each: scope.inputs.count - 1, isOfNumbers: type == .number)
    }

    private mutating func post(
        _ balanceValue: JSON5Value?, _ reader: inout ObjectReader, _ scope: FormulaScope,
        to: AccountSelector?, when: Formula?, forEach: RepetitionRule?
    ) -> PostRule? {
        let balance = balance(balanceValue, scope, at: reader.offset)
        let amountValue = reader.take("amount")
        let amount = formula(
            amountValue, as: .number, scope, neededBy: "the amount", at: reader.offset)
        let side = choice(reader.take("side"), default: PostRule.Side.bySign)
        guard let to, let balance, let amount else { return nil }
        scrutinize(amount, side, amountValue)
        return PostRule(
            to: to, balance: balance, amount: amount, when: when, side: side, forEach: forEach)
    }

    mutating func balance(
        _ value: JSON5Value?, _ scope: FormulaScope, at offset: Int
    ) -> BalanceTemplate? {
        guard let value else {
            mistakes.add(offset, "the balance is missing: balance: 'xp'")
            return nil
        }
        guard let string = string(value) else { return nil }
        do {
            return try FormulaCompiler(scope, declarations).balanceTemplate(string.bytes, at: 0)
        } catch {
            mistakes.add(value.offset, error.message)
            return nil
        }
    }

    /// `account` (which it is by default), `parent`, `owner`, or an input of type account.
    mutating func selector(_ value: JSON5Value?, _ scope: FormulaScope) -> AccountSelector? {
        guard let value else { return .account }
        guard let text = string(value)?.text else { return nil }
        if let selector = scope.selector(text) { return selector }
        let known =
            ["account", "parent", "owner"]
            + scope.inputs.filter { $0.type == .account }.map(\.name)
        mistakes.add(
            value.offset, "'\(text)' is no account; known are \(known.joined(separator: ", "))")
        return nil
    }
}

// MARK: - Marks

extension RulebookCompiler {
    private typealias Mark = (MarkRule.Kind, NameTemplate)
    private static let markKeys = [
        "fact", "clear_fact", "item", "unlock", "lock", "equip", "unequip", "enrol", "claim",
    ]
    private static let oldMarkKeys = ["fact", "clear_fact", "item", "unlock"]
    private static let migrationKeys = ["rung", "streak", "goal"]

    private mutating func mark(
        _ reader: inout ObjectReader, _ scope: FormulaScope, _ place: EffectPlace,
        _ isMigration: Bool
    ) -> Mark? {
        var keys = place == .mark ? Self.oldMarkKeys : Self.markKeys
        if isMigration { keys += Self.migrationKeys }
        // `equip` beside `item` says whether the item is put on.
        let present = keys.filter { reader.take($0) != nil }
        let given = present.contains("item") ? present.filter { $0 != "equip" } : present
        guard given.count == 1, let value = reader.take(given[0]) else {
            let choices = (place == .any ? ["balance"] : []) + keys
            mistakes.add(
                reader.offset,
                "\(place.phrase) is exactly one of \(choices.dropLast().joined(separator: ", "))"
                    + " and \(choices.last ?? "")")
            return nil
        }
        switch given[0] {
        case "fact": return fact(value, &reader, scope)
        case "item": return item(value, &reader, scope)
        case "claim": return claim(value, &reader, scope)
        case "rung", "streak", "goal": return asItWas(given[0], value, &reader, scope)
        default: break
        }
        guard let name = template(value, scope) else { return nil }
        switch given[0] {
        case "clear_fact": return (.clearFact, name)
        case "unlock": return (.unlock, name)
        case "lock": return (.lock, name)
        case "equip":
            checkItem(name, value, isWorn: true)
            return (.equip, name)
        case "unequip": return (.unequip, name)
        default:
            checkGoal(name, value)
            return (.enrol, name)
        }
    }

    private mutating func fact(
        _ value: JSON5Value, _ reader: inout ObjectReader, _ scope: FormulaScope
    ) -> Mark? {
        let addend = reader.take("add")
        let content = reader.take("value")
        guard let name = template(value, scope) else { return nil }
        guard let addend else {
            return factValue(content, scope, at: reader.offset).map { ($0, name) }
        }
        if content != nil {
            mistakes.add(addend.offset, "a fact is given a value, or added to, not both")
        }
        return formula(addend, as: .number, scope).map { (.addFact($0), name) }
    }

    private mutating func factValue(
        _ value: JSON5Value?, _ scope: FormulaScope, at offset: Int
    ) -> MarkRule.Kind? {
        guard
            let formula = formula(
                value, as: nil, scope, neededBy: "the fact's value", at: offset)
        else { return nil }
        if formula.type == .number { return .fact(formula) }
        if formula.type == .name, let value, case .string(let string) = value.kind {
            do throws(FormulaMistake) {
                let expression = try FormulaParser.parse(string.bytes)
                return .factName(try nameItself(expression, scope))
            } catch {
                mistakes.add(string.sourceOffset(of: error.offset), error.message)
                return nil
            }
        }
        mistakes.add(
            value?.offset ?? offset, "a fact is a number or a name; for a truth write if(…, 1, 0)")
        return nil
    }

    private mutating func item(
        _ value: JSON5Value, _ reader: inout ObjectReader, _ scope: FormulaScope
    ) -> Mark? {
        let count = formula(reader.take("count"), as: .number, scope) ?? Formula(constant: .one)
        let unlessOwned = bool(reader.take("unless_owned"), default: false)
        let equip = reader.take("equip")
        let equipping = equip.map { choice($0, default: MarkRule.Equipping.always) }
        guard let name = template(value, scope) else { return nil }
        checkItem(name, value, isWorn: equip != nil)
        return (.item(count: count, unlessOwned: unlessOwned, equip: equipping), name)
    }

    /// `{ claim: 'reward', tier: 1, track: 'free' }`: a value for each of the offer's parameters.
    private mutating func claim(
        _ value: JSON5Value, _ reader: inout ObjectReader, _ scope: FormulaScope
    ) -> Mark? {
        guard let string = string(value) else { return nil }
        guard let offer = declarations.offers[string.text] else {
            let known = declarations.offers.keys.sorted()
            mistakes.add(
                value.offset,
                "there is no offer '\(string.text)'\(suggestion(for: string.text, among: known))")
            return nil
        }
        if offer.repeats {
            mistakes.add(value.offset, "'\(offer.name)' may be taken any time: it is never marked")
        }
        var values: [ClaimValue] = []
        for parameter in offer.parameters {
            guard let given = reader.take(parameter.name) else {
                mistakes.add(
                    reader.offset, "the claim needs \(parameter.name): \(parameter.type.phrase)")
                continue
            }
            if parameter.type == .name {
                if let name = template(given, scope) { values.append(.name(name)) }
            } else if let formula = formula(given, as: parameter.type, scope) {
                values.append(.number(formula))
            }
        }
        guard values.count == offer.parameters.count else { return nil }
        let word = declarations.names.word(for: string.bytes)
        return (.claim(values, isPerSeason: offer.isPerSeason), .word(word))
    }

    /// What a migration takes over as it was.
    private mutating func asItWas(
        _ key: String, _ value: JSON5Value, _ reader: inout ObjectReader, _ scope: FormulaScope
    ) -> Mark? {
        func number(_ name: String, _ compiler: inout RulebookCompiler) -> Formula? {
            compiler.formula(
                reader.take(name), as: .number, scope, neededBy: name, at: reader.offset)
        }
        guard let string = string(value) else { return nil }
        let name = NameTemplate.word(declarations.names.word(for: string.bytes))
        switch key {
        case "rung":
            let rung = number("value", &self)
            guard let position = declarations.ladderPositions[string.text] else {
                let known = declarations.ladders.map(\.text)
                mistakes.add(
                    value.offset,
                    "there is no ladder '\(string.text)'"
                        + suggestion(for: string.text, among: known))
                return nil
            }
            let ladder = declarations.ladders[position]
            if ladder.isScoped, !ladder.isOfSeasons {
                mistakes.add(
                    value.offset,
                    "'\(ladder.text)' is kept for each facet: its rungs follow from the balances")
            }
            return rung.map { (.rung(ladder: position, $0), name) }
        case "streak":
            let current = number("current", &self)
            let longest = number("longest", &self)
            let day = number("day", &self)
            checkDeclared(string.text, among: declarations.streaks, "streak", at: value.offset)
            guard let current, let longest, let day else { return nil }
            return (.streak(current: current, longest: longest, day: day), name)
        default:
            let progress = number("progress", &self)
            let done = number("done", &self)
            checkGoal(name, value)
            guard let progress, let done else { return nil }
            return (.goal(progress: progress, done: done), name)
        }
    }

    /// A fixed name has to be declared; one that is built is looked up when it is known.
    private mutating func checkItem(_ name: NameTemplate, _ value: JSON5Value, isWorn: Bool) {
        guard case .word = name, let text = string(value)?.text else { return }
        guard let slot = declarations.items[text] else {
            if declarations.items.isEmpty && !isWorn { return }
            let known = declarations.items.keys.sorted()
            mistakes.add(
                value.offset, "there is no item '\(text)'\(suggestion(for: text, among: known))")
            return
        }
        if isWorn && !slot {
            mistakes.add(value.offset, "'\(text)' has no slot, so it can't be worn")
        }
    }

    private mutating func checkGoal(_ name: NameTemplate, _ value: JSON5Value) {
        guard case .word = name, let text = string(value)?.text else { return }
        checkDeclared(text, among: declarations.goals, "goal", at: value.offset)
    }

    private mutating func checkDeclared(
        _ text: String, among known: [String], _ what: String, at offset: Int
    ) {
        guard !known.contains(text) else { return }
        mistakes.add(
            offset, "there is no \(what) '\(text)'\(suggestion(for: text, among: known))")
    }

    mutating func template(_ value: JSON5Value, _ scope: FormulaScope) -> NameTemplate? {
        guard let string = string(value) else { return nil }
        do {
            return try FormulaCompiler(scope, declarations).nameTemplate(string.bytes, at: 0)
        } catch {
            mistakes.add(value.offset, error.message)
            return nil
        }
    }
}
