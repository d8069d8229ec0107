import Wire

/// A command that the daemon carries out: sent as it was typed, its answer printed.
struct DaemonCommand {
    /// In lower case.
    var name: String
    var arguments: [String]

    func run(_ context: Context) throws(Failure) -> ExitCode {
        let spec = try checkedSpec()
        if name == "rules", let verb = arguments.first?.lowercased(),
            ["put", "check", "diff"].contains(verb)
        {
            return try RulesCommand(verb: verb, arguments: Array(arguments.dropFirst())).run(
                context)
        }
        if ["subscribe", "psubscribe"].contains(name) {
            return try ListenCommand(name: name, arguments: arguments).run(context)
        }
        let reply = try context.connect().call([name.uppercased()] + arguments)
        if case .failure(let failure) = reply {
            return answer(failure, spec: spec, console: context.console)
        }
        if name == "info" { try checkSections(InfoReply(reply), context) }
        print(reply, spec: spec, console: context.console)
        return .done
    }

    /// The daemon passes over sections that it doesn't have, as Redis does.
    private func checkSections(_ reply: InfoReply, _ context: Context) throws(Failure) {
        guard !arguments.isEmpty, reply.sections.isEmpty else { return }
        let all = InfoReply(try context.connect().call(["INFO"])).sections.map(\.name)
        throw .usage(
            "info has no section '\(arguments[0])'",
            hint: "It has: \(all.joined(separator: ", ").lowercased()).")
    }

    /// Looks the command up before anything is sent: what is mistyped needs no daemon to be told so.
    private func checkedSpec() throws(Failure) -> CommandSpec? {
        guard let found = CommandTable.lookup(name) else {
            let names = CommandTable.specs.map(\.name) + LocalCommands.all.map(\.name) + ["help"]
            throw .usage(
                "unknown command '\(name)'",
                hint: Suggestion.sentence(for: name, among: names)
                    ?? "`stele help` lists all commands.")
        }
        var spec = CommandTable.spec(found)
        var depth = 1
        if !spec.subcommands.isEmpty {
            guard let word = arguments.first else {
                throw .usage(
                    "\(name) wants one of: \(subcommandNames(spec).joined(separator: ", "))")
            }
            guard let subcommand = spec.subcommand(word) else {
                throw .usage(
                    "\(name) has no '\(word)'",
                    hint: Suggestion.sentence(
                        for: word, among: subcommandNames(spec), prefix: name + " ")
                        ?? "It has: \(subcommandNames(spec).joined(separator: ", ")).")
            }
            spec = subcommand
            depth = 2
        }
        let words = arguments.count + 1
        let isEnough = words >= spec.wordsMin(depth: depth)
        guard isEnough, words <= spec.wordsMax(depth: depth) ?? .max else {
            let path = depth == 1 ? name : "\(name) \(spec.name)"
            throw .usage(
                isEnough ? "too many arguments" : "too few arguments",
                hint: "Usage: stele \(path) \(Help.grammar(spec, path: path))")
        }
        return spec
    }

    private func subcommandNames(_ spec: CommandSpec) -> [String] { spec.subcommands.map(\.name) }

    private func answer(
        _ failure: ReplyFailure, spec: CommandSpec?, console: Console
    ) -> ExitCode {
        // What was looked for and isn't there is an answer; what couldn't be done is a refusal.
        let isAnswer = failure.code == "NOTFOUND" && spec?.isWrite == false
        FailurePrinter(console).print(failure)
        return isAnswer ? .no : failure.exitCode
    }

    private func print(_ reply: Reply, spec: CommandSpec?, console: Console) {
        if console.isJSON {
            let isInfo = name == "info"
            console.output.line(isInfo ? InfoReply(reply).json : JSONWriter.reply(reply))
            return
        }
        let isReceipt = spec?.section == .writes
        switch name {
        case "info": InfoReply(reply).print(to: console)
        case "profile": ProfilePrinter(console).print(reply, account: arguments.first ?? "")
        case "offers": OffersPrinter(console).print(reply, account: arguments.first ?? "")
        case "balance": BalancePrinter(console).print(reply, name: arguments.prefix(2))
        case "xrange", "xrevrange", "xread": StreamPrinter(console).print(reply)
        case "why": WhyPrinter(console).print(reply)
        case "history": EventPrinter(console).table(reply.elements ?? [reply])
        case "event": EventPrinter(console).print(reply)
        default:
            if isReceipt {
                let isDryRun = arguments.contains { $0.uppercased() == "DRYRUN" }
                ReceiptPrinter(console).print(reply, isDryRun: isDryRun)
            } else {
                ReplyPrinter(console).print(reply)
            }
        }
    }
}
