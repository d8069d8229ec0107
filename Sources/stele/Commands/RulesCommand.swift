import Ledger
import Wire

/// `rules put FILE` and `rules diff FILE`: the file is read here and sent whole. `rules check FILE` needs
/// no daemon: whether a rulebook is sound is the file's own affair.
struct RulesCommand {
    /// `put`, `check` or `diff`.
    var verb: String
    var arguments: [String]

    /// A frame of RULES has at most this many bytes, so a file of more can't be adopted.
    static let fileBytesMax = 1 << 20

    func run(_ context: Context) throws(Failure) -> ExitCode {
        guard let path = arguments.first else {
            throw .usage("rules \(verb) wants a file", hint: "Usage: stele rules \(verb) FILE")
        }
        let text = try FileContent.read(path, bytesMax: Self.fileBytesMax)
        if verb == "check" {
            let checked = Ledger(source: EmptySource()).check(
                text, file: path, scrutiny: ZoneFiles.scrutiny)
            let verdict = Reply.made { $0.verdict(checked) }
            return print(verdict, path: path, console: context.console)
        }
        let connection = try context.connect()
        var reply = try send(verb, text, over: connection)
        // A refusal names the first few mistakes in one line; CHECK tells each with its place.
        if verb == "put", case .failure(let failure) = reply, failure.code == "RULES" {
            let checked = try send("check", text, over: connection)
            if !RulebookMistake.all(in: checked).isEmpty { reply = checked }
        }
        return print(reply, path: path, console: context.console)
    }

    private func send(
        _ verb: String, _ text: [UInt8], over connection: DaemonConnection
    ) throws(Failure) -> Reply {
        connection.enqueue([Array("RULES".utf8), Array(verb.uppercased().utf8), text])
        try connection.flush()
        while true {
            if let reply = try connection.receive() { return reply }
        }
    }

    private func print(_ reply: Reply, path: String, console: Console) -> ExitCode {
        if console.isJSON { console.output.line(JSONWriter.reply(reply)) }
        let mistakes = RulebookMistake.all(in: reply)
        if !mistakes.isEmpty {
            RulebookMistake.report(mistakes, file: path, console: console)
            return verb == "put" ? .refused : .no
        }
        if case .failure(let failure) = reply {
            if !console.isJSON { FailurePrinter(console).print(failure) }
            return failure.exitCode
        }
        guard !console.isJSON else { return .done }
        guard verb != "diff" else {
            TrialPrinter(console).print(reply)
            return .done
        }
        if verb == "check" {
            console.output.line(console.style.good("no mistakes") + " in \(path)")
        } else {
            console.output.line(console.style.good("adopted"))
        }
        let rest = (reply.pairs ?? []).filter { $0.name.string != "valid" }
        if !rest.isEmpty { ReplyPrinter(console).print(.map(rest), indent: 2) }
        return .done
    }
}

/// One mistake in a rulebook, where it stands and what would be right.
struct RulebookMistake: Equatable {
    var line: Int64
    var column: Int64
    var message: String

    func line(file: String) -> String {
        "\(Escape.forTerminal(file)):\(line):\(column): \(Escape.forTerminal(message))"
    }

    /// One a line, then how many there are.
    static func report(_ mistakes: [RulebookMistake], file: String, console: Console) {
        if !console.isJSON {
            for mistake in mistakes { console.output.line(mistake.line(file: file)) }
        }
        console.errors.line(
            "\(mistakes.count) mistake\(mistakes.count == 1 ? "" : "s") in \(file)")
    }

    /// The mistakes that a reply lists: maps with a line and a column, alone or under `mistakes`.
    static func all(in reply: Reply) -> [RulebookMistake] {
        let list = reply["mistakes"]?.elements ?? reply.elements ?? []
        return list.compactMap { element in
            guard let line = element["line"]?.int64, let column = element["column"]?.int64 else {
                return nil
            }
            let message = element["message"]?.string ?? ""
            let fix = element["expected"]?.string ?? element["hint"]?.string
            return RulebookMistake(
                line: line, column: column, message: message + (fix.map { "; " + $0 } ?? ""))
        }
    }
}
