extension Primitive {
    /// See `OfferRule`; the keys of an offer are those that `RulebookCompiler.offer` takes.
    static let offers = Primitive(key: "offers") { compiler, value in
        compiler.declareOffers(value)
    } read: { compiler, value in
        for member in compiler.members(value, "offers") {
            guard compiler.isName(member), let offer = compiler.offer(member) else { continue }
            compiler.parts.offers.append(OfferRule(offer))
        }
    }
}

extension RulebookCompiler {
    /// Combinations of parameters that OFFERS lists of one offer.
    static let combinationsMax = 10_000

    fileprivate mutating func declareOffers(_ value: JSON5Value) {
        guard case .object(let members) = value.kind else { return }
        for member in members {
            guard case .object(let parts) = member.value.kind else { continue }
            var parameters: [FormulaScope.Input] = []
            if case .object(let inputs)? = parts.value(of: "parameters")?.kind {
                parameters = inputs.map {
                    FormulaScope.Input(name: $0.key, type: declaredType($0.value))
                }
            }
            declarations.offers[member.key] = OfferDeclaration(
                name: member.key, isPerSeason: parts.value(of: "per") != nil,
                repeats: parts.value(of: "repeat")?.isTrue == true, parameters: parameters)
        }
    }

    private func declaredType(_ value: JSON5Value) -> FormulaType {
        var type = value
        if case .object(let parts) = value.kind, let inner = parts.value(of: "type") {
            type = inner
        }
        guard case .string(let string) = type.kind else { return .number }
        switch string.text {
        case "name": return .name
        case "bool": return .bool
        default: return .number
        }
    }

    fileprivate mutating func offer(_ member: JSON5Member) -> OfferParts? {
        guard var reader = object(member.value, "an offer") else { return nil }
        var offer = OfferParts(
            name: declarations.names.word(for: member.key), text: member.key)
        var scope = FormulaScope()
        let parameters = reader.take("parameters")
        offer.parameters = inputs(parameters, &scope)
        offer.domain = domain(reader.take("domain"), &offer.parameters)
        offer.exists = formula(reader.take("exists"), as: .bool, scope)
        offer.active = formula(reader.take("active"), as: .bool, scope)
        offer.staffOnly = formula(reader.take("staff_only"), as: .bool, scope)
        offer.steps = steps(reader.take("let"), reader.take("show"), &scope)
        offer.costs = costs(reader.take("cost"), scope)
        offer.order = order(reader.take("order"))
        offer.requirements = requirements(reader.take("requires"), scope)
        offer.effects = effects(reader.take("gives"), scope)
        offer.limits = limits(&reader)
        offer.repeats = bool(reader.take("repeat"), default: false)
        offer.isPerSeason = isPerSeason(reader.take("per"))
        offer.isListed = bool(reader.take("listed"), default: true)
        finish(reader, "an offer")
        check(offer, parameters, at: member.keyOffset)
        return offer
    }

    /// What the parameters of an offer have to be, so that it can be marked as taken and listed.
    private mutating func check(_ offer: OfferParts, _ value: JSON5Value?, at offset: Int) {
        if declarations.rewardOffers.contains(offer.text) {
            mistakes.add(offset, "'\(offer.text)' is what a ladder's rewards are claimed by")
        }
        if offer.isPerSeason, declarations.seasons.isEmpty {
            mistakes.add(offset, "the rulebook has no seasons that the offer could come with")
        }
        if !offer.repeats {
            for parameter in offer.parameters where !parameter.type.isMarkable {
                mistakes.add(
                    value?.offset ?? offset,
                    "'\(parameter.text)' is \(parameter.type.formulaType.phrase), which can't mark "
                        + "what was taken: write repeat: true, or make it an int, a bool or a name")
            }
            for parameter in offer.parameters where !parameter.isRequired {
                if parameter.byDefault != nil { continue }
                mistakes.add(
                    value?.offset ?? offset,
                    "'\(parameter.text)' can't be optional: what was taken is marked by it")
            }
        }
        guard offer.isListed else { return }
        var combinations = 1
        for parameter in offer.parameters {
            let (product, overflow) = combinations.multipliedReportingOverflow(
                by: max(parameter.domainCount ?? 1, 1))
            combinations = overflow ? .max : product
        }
        if combinations > RulebookCompiler.combinationsMax {
            mistakes.add(
                offset,
                "this offer has \(combinations) combinations of parameters; OFFERS lists at most "
                    + "\(RulebookCompiler.combinationsMax): write listed: false")
        }
    }

    private mutating func isPerSeason(_ value: JSON5Value?) -> Bool {
        enum Per: String, CaseIterable { case season }
        guard value != nil else { return false }
        return choice(value, default: Per.season) == .season
    }

    /// `order: ['taken', 'requirements', 'funds']`
    private mutating func order(_ value: JSON5Value?) -> [OfferRule.Check] {
        let all = OfferRule.Check.allCases
        guard let value else { return all }
        var order: [OfferRule.Check] = []
        for item in list(value, "checks") {
            let check = choice(item, default: OfferRule.Check.taken)
            if order.contains(check), string(item)?.text == check.rawValue {
                mistakes.add(item.offset, "'\(check.rawValue)' is here already")
            } else {
                order.append(check)
            }
        }
        let missing = all.filter { !order.contains($0) }
        if !missing.isEmpty, !value.isBroken, mistakes.isEmpty {
            let names = missing.map { "'\($0.rawValue)'" }.joined(separator: " and ")
            mistakes.add(value.offset, "an order has all three checks; \(names) is missing")
        }
        return order + missing
    }

    /// `cost: { balance: 'coins', amount: 100, from: 'owner' }`, or several in brackets.
    private mutating func costs(_ value: JSON5Value?, _ scope: FormulaScope) -> [PostRule] {
        guard let value else { return [] }
        var items = [value]
        if case .array(let several) = value.kind { items = several }
        var costs: [PostRule] = []
        for item in items {
            guard var reader = object(item, "a cost") else { continue }
            let from = selector(reader.take("from"), scope)
            let balanceValue = reader.take("balance")
            let balance = balance(balanceValue, scope, at: reader.offset)
            let amountValue = reader.take("amount")
            let amount = formula(
                amountValue, as: .number, scope, neededBy: "the amount", at: reader.offset)
            let condition = reader.take("when")
            let when = formula(condition, as: .bool, scope)
            finish(reader, "a cost")
            guard let from, let balance, let amount else { continue }
            scrutinize(amount, .spend, amountValue)
            let currency = declarations.currencies.first { $0.name == balance.currency }
            if let currency, currency.neverDecreases {
                mistakes.add(
                    balanceValue?.offset ?? item.offset,
                    "'\(currency.text)' never decreases, so it can't be a cost")
            }
            costs.append(
                PostRule(to: from, balance: balance, amount: amount, when: when, side: .spend))
        }
        return costs
    }

    /// `domain: 'chart'`: the keys of the table are the values of the first parameters.
    private mutating func domain(
        _ value: JSON5Value?, _ parameters: inout [InputRule]
    ) -> TableRule? {
        guard let value, let text = string(value)?.text else { return nil }
        guard let position = declarations.tablePositions[text] else {
            let known = declarations.tables.map(\.text)
            mistakes.add(
                value.offset, "there is no table '\(text)'\(suggestion(for: text, among: known))")
            return nil
        }
        let table = declarations.tables[position]
        let types = parameters.prefix(table.keys.count).map(\.type.formulaType)
        guard types == table.keys else {
            mistakes.add(
                value.offset,
                "the keys of '\(text)' are \(table.keys.map(\.phrase).joined(separator: " and ")): "
                    + "so have to be the first parameters")
            return nil
        }
        for index in table.keys.indices where parameters[index].domainCount == nil {
            let keys = Set(table.entries.map { index == 0 ? $0.first : $0.second }).sorted()
            parameters[index] = parameters[index].limited(to: keys)
        }
        return table
    }
}

extension InputType {
    /// Whether its value may be part of the mark of a claim.
    var isMarkable: Bool {
        switch self {
        case .integer, .bool, .name: true
        case .account, .text, .list: false
        }
    }
}

extension InputRule {
    /// How many values it may have, if they are listed.
    var domainCount: Int? {
        switch type {
        case .bool: return 2
        case .name(let words): return words.isEmpty ? nil : words.count
        case .integer(let minimum, let maximum):
            if !choices.isEmpty { return choices.count }
            guard isListed else { return nil }
            let (distance, overflow) = maximum.subtractingReportingOverflow(minimum)
            return overflow || distance == .max ? .max : Int(distance) + 1
        case .account, .text, .list: return nil
        }
    }

    /// The same with no other values than these: integers, or the numbers of words.
    fileprivate func limited(to keys: [Int64]) -> InputRule {
        var type = type
        var choices = choices
        if case .name = type {
            type = .name(oneOf: keys.map { Word(UInt32(truncatingIfNeeded: $0)) })
        } else {
            choices = keys
        }
        return InputRule(
            name: name, text: text, type: type, isRequired: isRequired, byDefault: byDefault,
            choices: choices, isListed: isListed)
    }
}

extension [JSON5Member] {
    /// The value of a key, for what is looked at before it is read.
    func value(of key: String) -> JSON5Value? { first { $0.key == key }?.value }
}

extension JSON5Value {
    var isTrue: Bool { if case .bool(true) = kind { true } else { false } }
}
