import Wire

/// Prints what other rules would have made of the history: the map that RULES DIFF answers.
struct TrialPrinter {
    var console: Console
    private var style: Style { console.style }

    init(_ console: Console) { self.console = console }

    func print(_ reply: Reply) {
        let commands = reply["commands"]
        let accounts = reply["accounts"]
        let all = ["same", "changed", "refused"].reduce(0) { $0 + number($1, of: commands) }
        console.output.line(
            style.heading("\(NumberFormat.grouped(all)) commands decided again")
                + ", through event \(number("seq", of: reply))")
        if case .boolean(true)? = reply["same"] {
            console.output.line(style.good("nothing would be different"))
            return
        }
        print(counts: [
            ("come to the same", number("same", of: commands)),
            ("come to something else", number("changed", of: commands)),
            ("would be refused", number("refused", of: commands)),
        ])
        console.output.line(
            style.heading(
                "\(count("differ", of: accounts)) of \(count("all", of: accounts)) accounts")
                + " would differ: \(count("balances", of: accounts)) in balances, "
                + "\(count("rungs", of: accounts)) in rungs")
        print(lines: reply["refused"], title: "would be refused", hasCode: true)
        print(lines: reply["changed"], title: "would come to something else", hasCode: false)
        for currency in reply["currencies"]?.elements ?? [] { print(currency: currency) }
        for ladder in reply["ladders"]?.elements ?? [] { print(ladder: ladder) }
    }

    private func number(_ name: String, of reply: Reply?) -> Int64 { reply?[name]?.int64 ?? 0 }

    private func count(_ name: String, of reply: Reply?) -> String {
        NumberFormat.grouped(number(name, of: reply))
    }

    private func text(_ name: String, of reply: Reply) -> String { reply[name]?.string ?? "" }

    private func print(counts: [(String, Int64)]) {
        var table = Table(indent: 2)
        table.rows = counts.map { [Table.Cell($0.0), .number($0.1)] }
        table.print(to: console)
    }

    private static let linesMax = 20

    private func print(lines: Reply?, title: String, hasCode: Bool) {
        let lines = lines?.elements ?? []
        guard !lines.isEmpty else { return }
        console.output.line()
        console.output.line(style.heading(title))
        var table = Table(
            header: ["commands", "what", "first event"]
                + (hasCode ? ["code", "why, the first"] : []),
            indent: 2)
        for line in lines.prefix(Self.linesMax) {
            var row = [
                Table.Cell.number(number("count", of: line)),
                Table.Cell(text("command", of: line), dress: style.name),
                Table.Cell(String(number("first", of: line)), isNumber: true),
            ]
            if hasCode {
                row.append(Table.Cell(text("code", of: line), dress: style.bad))
                row.append(Table.Cell(text("reason", of: line), dress: style.faint))
            }
            table.rows.append(row)
        }
        table.print(to: console)
        if lines.count > Self.linesMax {
            console.output.line("  … and \(lines.count - Self.linesMax) more kinds of commands")
        }
    }

    private func print(currency: Reply) {
        let gaining = number("gaining", of: currency)
        let losing = number("losing", of: currency)
        guard gaining + losing > 0 else { return }
        console.output.line()
        console.output.line(
            style.heading(Escape.forTerminal(text("currency", of: currency)))
                + "  \(sum("before", of: currency)) → \(sum("after", of: currency)) available, "
                + "\(NumberFormat.grouped(gaining)) accounts gain, "
                + "\(NumberFormat.grouped(losing)) lose")
        var table = Table(header: ["account", "before", "after", "change"], indent: 2)
        for (list, dress) in [("gains", style.good), ("losses", style.bad)] {
            for change in currency[list]?.elements ?? [] {
                let sign = list == "gains" ? "+" : ""
                table.rows.append([
                    Table.Cell(text("account", of: change), dress: style.name),
                    Table.Cell(sum("before", of: change), isNumber: true),
                    Table.Cell(sum("after", of: change), isNumber: true),
                    Table.Cell(sign + sum("change", of: change), isNumber: true, dress: dress),
                ])
            }
        }
        table.print(to: console)
    }

    private func sum(_ name: String, of reply: Reply) -> String {
        Int128(text(name, of: reply)).map { NumberFormat.grouped($0) } ?? "–"
    }

    private func print(ladder: Reply) {
        let rows = ladder["rungs"]?.elements ?? []
        let rises = number("rises", of: ladder)
        let falls = number("falls", of: ladder)
        let differs = rows.contains { number("before", of: $0) != number("after", of: $0) }
        guard differs || rises + falls > 0 else { return }
        console.output.line()
        console.output.line(
            style.heading(Escape.forTerminal(text("ladder", of: ladder)))
                + "  \(NumberFormat.grouped(rises)) would stand higher, "
                + "\(NumberFormat.grouped(falls)) lower")
        var table = Table(header: ["rung", "before", "after", "change"], indent: 2)
        for row in rows {
            let before = number("before", of: row)
            let after = number("after", of: row)
            table.rows.append([
                Table.Cell(text("rung", of: row), dress: style.name), .number(before),
                .number(after),
                Table.Cell(
                    before == after ? "" : NumberFormat.signed(after - before), isNumber: true,
                    dress: after < before ? style.bad : style.good),
            ])
        }
        table.print(to: console)
    }
}
