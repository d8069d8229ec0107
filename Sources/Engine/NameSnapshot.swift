package import Ledger

/// Whom a run of events speaks of by number, and the rulebooks that decided it.
package struct Mentions: Sendable {
    package private(set) var accounts: Set<AccountNumber> = []
    package private(set) var actors: Set<UInt32> = []
    package private(set) var rulebooks: Set<UInt32> = []

    package init() {}

    package mutating func add(_ event: Event) {
        for link in event.accounts { accounts.insert(link.account) }
        for input in event.inputs {
            if case .account(let account) = input.value { accounts.insert(account) }
        }
        if case .opened(_, let parent) = event.payload { accounts.insert(parent) }
        actors.insert(event.actor)
        if event.rules > 0 { rulebooks.insert(event.rules) }
    }
}

/// What numbers stood for at one moment, for a thread that prints what it has read of the log: the
/// ledger itself belongs to another.
///
/// Words and actors are shared with the ledger until it changes them; ids are those asked for.
package struct NameSnapshot: Naming, Sendable {
    private let words: Words
    private let actors: [Actor]
    private let rulebooks: [UInt32: Rulebook]
    private let ids: [AccountNumber: [UInt8]]

    fileprivate init(
        words: Words, actors: [Actor], rulebooks: [UInt32: Rulebook],
        ids: [AccountNumber: [UInt8]]
    ) {
        self.words = words
        self.actors = actors
        self.rulebooks = rulebooks
        self.ids = ids
    }

    package func actor(_ number: UInt32) -> Actor? {
        number >= 1 && number <= actors.count ? actors[Int(number) - 1] : nil
    }

    package func notices(of event: Event) -> [Notice] {
        rulebooks[event.rules]?.notices(of: event, words: words) ?? []
    }

    package func appendText(of word: Word, to text: inout [UInt8]) {
        text.append(contentsOf: words.text(word))
    }

    package func appendID(of account: AccountNumber, to text: inout [UInt8]) {
        text.append(contentsOf: ids[account] ?? Array("~\(account.rawValue)".utf8))
    }

    package func appendRung(
        _ rung: Int64, of ladder: Word, rules: UInt32, to text: inout [UInt8]
    ) -> Bool {
        guard let name = rulebooks[rules]?.ladder(ladder)?.name(of: rung) else { return false }
        text.append(contentsOf: words.text(name))
        return true
    }
}

extension Engine {
    /// The names of what is mentioned, as of now.
    package func names(of mentions: Mentions) -> NameSnapshot {
        var ids: [AccountNumber: [UInt8]] = [:]
        ids.reserveCapacity(mentions.accounts.count)
        for account in mentions.accounts where account != .ledger {
            ids[account] = ledger.id(of: account)
        }
        for number in mentions.actors {
            guard let by = ledger.state.actor(number)?.by, by != .ledger, ids[by] == nil else {
                continue
            }
            ids[by] = ledger.id(of: by)
        }
        var rulebooks: [UInt32: Rulebook] = [:]
        for number in mentions.rulebooks { rulebooks[number] = rulebook(number) }
        return NameSnapshot(
            words: ledger.state.words, actors: ledger.state.actors, rulebooks: rulebooks, ids: ids)
    }
}
