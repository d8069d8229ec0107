import Wire

/// What became of the rows.
struct ImportSummary {
    struct Refused: Equatable {
        var line: Int
        var code: String
        var message: String

        var json: String {
            JSONWriter.object([
                ("line", String(line)), ("code", JSONWriter.string(code)),
                ("message", JSONWriter.string(message)),
            ])
        }
    }

    var rows = 0
    var imported = 0
    var duplicates = 0
    var refused = 0
    /// Refusals by code, for those that aren't listed one by one.
    var codes: [String: Int] = [:]
    private(set) var firstRefused: [Refused] = []
    /// Why it ended before the file did.
    var stopped: String?
    var isNotPermitted = false
    /// What a migration changes; `nil` for an import.
    var tally: ChangeTally?
    /// Where all refusals are written, besides those that are listed.
    var failures: FailureFile?

    static let refusedListedMax = 10

    mutating func refuse(line: Int, code: String, message: String) {
        refused += 1
        codes[code, default: 0] += 1
        let refused = Refused(line: line, code: code, message: message)
        failures?.add(refused)
        guard firstRefused.count < Self.refusedListedMax else { return }
        firstRefused.append(refused)
    }

    var exitCode: ExitCode {
        if isNotPermitted { return .notPermitted }
        if stopped != nil { return .no }
        return refused > 0 ? .refused : .done
    }

    func print(file: String, seconds: Double, isDryRun: Bool, to console: Console) {
        guard !console.isJSON else {
            return console.output.line(json(file: file, seconds: seconds))
        }
        let style = console.style
        let rate = seconds > 0 ? Double(rows) / seconds : 0
        console.output.line(
            style.heading(Escape.forTerminal(file))
                + "  \(NumberFormat.grouped(rows)) rows in \(NumberFormat.decimal(seconds, places: 1)) s, "
                + "\(NumberFormat.rate(rate)) a second"
                + (isDryRun ? style.notable("  dry run") : ""))
        var table = Table(indent: 2)
        let done = tally == nil ? "imported" : "migrated"
        let counts = [
            (isDryRun ? "would be \(done)" : done, imported),
            (tally == nil ? "already there" : "migrated before", duplicates), ("refused", refused),
        ]
        for (name, count) in counts {
            let isBad = name == "refused" && count > 0
            table.rows.append([
                Table.Cell(name, dress: style.faint),
                Table.Cell(
                    NumberFormat.grouped(count), isNumber: true,
                    dress: isBad ? { style.bad($0) } : nil),
            ])
        }
        table.print(to: console)
        tally?.print(to: console)
        for refusal in firstRefused {
            let place = "  \(file):\(refusal.line): "
            console.output.line(
                Escape.forTerminal(place) + style.bad(refusal.code) + " "
                    + Escape.forTerminal(refusal.message))
        }
        if refused > firstRefused.count {
            let list = codes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .map { "\($0.key) \(NumberFormat.grouped($0.value))" }.joined(separator: ", ")
            console.output.line("  … in all: \(list)")
        }
        if let stopped {
            console.output.line(style.notable("  stopped: ") + Escape.forTerminal(stopped))
        }
    }

    private func json(file: String, seconds: Double) -> String {
        var members = [
            ("file", JSONWriter.string(file)),
            ("rows", String(rows)),
            (tally == nil ? "imported" : "migrated", String(imported)),
            ("duplicates", String(duplicates)),
            ("refused", String(refused)),
            ("milliseconds", String(Int(seconds * 1000))),
            ("stopped", stopped.map(JSONWriter.string) ?? "null"),
            ("refusals", JSONWriter.array(firstRefused.map(\.json))),
        ]
        if let tally { members.append(("changes", tally.json)) }
        return JSONWriter.object(members)
    }
}
