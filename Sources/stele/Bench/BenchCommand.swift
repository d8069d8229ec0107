import Ledger
import Wire

/// `stele bench`: how fast the daemon is, and whether it answers right under load.
enum BenchCommand {
    static let declaration = LocalCommand(
        name: "bench", grammar: "[options]",
        summary: "Loads the daemon, checks every answer, and measures",
        options: [
            OptionDeclaration(
                "workload", "award|spend|record|balance|profile|mixed",
                "what to send (default award)"),
            OptionDeclaration("connections", "N", "connections, from one thread (default 8)"),
            OptionDeclaration(
                "pipeline", "D", "unanswered commands on each connection (default 256)"),
            OptionDeclaration(
                "accounts", "N", "accounts to spread the load over (default 1,000,000)"),
            OptionDeclaration(
                "distribution", "uniform|zipf", "how evenly (default uniform; zipf: exponent 0.99)"),
            OptionDeclaration("count", "N", "commands in all (default 1,000,000)"),
            OptionDeclaration("seconds", "S", "how long to send, instead of --count"),
            OptionDeclaration("with-keys", nil, "give every write a fresh KEY"),
            OptionDeclaration(
                "prepare", nil, "touch every account once before measuring (spend, mixed: always)"),
            OptionDeclaration(
                "prepared", nil, "touch none: that was done, all have something to spend"),
            OptionDeclaration("currency", "NAME", "the currency to award and spend (default xp)"),
            OptionDeclaration(
                "record", "'ACTION name=value …'",
                "what to record (default: contribution project=bench files=3 merge=0)"),
            OptionDeclaration("seed", "N", "what the draws of accounts begin with (default 1)"),
            OptionDeclaration(
                "build-log", "DIR", "make a ledger of that load instead, without a daemon"),
            OptionDeclaration("rules", "FILE", "with --build-log: the rulebook of the new ledger"),
            OptionDeclaration(
                "batch", "N", "with --build-log: events in a batch (default 8,192)"),
        ],
        details: """
              Accounts are called bench-00000000 and so on. Every answer's type is checked; a write's
              sequence number must be greater than the one before on its connection, its change the
              amount sent; a balance must add up. Latency is from making a command to receiving its
              answer. At the end the ledger's newest event and root are printed.
              Ends with 1 if any answer was wrong.
              --build-log makes a new ledger as large as is wanted, to measure growth with: first every
              account is opened, by one event more than the award, then come --count awards, spends or
              records, all through the deciding, encoding and committing of the daemon, millions a
              second; at the end the state is stored as well. Some 40 bytes of disk an event, and a
              hundred or two an account.
            """,
        examples: [
            "stele bench --connections 50 --pipeline 256 --seconds 10",
            "stele bench --connections 1 --pipeline 1 --count 20000",
            "stele bench --workload record --distribution zipf --with-keys --json",
            "stele bench --build-log big --rules RULEBOOK --accounts 1000000 --count 100000000",
        ],
        run: run)

    struct Settings {
        var workload: Workload
        var connections: Int
        var pipeline: Int
        var accounts: Int
        var distribution: AccountDraw.Distribution
        var count: Int
        var seconds: Int?
        var hasKeys: Bool
        var prepares: Bool
        var currency: String
        var record: [String]
        var seed: UInt64
        /// Of a ledger that is built: events in a batch.
        var batch: Int

        init(_ arguments: ParsedArguments) throws(Failure) {
            guard arguments.positionals.isEmpty else {
                throw .usage("bench takes options only", hint: "`stele help bench` lists them.")
            }
            workload = try arguments.choice("workload", default: .award)
            connections = try arguments.integer("connections", in: 1...10_000, default: 8)
            pipeline = try arguments.integer("pipeline", in: 1...8_000, default: 256)
            accounts = try arguments.integer("accounts", in: 1...100_000_000, default: 1_000_000)
            distribution = try arguments.choice("distribution", default: .uniform)
            let hasSeconds = arguments.has("seconds")
            seconds =
                hasSeconds ? try arguments.integer("seconds", in: 1...86_400, default: 10) : nil
            count = try arguments.integer(
                "count", in: 1...1_000_000_000_000, default: hasSeconds ? .max : 1_000_000)
            hasKeys = arguments.has("with-keys")
            let isPrepared = arguments.has("prepared")
            guard !isPrepared || !arguments.has("prepare") else {
                throw .usage("--prepare and --prepared contradict each other")
            }
            prepares =
                arguments.has("prepare") || workload.needsPreparation && !isPrepared
            currency = arguments["currency"] ?? "xp"
            let record = arguments["record"] ?? "contribution project=bench files=3 merge=0"
            self.record = record.split(separator: " ").map(String.init)
            seed = UInt64(try arguments.integer("seed", in: 0...Int.max, default: 1))
            // A command opens an account at most: some events more than one.
            batch = try arguments.integer(
                "batch", in: 1...(Limits.batchEventsMax - 16), default: 8_192)
        }
    }

    private static func run(
        _ arguments: ParsedArguments, _ context: Context
    ) throws(Failure) -> ExitCode {
        let settings = try Settings(arguments)
        if let directory = arguments["build-log"] {
            return try build(settings, directory, arguments["rules"], context.console)
        }
        let path = try SocketPath.find(given: context.socket)
        let control = try DaemonConnection(path: path)
        Interrupt.listen()
        if settings.prepares {
            try prepare(settings, path: path, control: control, console: context.console)
        }
        let draw = AccountDraw(
            accounts: settings.accounts, distribution: settings.distribution, seed: settings.seed)
        let run = String(Clock.microseconds, radix: 36)
        let statistics = try load(
            settings, path: path, connections: settings.connections, pipeline: settings.pipeline,
            draw: draw,
            count: settings.count, seconds: settings.seconds.map(Double.init), title: "bench",
            console: context.console
        ) { connection in
            settings.workload.templates(
                currency: settings.currency, record: settings.record,
                key: settings.hasKeys ? "\(run)-\(connection)-" : nil)
        }
        let info = InfoReply(try control.call(["INFO", "log"]))
        BenchReport(settings: settings, statistics: statistics, info: info).print(
            to: context.console)
        return statistics.wrong > 0 ? .no : .done
    }

    private static func build(
        _ settings: Settings, _ directory: String, _ rules: String?, _ console: Console
    ) throws(Failure) -> ExitCode {
        guard let rules else {
            throw .usage("--build-log wants --rules FILE, the rulebook of the new ledger")
        }
        Interrupt.listen()
        let kinds = try BuiltCommands.Kinds(settings)
        var build = LogBuild(settings, kinds, try LogBuild.Files(directory, rules: rules))
        try build.run(console).print(to: console)
        return .done
    }

    /// Awards every account something, so that all are there and have something to spend.
    private static func prepare(
        _ settings: Settings, path: String, control: DaemonConnection, console: Console
    ) throws(Failure) {
        let templates = Workload.preparation(currency: settings.currency)
        let statistics = try load(
            settings, path: path, connections: 1, pipeline: 4_000,
            draw: .inTurn(accounts: settings.accounts), count: settings.accounts, seconds: nil,
            title: "preparing", console: console
        ) { _ in templates }
        if let mistake = statistics.mistakes.first {
            throw Failure(
                code: .refused, message: "can't prepare accounts: \(mistake)",
                hint:
                    "Is there a currency '\(settings.currency)' that may be awarded here? --currency names another."
            )
        }
        // Better to learn now that it can't be spent than from millions of refusals.
        guard settings.workload.needsPreparation else { return }
        let account = CommandTemplate.accountPrefix + "00000000"
        let probe = ["SPEND", account, settings.currency, "1", "DRYRUN"]
        if case .failure(let failure) = try control.call(probe) {
            throw Failure(
                code: .refused, message: "can't spend \(settings.currency): \(failure.sentence)",
                hint: "--currency names one that can be spent.")
        }
    }

    private static func load(
        _ settings: Settings, path: String, connections: Int, pipeline: Int, draw: AccountDraw,
        count: Int,
        seconds: Double?, title: String, console: Console, templates: (Int) -> [CommandTemplate]
    ) throws(Failure) -> LoadStatistics {
        var sockets: [DaemonConnection] = []
        for _ in 0..<connections {
            sockets.append(try DaemonConnection(path: path, receiveBytes: 1 << 12))
        }
        var generator = try LoadGenerator(
            connections: sockets, templates: templates, pipeline: pipeline, draw: draw,
            count: count,
            seconds: seconds)
        var progress = Progress(title, unit: "commands", console: console)
        let statistics = try generator.run { answered in
            // Of a run by the clock the share is that of the time.
            let share =
                seconds.map { progress.seconds / $0 } ?? Double(answered) / Double(count)
            progress.update(count: answered, share: share)
        }
        progress.finish()
        return statistics
    }
}
