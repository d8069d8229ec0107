import Wire

/// Prints one balance: what is available, and how it came to be.
struct BalancePrinter {
    var console: Console

    init(_ console: Console) { self.console = console }

    func print(_ reply: Reply, name: some Sequence<String>) {
        guard let available = reply["available"]?.int64 else {
            return ReplyPrinter(console).print(reply)
        }
        let title = name.map(Escape.forTerminal).joined(separator: " ")
        console.output.line(
            console.style.heading(title) + "  "
                + console.style.good(NumberFormat.grouped(available)))
        var table = Table(indent: 2)
        for part in ["earned", "spent", "held"] {
            table.rows.append([
                Table.Cell(part, dress: console.style.faint),
                reply[part]?.int64.map { Table.Cell.number($0) } ?? Table.Cell("?", isNumber: true),
            ])
        }
        table.print(to: console)
    }
}
