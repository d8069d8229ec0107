import Wire

/// Prints any reply for people: maps as names and values, lists of maps as tables.
struct ReplyPrinter {
    var console: Console
    private var style: Style { console.style }

    init(_ console: Console) { self.console = console }

    /// Fields that hold microseconds since 1970 where they are integers.
    static let times: Set<String> = [
        "time", "at", "since", "until", "from_time", "expires", "opened", "last_time",
    ]
    /// Fields whose digits name something: they are looked up, not compared.
    static let identifiers: Set<String> = [
        "seq", "of", "rules", "uid", "pid", "version", "edition", "first", "last", "hold",
        "reverses",
        "stored", "number",
    ]

    func print(_ reply: Reply, indent: Int = 0) {
        switch reply {
        case .map(let pairs): print(pairs, indent: indent)
        case .array(let elements), .set(let elements), .push(let elements):
            print(elements, indent: indent)
        case .text(let bytes):
            // Text of several lines (a rulebook, INFO) is printed line by line as it is.
            for line in String(decoding: bytes, as: UTF8.self).split(
                omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            {
                write(Escape.forTerminal(String(line)), indent: indent)
            }
        default: write(text(reply, of: ""), indent: indent)
        }
    }

    private func print(_ pairs: [ReplyPair], indent: Int) {
        let width = pairs.filter { isShort($0.value) }.map { $0.name.string?.count ?? 0 }.max() ?? 0
        for pair in pairs {
            let name = Escape.forTerminal(pair.name.string ?? "")
            if isShort(pair.value) {
                let space = String(repeating: " ", count: max(0, width - name.count))
                write(style.faint(name) + space + "  " + text(pair.value, of: name), indent: indent)
            } else {
                write(style.heading(name), indent: indent)
                print(pair.value, indent: indent + 2)
            }
        }
    }

    private func print(_ elements: [Reply], indent: Int) {
        guard !elements.isEmpty else { return write(style.faint("(none)"), indent: indent) }
        if elements.allSatisfy({ $0.pairs != nil }) {
            return table(elements.compactMap(\.pairs), indent: indent)
        }
        for (index, element) in elements.enumerated() {
            if isShort(element) {
                write(text(element, of: ""), indent: indent)
            } else {
                write(style.faint("\(index + 1)"), indent: indent)
                print(element, indent: indent + 2)
            }
        }
    }

    /// - Parameter first: columns that stand first, in this order, where there are such.
    func table(_ rows: [[ReplyPair]], first: [String] = [], indent: Int) {
        var names = first.filter { name in
            rows.contains { row in row.contains { $0.name.string == name } }
        }
        for row in rows {
            for pair in row {
                let name = pair.name.string ?? ""
                if !names.contains(name) { names.append(name) }
            }
        }
        var table = Table(header: names, indent: indent)
        table.rows = rows.map { row in
            names.map { name in
                let value = row.first { $0.name.string == name }?.value
                return cell(value, of: name)
            }
        }
        table.print(to: console)
    }

    private func cell(_ value: Reply?, of name: String) -> Table.Cell {
        guard let value else { return Table.Cell("") }
        if case .integer = value, !Self.times.contains(name) {
            return Table.Cell(text(value, of: name), isNumber: true)
        }
        return Table.Cell(text(value, of: name))
    }

    /// A value on one line, also where it is nested.
    func text(_ reply: Reply, of name: String) -> String {
        switch reply {
        case .status(let bytes), .text(let bytes), .number(let bytes):
            let text = Escape.forTerminal(String(decoding: bytes, as: UTF8.self))
            // A whole second needs no six zeros after it.
            guard Self.times.contains(name), text.hasSuffix(".000000Z") else { return text }
            return text.dropLast(8) + "Z"
        case .integer(let value):
            if Self.times.contains(name), value > 100_000_000_000_000 {
                return TimeFormat.rfc3339(microseconds: value)
            }
            return Self.identifiers.contains(name) ? String(value) : NumberFormat.grouped(value)
        case .boolean(let value): return value ? "yes" : "no"
        case .null: return "–"
        case .failure(let failure): return Escape.forTerminal(failure.line)
        case .array(let elements), .set(let elements), .push(let elements):
            return elements.isEmpty
                ? "–" : elements.map { text($0, of: "") }.joined(separator: ", ")
        case .map(let pairs):
            // What says nothing isn't worth its name: a goal without a window has an empty one.
            let told = pairs.filter { $0.value.string?.isEmpty != true }
            guard !told.isEmpty else { return "–" }
            return told.map {
                let name = $0.name.string ?? ""
                return Escape.forTerminal(name) + " " + text($0.value, of: name)
            }.joined(separator: ", ")
        }
    }

    private func isShort(_ reply: Reply) -> Bool {
        switch reply {
        case .map(let pairs): pairs.isEmpty
        case .array(let elements), .set(let elements), .push(let elements):
            elements.allSatisfy { $0.pairs == nil && $0.elements == nil } && elements.count <= 8
        case .text(let bytes): !bytes.contains(UInt8(ascii: "\n"))
        default: true
        }
    }

    private func write(_ text: String, indent: Int) {
        console.output.line(String(repeating: " ", count: indent) + text)
    }
}
