import Wire

/// Prints why a balance is what it is: the causes with what they added and took, or the events.
struct WhyPrinter {
    var console: Console

    init(_ console: Console) { self.console = console }

    /// Not every cause has added, or taken: so the first one's columns aren't all.
    private static let columns = ["kind", "cause", "why", "events", "earned", "spent", "held"]

    func print(_ reply: Reply) {
        if let events = reply.elements, events.allSatisfy(EventPrinter.isEvent) {
            return EventPrinter(console).table(events)
        }
        guard let pairs = reply.pairs else { return ReplyPrinter(console).print(reply) }
        let printer = ReplyPrinter(console)
        // Totals first, on one line each; what they are made of after that.
        for pair in pairs where pair.value.elements == nil {
            printer.print(pair.value.pairs == nil ? .map([pair]) : pair.value)
        }
        for pair in pairs {
            guard let elements = pair.value.elements, !elements.isEmpty else { continue }
            console.output.line(console.style.heading(Escape.forTerminal(pair.name.string ?? "")))
            if elements.allSatisfy(EventPrinter.isEvent) {
                EventPrinter(console).table(elements)
            } else {
                printer.table(elements.map { $0.pairs ?? [] }, first: Self.columns, indent: 2)
            }
        }
    }
}
