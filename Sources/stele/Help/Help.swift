import Ledger
import Wire

/// What the program tells about itself.
enum Help {
    static func overview(_ console: Console) {
        let style = console.style
        let out = console.output
        out.line(
            "stele talks to a Stele ledger: what was awarded, spent and reached, durable and provable."
        )
        out.line()
        out.line(
            style.heading("Usage:")
                + " stele [--socket PATH] [--json] [--color auto|always|never] COMMAND …")
        for (title, sections) in groups {
            section(
                title,
                CommandTable.specs.filter { sections.contains($0.section) }.map {
                    ($0.name, $0.summary)
                },
                console)
        }
        section(
            "With files, through the daemon",
            LocalCommands.throughDaemon.map { ($0.name, $0.summary) }, console)
        section(
            "On a ledger's directory, without the daemon",
            LocalCommands.onFiles.map { ($0.name, $0.summary) }, console)
        out.line()
        out.line(style.heading("Options"))
        options(Program.options, console)
        out.line()
        out.line("The socket is --socket, else $STELE_SOCKET, else the first of")
        out.line("\(SocketPath.usual.joined(separator: ", ")) that is there.")
        out.line()
        out.line(
            "Ends with 0 done · 1 the answer is no · 2 usage · 3 refused · 4 no daemon · 5 not permitted ·"
        )
        out.line("130 interrupted.")
        out.line("`stele help COMMAND` tells more, with examples.")
    }

    /// Sections of the daemon's table under the titles that people look for. What only matters within a
    /// connection (MULTI, HELLO …) isn't listed: each run of this program is a connection of its own.
    private static let groups: [(String, [CommandSpec.Section])] = [
        ("Write", [.writes]),
        ("Read", [.reads]),
        ("Streams", [.streams]),
        ("Rules and operation", [.rules, .operations]),
    ]

    static func topic(_ words: [String], _ console: Console) throws(Failure) -> ExitCode {
        let name = words[0].lowercased()
        if let command = LocalCommands.find(name) {
            local(command, console)
            return .done
        }
        guard let found = CommandTable.lookup(name) else {
            throw .usage(
                "no help on '\(name)'",
                hint: Suggestion.sentence(
                    for: name, among: CommandTable.specs.map(\.name) + LocalCommands.all.map(\.name)
                ))
        }
        let spec = CommandTable.spec(found)
        if words.count > 1, let subcommand = spec.subcommand(words[1]) {
            daemon(subcommand, path: "\(name) \(subcommand.name)", console)
        } else {
            daemon(spec, path: name, console)
        }
        return .done
    }

    private static func daemon(_ spec: CommandSpec, path: String, _ console: Console) {
        let out = console.output
        let style = console.style
        out.line(style.heading("stele \(path)") + " \(grammar(spec, path: path))")
        out.line()
        out.line("  \(spec.summary).")
        if !spec.subcommands.isEmpty {
            section(
                "Its commands",
                spec.subcommands.map {
                    (
                        "\(spec.name) \($0.name) \(grammar($0, path: "\(path) \($0.name)"))",
                        $0.summary
                    )
                }, console)
        }
        if spec.section == .writes { section("Options", WriteOptionHelp.all, console) }
        if let notes = CommandNotes.notes[path] {
            out.line()
            out.line(notes)
        }
        examples(CommandNotes.examples[path] ?? [], console)
        out.line()
        out.line(style.faint("Roles: \(roles(spec.roles))."))
    }

    /// Files are named where the daemon takes their text.
    static func grammar(_ spec: CommandSpec, path: String) -> String {
        ["rules put", "rules check", "rules diff"].contains(path) ? "FILE" : spec.grammar
    }

    private static func local(_ command: LocalCommand, _ console: Console) {
        let out = console.output
        out.line(console.style.heading("stele \(command.name)") + " \(command.grammar)")
        out.line()
        out.line("  \(command.summary).")
        if !command.options.isEmpty {
            out.line()
            out.line(console.style.heading("Options"))
            options(command.options, console)
        }
        if !command.details.isEmpty {
            out.line()
            out.line(command.details)
        }
        examples(command.examples, console)
    }

    private static func options(_ declarations: [OptionDeclaration], _ console: Console) {
        var table = Table(indent: 2)
        table.rows = declarations.map {
            let value = $0.placeholder.map { " " + $0 } ?? ""
            return [
                Table.Cell("--\($0.name)\(value)", dress: console.style.name),
                Table.Cell($0.summary),
            ]
        }
        table.print(to: console)
    }

    private static func section(_ title: String, _ rows: [(String, String)], _ console: Console) {
        guard !rows.isEmpty else { return }
        console.output.line()
        console.output.line(console.style.heading(title))
        var table = Table(indent: 2)
        table.rows = rows.map { [Table.Cell($0.0, dress: console.style.name), Table.Cell($0.1)] }
        table.print(to: console)
    }

    private static func examples(_ examples: [String], _ console: Console) {
        guard !examples.isEmpty else { return }
        console.output.line()
        console.output.line(console.style.heading("Examples"))
        for example in examples { console.output.line("  " + example) }
    }

    private static func roles(_ roles: Role) -> String {
        if roles == .all { return "everybody" }
        let names: [(Role, String)] = [(.game, "game"), (.audit, "audit"), (.operate, "operate")]
        return names.filter { roles.contains($0.0) }.map(\.1).joined(separator: ", ")
    }
}
