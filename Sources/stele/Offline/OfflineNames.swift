import Ledger
import Secrets
import Wire

/// What the numbers in events are called, as far as the log has been folded.
final class OfflineNames: EventNaming {
    var folder: EventFolder
    private let source: KeyedSource
    private var rulebooks: [UInt32: Rulebook] = [:]
    private var ids: [UInt32: [UInt8]] = [:]

    init(_ source: KeyedSource) {
        self.source = source
        folder = EventFolder(source: source)
    }

    func appendText(of word: Word, to text: inout [UInt8]) {
        if word != .none { text += folder.state.words.text(word) }
    }

    func appendID(of account: AccountNumber, to text: inout [UInt8]) {
        text += folder.state.id(account)
    }

    func appendRung(_ rung: Int64, of ladder: Word, rules: UInt32, to text: inout [UInt8]) -> Bool {
        guard let name = rulebook(rules)?.ladder(ladder)?.name(of: rung) else { return false }
        text += folder.state.words.text(name)
        return true
    }

    func actor(_ number: UInt32) -> Actor? { folder.state.actor(number) }

    func unseal(_ text: ByteRange, of event: Event, field: UInt8) -> [UInt8]? {
        let account = event.accounts.first?.account ?? .ledger
        return source.unseal(Array(event.text[text.range]), account, event.sequence, field: field)
    }

    func notices(of event: Event) -> [Notice] {
        rulebook(event.rules)?.notices(of: event, words: folder.state.words) ?? []
    }

    /// The rulebook of that number, compiled when it is first asked for.
    private func rulebook(_ number: UInt32) -> Rulebook? {
        if let known = rulebooks[number] { return known }
        guard let rulebook = KnownWords.compile(number, of: folder.state.names) else { return nil }
        rulebooks[number] = rulebook
        return rulebook
    }
}

/// Words that the ledger has numbered already: all of an adopted rulebook's are.
struct KnownWords: WordAssigner {
    let words: Words

    mutating func word(for text: [UInt8]) -> Word { words.find(text, text.indices) ?? .none }

    /// The rulebook of that number, `nil` if the log has none.
    static func compile(_ number: UInt32, of state: StateNames) -> Rulebook? {
        let adopted = state.rulebooks.first { $0.number == number && $0.isComplete }
        guard let adopted else { return nil }
        var words = KnownWords(words: state.words)
        let compiled = Rulebook.compile(
            source: adopted.text, file: "rulebook \(number)", words: &words)
        return try? compiled.get()
    }
}
