import Wire

/// Prints what an account may claim, may not yet, and has claimed: a table each.
struct OffersPrinter {
    var console: Console
    private var style: Style { console.style }
    private var printer: ReplyPrinter { ReplyPrinter(console) }

    init(_ console: Console) { self.console = console }

    func print(_ reply: Reply, account: String) {
        guard let pairs = reply.pairs else { return printer.print(reply) }
        console.output.line(style.heading(Escape.forTerminal(account)))
        for pair in pairs {
            let entries = pair.value.elements ?? []
            guard !entries.isEmpty else { continue }
            console.output.line("  " + style.faint(pair.name.string ?? ""))
            table(entries).print(to: console)
        }
        if pairs.allSatisfy({ $0.value.elements?.isEmpty != false }) {
            console.output.line("  " + style.faint("nothing is on offer"))
        }
    }

    private func table(_ entries: [Reply]) -> Table {
        var table = Table(indent: 4)
        for entry in entries {
            var row = [Table.Cell(entry["offer"]?.string ?? "?", dress: style.name)]
            row.append(Table.Cell(cost(entry["cost"])))
            let unmet = entry["unmet"]?.elements ?? []
            row.append(
                Table.Cell(
                    unmet.map { printer.text($0, of: "") }.joined(separator: "; "),
                    dress: style.faint))
            table.rows.append(row)
        }
        return table
    }

    /// `150 xp`, `250 coins + 3 alice gems`; nothing for what is free.
    private func cost(_ reply: Reply?) -> String {
        (reply?.pairs ?? []).map {
            printer.text($0.value, of: "") + " " + Escape.forTerminal($0.name.string ?? "")
        }.joined(separator: " + ")
    }
}
