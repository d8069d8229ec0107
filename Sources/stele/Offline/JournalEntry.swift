import Ledger

/// Events as entries of a plain-text journal (ledger, hledger): double entry made explicit.
enum JournalEntry {
    static func write(_ event: Event, _ names: OfflineNames, to output: Output) {
        guard !event.postings.isEmpty else { return }
        let day = TimeFormat.rfc3339(microseconds: event.happened.microseconds)
        output.line(
            "\(day.prefix(10)) * \(event.kind) \(names.cause(of: event))  ; seq:\(event.sequence)")
        for posting in event.postings {
            for line in lines(posting, event, names) {
                // Two spaces end an account's name.
                output.line(
                    "    \(line.account)  \(line.amount) \"\(names.word(posting.balance.currency))\""
                )
            }
        }
        output.line()
    }

    struct Line: Equatable {
        var account: String
        var amount: Int64
    }

    /// A posting and its other side. Of a transfer both sides are postings already.
    private static func lines(
        _ posting: Event.Posting, _ event: Event, _ names: OfflineNames
    ) -> [Line] {
        let id = names.id(event.accounts[posting.account].account)
        let facet = posting.balance.facet == .none ? "" : ":" + names.word(posting.balance.facet)
        return lines(
            posting.side, posting.amount, own: id + facet, cause: names.cause(of: event),
            isTransfer: event.kind == .transfer)
    }

    static func lines(
        _ side: Side, _ amount: Int64, own: String, cause: String, isTransfer: Bool
    ) -> [Line] {
        // Amounts are never the one number whose negative doesn't exist: sums of both signs are kept.
        let opposite = 0 &- amount
        return switch side {
        case .earn:
            [
                Line(account: "Accounts:\(own)", amount: amount),
                Line(account: "Issued:\(cause)", amount: opposite),
            ]
        case .spend where isTransfer: [Line(account: "Accounts:\(own)", amount: opposite)]
        case .receive where isTransfer: [Line(account: "Accounts:\(own)", amount: amount)]
        case .spend:
            [
                Line(account: "Accounts:\(own)", amount: opposite),
                Line(account: "Burned:\(cause)", amount: amount),
            ]
        case .receive:
            [
                Line(account: "Accounts:\(own)", amount: amount),
                Line(account: "Issued:\(cause)", amount: opposite),
            ]
        case .hold:
            [
                Line(account: "Accounts:\(own)", amount: opposite),
                Line(account: "Held:\(own)", amount: amount),
            ]
        }
    }
}
