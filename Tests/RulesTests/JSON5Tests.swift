import Testing

@testable import Ledger

/// The tree, written down again as plain JSON with exact numbers.
private func shown(_ value: JSON5Value) -> String {
    switch value.kind {
    case .null: "null"
    case .bool(let truth): "\(truth)"
    case .number(let number): "\(number)"
    case .string(let string): JSONText.quoted(string.text)
    case .array(let values): "[" + values.map(shown).joined(separator: ",") + "]"
    case .object(let members):
        "{" + members.map { "\($0.key):\(shown($0.value))" }.joined(separator: ",") + "}"
    case .broken: "?"
    }
}

private func read(_ source: String) -> (tree: String, mistakes: [String]) {
    var parser = JSON5Parser(Array(source.utf8))
    let value = parser.parse()
    guard !parser.mistakes.isEmpty else { return (value.map(shown) ?? "", []) }
    let mistakes = parser.mistakes.mistakes(file: "test", source: Array(source.utf8))
    return (
        value.map(shown) ?? "", mistakes.list.map { "\($0.line):\($0.column) \($0.message)" }
    )
}

@Test(
    "JSON5 is read",
    arguments: [
        ("{}", "{}"), ("[]", "[]"), ("[1,]", "[1]"), ("{a:1,}", "{a:1}"), ("null", "null"),
        ("// c\n[true, /* x */ false]", "[true,false]"),
        ("{'a b': 1, \"c\": 2, $d_1: 3}", "{a b:1,c:2,$d_1:3}"),
        ("\"it's\"", "\"it's\""), ("'say \"x\"'", "\"say \\\"x\\\"\""),
        ("'a\\\nb'", "\"ab\""), ("'a\\\r\nb'", "\"ab\""),
        ("'\\x41\\u00e9\\ud83d\\ude00'", "\"Aé😀\""),
        ("'\\t\\0\\q'", "\"\\u0009\\u0000q\""),
        ("[1.5, .5, 5., 1e3, 1.25e-1, 0x1F, -0x10, +7, -0]", "[3/2,1/2,5,1000,1/8,31,-16,7,0]"),
        ("9223372036854775807", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("-0x8000000000000000", "-9223372036854775808"),
        ("0.000000000000000001", "1/1000000000000000000"),
        ("0e999", "0"), ("\u{FEFF}\u{00A0}[ \u{2028}1\u{3000}]", "[1]"), ("{ähre: 1}", "{ähre:1}"),
    ])
func json5IsRead(source: String, expected: String) {
    #expect(read(source).tree == expected)
}

@Test(
    "mistakes in form are reported at their places, and reading goes on behind them",
    arguments: [
        ("", ["1:1 the file is empty; a rulebook is an object: { edition: 1, … }"]),
        ("{a: 1 b: 2}", ["1:7 a comma is missing before this"]),
        ("{a: , b: }", ["1:5 a value is missing here", "1:10 a value is missing here"]),
        ("{a 1, b: 2}", ["1:4 ':' is missing after the key 'a'"]),
        ("{a: 1, a: 2}", ["1:8 'a' is here already, in line 1"]),
        ("{a: xp}", ["1:5 a text needs quotes: \"xp\""]),
        ("{1: 2}", ["1:2 a key that begins with a digit needs quotes: \"1\""]),
        ("{,}", ["1:2 a key is missing here, as in `name: value`"]),
        ("{a: 'x\n b: 2}", ["1:5 this text isn't closed on its line"]),
        ("[1, 2", ["1:1 this list isn't closed before the end of the file"]),
        ("{a: [1, 2}", ["1:10 ']' is missing before this"]),
        ("[1]]", ["1:4 nothing may follow the end of the rulebook"]),
        ("[1}, 2]", ["1:3 nothing was opened that '}' closes"]),
        ("[NaN, -Infinity]", ["1:2 NaN is no exact number", "1:7 '-Infinity' is no number"]),
        (
            "[01, 1.2.3, 1e, 0x, 12a, .]",
            [
                "1:2 '01' is no number", "1:6 '1.2.3' is no number", "1:13 '1e' is no number",
                "1:17 '0x' is no number", "1:21 '12a' is no number", "1:26 '.' is no number",
            ]
        ),
        (
            "[9223372036854775808, 1e19, 1e-19]",
            [
                "1:2 this number is too large or too fine to be kept exactly",
                "1:23 this number is too large or too fine to be kept exactly",
                "1:29 this number is too large or too fine to be kept exactly",
            ]
        ),
        (
            "['\\x4', '\\ud800', '\\1']",
            [
                "1:3 2 hexadecimal digits are needed after the escape",
                "1:10 half of a surrogate pair is no character", "1:20 a digit can't be escaped",
            ]
        ),
        (
            "[1, /* 2]",
            [
                "1:1 this list isn't closed before the end of the file",
                "1:5 this comment isn't closed: '*/' is missing",
            ]
        ),
        ("{\n  ä: 1,\n  'ö': @\n}", ["3:8 a value is missing here"]),
        ("\r\n\r[\n?]", ["4:1 a value is missing here"]),
    ])
func formMistakes(source: String, expected: [String]) {
    #expect(read(source).mistakes == expected)
}

@Test("values nest up to 64 deep")
func nesting() {
    func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(read(nested(64)).mistakes == [])
    #expect(read(nested(65)).mistakes == ["1:65 nested more than 64 deep"])
    #expect(read(nested(100_000)).mistakes == ["1:65 nested more than 64 deep"])
    #expect(read(String(repeating: "{a:", count: 100_000)).mistakes.count == 65)
}

@Test("a file has at most 1 MiB and is valid UTF-8")
func size() {
    let most = "[" + String(repeating: " ", count: JSON5Parser.sizeMax - 2) + "]"
    #expect(read(most).mistakes == [])
    #expect(read(most + " ").mistakes.count == 1)
    var parser = JSON5Parser(Array("{a: '".utf8) + [0xC3, 0x28] + Array("'}".utf8))
    #expect(parser.parse() == nil)
    #expect(!parser.mistakes.isEmpty)
}

@Test("at most 100 mistakes are told, and that there are more")
func manyMistakes() {
    let source = Array(("[" + String(repeating: "x,", count: 101) + "]").utf8)
    var parser = JSON5Parser(source)
    _ = parser.parse()
    let mistakes = parser.mistakes.mistakes(file: "rules.json5", source: source)
    #expect(mistakes.list.count == 100)
    #expect(mistakes.isCutShort)
    #expect(mistakes.description.hasPrefix("rules.json5:1:2: a text needs quotes: \"x\"\n"))
    #expect(mistakes.description.hasSuffix("\nrules.json5: and more: mend these first"))
}
