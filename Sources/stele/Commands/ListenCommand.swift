import Wire

/// `stele subscribe` and `stele psubscribe`: prints what is told until it is interrupted.
struct ListenCommand {
    var name: String
    var arguments: [String]

    func run(_ context: Context) throws(Failure) -> ExitCode {
        let connection = try context.connect()
        Interrupt.listen()
        connection.enqueue([name.uppercased()] + arguments)
        try connection.flush()
        while !Interrupt.isRequested, !context.console.output.isClosed {
            guard let reply = try connection.receive() else { continue }
            if case .failure(let failure) = reply {
                FailurePrinter(context.console).print(failure)
                return failure.exitCode
            }
            print(reply, context.console)
            // Each is worth being seen at once, also through a pipe.
            context.console.output.flush()
        }
        return .done
    }

    private func print(_ reply: Reply, _ console: Console) {
        guard let parts = reply.elements, let kind = parts.first?.string, parts.count >= 3 else {
            return
        }
        let (channel, message) = (parts[parts.count - 2], parts[parts.count - 1])
        switch kind {
        case "message", "pmessage":
            // What is told is JSON already.
            let text = message.string ?? ""
            if console.isJSON { return console.output.line(text) }
            console.output.line(
                console.style.name(Escape.forTerminal(channel.string ?? "")) + "  "
                    + Escape.forTerminal(text))
        case "subscribe", "psubscribe":
            guard !console.isJSON else { return }
            console.output.line(
                console.style.faint("listening to " + Escape.forTerminal(channel.string ?? "")))
        default: break
        }
    }
}
