/// What is told of events: to whoever has subscribed when they happen, and to whoever reads the log
/// at any time after. All of it follows from the event and the rulebook that decided it.
package final class NoticeRule: Sendable {
    package let name: Word
    /// The name's text.
    package let text: String
    /// Compiled once for each kind of event that it is told of, as each has other inputs.
    let cases: [NoticeCase]

    init(name: Word, text: String, cases: [NoticeCase]) {
        self.name = name
        self.text = text
        self.cases = cases
    }
}

/// A notice of one kind of event.
struct NoticeCase: Sendable {
    let occasion: Occasion
    /// Those of what caused the event.
    let inputs: [InputRule]
    /// The names of its steps that events carry.
    let shown: [Word]
    let when: Formula?
    /// Whether it is told of each account of which `when` holds, and not just of the event's first.
    let isOfEach: Bool
    let fields: [FieldRule]

    enum Occasion: Sendable, Equatable {
        case any
        case kind(EventKind)
        case cause(CauseKind, Word)

        func includes(_ event: borrowing Event) -> Bool {
            switch self {
            case .any: true
            case .kind(let kind): event.kind == kind
            case .cause(let kind, let name): event.causeKind == kind && event.causeName == name
            }
        }
    }
}

/// Something told of an event.
package struct Notice: Sendable, Equatable {
    package let name: String
    package let account: AccountNumber
    package let fields: [Field]
}

extension Rulebook {
    /// What there is to tell of an event that this rulebook decided.
    package func notices(of event: Event, words: Words) -> [Notice] {
        var notices: [Notice] = []
        for rule in parts.notices {
            guard let matched = rule.cases.first(where: { $0.occasion.includes(event) }) else {
                continue
            }
            for index in event.accounts.indices {
                guard matched.isOfEach || index == 0 else { break }
                let account = event.accounts[index].account
                // What happens to the ledger itself is nobody's news.
                guard account != .ledger else { continue }
                let context = EventContext(event, index, matched, self, words)
                guard context.holds(matched.when) else { continue }
                notices.append(
                    Notice(
                        name: rule.text, account: account,
                        fields: matched.fields.compactMap { $0.field(in: context) }))
            }
        }
        return notices
    }
}
