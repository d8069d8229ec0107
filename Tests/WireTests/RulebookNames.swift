import Foundation

@testable import Ledger
@testable import Wire

/// A rulebook's names, and more, without a ledger.
struct RulebookNames: ProfileNaming, WordAssigner {
    var words = Words()
    var rules = Rulebook.none
    var rulesNumber: UInt32 = 1

    init() {}

    init(compiling source: [UInt8]) throws {
        rules = try Rulebook.compile(source: source, file: "test", words: &self).get()
    }

    mutating func word(for text: [UInt8]) -> Word {
        if let known = words.find(text, text.indices) { return known }
        words.append(text)
        return Word(UInt32(words.count))
    }

    mutating func word(_ text: String) -> Word { word(for: Array(text.utf8)) }

    func appendText(of word: Word, to text: inout [UInt8]) { text += words.text(word) }

    func appendID(of account: AccountNumber, to text: inout [UInt8]) {
        text += Array("account-\(account.rawValue)".utf8)
    }

    func appendRung(
        _ rung: Int64, of ladder: Word, rules: UInt32, to text: inout [UInt8]
    ) -> Bool {
        guard let name = self.rules.ladder(ladder)?.name(of: rung) else { return false }
        text += words.text(name)
        return true
    }

    func appendClaim(_ offer: Word, _ values: Word, rules: UInt32, to text: inout [UInt8]) {
        self.rules.appendClaim(
            offer, values, offerText: words.text(offer), words.text(values), to: &text)
    }

    func shownFields(_ view: AccountView, at time: Instant) -> [Field] {
        rules.shownFields(view, at: time, words: words)
    }
}

/// The rulebooks of the repository.
func rulebooks() throws -> [(name: String, source: [UInt8])] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../fixtures/rulebooks")
    let files = try FileManager.default.contentsOfDirectory(
        at: folder, includingPropertiesForKeys: nil)
    return try files.filter { $0.pathExtension == "json5" }
        .map { ($0.lastPathComponent, Array(try Data(contentsOf: $0))) }
        .sorted { $0.0 < $1.0 }
}
