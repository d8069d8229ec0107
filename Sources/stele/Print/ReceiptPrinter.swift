import Wire

/// Prints what a write answered.
struct ReceiptPrinter {
    var console: Console
    private var style: Style { console.style }

    init(_ console: Console) { self.console = console }

    func print(_ reply: Reply, isDryRun: Bool) {
        guard reply.pairs != nil else { return ReplyPrinter(console).print(reply) }
        headline(reply, isDryRun: isDryRun)
        balances(reply)
        reached(reply)
        for (name, words) in [("granted", "granted"), ("claimable", "claimable")] {
            guard let elements = reply[name]?.elements, !elements.isEmpty else { continue }
            let list = elements.compactMap(\.string).map(Escape.forTerminal).joined(separator: ", ")
            console.output.line("  " + style.notable(words) + " " + list)
        }
        if let pairs = reply["explain"]?.pairs, !pairs.isEmpty {
            let list = pairs.map {
                ReplyPrinter(console).text($0.name, of: "") + " = "
                    + ReplyPrinter(console).text($0.value, of: "")
            }
            console.output.line("  " + style.faint("because " + list.joined(separator: ", ")))
        }
        rest(reply)
    }

    private func headline(_ reply: Reply, isDryRun: Bool) {
        let printer = ReplyPrinter(console)
        var words: [String] = []
        if isDryRun {
            words.append(style.notable("dry run, nothing written"))
        } else if reply["duplicate"]?.isTrue == true {
            words.append(style.notable("already there"))
        } else {
            words.append(style.good("done"))
        }
        if let seq = reply["seq"] { words.append("event " + printer.text(seq, of: "seq")) }
        if let time = reply["time"] { words.append(style.faint(printer.text(time, of: "time"))) }
        console.output.line(words.joined(separator: "  "))
    }

    private func balances(_ reply: Reply) {
        let changes = reply["changes"]?.pairs ?? []
        let after = reply["balances"]?.pairs ?? []
        var names = changes.compactMap(\.name.string)
        names += after.compactMap(\.name.string).filter { !names.contains($0) }
        guard !names.isEmpty else { return }
        var table = Table(indent: 2)
        for name in names {
            let change = reply["changes"]?[name]?.int64
            let value = reply["balances"]?[name]?.int64
            table.rows.append([
                Table.Cell(name, dress: style.name),
                Table.Cell(
                    change.map(NumberFormat.signed) ?? "", isNumber: true,
                    dress: (change ?? 0) < 0 ? style.bad : style.good),
                Table.Cell(value.map { "now " + NumberFormat.grouped($0) } ?? "", isNumber: true),
            ])
        }
        table.print(to: console)
    }

    private func reached(_ reply: Reply) {
        for step in reply["reached"]?.elements ?? [] {
            let printer = ReplyPrinter(console)
            func part(_ name: String) -> String {
                step[name].map { printer.text($0, of: name) } ?? "?"
            }
            let whose = step["account"] == nil ? "" : part("account") + " "
            console.output.line(
                "  " + style.notable("reached") + " \(whose)\(part("ladder")) \(part("to"))"
                    + style.faint(" (from \(part("from")))"))
        }
    }

    /// What other verbs tell besides (RUN's counts, for instance).
    private func rest(_ reply: Reply) {
        let shown: Set<String> = [
            "seq", "time", "duplicate", "changes", "balances", "reached", "granted", "claimable",
            "explain",
        ]
        let others = (reply.pairs ?? []).filter { !shown.contains($0.name.string ?? "") }
        if !others.isEmpty { ReplyPrinter(console).print(.map(others), indent: 2) }
    }
}

extension Reply {
    /// RESP3's true, or the 1 that RESP2 has for it.
    var isTrue: Bool {
        switch self {
        case .boolean(let value): value
        case .integer(let value): value == 1
        default: string == "true"
        }
    }
}
