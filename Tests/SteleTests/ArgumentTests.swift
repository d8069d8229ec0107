import Testing

@testable import stele

@Suite("Arguments")
struct ArgumentTests {
    static let declarations = [
        OptionDeclaration("socket", "PATH", ""), OptionDeclaration("json", nil, ""),
        OptionDeclaration("count", "N", ""),
    ]

    static func parse(_ words: String...) throws(Failure) -> ParsedArguments {
        try OptionParser(declarations: declarations).parse(words)
    }

    @Test("options may stand anywhere, with = or without, until --")
    func positions() throws {
        let parsed = try Self.parse(
            "a", "--socket=x", "b", "--json", "--count", "5", "--", "--json")
        #expect(parsed.positionals == ["a", "b", "--json"])
        #expect(parsed["socket"] == "x")
        #expect(parsed.has("json"))
        #expect(try parsed.integer("count", in: 1...9, default: 1) == 5)
    }

    @Test("what is wrong is told with what would be right")
    func mistakes() {
        #expect(throws: Failure.usage("unknown option --sokcet", hint: "Did you mean --socket?")) {
            try Self.parse("--sokcet", "x")
        }
        #expect(throws: Failure.usage("--socket wants a value: PATH")) {
            try Self.parse("--socket")
        }
        #expect(throws: Failure.usage("--json takes no value")) { try Self.parse("--json=1") }
        #expect(throws: Failure.usage("--json is given twice")) {
            try Self.parse("--json", "--json")
        }
        #expect(throws: Failure.usage("--count wants a number from 1 to 9, not '10'")) {
            try Self.parse("--count", "10").integer("count", in: 1...9, default: 1)
        }
    }

    @Test(
        "a mistyped word is recognised",
        arguments: [
            ("blance", "balance"), ("awrad", "award"), ("hist", "history"),
            ("transferr", "transfer"),
            ("zzz", nil), ("x", nil),
        ])
    func suggestions(word: String, meant: String?) {
        let words = ["award", "balance", "history", "transfer", "why"]
        #expect(Suggestion.nearest(to: word, among: words) == meant)
    }
}
