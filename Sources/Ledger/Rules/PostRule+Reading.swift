/// What a rule causes: postings and marks, in actions and openings alike.
extension RulebookCompiler {
    /// `posts: [ { balance: 'reputation:<project>', amount: 'points', to: 'account' } ]`
    mutating func posts(_ value: JSON5Value?, _ scope: FormulaScope) -> [PostRule] {
        var rules: [PostRule] = []
        for item in list(value, "postings") {
            guard var reader = object(item, "a posting") else { continue }
            let to = selector(reader.take("to"), scope)
            let balance = balance(reader.take("balance"), scope, at: reader.offset)
            let amount = formula(
                reader.take("amount"), as: .number, scope, neededBy: "the amount", at: reader.offset
            )
            let condition = reader.take("when")
            let when = formula(condition, as: .bool, scope)
            let side = choice(reader.take("side"), default: PostRule.Side.bySign)
            finish(reader, "a posting")
            if let to, let balance, let amount {
                rules.append(
                    PostRule(to: to, balance: balance, amount: amount, when: when, side: side))
            }
        }
        return rules
    }

    private mutating func balance(
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

    /// `account` (which it is by default), `parent`, or an input of type account.
    private mutating func selector(_ value: JSON5Value?, _ scope: FormulaScope) -> AccountSelector?
    {
        guard let value else { return .account }
        guard let text = string(value)?.text else { return nil }
        if text == "account" { return .account }
        if text == "parent" { return .parent }
        if let index = scope.inputs.firstIndex(where: { $0.name == text && $0.type == .account }) {
            return .input(index)
        }
        let known = ["account", "parent"] + scope.inputs.filter { $0.type == .account }.map(\.name)
        mistakes.add(
            value.offset, "'\(text)' is no account; known are \(known.joined(separator: ", "))")
        return nil
    }

    /// `sets: [ { fact: 'trait:<trait>', value: 'rating' }, { clear_fact: 'away' },
    ///           { item: 'skin-1' }, { unlock: 'path:<path>' } ]`
    mutating func marks(_ value: JSON5Value?, _ scope: FormulaScope) -> [MarkRule] {
        var rules: [MarkRule] = []
        for item in list(value, "marks") {
            guard var reader = object(item, "a mark") else { continue }
            let to = selector(reader.take("to"), scope)
            let condition = reader.take("when")
            let when = formula(condition, as: .bool, scope)
            if let (kind, name) = mark(&reader, scope), let to {
                rules.append(MarkRule(kind: kind, to: to, name: name, when: when))
            }
            finish(reader, "a mark")
        }
        return rules
    }

    private mutating func mark(
        _ reader: inout ObjectReader, _ scope: FormulaScope
    ) -> (MarkRule.Kind, NameTemplate)? {
        let fact = reader.take("fact")
        let cleared = reader.take("clear_fact")
        let item = reader.take("item")
        let unlock = reader.take("unlock")
        let given = [fact, cleared, item, unlock].compactMap { $0 }
        guard given.count == 1, let name = template(given[0], scope) else {
            if given.count != 1 {
                mistakes.add(
                    reader.offset, "a mark is exactly one of fact, clear_fact, item and unlock")
            }
            return nil
        }
        if fact != nil {
            guard let value = factValue(reader.take("value"), scope, at: reader.offset)
            else { return nil }
            return (value, name)
        }
        if item != nil {
            let count = reader.take("count")
            let formula = formula(count, as: .number, scope) ?? Formula(constant: .one)
            return (.item(count: formula), name)
        }
        return (unlock == nil ? .clearFact : .unlock, name)
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

    private mutating func template(_ value: JSON5Value, _ scope: FormulaScope) -> NameTemplate? {
        guard let string = string(value) else { return nil }
        do {
            return try FormulaCompiler(scope, declarations).nameTemplate(string.bytes, at: 0)
        } catch {
            mistakes.add(value.offset, error.message)
            return nil
        }
    }
}
