import Ledger
import Store
import Wire

/// `stele export`: the log in formats that other programs read.
enum ExportCommand {
    static let declaration = LocalCommand(
        name: "export", grammar: "--data DIR",
        summary: "Writes the log as JSON Lines, CSV or plain-text accounting",
        options: [
            OfflineCommands.dataOption,
            OptionDeclaration(
                "format", "jsonl|csv|ledger", "events; postings; journal entries (default jsonl)"),
            OptionDeclaration("from", "SEQ", "the first event (default 1)"),
            OptionDeclaration("to", "SEQ", "the last event (default the newest)"),
            OptionDeclaration("output", "FILE", "where to (default standard output)"),
        ],
        details: """
              jsonl   one event a line, with the fields that EVENT shows
              csv     one posting a line
              ledger  a journal for ledger, hledger or beancount-like tools: every posting has the other
                      side that the ledger leaves implicit, the issuer or sink named by its cause
              Amounts are whole numbers of each currency's smallest unit. What was forgotten stays so:
              accounts appear as ~<number>. May run beside a daemon.
            """,
        examples: [
            "stele export --data stele-data | jq 'select(.kind == \"award\")'",
            "stele export --data stele-data --format csv --output postings.csv",
            "stele export --data stele-data --format ledger | hledger -f - balance",
        ],
        run: run)

    enum Format: String, CaseIterable {
        case jsonl, csv, ledger
    }

    private static func run(
        _ arguments: ParsedArguments, _ context: Context
    ) throws(Failure) -> ExitCode {
        let format: Format = try arguments.choice("format", default: .jsonl)
        let from = UInt64(try arguments.integer("from", in: 1...Int.max, default: 1))
        let to = UInt64(try arguments.integer("to", in: 1...Int.max, default: Int.max))
        guard from <= to else { throw .usage("--from \(from) lies behind --to \(to)") }
        let ledger = try OfflineLedger(OfflineCommands.directory(arguments))
        let output: Output
        if let path = arguments["output"] {
            output = try Output.creating(path)
        } else {
            output = context.console.output
        }
        try export(
            ledger, format, from...to, to: output,
            console: arguments.has("output") ? context.console : nil)
        return .done
    }

    /// - Parameter console: where progress is shown; `nil` where it would mix with what is exported.
    private static func export(
        _ ledger: OfflineLedger, _ format: Format, _ range: ClosedRange<UInt64>, to output: Output,
        console: Console?
    ) throws(Failure) {
        let last = min(try ledger.lastSequence(), range.upperBound)
        let names = OfflineNames(KeyedSource(ledger.directory.log, readsTexts: true))
        var progress = console.map { Progress("exporting", unit: "events", console: $0) }
        if format == .csv { output.line(PostingRows.header) }
        // Names are given by events, so all of them are folded, also those that aren't shown.
        try ledger.fold { sequence, bytes in
            guard sequence <= last, !output.isClosed, names.folder.take(sequence, bytes) else {
                return false
            }
            guard range.contains(sequence) else { return true }
            let event = names.folder.event
            switch format {
            case .jsonl:
                var values = JSONValues()
                values.event(event, names)
                output.write(bytes: values.bytes)
                output.line()
            case .csv: PostingRows.write(event, names, to: output)
            case .ledger: JournalEntry.write(event, names, to: output)
            }
            return true
        } between: {
            let head = names.folder.state.head
            progress?.update(count: Int(head), share: Double(head) / Double(max(last, 1)))
        }
        progress?.finish()
        try output.finish()
        if let (sequence, reason) = names.folder.mistake {
            throw Failure(
                code: .no, message: "log damaged: seq=\(sequence): \(reason)",
                hint: "What was written ends before that event.")
        }
    }
}
