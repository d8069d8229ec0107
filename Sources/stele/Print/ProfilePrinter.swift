import Wire

/// Prints an account's profile: what it has, where it stands on each ladder, what it is known for.
struct ProfilePrinter {
    var console: Console
    private var style: Style { console.style }
    private var printer: ReplyPrinter { ReplyPrinter(console) }

    init(_ console: Console) { self.console = console }

    func print(_ profile: Reply, account: String) {
        guard let pairs = profile.pairs else { return printer.print(profile) }
        var headline = style.heading(Escape.forTerminal(account))
        for name in ["last", "seq"] {
            if let seq = profile[name] {
                headline += style.faint("  last event " + printer.text(seq, of: "seq"))
            }
        }
        console.output.line(headline)
        for pair in pairs {
            let name = pair.name.string ?? ""
            if ["last", "seq", "account"].contains(name) || isEmpty(pair.value) { continue }
            switch name {
            case "balances": section(name) { balances(pair.value) }
            case "ladders": section(name) { ladders(pair.value) }
            default:
                if pair.value.pairs != nil {
                    section(name) { keyed(pair.value) }
                } else {
                    console.output.line(
                        "  " + style.faint(name) + "  " + printer.text(pair.value, of: name))
                }
            }
        }
    }

    private func section(_ name: String, _ body: () -> Void) {
        console.output.line("  " + style.faint(name))
        body()
    }

    private func balances(_ reply: Reply) {
        var table = Table(indent: 4)
        let isDetailed = (reply.pairs ?? []).contains { $0.value.pairs != nil }
        if isDetailed { table.header = ["", "available", "earned", "spent", "held"] }
        for pair in reply.pairs ?? [] {
            var row = [Table.Cell(pair.name.string ?? "", dress: style.name)]
            if isDetailed {
                row += ["available", "earned", "spent", "held"].map {
                    Table.Cell(number(pair.value[$0]), isNumber: true)
                }
            } else {
                row.append(Table.Cell(number(pair.value), isNumber: true))
            }
            table.rows.append(row)
        }
        table.print(to: console)
    }

    private func ladders(_ reply: Reply) {
        var table = Table(indent: 4)
        for pair in reply.pairs ?? [] {
            let ladder = pair.value
            var row = [
                Table.Cell(pair.name.string ?? "", dress: style.name),
                Table.Cell(
                    ladder["rung"].map { printer.text($0, of: "rung") } ?? "", dress: style.heading),
                Table.Cell(bar(of: ladder), dress: style.good),
            ]
            if let next = ladder["next"] {
                let remaining = ladder["remaining"].map { printer.text($0, of: "") } ?? "?"
                row.append(
                    Table.Cell(
                        "\(remaining) to go, next at \(printer.text(next, of: ""))",
                        dress: style.faint))
            } else {
                row.append(Table.Cell("at the top", dress: style.faint))
            }
            table.rows.append(row)
        }
        table.print(to: console)
    }

    /// Ten boxes, filled as far as the account has come from its rung to the next.
    private func bar(of ladder: Reply) -> String {
        guard let floor = ladder["floor"]?.int64, let next = ladder["next"]?.int64,
            let remaining = ladder["remaining"]?.int64, next > floor
        else { return "" }
        let way = Double(next) - Double(floor)
        let share = max(0, min(1, (way - Double(remaining)) / way))
        let filled = Int(share * 10)
        return String(repeating: "█", count: filled) + String(repeating: "░", count: 10 - filled)
    }

    private func keyed(_ reply: Reply) {
        var table = Table(indent: 4)
        for pair in reply.pairs ?? [] {
            table.rows.append([
                Table.Cell(pair.name.string ?? "", dress: style.name),
                Table.Cell(printer.text(pair.value, of: pair.name.string ?? "")),
            ])
        }
        table.print(to: console)
    }

    private func number(_ reply: Reply?) -> String {
        guard let reply else { return "" }
        return reply.int64.map { NumberFormat.grouped($0) } ?? printer.text(reply, of: "")
    }

    private func isEmpty(_ reply: Reply) -> Bool {
        switch reply {
        case .map(let pairs): pairs.isEmpty
        case .array(let elements), .set(let elements): elements.isEmpty
        case .null: true
        default: false
        }
    }
}
