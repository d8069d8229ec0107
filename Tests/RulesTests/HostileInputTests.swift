import Testing

@testable import Ledger

/// A bit of everything, small enough to be changed in every way.
private let golden = """
    {edition:1,/*c*/title:"T\\u0041",currencies:{xp:{cap:9e3},r:{facets:['a','b']}},
    tables:{t:{a:1.5,b:-2},u:{k:{'1':0x1F}}},
    ladders:{l:{of:"earned('xp')",tail:'5*n-5',cap:9},m:{of:"earned('r:<facet>')",rungs:{x:0,y:7},tail:3}},
    requirements:{q:{with:{n:'number'},test:'n>1',unmet:'{n|1}!'}},
    actions:{act:{inputs:{i:{type:'int',min:0,default:1},p:'name',b:'bool',o:{type:'name',one_of:'t'}},
    let:{z:"if(b and i>=2,first(t in 1..9 step 2 where t>i)else 0,table.t[o])"},show:['z'],
    requires:[{use:'q',n:'i'}],posts:[{balance:'r:a',amount:'floor(z/3)',when:"rung('m:<p>')<2"}],
    sets:[{fact:'f:<p>',value:'i'}],once:['i']}},openings:[{posts:[{balance:'xp',amount:1}]}]}
    """

/// Every form that JSON5 has.
private let form = """
    \u{FEFF}{// c
    a:[1,-0x1F,+.5e-1,5.,],'b\\x41\\u00e9\\ud83d\\ude00':null,/*é*/"c":true,
    $d_:'\\n\\\n"',ä:[[{}]],}
    """

private func compiles(_ source: [UInt8]) -> Bool {
    var words = TestWords()
    if case .success = Rulebook.compile(source: source, file: "x", words: &words) { return true }
    return false
}

@Test("the golden rulebook is right")
func goldenIsRight() {
    #expect(mistakes(golden) == [])
}

@Test("a rulebook that is cut short anywhere is a mistake, never a trap")
func truncations() throws {
    let bytes = Array(golden.utf8)
    for length in bytes.indices {
        #expect(!compiles(Array(bytes[..<length])))
    }
    let real = Array(
        String(decoding: try fixture("rulebooks/contributions.json5"), as: UTF8.self)
            .replacing("cap: 10000", with: "cap: 10").utf8)
    #expect(compiles(real))
    for length in stride(from: 0, to: real.count - 3, by: 7) {
        #expect(!compiles(Array(real[..<length])))
    }
}

@Test("JSON5 with any one byte changed is read or refused, never a trap")
func singleByteChanges() {
    var bytes = Array(form.utf8)
    var right = 0
    for index in bytes.indices {
        let before = bytes[index]
        for change in UInt8(1)...255 {
            bytes[index] = before ^ change
            var parser = JSON5Parser(bytes)
            if parser.parse() != nil, parser.mistakes.isEmpty { right += 1 }
        }
        bytes[index] = before
    }
    #expect(right > 1000)
}

@Test("a rulebook with any one byte changed is compiled or refused, never a trap")
func singleByteChangesOfMeaning() {
    var bytes = Array(golden.utf8)
    var compiled = 0
    for index in bytes.indices {
        let before = bytes[index]
        for change in Array("'<>()[{:, -0x~".utf8) + [before ^ 1, before ^ 0x20, 0xC3] {
            bytes[index] = change
            if change != before, compiles(bytes) { compiled += 1 }
        }
        bytes[index] = before
    }
    #expect(compiled > 200)
}

@Test("random pieces of rulebooks are compiled or refused, never a trap", arguments: 1...8)
func randomPieces(seed: UInt64) {
    var random = SeededGenerator(state: seed)
    let pieces = [
        "{", "}", "[", "]", ":", ",", "'", "\"", "\\", "//", "/*", "*/", "\n", " ", "edition", "1",
        "currencies", "xp", "ladders", "of", "\"earned('xp')\"", "tail", "'n*n-1'", "cap", "9",
        "actions", "let", "inputs", "'int'", "-", "+", "0x", "1e9", "\u{2028}", "é", "\u{0}", "<p>",
        "posts", "balance", "'xp'", "amount", "\"if(1<2,3,4)\"", "requires", "test", "unmet", "'{'",
    ]
    for _ in 0..<2000 {
        var text = Bool.random(using: &random) ? "{edition:1," : ""
        for _ in 0..<Int.random(in: 0...40, using: &random) {
            text += pieces[Int.random(in: pieces.indices, using: &random)]
        }
        _ = compiles(Array(text.utf8))
    }
}

@Test("random formulas are compiled and computed or refused, never a trap", arguments: 1...8)
func randomFormulas(seed: UInt64) {
    var random = SeededGenerator(state: seed)
    let pieces = [
        "(", ")", "[", "]", ",", ".", "..", "+", "-", "*", "/", "<", "<=", "==", "!=", " and ",
        " or ",
        "not ", " else ", " in ", "if(", "min(", "max(", "first(t in 0..9 where ", " step ",
        "table.t",
        "t", "i", "b", "p", "'a'", "'f:*'", "'xp'", "earned(", "rung(", "fact(", "sum(", "power(",
        "root(", "round(", "0", "1", "2", "7.5", "9223372036854775807", "account", "parent",
        "'<p>'",
    ]
    let frame = golden.replacing("floor(z/3)", with: "@@")
    for _ in 0..<500 {
        var formula = ""
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            formula += pieces[Int.random(in: pieces.indices, using: &random)]
        }
        guard let (rulebook, words) = try? compiled(frame.replacing("@@", with: formula)) else {
            continue
        }
        var context = TestContext(words: words.numbers)
        context.inputs = [.number(.random(in: -9...9, using: &random)), "a", true, "b"]
        context.steps = [Rational(3)]
        _ = try? rulebook.actions[0].posts[0].amount.evaluate(in: context)
    }
}
