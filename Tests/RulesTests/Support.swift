import Foundation

@testable import Ledger

/// A ledger's words, as far as rulebooks need them.
struct TestWords: WordAssigner {
    var numbers: [[UInt8]: Word] = [:]
    var texts: [[UInt8]] = []
    /// Ledgers are older than the rulebook: its words don't begin at 1.
    let before: UInt32 = 1000

    mutating func word(for text: [UInt8]) -> Word {
        if let known = numbers[text] { return known }
        texts.append(text)
        let word = Word(before + UInt32(texts.count))
        numbers[text] = word
        return word
    }

    subscript(_ text: String) -> Word { numbers[Array(text.utf8)] ?? .none }
}

/// What a command gave for an input.
enum TestInput: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByBooleanLiteral
{
    case number(Int64)
    case name(String)
    case account(UInt32)
    case list(Int64)

    init(integerLiteral value: Int64) { self = .number(value) }
    init(stringLiteral value: String) { self = .name(value) }
    init(booleanLiteral value: Bool) { self = .number(value ? 1 : 0) }
}

/// An account 7 with a parent 3, whose state the tests write down by name.
struct TestContext: FormulaContext {
    var words: [[UInt8]: Word] = [:]
    var inputs: [TestInput?] = []
    var steps: [Rational] = []
    var balances: [String: Int64] = [:]
    var rungs: [Int: Int64] = [:]
    var facts: [String: FactValue] = [:]
    var owned: [String: Int64] = [:]
    var unlocked: [String] = []
    var parent: AccountNumber? = AccountNumber(3)
    var account: AccountNumber { AccountNumber(7) }

    private func text(_ word: Word) -> String {
        words.first { $0.value == word }.map { String(decoding: $0.key, as: UTF8.self) } ?? "?"
    }

    func number(ofInput index: Int) -> Rational {
        if case .number(let number)? = inputs[index] { Rational(number) } else { .zero }
    }
    func isGiven(input index: Int) -> Bool { inputs[index] != nil }
    func word(ofInput index: Int) -> Word? {
        if case .name(let name)? = inputs[index] { words[Array(name.utf8)] } else { nil }
    }
    func account(ofInput index: Int) -> AccountNumber {
        if case .account(let number)? = inputs[index] { AccountNumber(number) } else { .ledger }
    }
    func count(ofInput index: Int) -> Int64 {
        if case .list(let count)? = inputs[index] { count } else { 0 }
    }
    func appendText(ofInput index: Int, to text: inout [UInt8]) {
        switch inputs[index] {
        case .name(let name)?: text += Array(name.utf8)
        case .number(let number)?: text += Array(String(number).utf8)
        default: break
        }
    }
    func number(ofStep index: Int) -> Rational { steps[index] }
    func moment(_ part: MomentPart) -> Int64 {
        part.value(instant("2024-02-29T13:45:10Z"), utcOffsetMinutes: 0)
    }
    func word(of text: [UInt8]) -> Word? { words[text] }
    func balance(_ name: BalanceName, _ part: BalancePart, of account: AccountNumber) -> Int64 {
        let facet = name.facet == .none ? "" : ":" + text(name.facet)
        let owner = account == self.account ? "" : "\(account.rawValue) "
        return balances["\(owner)\(text(name.currency))\(facet) \(part)"] ?? 0
    }
    func rung(ladder index: Int, facet: Word, of account: AccountNumber) -> Int64 {
        facet == .unmet ? 1 : rungs[index] ?? 1
    }
    func fact(_ name: Word, of account: AccountNumber) -> FactValue? { facts[text(name)] }
    func facts(under prefix: Word, _ fold: FactFold, of account: AccountNumber) -> Int64? {
        let values = facts.filter { $0.key.hasPrefix(text(prefix) + ":") }.map {
            if case .number(let number) = $0.value { number } else { Int64(0) }
        }
        return switch fold {
        case .sum: values.reduce(0, +)
        case .max: values.max() ?? 0
        case .count: Int64(values.count)
        }
    }
    func items(_ item: Word, of account: AccountNumber) -> Int64 { owned[text(item)] ?? 0 }
    func isUnlocked(_ name: Word, of account: AccountNumber) -> Bool {
        unlocked.contains(text(name))
    }
}

/// The rulebook and the words it was given; fails the test that calls it on a mistake.
func compiled(_ source: String) throws -> (Rulebook, TestWords) {
    var words = TestWords()
    let rulebook = try Rulebook.compile(source: Array(source.utf8), file: "test", words: &words)
        .get()
    return (rulebook, words)
}

/// What is wrong with a rulebook, a line each.
func mistakes(_ source: [UInt8]) -> [String] {
    var words = TestWords()
    switch Rulebook.compile(source: source, file: "test", words: &words) {
    case .success: return []
    case .failure(let mistakes):
        return mistakes.list.map { "\($0.line):\($0.column) \($0.message)" }
    }
}

func mistakes(_ source: String) -> [String] { mistakes(Array(source.utf8)) }

/// A file of the repository's fixtures.
func fixture(_ path: String) throws -> [UInt8] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    return Array(try Data(contentsOf: root.appending(path: "fixtures/" + path)))
}

/// SplitMix64: the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
