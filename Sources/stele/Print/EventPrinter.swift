import Wire

/// Prints events: one in full, or many in a table.
struct EventPrinter {
    var console: Console
    private var style: Style { console.style }
    private var printer: ReplyPrinter { ReplyPrinter(console) }

    init(_ console: Console) { self.console = console }

    static func isEvent(_ reply: Reply) -> Bool {
        reply["seq"] != nil && reply["kind"] != nil
    }

    func table(_ events: [Reply]) {
        guard !events.isEmpty else {
            console.output.line(style.faint("no events"))
            return
        }
        let accounts = Set(events.compactMap { $0["account"]?.string })
        var table = Table(header: ["seq", "when", "kind"])
        if accounts.count > 1 { table.header.append("account") }
        let hasActors = events.contains { $0["by"] != nil }
        table.header += ["what", "changes"] + (hasActors ? ["by"] : [])
        for event in events {
            var row = [
                Table.Cell(field("seq", of: event), isNumber: true),
                Table.Cell(
                    field(event["at"] == nil ? "time" : "at", of: event), dress: style.faint),
                Table.Cell(field("kind", of: event)),
            ]
            if accounts.count > 1 {
                row.append(Table.Cell(field("account", of: event), dress: style.name))
            }
            row.append(Table.Cell(cause(of: event)))
            row.append(Table.Cell(changes(of: event)))
            if hasActors { row.append(Table.Cell(field("by", of: event), dress: style.faint)) }
            table.rows.append(row)
        }
        table.print(to: console)
    }

    /// One event with all its parts.
    func print(_ event: Reply) {
        let head = ["seq", "kind"]
        console.output.line(
            style.heading("event \(field("seq", of: event))") + "  " + field("kind", of: event))
        let plain = (event.pairs ?? []).filter {
            !head.contains($0.name.string ?? "") && $0.name.string != "postings"
        }
        printer.print(.map(plain.filter { !isEmpty($0.value) }), indent: 2)
        let postings = event["postings"]?.elements ?? []
        guard !postings.isEmpty else { return }
        console.output.line("  " + style.heading("postings"))
        var table = Table(indent: 4)
        for posting in postings {
            let amount = EventPrinter.signedAmount(of: posting)
            table.rows.append([
                Table.Cell(field("account", of: posting)),
                Table.Cell(field("balance", of: posting), dress: style.name),
                Table.Cell(field("side", of: posting)),
                Table.Cell(
                    amount.map(NumberFormat.signed) ?? "", isNumber: true,
                    dress: (amount ?? 0) < 0 ? style.bad : style.good),
                Table.Cell(field("why", of: posting), dress: style.faint),
            ])
        }
        table.print(to: console)
    }

    /// What the posting does to the balance's `available`.
    static func signedAmount(of posting: Reply) -> Int64? {
        guard let amount = posting["amount"]?.int64 else { return nil }
        let takesAway = ["spend", "hold"].contains(posting["side"]?.string ?? "")
        return takesAway ? 0 &- amount : amount
    }

    /// What changed, why, with what inputs, which event it is about, and the memo.
    private func cause(of event: Reply) -> String {
        var words = [field("change", of: event), subject(of: event)]
        if let cause = event["cause"] {
            words.append(field("name", of: cause))
            for input in cause["inputs"]?.pairs ?? [] {
                let name = printer.text(input.name, of: "")
                words.append("\(name)=\(printer.text(input.value, of: ""))")
            }
            let subject = field("of", of: cause)
            if !subject.isEmpty { words.append("of \(subject)") }
        }
        words.append(field("memo", of: event))
        return words.filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// What an event without postings is about: the fact, the name, the rulebook, the job's period.
    private func subject(of event: Reply) -> String {
        switch event["kind"]?.string {
        case "fact":
            let facts = (event["marks"]?.elements ?? []).filter { $0["kind"]?.string == "fact" }
            return facts.map { fact in
                let name = field("name", of: fact)
                return fact["value"] == nil
                    ? "\(name) cleared" : "\(name) = \(field("value", of: fact))"
            }.joined(separator: ", ")
        case "name": return field("word", of: event) + field("actor", of: event)
        case "rules": return "rulebook \(field("rulebook", of: event))"
        case "job": return field("period", of: event)
        default: return ""
        }
    }

    private func changes(of event: Reply) -> String {
        let own = event["account"]?.string
        let parts = (event["postings"]?.elements ?? []).map { posting in
            let whose = posting["account"]?.string
            let name =
                (whose == nil || whose == own ? "" : (whose ?? "") + " ")
                + field("balance", of: posting)
            let amount = EventPrinter.signedAmount(of: posting).map(NumberFormat.signed) ?? ""
            return name + " " + amount + (posting["side"]?.string == "hold" ? " held" : "")
        }
        return parts.joined(separator: ", ")
    }

    private func field(_ name: String, of reply: Reply) -> String {
        reply[name].map { printer.text($0, of: name) } ?? ""
    }

    private func isEmpty(_ reply: Reply) -> Bool {
        switch reply {
        case .null: true
        case .map(let pairs): pairs.isEmpty
        default: reply.elements?.isEmpty ?? (reply.string?.isEmpty ?? false)
        }
    }
}
