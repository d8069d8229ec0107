import Wire

/// What many receipts come to together: amounts by balance, rungs by where they led, items by name.
///
/// Names come from the ledger and may be many: beyond a limit of each sort they are only counted.
struct ChangeTally {
    struct Line: Equatable {
        var name: String
        var accounts: Int
        /// The sum of what changed; `nil` where there is nothing to sum, or it left 64 bits.
        var sum: Int64?
    }

    private struct Entry {
        var accounts = 0
        var sum: Int64? = 0
    }

    static let namesMax = 1_000

    private var balances: [String: Entry] = [:]
    private var rungs: [String: Entry] = [:]
    private var items: [String: Entry] = [:]
    private(set) var leftOut = 0

    /// Adds what a write answered.
    mutating func add(_ receipt: Reply) {
        for pair in receipt["changes"]?.pairs ?? [] {
            // `account balance` is another account's: it changes all the same.
            let name = pair.name.string?.split(separator: " ").last.map(String.init)
            guard let name, let amount = pair.value.int64 else { continue }
            Self.add(amount, to: name, in: &balances, &leftOut)
        }
        for move in receipt["reached"]?.elements ?? [] {
            guard let ladder = move["ladder"]?.string, let to = move["to"]?.string else { continue }
            Self.add(nil, to: "\(ladder) \(to)", in: &rungs, &leftOut)
        }
        for item in receipt["granted"]?.elements ?? [] {
            if let name = item.string { Self.add(nil, to: name, in: &items, &leftOut) }
        }
    }

    private static func add(
        _ amount: Int64?, to name: String, in entries: inout [String: Entry],
        _ leftOut: inout Int
    ) {
        guard entries[name] != nil || entries.count < namesMax else {
            leftOut += 1
            return
        }
        var entry = entries[name] ?? Entry()
        entry.accounts += 1
        if let amount, let sum = entry.sum {
            let (total, overflow) = sum.addingReportingOverflow(amount)
            entry.sum = overflow ? nil : total
        } else {
            entry.sum = nil
        }
        entries[name] = entry
    }

    var balanceLines: [Line] { Self.lines(balances) }
    var rungLines: [Line] { Self.lines(rungs) }
    var itemLines: [Line] { Self.lines(items) }

    /// By name, numbers in it by their value: `tier 9` before `tier 10`.
    private static func lines(_ entries: [String: Entry]) -> [Line] {
        entries.map { Line(name: $0.key, accounts: $0.value.accounts, sum: $0.value.sum) }
            .sorted { isBefore($0.name, $1.name) }
    }

    private static func isBefore(_ first: String, _ second: String) -> Bool {
        let (a, b) = (first.split(separator: " "), second.split(separator: " "))
        if a.count == 2, b.count == 2, a[0] == b[0], let x = Int64(a[1]), let y = Int64(b[1]) {
            return x < y
        }
        return first < second
    }

    func print(to console: Console) {
        section("balances", balanceLines, console)
        section("rungs reached", rungLines, console)
        section("items given", itemLines, console)
        if leftOut > 0 {
            console.output.line("  … and \(NumberFormat.grouped(leftOut)) changes of other names")
        }
    }

    private func section(_ title: String, _ lines: [Line], _ console: Console) {
        guard !lines.isEmpty else { return }
        console.output.line("  " + console.style.heading(title))
        var table = Table(indent: 4)
        table.rows = lines.map { line in
            [
                Table.Cell(Escape.forTerminal(line.name), dress: console.style.name),
                Table.Cell(line.sum.map(NumberFormat.signed) ?? "", isNumber: true),
                Table.Cell(
                    NumberFormat.grouped(line.accounts)
                        + (line.accounts == 1 ? " account" : " accounts"), isNumber: true),
            ]
        }
        table.print(to: console)
    }

    var json: String {
        func list(_ lines: [Line]) -> String {
            JSONWriter.array(
                lines.map { line in
                    var members = [
                        ("name", JSONWriter.string(line.name)), ("accounts", "\(line.accounts)"),
                    ]
                    if let sum = line.sum { members.append(("sum", "\(sum)")) }
                    return JSONWriter.object(members)
                })
        }
        return JSONWriter.object([
            ("balances", list(balanceLines)), ("reached", list(rungLines)),
            ("granted", list(itemLines)),
        ])
    }
}
