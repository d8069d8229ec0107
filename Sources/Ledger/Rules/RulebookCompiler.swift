/// A part of the rule language: the key under which a rulebook has it, and how it is read.
///
/// First every part declares its names, then all are read in the order of `all`, wherever they
/// stand in the file: each may refer to the ones before it, and to what any has declared. A new part
/// is a file with its rule, its reader and its `Primitive`, and a place in this list.
struct Primitive: Sendable {
    typealias Step = @Sendable (inout RulebookCompiler, JSON5Value) -> Void

    let key: String
    /// Notes names that other parts may refer to. Reports nothing: reading does.
    let declare: Step?
    let read: Step

    init(key: String, declare: Step? = nil, read: @escaping Step) {
        self.key = key
        self.declare = declare
        self.read = read
    }

    static let all: [Primitive] = [
        .seasons, .modifiers, .currencies, .tables, .items, .ladders, .requirements, .actions,
        .offers, .rewards, .streaks, .goals, .openings, .migrations, .jobs,
        .boards, .notices, .show,
        .seasonEntries,
    ]
}

/// A rulebook while it is read: what is right so far, and all that is wrong.
struct RulebookCompiler {
    var mistakes = MistakeBook()
    var declarations: Declarations
    var parts = RulebookParts()
    /// What formulas about an action's events see: its inputs and steps.
    var actionScopes: [String: FormulaScope] = [:]
    var templates: [String: RequirementTemplate] = [:]
    /// Of the days that the rules speak of.
    var utcOffsetMinutes = 0
    /// The rungs of ladders with a formula, by its place: they don't depend on any name's number,
    /// so the second reading takes them from the first.
    var curves: [CurvePlace: [Int64]] = [:]
    /// `nil` for a rulebook that has been in force.
    var scrutiny: Scrutiny?

    init(names: NameTable) {
        declarations = Declarations(names: names)
    }

    /// The only edition of the language so far.
    static let edition: Int64 = 1

    mutating func read(_ document: JSON5Value) -> Rulebook? {
        guard var reader = object(document, "a rulebook") else { return nil }
        let edition = reader.take("edition")
        if edition == nil {
            mistakes.add(document.offset, "the rulebook's edition is missing: edition: 1")
        }
        _ = integer(edition, in: RulebookCompiler.edition...RulebookCompiler.edition)
        let title = string(reader.take("title"))?.text ?? ""
        utcOffsetMinutes = timeZone(reader.take("time_zone"))
        for primitive in Primitive.all {
            if let declare = primitive.declare, let value = reader.take(primitive.key) {
                declare(&self, value)
            }
        }
        for primitive in Primitive.all {
            if let value = reader.take(primitive.key) { primitive.read(&self, value) }
        }
        finish(reader, "a rulebook")
        guard mistakes.isEmpty else { return nil }
        parts.currencies = declarations.currencies
        parts.ladders = declarations.ladders
        parts.tables = declarations.tables
        parts.seasons = declarations.seasons
        return Rulebook(
            edition: Int(RulebookCompiler.edition), title: title,
            utcOffsetMinutes: utcOffsetMinutes, parts)
    }

    /// `UTC` or a fixed offset: what a name such as Europe/Vienna means changes with time, and
    /// with the machine that is asked.
    private mutating func timeZone(_ value: JSON5Value?) -> Int {
        guard let value, let string = string(value) else { return 0 }
        let text = string.bytes
        if text == Array("UTC".utf8) { return 0 }
        let digits = text.filter(FormulaLexer.isDigit).map { Int($0 - UInt8(ascii: "0")) }
        let isNegative = text.first == UInt8(ascii: "-")
        let hasSign = isNegative || text.first == UInt8(ascii: "+")
        guard text.count == 6, hasSign, text[3] == UInt8(ascii: ":"), digits.count == 4 else {
            mistakes.add(value.offset, "a time zone is 'UTC' or an offset such as '+02:00'")
            return 0
        }
        let minutes = (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3]
        guard minutes <= 14 * 60, digits[2] < 6 else {
            mistakes.add(value.offset, "a time zone's offset is at most 14:00")
            return 0
        }
        return isNegative ? -minutes : minutes
    }
}

extension Rulebook {
    /// Compiles a rulebook; `file` is what mistakes are reported under.
    ///
    /// `words` is asked for numbers only if there are no mistakes.
    package static func compile<Words: WordAssigner & ~Copyable>(
        source: [UInt8], file: String, words: inout Words, scrutiny: Scrutiny? = nil
    ) -> Result<Rulebook, Mistakes> {
        var parser = JSON5Parser(source)
        let document = parser.parse()
        let provisional = NameTable()
        var compiler = RulebookCompiler(names: provisional)
        compiler.mistakes = parser.mistakes
        compiler.scrutiny = scrutiny
        // Without mistakes in its form there is a document.
        if let document { _ = compiler.read(document) }
        guard compiler.mistakes.isEmpty, let document else {
            return .failure(compiler.mistakes.mistakes(file: file, source: source))
        }
        var numbers: [[UInt8]: Word] = [:]
        for text in provisional.texts { numbers[text] = words.word(for: text) }
        var final = RulebookCompiler(names: NameTable(numbers))
        final.curves = compiler.curves
        guard let rulebook = final.read(document) else {
            // The same text is as free of mistakes the second time.
            return .failure(final.mistakes.mistakes(file: file, source: source))
        }
        return .success(rulebook)
    }
}
