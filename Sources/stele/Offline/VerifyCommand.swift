import Ledger
import Proof
import Store

/// `stele verify`: is every byte of the log what was written, and does it add up?
enum VerifyCommand {
    static let declaration = LocalCommand(
        name: "verify", grammar: "--data DIR",
        summary: "Checks every byte, hash, root and balance of a ledger",
        options: [
            OfflineCommands.dataOption,
            OptionDeclaration(
                "head", "SEQ", "with --root: an event known from elsewhere to have been the newest"),
            OptionDeclaration(
                "root", "HEX", "the root that was known then (a bench's, a backup's, an auditor's)"),
            OptionDeclaration(
                "decide", nil, "decide every event again under the rules that were in force"),
            OptionDeclaration(
                "show", "N", "with --decide: how many deviations are shown in full (default 10)"),
        ],
        details: """
              Reads the whole log from its first byte: the hash of every block and header, the link from
              batch to batch, every leaf and root of the Merkle tree, every event's encoding; folds all
              events; checks that no idempotency key was used twice, that rulebooks are what their
              hashes say, that open accounts have the keys their ids were sealed with, and that for
              every currency issued less burned is what accounts hold. Names the first thing wrong.
              --decide runs the rules again over all of history, under the rulebook in force at each
              event, in the state just before it, at its time, from its cause; every outcome (postings,
              marks, rungs, explained values, that it was accepted at all) must be the same.
              May run beside a daemon. Ends with 1 if anything is wrong.
            """,
        examples: [
            "stele verify --data stele-data", "stele verify --data stele-data --json",
            "stele verify --data stele-data --decide",
            "stele verify --data stele-data --head 58389 --root 5f3c…",
        ],
        run: run)

    private static func run(
        _ arguments: ParsedArguments, _ context: Context
    ) throws(Failure) -> ExitCode {
        let witness = try witness(arguments)
        let shown = try arguments.integer("show", in: 0...1_000_000, default: 10)
        let ledger = try OfflineLedger(OfflineCommands.directory(arguments))
        var verification = Verification(ledger, witness: witness)
        var progress = Progress("verifying", unit: "events", console: context.console)
        let verdict = try verification.run(&progress)
        let seconds = progress.seconds
        progress.finish()
        var redeciding: Redeciding?
        if arguments.has("decide"), verdict.mistake == nil {
            redeciding = Redeciding(ledger, findingsMax: shown)
            progress = Progress("deciding again", unit: "events", console: context.console)
            try redeciding?.run(upTo: verdict.head.sequence, &progress)
            progress.finish()
        }
        print(verdict, redeciding, seconds: seconds, to: context.console)
        if let redeciding, !context.console.isJSON {
            redeciding.print(seconds: progress.seconds, to: context.console)
        }
        return verdict.mistake == nil && redeciding?.count ?? 0 == 0 ? .done : .no
    }

    private static func witness(
        _ arguments: ParsedArguments
    ) throws(Failure) -> Verification.Witness? {
        guard arguments.has("head") || arguments.has("root") else { return nil }
        guard let root = arguments["root"], arguments.has("head") else {
            throw .usage("--head SEQ and --root HEX go together")
        }
        let head = try arguments.integer("head", in: 1...Int.max, default: 1)
        let digits = 2 * Digest.byteCount
        guard root.utf8.count == digits, root.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
            throw .usage("--root wants \(digits) hexadecimal digits, not '\(root)'")
        }
        return Verification.Witness(sequence: UInt64(head), root: root.lowercased())
    }

    private static func print(
        _ verdict: Verification.Verdict, _ redeciding: Redeciding?, seconds: Double,
        to console: Console
    ) {
        guard !console.isJSON else { return console.output.line(json(verdict, redeciding)) }
        let style = console.style
        if let mistake = verdict.mistake {
            console.output.line(style.bad("wrong: ") + Escape.forTerminal(mistake))
            console.output.line(
                style.faint(
                    "  \(NumberFormat.grouped(verdict.rightCount)) events before it are right"))
            return
        }
        let rate = NumberFormat.rate(Double(verdict.head.sequence) / max(seconds, 1e-9))
        console.output.line(
            style.good("all is right") + "  \(NumberFormat.grouped(verdict.head.sequence)) events, "
                + "\(NumberFormat.grouped(verdict.totals.accounts)) accounts, \(rate) events a second"
        )
        console.output.line("  root  " + verdict.head.root.hex)
        verdict.totals.print(to: console)
    }

    private static func json(
        _ verdict: Verification.Verdict, _ redeciding: Redeciding?
    ) -> String {
        let isRight = verdict.mistake == nil && redeciding?.count ?? 0 == 0
        let members = [
            ("right", isRight ? "true" : "false"),
            ("wrong", verdict.mistake.map(JSONWriter.string) ?? "null"),
            ("head_seq", String(verdict.head.sequence)),
            ("root", JSONWriter.string(verdict.head.root.hex)),
            ("accounts", String(verdict.totals.accounts)),
            ("currencies", verdict.totals.json),
        ]
        return JSONWriter.object(members + (redeciding?.json ?? []))
    }
}
