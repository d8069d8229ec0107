/// What formulas read of claims, of what is worn, and of lists.
extension FormulaCompiler {
    /// `claimed('offer')`, `claimed('offer:value:value')`: what stands behind the offer is the
    /// values in the order of their declaration, as the claim's mark has them.
    mutating func emitClaimed(
        _ arguments: [Expression], at offset: Int
    ) throws(FormulaMistake) -> Value {
        try needReach(.everything, "claimed", at: offset)
        let account = try selector(arguments)
        let text = try quoted(arguments[0], "claimed")
        let (head, values) = FormulaCompiler.split(text)
        let name = String(decoding: head, as: UTF8.self)
        guard let offer = declarations.offers[name] else {
            let known = declarations.offers.keys.sorted()
            throw FormulaMistake(
                offset: arguments[0].offset,
                message: "there is no offer '\(name)'\(suggestion(for: name, among: known))")
        }
        guard (values != nil) == offer.isQualified else {
            throw FormulaMistake(
                offset: arguments[0].offset, message: "write claimed('\(offer.form)')")
        }
        try appendName(.word(declarations.names.word(for: head)), at: offset)
        if let values {
            try appendName(try nameTemplate(values, at: arguments[0].offset), at: offset)
        } else {
            try appendConstant(.zero, at: offset)
        }
        try append(Instruction(.isClaimed, detail: account), effect: -1, at: offset)
        return Value(type: .bool)
    }

    mutating func emitEquipped(
        _ arguments: [Expression], at offset: Int
    ) throws(FormulaMistake) -> Value {
        try needReach(.everything, "equipped", at: offset)
        let account = try selector(arguments, after: 2)
        try appendName(try template(of: arguments[0], "equipped"), at: offset)
        try appendName(try template(of: arguments[1], "equipped"), at: offset)
        try append(Instruction(.isEquipped, detail: account), effect: -1, at: offset)
        return Value(type: .bool)
    }

    mutating func emitContains(
        _ arguments: [Expression], at offset: Int
    ) throws(FormulaMistake) -> Value {
        guard case .identifier(let name) = arguments[0].kind,
            let index = scope.inputs.firstIndex(where: { $0.name == name && $0.type == .list })
        else { throw misuse("contains", at: arguments[0].offset) }
        let type = scope.inputs[index].element ?? .name
        let value = try emit(arguments[1])
        try need(type, value, at: arguments[1].offset)
        try append(
            Instruction(.contains, index, detail: type == .name ? 1 : 0), effect: 0, at: offset)
        return Value(type: .bool)
    }
}

/// What is known of an offer before it is read.
struct OfferDeclaration {
    let name: String
    let isPerSeason: Bool
    /// Whether it may be taken any time, so that nothing marks that it was.
    let repeats: Bool
    /// In the order of their declaration.
    let parameters: [FormulaScope.Input]

    /// Whether a claim's mark has a qualifier.
    var isQualified: Bool { isPerSeason || !parameters.isEmpty }

    /// As `claimed` takes it.
    var form: String {
        ([name] + (isPerSeason ? ["<season>"] : []) + parameters.map { "<\($0.name)>" })
            .joined(separator: ":")
    }
}
