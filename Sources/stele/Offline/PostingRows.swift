import Ledger
import Wire

/// Postings as comma-separated values, one a line.
enum PostingRows {
    static let header = "seq,time,at,kind,account,balance,side,amount,cause,why"

    static func write(_ event: Event, _ names: OfflineNames, to output: Output) {
        for posting in event.postings {
            var line = "\(event.sequence),"
            line += TimeFormat.rfc3339(microseconds: event.time.microseconds) + ","
            line +=
                TimeFormat.rfc3339(microseconds: event.happened.microseconds) + ",\(event.kind),"
            line += quoted(names.id(event.accounts[posting.account].account)) + ","
            line += quoted(names.balance(posting.balance)) + ",\(posting.side),\(posting.amount),"
            line += quoted(names.cause(of: event)) + ","
            line += quoted(names.why(posting, event))
            output.line(line)
        }
    }

    /// In quotes where RFC 4180 wants them.
    static func quoted(_ text: String) -> String {
        let needsQuotes = text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        guard needsQuotes else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}

extension OfflineNames {
    func id(_ account: AccountNumber) -> String {
        var text: [UInt8] = []
        appendID(of: account, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    func word(_ word: Word) -> String {
        var text: [UInt8] = []
        appendText(of: word, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    func balance(_ balance: BalanceName) -> String {
        let currency = word(balance.currency)
        return balance.facet == .none ? currency : currency + ":" + word(balance.facet)
    }

    /// The action, offer or job that caused the event, else its kind.
    func cause(of event: Event) -> String {
        event.causeName == .none ? "\(event.kind)" : word(event.causeName)
    }

    /// `goal:help_5`, `rung:tier/5`, or the kind of the event's cause.
    func why(_ posting: Event.Posting, _ event: Event) -> String {
        guard let why = posting.why else { return "\(event.causeKind)" }
        return "\(why.kind)" + (why.word == .none ? "" : ":" + word(why.word))
            + (why.number == 0 ? "" : "/\(why.number)")
    }
}
