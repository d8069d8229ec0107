import Ledger
import Secrets
import Wire

/// What the numbers in events are called in a state that was folded without anybody's keys: ids and
/// texts are read with the keys that are there.
final class SnapshotNames: EventNaming {
    private let state: StateNames
    private let source: KeyedSource
    private var rulebooks: [UInt32: Rulebook] = [:]

    init(_ state: StateNames, _ source: KeyedSource) {
        self.state = state
        self.source = source
    }

    func appendText(of word: Word, to text: inout [UInt8]) { text += state.words.text(word) }

    func appendID(of account: AccountNumber, to text: inout [UInt8]) {
        let known = state.newIDs[account].flatMap {
            source.unseal($0.sealed, account, $0.opened, field: 0)
        }
        text += known ?? Array("~\(account.rawValue)".utf8)
    }

    func appendRung(_ rung: Int64, of ladder: Word, rules: UInt32, to text: inout [UInt8]) -> Bool {
        guard let name = rulebook(rules)?.ladder(ladder)?.name(of: rung) else { return false }
        text += state.words.text(name)
        return true
    }

    func actor(_ number: UInt32) -> Actor? { state.actor(number) }

    func unseal(_ text: ByteRange, of event: Event, field: UInt8) -> [UInt8]? {
        let account = event.accounts.first?.account ?? .ledger
        return source.unseal(Array(event.text[text.range]), account, event.sequence, field: field)
    }

    func notices(of event: Event) -> [Notice] {
        rulebook(event.rules)?.notices(of: event, words: state.words) ?? []
    }

    private func rulebook(_ number: UInt32) -> Rulebook? {
        if let known = rulebooks[number] { return known }
        let compiled = KnownWords.compile(number, of: state)
        rulebooks[number] = compiled
        return compiled
    }
}
