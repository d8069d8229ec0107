extension Primitive {
    /// `currencies: { xp: { never_decreases: true }, reputation: { facets: 'open' } }`
    static let currencies = Primitive(key: "currencies") { compiler, value in
        for member in compiler.members(value, "currencies") {
            guard compiler.isName(member), let rule = compiler.currency(member) else { continue }
            compiler.declarations.currencyPositions[member.key] =
                compiler.declarations.currencies.count
            compiler.declarations.currencies.append(rule)
        }
    }
}

extension RulebookCompiler {
    fileprivate mutating func currency(_ member: JSON5Member) -> CurrencyRule? {
        guard var reader = object(member.value, "a currency") else { return nil }
        let word = declarations.names.word(for: member.key)
        let decimals = integer(reader.take("decimals"), in: 0...18) ?? 0
        let facets = facets(reader.take("facets"))
        let floor = integer(reader.take("floor"), in: Int64.min...0) ?? 0
        let cap = integer(reader.take("cap"), in: 1...Int64.max)
        let neverDecreases = bool(reader.take("never_decreases"), default: false)
        let isTransferable = bool(reader.take("transferable"), default: false)
        let receivedClimbs = bool(reader.take("received_climbs"), default: false)
        let raw = roles(reader.take("raw"))
        finish(reader, "a currency")
        return CurrencyRule(
            name: word, text: member.key, decimals: Int(decimals), facets: facets, floor: floor,
            cap: cap,
            neverDecreases: neverDecreases, isTransferable: isTransferable,
            receivedClimbs: receivedClimbs, raw: raw)
    }

    private mutating func facets(_ value: JSON5Value?) -> CurrencyRule.Facets {
        guard let value else { return .any }
        if case .array = value.kind {
            let words = names(value, "facets")
            if words.isEmpty, mistakes.isEmpty {
                mistakes.add(value.offset, "at least one facet is needed; or leave facets out")
            }
            return .listed(words)
        }
        guard case .string(let string) = value.kind else {
            report(value, "'open', 'none' or a list of facets")
            return .none
        }
        switch string.text {
        case "open": return .open
        case "none": return .none
        default:
            mistakes.add(value.offset, "facets are 'open', 'none' or a list of names in brackets")
            return .none
        }
    }

    private mutating func roles(_ value: JSON5Value?) -> Role {
        guard value != nil else { return .operate }
        var roles: Role = []
        for item in list(value, "roles") {
            guard let role = string(item) else { continue }
            switch role.text {
            case "game": roles.insert(.game)
            case "operate": roles.insert(.operate)
            default: mistakes.add(item.offset, "who may post a currency raw is 'game' or 'operate'")
            }
        }
        return roles
    }
}
