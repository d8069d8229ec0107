import Rows
import Wire

/// `stele migrate`: everybody of an older system, by a migration of the rulebook.
enum MigrateCommand {
    static let declaration = LocalCommand(
        name: "migrate",
        grammar: "FILE --migration NAME --account FIELD",
        summary: "Brings the accounts of a JSON Lines file over from an older system",
        options: [
            OptionDeclaration("migration", "NAME", "the migration of the rulebook"),
            OptionDeclaration("account", "FIELD", "whose each line is"),
            OptionDeclaration("ignore", "FIELD,…", "fields to leave out"),
            OptionDeclaration("failures", "FILE", "write every line that failed here, as JSON"),
            OptionDeclaration(
                "window", "N", "commands sent ahead of their answers, 1 to 8000 (default 2000)"),
            OptionDeclaration(
                "dry-run", nil, "report what would change, each line by itself; write nothing"),
        ],
        details: """
              One object a line; its other fields are those of the migration. Lists are written as JSON
              has them, null says nothing. An account is migrated once, as the ledger itself knows: after
              Ctrl-C, a crash or failures that were put right, the same command goes on where it was.
              A line that fails is reported and the others go on.
              `-` reads standard input. Needs the role operate.
              Ends with 3 if lines failed, 1 if it stopped before the end.
              Without options it is the daemon's MIGRATE, of one account:
              stele migrate MIGRATION ACCOUNT [name=value …] [options of a write]
            """,
        examples: [
            "stele migrate players.jsonl --migration tier_zero --account player --dry-run",
            "stele migrate players.jsonl --migration tier_zero --account player --failures bad.jsonl",
            "stele migrate tier_zero alice tier=0 xp=750",
        ],
        run: run)

    private static func run(
        _ arguments: ParsedArguments, _ context: Context
    ) throws(Failure) -> ExitCode {
        if !arguments.hasAny {
            return try DaemonCommand(name: "migrate", arguments: arguments.positionals).run(context)
        }
        guard let path = arguments.positionals.first, arguments.positionals.count == 1 else {
            throw .usage("migrate wants one file", hint: "`stele help migrate` tells how.")
        }
        let plan = try plan(from: arguments)
        let windowMax = try arguments.integer("window", in: 1...8_000, default: 2_000)
        let file = try ImportCommand.open(path)
        let size = file.fileSize
        var source = ByteSource(file)
        let connection = try context.connect()
        Interrupt.listen()
        var progress = Progress("migrating", unit: "accounts", console: context.console)
        var importer = Importer(
            connection, plan: plan, windowMax: windowMax,
            decoder: JSONLinesDecoder(allowsLists: true))
        importer.summary.failures = try FailureFile(arguments["failures"])
        try importer.run(&source, size: size, progress: &progress)
        let seconds = progress.seconds
        progress.finish()
        try importer.summary.failures?.close()
        importer.summary.print(
            file: path, seconds: seconds, isDryRun: plan.isDryRun, to: context.console)
        return importer.summary.exitCode
    }

    static func plan(from arguments: ParsedArguments) throws(Failure) -> ImportPlan {
        guard let migration = arguments["migration"] else {
            throw .usage("migrate wants --migration NAME: one that the rulebook declares")
        }
        guard let account = arguments["account"] else {
            throw .usage("migrate wants --account FIELD: whose each line is")
        }
        return ImportPlan(
            verb: .migrate(migration: migration), accountColumn: account,
            ignored: Set((arguments["ignore"] ?? "").split(separator: ",").map(String.init)),
            isDryRun: arguments.has("dry-run"))
    }
}

/// Every line that failed, one JSON object each, for whoever puts them right.
final class FailureFile {
    private let path: String
    private let file: Descriptor
    private var bytes: [UInt8] = []
    /// The first thing that went wrong with the file itself.
    private var fault: SystemFault?

    /// `nil` where none is wanted.
    init?(_ path: String?) throws(Failure) {
        guard let path else { return nil }
        self.path = path
        do throws(SystemFault) {
            file = try Descriptor.create(path)
        } catch {
            throw .usage("can't write \(path): \(error.reason)")
        }
    }

    func add(_ refused: ImportSummary.Refused) {
        bytes += Array(refused.json.utf8) + [UInt8(ascii: "\n")]
        if bytes.count >= 1 << 16 { flush() }
    }

    private func flush() {
        defer { bytes.removeAll(keepingCapacity: true) }
        guard fault == nil else { return }
        do throws(SystemFault) {
            try file.write(bytes)
        } catch {
            fault = error
        }
    }

    func close() throws(Failure) {
        flush()
        if let fault {
            throw Failure(code: .no, message: "\(path) is incomplete: \(fault.reason)")
        }
    }
}
