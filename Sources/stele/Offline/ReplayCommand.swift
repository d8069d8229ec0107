import Ledger
import Store

/// `stele replay`: how fast does the log fold into accounts, balances and ladders?
enum ReplayCommand {
    static let declaration = LocalCommand(
        name: "replay", grammar: "--data DIR",
        summary: "Folds the whole log and measures how fast that goes",
        options: [OfflineCommands.dataOption],
        details: """
              Folds every event into accounts, balances and ladders in memory, checking each block's
              hash on the way (verify checks everything): one thread reads, checks and decodes, the
              other one folds. Writes nothing; may run beside a daemon.
            """,
        examples: ["stele replay --data stele-data"],
        run: run)

    private static func run(
        _ arguments: ParsedArguments, _ context: Context
    ) throws(Failure) -> ExitCode {
        let ledger = try OfflineLedger(OfflineCommands.directory(arguments))
        let last = try ledger.lastSequence()
        var replay = Replay(ledger)
        var progress = Progress("replaying", unit: "events", console: context.console)
        try replay.run { sequence in
            progress.update(
                count: Int(sequence), share: Double(sequence) / Double(max(last, 1)))
        }
        let seconds = progress.seconds
        progress.finish()
        print(replay.totals, seconds: seconds, to: context.console)
        return .done
    }

    private static func print(_ totals: Totals, seconds: Double, to console: Console) {
        let rate = Double(totals.events) / max(seconds, 1e-9)
        if console.isJSON {
            console.output.line(
                JSONWriter.object([
                    ("events", String(totals.events)), ("accounts", String(totals.accounts)),
                    ("seconds", String(seconds)), ("per_second", String(Int(rate))),
                    ("currencies", totals.json),
                ]))
            return
        }
        console.output.line(
            console.style.heading("\(NumberFormat.grouped(totals.events)) events")
                + " folded into \(NumberFormat.grouped(totals.accounts)) accounts in "
                + "\(NumberFormat.decimal(seconds, places: 3)) s, "
                + console.style.good(NumberFormat.rate(rate) + " a second"))
        totals.print(to: console)
    }
}
