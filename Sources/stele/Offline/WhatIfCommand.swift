import Engine
import Ledger
import Store
import Wire

/// `stele whatif`: what would other rules have made of the recorded history?
enum WhatIfCommand {
    static let declaration = LocalCommand(
        name: "whatif", grammar: "--data DIR --rules FILE",
        summary: "Decides the recorded history again under other rules, and compares",
        options: [
            OfflineCommands.dataOption,
            OptionDeclaration("rules", "FILE", "the rulebook to try"),
            OptionDeclaration("top", "N", "accounts named for each currency (default 5)"),
        ],
        details: """
              Takes every command of the log, in order, and decides it under FILE, in a state of its own
              that begins empty: FILE is in force from where the first rulebook was. Then shows which
              commands would be refused or come to something else, whose balances and rungs would
              differ, who would gain and lose most, and how each ladder's distribution would shift.
              Nothing is touched; may run beside a daemon, which has the same as RULES DIFF.
              Commands that were refused at the time left no trace, so they can't be tried. Both states
              are held in memory. Mistakes in FILE are told as by `rules check`, and end it with 1.
            """,
        examples: [
            "stele whatif --data stele-data --rules next.json5",
            "stele whatif --data stele-data --rules next.json5 --top 20 --json",
        ],
        run: run)

    private static func run(
        _ arguments: ParsedArguments, _ context: Context
    ) throws(Failure) -> ExitCode {
        let directory = try OfflineCommands.directory(arguments)
        let rowsMax = try arguments.integer("top", in: 0...10_000, default: 5)
        guard let path = arguments["rules"] else {
            throw .usage(
                "whatif wants --rules FILE", hint: "Usage: stele whatif \(declaration.grammar)")
        }
        let rules = try FileContent.read(path, bytesMax: Limits.rulebookBytesMax)
        let ledger = try OfflineLedger(directory)
        let end = try ledger.lastSequence()
        let source = KeyedSource(ledger.directory.log, readsTexts: true)
        var names: SnapshotNames?
        let run: TrialRun
        do throws(Mistakes) {
            run = try TrialRun(
                rules: rules, file: path, scrutiny: ZoneFiles.scrutiny, end: end, rowsMax: rowsMax
            ) {
                names = SnapshotNames($0, source)
            }
        } catch {
            return report(error, path: path, console: context.console)
        }
        try tell(run, ledger, context.console)
        guard let result = run.result, let names else {
            throw Failure(code: .no, message: run.fault ?? "nothing came of it")
        }
        let reply = Reply.made { $0.trial(result, names) }
        if context.console.isJSON {
            context.console.output.line(JSONWriter.reply(reply))
        } else {
            TrialPrinter(context.console).print(reply)
        }
        return .done
    }

    private static func tell(
        _ run: TrialRun, _ ledger: OfflineLedger, _ console: Console
    ) throws(Failure) {
        var progress = Progress("deciding again", unit: "events", console: console)
        while run.step(ledger.reader) {
            progress.update(count: Int(run.head), share: run.share)
            try Interrupt.check()
        }
        progress.finish()
    }

    private static func report(_ mistakes: Mistakes, path: String, console: Console) -> ExitCode {
        let reply = Reply.made { $0.mistakes(mistakes) }
        if console.isJSON { console.output.line(JSONWriter.reply(reply)) }
        RulebookMistake.report(RulebookMistake.all(in: reply), file: path, console: console)
        return .no
    }
}
