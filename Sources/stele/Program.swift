import Wire

/// What every command of the program is given.
struct Context {
    var console: Console
    /// `--socket`, if given.
    var socket: String?

    func connect() throws(Failure) -> DaemonConnection {
        try DaemonConnection(path: SocketPath.find(given: socket))
    }
}

/// The program: sorts out its own options, finds the command, runs it, tells how it went.
enum Program {
    static let version = "1.0.0"

    static let options = [
        OptionDeclaration("socket", "PATH", "the daemon's socket"),
        OptionDeclaration("json", nil, "print JSON, for programs"),
        OptionDeclaration(
            "color", "auto|always|never", "colours; auto: on a terminal, unless NO_COLOR is set"),
        OptionDeclaration("help", nil, "show help on the command"),
        OptionDeclaration("version", nil, "show the version"),
    ]

    static func run(_ arguments: [String]) -> ExitCode {
        var console = Console.standard(colour: .auto, isJSON: false)
        do throws(Failure) {
            let parsed = try OptionParser(declarations: options, leavesUnknown: true).parse(
                arguments)
            let colour: Style.Mode = try parsed.choice("color", default: .auto)
            console = .standard(colour: colour, isJSON: parsed.has("json"))
            let code = try dispatch(parsed, Context(console: console, socket: parsed["socket"]))
            try console.output.finish()
            return code
        } catch {
            console.output.flush()
            console.report(error)
            return error.code
        }
    }

    private static func dispatch(
        _ parsed: ParsedArguments, _ context: Context
    ) throws(Failure) -> ExitCode {
        if parsed.has("version") {
            context.console.output.line("stele \(version)")
            return .done
        }
        guard let name = parsed.positionals.first?.lowercased() else {
            Help.overview(context.console)
            return parsed.has("help") ? .done : .usage
        }
        let rest = Array(parsed.positionals.dropFirst())
        if parsed.has("help") { return try Help.topic([name] + rest, context.console) }
        if name == "help" {
            guard !rest.isEmpty else {
                Help.overview(context.console)
                return .done
            }
            return try Help.topic(rest, context.console)
        }
        if let command = LocalCommands.find(name) {
            let parsed = try OptionParser(declarations: command.options).parse(rest)
            return try command.run(parsed, context)
        }
        return try DaemonCommand(name: name, arguments: rest).run(context)
    }
}
