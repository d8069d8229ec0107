import Rows

/// `stele import`: a file of what happened, through the daemon.
enum ImportCommand {
    static let declaration = LocalCommand(
        name: "import",
        grammar:
            "FILE --account COLUMN --key COLUMN (--action A | --award CURRENCY --amount COLUMN)",
        summary: "Records every row of a CSV or JSON Lines file",
        options: [
            OptionDeclaration("action", "ACTION", "record this action of the rulebook"),
            OptionDeclaration("award", "CURRENCY[:FACET]", "award this currency instead"),
            OptionDeclaration("amount", "COLUMN", "how much to award"),
            OptionDeclaration("account", "COLUMN", "whose it is"),
            OptionDeclaration(
                "key", "COLUMN", "what tells the row from all others; makes a second run harmless"),
            OptionDeclaration(
                "time", "COLUMN", "when it happened: RFC 3339 or @microseconds (role operate)"),
            OptionDeclaration("by", "COLUMN", "who did it on behalf of whom"),
            OptionDeclaration("memo", "COLUMN", "a note"),
            OptionDeclaration("ignore", "COLUMN,…", "columns to leave out"),
            OptionDeclaration("format", "csv|jsonl", "the file's format, if its name doesn't tell"),
            OptionDeclaration(
                "window", "N", "commands sent ahead of their answers, 1 to 8000 (default 2000)"),
            OptionDeclaration("dry-run", nil, "ask what would happen; write nothing"),
        ],
        details: """
              All other columns become inputs of the action. Empty cells say nothing.
              CSV is RFC 4180 with a header line; JSON Lines has one flat object a line.
              A file of any size takes the same memory. Ctrl-C stops cleanly, and the same command goes
              on: rows that are there already are recognised by their key and change nothing.
              `-` reads standard input (give --format).
              Ends with 3 if rows were refused, 1 if it stopped before the end.
            """,
        examples: [
            "stele import contributions.csv --action contribution --account account --key id --time time",
            "stele import grants.jsonl --award coin --amount coins --account player --key grant_id --dry-run",
        ],
        run: run)

    private enum Format: String, CaseIterable {
        case csv, jsonl
    }

    private static func run(
        _ arguments: ParsedArguments, _ context: Context
    ) throws(Failure) -> ExitCode {
        guard let path = arguments.positionals.first, arguments.positionals.count == 1 else {
            throw .usage("import wants one file", hint: "`stele help import` tells how.")
        }
        let plan = try plan(from: arguments)
        let format: Format = try arguments.choice("format", default: guess(path))
        let windowMax = try arguments.integer("window", in: 1...8_000, default: 2_000)
        let file = try open(path)
        let size = file.fileSize
        var source = ByteSource(file)
        let connection = try context.connect()
        Interrupt.listen()
        var progress = Progress("importing", unit: "rows", console: context.console)
        let summary: ImportSummary
        switch format {
        case .csv:
            var importer = Importer(
                connection, plan: plan, windowMax: windowMax, decoder: CSVDecoder())
            try importer.run(&source, size: size, progress: &progress)
            summary = importer.summary
        case .jsonl:
            var importer = Importer(
                connection, plan: plan, windowMax: windowMax, decoder: JSONLinesDecoder())
            try importer.run(&source, size: size, progress: &progress)
            summary = importer.summary
        }
        let seconds = progress.seconds
        progress.finish()
        summary.print(file: path, seconds: seconds, isDryRun: plan.isDryRun, to: context.console)
        return summary.exitCode
    }

    static func open(_ path: String) throws(Failure) -> Descriptor {
        do throws(SystemFault) {
            return path == "-" ? Descriptor.standardInput : try Descriptor.open(path)
        } catch {
            throw .usage("can't read \(path): \(error.reason)")
        }
    }

    private static func guess(_ path: String) -> Format {
        [".jsonl", ".ndjson", ".json"].contains(where: path.hasSuffix) ? .jsonl : .csv
    }

    static func plan(from arguments: ParsedArguments) throws(Failure) -> ImportPlan {
        let verb: ImportPlan.Verb
        switch (arguments["action"], arguments["award"]) {
        case (let action?, nil): verb = .record(action: action)
        case (nil, let currency?):
            guard let column = arguments["amount"] else {
                throw .usage("--award wants --amount COLUMN as well")
            }
            verb = .award(currency: currency, amountColumn: column)
        default: throw .usage("import wants either --action or --award")
        }
        guard let account = arguments["account"] else {
            throw .usage("import wants --account COLUMN: whose each row is")
        }
        guard let key = arguments["key"] else {
            throw .usage(
                "import wants --key COLUMN: what tells each row from all others",
                hint: "Without it a second run would record everything twice.")
        }
        return ImportPlan(
            verb: verb, accountColumn: account, keyColumn: key, timeColumn: arguments["time"],
            byColumn: arguments["by"], memoColumn: arguments["memo"],
            ignored: Set((arguments["ignore"] ?? "").split(separator: ",").map(String.init)),
            isDryRun: arguments.has("dry-run"))
    }
}
