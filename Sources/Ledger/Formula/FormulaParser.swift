/// Reads a formula. From loosest to tightest:
///
///     or · and · not · == != < <= > >= in · + - · * / · - (sign) · else
///
/// with brackets, numbers, names in quotes, `true`, `false`, identifiers, `function(…)`,
/// `table.name[key]` and `first(t in a..b step s where …)`.
struct FormulaParser {
    /// Longer formulas are better split into `let` steps.
    static let sizeMax = 4096
    /// Names, numbers and signs. With `nestingMax` this bounds the stack that reading takes.
    static let tokensMax = 500
    static let nestingMax = 48

    private let tokens: [FormulaToken]
    private var index = 0
    private var nesting = 0

    static func parse(_ text: [UInt8]) throws(FormulaMistake) -> Expression {
        guard text.count <= sizeMax else {
            throw FormulaMistake(
                offset: 0, message: "a formula has at most \(sizeMax) bytes; split it with let")
        }
        let tokens = try FormulaLexer.tokens(text)
        guard tokens.count <= tokensMax else {
            throw FormulaMistake(
                offset: tokens[tokensMax].offset,
                message: "a formula has at most \(tokensMax) words and signs; split it with let")
        }
        var parser = FormulaParser(tokens: tokens)
        let expression = try parser.parseOr()
        guard parser.token.kind == .end else { throw parser.unexpected("an operator") }
        return expression
    }

    private init(tokens: [FormulaToken]) {
        self.tokens = tokens
    }

    /// The last token is `.end`, which is never passed.
    private var token: FormulaToken { tokens[index] }

    private mutating func advance() {
        if index < tokens.count - 1 { index += 1 }
    }

    private func unexpected(_ wanted: String) -> FormulaMistake {
        FormulaMistake(
            offset: token.offset, message: "\(wanted) is expected here, not \(token.phrase)")
    }

    private mutating func take(symbol: String) -> Bool {
        guard token.kind == .symbol(symbol) else { return false }
        advance()
        return true
    }

    private mutating func take(word: String) -> Bool {
        guard token.kind == .word(word) else { return false }
        advance()
        return true
    }

    private mutating func need(symbol: String) throws(FormulaMistake) {
        guard take(symbol: symbol) else { throw unexpected("'\(symbol)'") }
    }

    private mutating func needIdentifier(_ wanted: String) throws(FormulaMistake) -> String {
        guard case .word(let word) = token.kind, !FormulaParser.keywords.contains(word) else {
            throw unexpected(wanted)
        }
        advance()
        return word
    }

    /// Words that can't be the name of an input, a step or a variable.
    static let keywords = [
        "and", "or", "not", "in", "else", "true", "false", "table", "if", "account", "parent",
    ]
}

// MARK: - Operators

extension FormulaParser {
    private mutating func parseOr() throws(FormulaMistake) -> Expression {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= FormulaParser.nestingMax else {
            throw FormulaMistake(
                offset: token.offset, message: "this is nested too deep; split it with let")
        }
        var left = try parseAnd()
        while take(word: "or") {
            let right = try parseAnd()
            left = Expression(kind: .binary(.or, left, right), offset: left.offset)
        }
        return left
    }

    private mutating func parseAnd() throws(FormulaMistake) -> Expression {
        var left = try parseNot()
        while take(word: "and") {
            let right = try parseNot()
            left = Expression(kind: .binary(.and, left, right), offset: left.offset)
        }
        return left
    }

    private mutating func parseNot() throws(FormulaMistake) -> Expression {
        let start = token.offset
        var count = 0
        while take(word: "not") { count += 1 }
        let inner = try parseComparison()
        return count % 2 == 1 ? Expression(kind: .not(inner), offset: start) : inner
    }

    private mutating func parseComparison() throws(FormulaMistake) -> Expression {
        let left = try parseSum()
        if take(word: "in") {
            guard take(word: "table") else { throw unexpected("table.name") }
            try need(symbol: ".")
            let table = try needIdentifier("a table's name")
            return Expression(kind: .isKey(left, table: table), offset: left.offset)
        }
        guard let comparison = takeComparison() else { return left }
        let right = try parseSum()
        if case .symbol(let symbol) = token.kind,
            BinaryOperator(rawValue: symbol)?.isComparison == true
        {
            throw FormulaMistake(
                offset: token.offset,
                message: "compare two values at a time: a < b and b < c")
        }
        return Expression(kind: .binary(comparison, left, right), offset: left.offset)
    }

    private mutating func takeComparison() -> BinaryOperator? {
        guard case .symbol(let symbol) = token.kind, let found = BinaryOperator(rawValue: symbol),
            found.isComparison
        else { return nil }
        advance()
        return found
    }

    private mutating func parseSum() throws(FormulaMistake) -> Expression {
        var left = try parseProduct()
        while token.kind == .symbol("+") || token.kind == .symbol("-") {
            let sum: BinaryOperator = token.kind == .symbol("+") ? .add : .subtract
            advance()
            let right = try parseProduct()
            left = Expression(kind: .binary(sum, left, right), offset: left.offset)
        }
        return left
    }

    private mutating func parseProduct() throws(FormulaMistake) -> Expression {
        var left = try parseSign()
        while token.kind == .symbol("*") || token.kind == .symbol("/") {
            let product: BinaryOperator = token.kind == .symbol("*") ? .multiply : .divide
            advance()
            let right = try parseSign()
            left = Expression(kind: .binary(product, left, right), offset: left.offset)
        }
        return left
    }

    private mutating func parseSign() throws(FormulaMistake) -> Expression {
        let start = token.offset
        var count = 0
        while take(symbol: "-") { count += 1 }
        let value = try parseOtherwise()
        return count % 2 == 1 ? Expression(kind: .negated(value), offset: start) : value
    }

    private mutating func parseOtherwise() throws(FormulaMistake) -> Expression {
        let lookUp = try parsePrimary()
        guard take(word: "else") else { return lookUp }
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= FormulaParser.nestingMax else {
            throw FormulaMistake(
                offset: token.offset, message: "this is nested too deep; split it with let")
        }
        let value = try parseSign()
        return Expression(kind: .otherwise(lookUp, value), offset: lookUp.offset)
    }
}

// MARK: - Operands

extension FormulaParser {
    private mutating func parsePrimary() throws(FormulaMistake) -> Expression {
        let start = token.offset
        switch token.kind {
        case .number(let value):
            advance()
            return Expression(kind: .number(value), offset: start)
        case .name(let bytes):
            advance()
            return Expression(kind: .name(bytes), offset: start)
        case .symbol("("):
            advance()
            let inner = try parseOr()
            try need(symbol: ")")
            return inner
        case .word("true"), .word("false"):
            let truth = take(word: "true")
            if !truth { advance() }
            return Expression(kind: .truth(truth), offset: start)
        case .word("table"):
            return try parseTable()
        case .word("first") where tokens[index + 1].kind == .symbol("("):
            return try parseFirst()
        case .word(let word):
            let isFunction = ["if", "account", "parent"].contains(word)
            guard isFunction || !FormulaParser.keywords.contains(word) else {
                throw unexpected("a value")
            }
            advance()
            if word == "season", take(symbol: ".") {
                let key = try needIdentifier("the name of one of the season's numbers")
                return Expression(kind: .seasonNumber(key), offset: start)
            }
            guard take(symbol: "(") else {
                return Expression(kind: .identifier(word), offset: start)
            }
            return Expression(kind: .call(word, try parseArguments()), offset: start)
        default:
            throw unexpected("a value")
        }
    }

    private mutating func parseArguments() throws(FormulaMistake) -> [Expression] {
        var arguments: [Expression] = []
        if take(symbol: ")") { return arguments }
        repeat { arguments.append(try parseOr()) } while take(symbol: ",")
        guard take(symbol: ")") else { throw unexpected("',' or ')'") }
        return arguments
    }

    private mutating func parseTable() throws(FormulaMistake) -> Expression {
        let start = token.offset
        advance()
        try need(symbol: ".")
        let name = try needIdentifier("a table's name")
        var keys: [Expression] = []
        try need(symbol: "[")
        repeat {
            keys.append(try parseOr())
            try need(symbol: "]")
        } while take(symbol: "[")
        return Expression(kind: .table(name, keys: keys), offset: start)
    }

    private mutating func parseFirst() throws(FormulaMistake) -> Expression {
        let start = token.offset
        advance()
        try need(symbol: "(")
        let variable = try needIdentifier("a variable, as in first(t in 1..10 where …)")
        guard take(word: "in") else { throw unexpected("'in'") }
        let from = try parseSum()
        try need(symbol: "..")
        let to = try parseSum()
        let step = take(word: "step") ? try parseSum() : nil
        guard take(word: "where") else { throw unexpected("'where'") }
        let condition = try parseOr()
        try need(symbol: ")")
        let search = FirstSearch(
            variable: variable, from: from, to: to, step: step, condition: condition)
        return Expression(kind: .first(search), offset: start)
    }
}
