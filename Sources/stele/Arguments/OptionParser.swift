/// One `--name`, with a value or without.
struct OptionDeclaration {
    var name: String
    /// What stands for the value in help; `nil` makes the option a switch.
    var placeholder: String?
    var summary: String

    init(_ name: String, _ placeholder: String? = nil, _ summary: String) {
        self.name = name
        self.placeholder = placeholder
        self.summary = summary
    }
}

/// Arguments, sorted out.
struct ParsedArguments: Equatable {
    var positionals: [String] = []
    private(set) var options: [String: String] = [:]

    func has(_ name: String) -> Bool { options[name] != nil }

    /// Whether there is any option at all.
    var hasAny: Bool { !options.isEmpty }

    subscript(name: String) -> String? { options[name] }

    /// The option's value as a number in `range`.
    func integer(
        _ name: String, in range: ClosedRange<Int>, default fallback: Int
    ) throws(Failure) -> Int {
        guard let text = options[name] else { return fallback }
        let plain = text.filter { $0 != "_" && $0 != "," }
        guard let value = Int(plain), range.contains(value) else {
            throw .usage(
                "--\(name) wants a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'"
            )
        }
        return value
    }

    /// The option's value as one of the words of `Choice`.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, default fallback: Choice
    ) throws(Failure) -> Choice {
        guard let text = options[name] else { return fallback }
        guard let choice = Choice(rawValue: text) else {
            let words = Choice.allCases.map(\.rawValue)
            throw .usage(
                "--\(name) is one of \(words.joined(separator: ", ")), not '\(text)'",
                hint: Suggestion.sentence(for: text, among: words))
        }
        return choice
    }

    fileprivate mutating func set(_ name: String, to value: String) throws(Failure) {
        guard options.updateValue(value, forKey: name) == nil else {
            throw .usage("--\(name) is given twice")
        }
    }
}

/// Sorts `--name value`, `--name=value` and switches from what is left, anywhere on the line;
/// what follows `--` is left as it is.
struct OptionParser {
    var declarations: [OptionDeclaration]
    /// Unknown options are left among the positionals, for somebody else to look at.
    var leavesUnknown = false

    func parse(_ arguments: [String]) throws(Failure) -> ParsedArguments {
        var parsed = ParsedArguments()
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            if argument == "--" {
                parsed.positionals += arguments[index...]
                break
            }
            guard argument.hasPrefix("--") else {
                parsed.positionals.append(argument)
                continue
            }
            let (name, attached) = OptionParser.split(argument)
            guard let declaration = declarations.first(where: { $0.name == name }) else {
                guard leavesUnknown else { throw unknown(name) }
                parsed.positionals.append(argument)
                continue
            }
            if declaration.placeholder == nil {
                guard attached == nil else { throw .usage("--\(name) takes no value") }
                try parsed.set(name, to: "")
            } else if let attached {
                try parsed.set(name, to: attached)
            } else {
                guard index < arguments.count else {
                    throw .usage("--\(name) wants a value: \(declaration.placeholder ?? "")")
                }
                try parsed.set(name, to: arguments[index])
                index += 1
            }
        }
        return parsed
    }

    private static func split(_ argument: String) -> (name: String, value: String?) {
        let body = argument.dropFirst(2)
        guard let equals = body.firstIndex(of: "=") else { return (String(body), nil) }
        return (String(body[..<equals]), String(body[body.index(after: equals)...]))
    }

    private func unknown(_ name: String) -> Failure {
        .usage(
            "unknown option --\(name)",
            hint: Suggestion.sentence(for: name, among: declarations.map(\.name), prefix: "--"))
    }
}
