import Wire

/// Prints what XRANGE and XREAD answer: entries with an id and fields in turn.
struct StreamPrinter {
    var console: Console

    init(_ console: Console) { self.console = console }

    func print(_ reply: Reply) {
        switch reply {
        case .null: console.output.line(console.style.faint("nothing new"))
        case .map(let streams):
            for stream in streams { print(stream: stream.name, entries: stream.value) }
        default:
            let elements = reply.elements ?? []
            if elements.isEmpty { console.output.line(console.style.faint("no entries")) }
            for element in elements { print(entry: element) }
        }
    }

    /// What XINFO STREAM answers: numbers, and the first and the last entry.
    func print(description: Reply) {
        let pairs = description.pairs ?? []
        ReplyPrinter(console).print(.map(pairs.filter { $0.value.elements == nil }))
        for pair in pairs where pair.value.elements != nil {
            print(stream: pair.name, entries: .array([pair.value]))
        }
    }

    private func print(stream: Reply, entries: Reply) {
        console.output.line(console.style.heading(Escape.forTerminal(stream.string ?? "")))
        for entry in entries.elements ?? [] { print(entry: entry) }
    }

    private func print(entry: Reply) {
        guard let parts = entry.elements, parts.count == 2, let fields = parts[1].elements else {
            // RESP2's shape of XREAD: a pair of the stream's name and its entries.
            return ReplyPrinter(console).print(entry)
        }
        var words: [String] = []
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            let name = Escape.forTerminal(fields[index].string ?? "")
            words.append(
                console.style.faint(name + "=")
                    + ReplyPrinter(console).text(fields[index + 1], of: name))
        }
        console.output.line(
            console.style.name(Escape.forTerminal(parts[0].string ?? "")) + "  "
                + words.joined(separator: " "))
    }
}
