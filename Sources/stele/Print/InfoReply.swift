import Wire

/// INFO taken apart: sections of names and values, whether it came as Redis' text or as maps.
struct InfoReply: Equatable {
    struct Section: Equatable {
        var name: String
        var fields: [(name: String, value: String)]

        static func == (a: Section, b: Section) -> Bool {
            a.name == b.name && a.fields.elementsEqual(b.fields) { $0 == $1 }
        }
    }

    var sections: [Section] = []

    init(_ reply: Reply) {
        if let pairs = reply.pairs {
            for pair in pairs {
                let fields = (pair.value.pairs ?? []).map {
                    (name: $0.name.string ?? "", value: InfoReply.plain($0.value))
                }
                sections.append(Section(name: pair.name.string ?? "", fields: fields))
            }
        } else if let text = reply.string {
            parse(text)
        }
    }

    /// The first field called `name`, in whatever section it stands.
    subscript(name: String) -> String? {
        for section in sections {
            if let field = section.fields.first(where: { $0.name == name }) { return field.value }
        }
        return nil
    }

    private static func plain(_ reply: Reply) -> String {
        if case .boolean(let value) = reply { return value ? "1" : "0" }
        return reply.string ?? ""
    }

    private mutating func parse(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("#") {
                let name = line.dropFirst().drop { $0 == " " }
                sections.append(Section(name: String(name), fields: []))
            } else if let colon = line.firstIndex(of: ":") {
                if sections.isEmpty { sections.append(Section(name: "", fields: [])) }
                let value = line[line.index(after: colon)...]
                sections[sections.count - 1].fields.append((String(line[..<colon]), String(value)))
            }
        }
    }

    func print(to console: Console) {
        for (index, section) in sections.enumerated() {
            if index > 0 { console.output.line() }
            if !section.name.isEmpty {
                console.output.line(console.style.heading(Escape.forTerminal(section.name)))
            }
            var table = Table(indent: 2)
            for field in section.fields {
                table.rows.append([
                    Table.Cell(field.name, dress: console.style.faint), Table.Cell(readable(field)),
                ])
            }
            table.print(to: console)
        }
    }

    /// Digits get separators where they count something; times and bytes are spelled out beside them.
    private func readable(_ field: (name: String, value: String)) -> String {
        guard let number = Int64(field.value) else { return field.value }
        if field.name.hasSuffix("_bytes") || field.name.hasSuffix("_size") {
            return "\(NumberFormat.grouped(number)) (\(NumberFormat.bytes(number)))"
        }
        if field.name.hasSuffix("time"), number > 100_000_000_000_000 {
            return TimeFormat.rfc3339(microseconds: number)
        }
        let isIdentifier = field.name.hasSuffix("seq") || field.name.hasSuffix("pid")
        return isIdentifier || number.magnitude < 10_000
            ? field.value : NumberFormat.grouped(number)
    }

    var json: String {
        JSONWriter.object(
            sections.map { section in
                (
                    section.name.lowercased(),
                    JSONWriter.object(
                        section.fields.map { ($0.name, InfoReply.json($0.value)) })
                )
            })
    }

    private static func json(_ value: String) -> String {
        // Only what reads back the same is a number: `007` and `+1` stay text.
        if let number = Int64(value), String(number) == value { return value }
        return JSONWriter.string(value)
    }
}
