/// A word of a formula and where it begins (in bytes of the formula).
struct FormulaToken: Sendable {
    enum Kind: Sendable, Equatable {
        case number(Rational)
        /// An identifier or a keyword.
        case word(String)
        /// A name in quotes.
        case name([UInt8])
        /// An operator or bracket: `+`, `<=`, `..`
        case symbol(String)
        case end
    }

    let kind: Kind
    let offset: Int

    /// For messages.
    var phrase: String {
        switch kind {
        case .number(let value): "'\(value)'"
        case .word(let word): "'\(word)'"
        case .name(let bytes): "'\(String(decoding: bytes, as: UTF8.self))'"
        case .symbol(let symbol): "'\(symbol)'"
        case .end: "the end of the formula"
        }
    }
}

/// A formula's first mistake: a formula is short, and what follows one is mostly its echo.
struct FormulaMistake: Error {
    let offset: Int
    let message: String
}

struct FormulaLexer {
    private static let symbols = [
        "==", "!=", "<=", ">=", "..", "+", "-", "*", "/", "<", ">", "(", ")", "[", "]", ",", ".",
    ]

    let text: [UInt8]
    private var offset = 0

    init(_ text: [UInt8]) {
        self.text = text
    }

    /// All tokens, the last of them `.end`.
    static func tokens(_ text: [UInt8]) throws(FormulaMistake) -> [FormulaToken] {
        var lexer = FormulaLexer(text)
        var tokens: [FormulaToken] = []
        while true {
            let token = try lexer.next()
            tokens.append(token)
            if token.kind == .end { return tokens }
        }
    }

    private mutating func next() throws(FormulaMistake) -> FormulaToken {
        while offset < text.count, text[offset] == 0x20 || (0x09...0x0D).contains(text[offset]) {
            offset += 1
        }
        let start = offset
        guard offset < text.count else { return FormulaToken(kind: .end, offset: start) }
        let first = text[offset]
        if FormulaLexer.isDigit(first) { return try number() }
        if FormulaLexer.isLetter(first) {
            while offset < text.count,
                FormulaLexer.isLetter(text[offset]) || FormulaLexer.isDigit(text[offset])
            {
                offset += 1
            }
            let word = String(decoding: text[start..<offset], as: UTF8.self)
            return FormulaToken(kind: .word(word), offset: start)
        }
        if first == UInt8(ascii: "'") || first == UInt8(ascii: "\"") {
            return try name(quote: first)
        }
        for symbol in FormulaLexer.symbols where text[offset...].starts(with: symbol.utf8) {
            offset += symbol.utf8.count
            return FormulaToken(kind: .symbol(symbol), offset: start)
        }
        throw unknownCharacter(at: start)
    }

    private func unknownCharacter(at start: Int) -> FormulaMistake {
        var end = start + 1
        while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
        let shown = String(decoding: text[start..<end], as: UTF8.self)
        let hint =
            switch shown {
            case "=": "; to compare, write '=='"
            case "!": "; write 'not'"
            case "&": "; write 'and'"
            case "|": "; write 'or'"
            case "^": "; write power(a, b)"
            case "?": "; write if(condition, a, b)"
            case "%": "; write the fraction, as in amount * 15 / 100"
            default: ""
            }
        return FormulaMistake(
            offset: start, message: "'\(shown)' means nothing in a formula\(hint)")
    }

    /// Digits, and a point with digits if another digit follows it (`1..5` is a range).
    private mutating func number() throws(FormulaMistake) -> FormulaToken {
        let start = offset
        skipDigits()
        if offset + 1 < text.count, text[offset] == UInt8(ascii: "."),
            FormulaLexer.isDigit(text[offset + 1])
        {
            offset += 1
            skipDigits()
        }
        switch ExactNumber.parse(text[start..<offset]) {
        case .value(let value): return FormulaToken(kind: .number(value), offset: start)
        case .malformed:
            let shown = String(decoding: text[start..<offset], as: UTF8.self)
            throw FormulaMistake(
                offset: start, message: "'\(shown)' is no number: it may not begin with 0")
        case .tooLarge:
            throw FormulaMistake(
                offset: start, message: "this number is too large or too fine to be kept exactly")
        }
    }

    private mutating func skipDigits() {
        while offset < text.count, FormulaLexer.isDigit(text[offset]) { offset += 1 }
    }

    private mutating func name(quote: UInt8) throws(FormulaMistake) -> FormulaToken {
        let start = offset
        offset += 1
        while offset < text.count {
            if text[offset] == quote {
                offset += 1
                return FormulaToken(
                    kind: .name(Array(text[(start + 1)..<(offset - 1)])), offset: start)
            }
            offset += 1
        }
        throw FormulaMistake(offset: start, message: "this name has no closing quote")
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
