/// Names in quotes: fixed ones, and ones built from inputs as in `trait:<trait>`.
extension FormulaCompiler {
    mutating func emitName(_ bytes: [UInt8], at offset: Int) throws(FormulaMistake) -> Value {
        let template = try nameTemplate(bytes, at: offset)
        try appendName(template, at: offset)
        if case .word = template { return Value(type: .name, isConstant: true) }
        return Value(type: .name)
    }

    mutating func appendName(_ template: NameTemplate, at offset: Int) throws(FormulaMistake) {
        if case .word(let word) = template {
            try appendConstant(Rational(Int64(word.rawValue)), at: offset)
        } else {
            try append(Instruction(.name, position(of: template)), effect: 1, at: offset)
        }
    }

    /// The part before the first colon, and the rest if there is a colon.
    static func split(_ text: [UInt8]) -> (head: [UInt8], rest: [UInt8]?) {
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return (text, nil) }
        return (Array(text[..<colon]), Array(text[(colon + 1)...]))
    }

    func balanceTemplate(
        _ text: [UInt8], at offset: Int
    ) throws(FormulaMistake) -> BalanceTemplate {
        let (head, facet) = FormulaCompiler.split(text)
        let name = String(decoding: head, as: UTF8.self)
        guard let position = declarations.currencyPositions[name] else {
            let hint = suggestion(for: name, among: declarations.currencies.map(\.text))
            throw FormulaMistake(offset: offset, message: "there is no currency '\(name)'\(hint)")
        }
        let currency = declarations.currencies[position]
        guard let facet else {
            if currency.allows(facet: .none) {
                return BalanceTemplate(currency: currency.name, facet: nil)
            }
            throw FormulaMistake(
                offset: offset,
                message: "'\(name)' is divided into facets: say which, as in '\(name):<input>'")
        }
        guard currency.facets != .none else {
            throw FormulaMistake(
                offset: offset, message: "'\(name)' isn't divided into facets: write '\(name)'")
        }
        let template = try nameTemplate(facet, at: offset)
        if case .word(let word) = template, !currency.allows(facet: word) {
            throw FormulaMistake(
                offset: offset,
                message: "'\(name)' has no facet '\(String(decoding: facet, as: UTF8.self))'")
        }
        return BalanceTemplate(currency: currency.name, facet: template)
    }

    /// Reads `text<input>text…`.
    func nameTemplate(_ text: [UInt8], at offset: Int) throws(FormulaMistake) -> NameTemplate {
        var parts: [NameTemplate.Part] = []
        var literal: [UInt8] = []
        var rest = text[...]
        while let first = rest.first {
            guard first == UInt8(ascii: "<") else {
                literal.append(first)
                rest = rest.dropFirst()
                continue
            }
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else {
                throw FormulaMistake(
                    offset: offset, message: "'<' begins an input's name; '>' is missing")
            }
            let name = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
            rest = rest[(end + 1)...]
            if name == "facet", scope.reach == .balances, literal.isEmpty, rest.isEmpty,
                parts.isEmpty
            {
                return .facet
            }
            try appendPart(name, &literal, &parts, at: offset)
        }
        if !literal.isEmpty { parts.append(.text(literal)) }
        try check(text, parts, at: offset)
        if parts.isEmpty || parts == [.text(literal)] {
            return .word(declarations.names.word(for: literal))
        }
        if parts.count == 1, case .input(let index) = parts[0], scope.inputs[index].type == .name {
            return .input(index)
        }
        if parts.count == 1, case .season = parts[0] {
            return .season(declarations.seasons.map(\.name))
        }
        if parts.count == 1, case .step(let index) = parts[0], scope.steps[index].type == .name {
            return .step(index)
        }
        return .parts(parts)
    }

    private func appendPart(
        _ name: String, _ literal: inout [UInt8], _ parts: inout [NameTemplate.Part], at offset: Int
    ) throws(FormulaMistake) {
        var meant = name
        if let argument = scope.arguments.first(where: { $0.name == name }) {
            switch argument.expression.kind {
            case .name(let bytes) where !bytes.contains(UInt8(ascii: "<")):
                literal.append(contentsOf: bytes)
                return
            case .number(let number):
                literal.append(contentsOf: number.description.utf8)
                return
            case .identifier(let input): meant = input
            default: break
            }
        }
        let part = try part(meant, calledFor: name, at: offset)
        if !literal.isEmpty { parts.append(.text(literal)) }
        literal = []
        parts.append(part)
    }

    /// A loop's variable, an input or a step that a name is built from.
    private func part(
        _ meant: String, calledFor name: String, at offset: Int
    ) throws(FormulaMistake) -> NameTemplate.Part {
        if let variable = variables.last(where: { $0.name == meant }) {
            return .slot(variable.slot)
        }
        let input = scope.inputs.firstIndex { $0.name == meant }
        let step = scope.steps.firstIndex { $0.name == meant }
        if input == nil, step == nil, meant == "season" { return try seasonPart(at: offset) }
        guard let type = input.map({ scope.inputs[$0].type }) ?? step.map({ scope.steps[$0].type })
        else {
            let names = (scope.inputs + scope.steps).filter { $0.type == .name }.map(\.name)
            throw FormulaMistake(
                offset: offset,
                message: "there is no input '\(name)'\(suggestion(for: name, among: names))")
        }
        guard type == .name || type == .number else {
            throw FormulaMistake(
                offset: offset,
                message: "a name can be built from names and integers; '\(name)' is "
                    + type.phrase)
        }
        return input.map { .input($0) } ?? .step(step ?? 0)
    }

    private func seasonPart(at offset: Int) throws(FormulaMistake) -> NameTemplate.Part {
        guard !declarations.seasons.isEmpty else {
            throw FormulaMistake(offset: offset, message: "this rulebook has no seasons")
        }
        return .season(declarations.seasons.map { Array($0.text.utf8) })
    }

    /// A fixed name is judged as a whole, a built one by the characters that are there.
    private func check(
        _ text: [UInt8], _ parts: [NameTemplate.Part], at offset: Int
    ) throws(FormulaMistake) {
        var isRight = !parts.isEmpty && text.count <= Limits.joinedNameBytesMax
        for case .text(let bytes) in parts {
            isRight =
                isRight
                && (parts.count == 1
                    ? NameSyntax.isName(bytes)
                    : bytes.allSatisfy { NameSyntax.isNameByte($0) || $0 == UInt8(ascii: ":") })
        }
        guard isRight else {
            throw FormulaMistake(
                offset: offset,
                message: "'\(String(decoding: text, as: UTF8.self))' is no name: "
                    + "\(NameSyntax.segmentRule), parts joined by ':'")
        }
    }
}
