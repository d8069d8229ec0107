import Ledger

extension ReplyWriter {
    /// COMMAND and COMMAND INFO: what clients need to know to route a command.
    mutating func commandInfo(_ spec: CommandSpec, container: String? = nil) {
        array(10)
        bulk(Self.fullName(spec, container))
        integer(spec.arity(depth: container == nil ? 1 : 2))
        flags(spec)
        integer(spec.keys.first)
        integer(spec.keys.last)
        integer(spec.keys.step)
        set(1)
        simple(spec.isWrite ? "@write" : "@read")
        array(0)
        keySpecs(spec)
        array(spec.subcommands.count)
        for sub in spec.subcommands { commandInfo(sub, container: spec.name) }
    }

    /// One pair of COMMAND DOCS: the name, and a map for people and for hints.
    mutating func commandDocs(_ spec: CommandSpec, container: String? = nil) {
        bulk(Self.fullName(spec, container))
        let hasArguments = !spec.arguments.isEmpty
        let hasSubcommands = !spec.subcommands.isEmpty
        map(3 + (hasArguments ? 1 : 0) + (hasSubcommands ? 1 : 0))
        bulk("summary")
        bulk(spec.summary)
        bulk("since")
        bulk("1.0.0")
        bulk("group")
        bulk(spec.section.rawValue)
        if hasArguments {
            bulk("arguments")
            array(spec.arguments.count)
            for argument in spec.arguments { docs(argument) }
        }
        if hasSubcommands {
            bulk("subcommands")
            map(spec.subcommands.count)
            for sub in spec.subcommands { commandDocs(sub, container: spec.name) }
        }
    }

    /// Redis calls a subcommand `container|word`.
    private static func fullName(_ spec: CommandSpec, _ container: String?) -> String {
        container.map { "\($0)|\(spec.name)" } ?? spec.name
    }

    private mutating func flags(_ spec: CommandSpec) {
        var flags = [spec.isWrite ? "write" : "readonly"]
        if spec.roles == [.operate] { flags.append("admin") }
        if spec.name == "xread" { flags += ["blocking", "movablekeys"] }
        if spec.section == .connection { flags += ["noscript", "loading", "fast"] }
        set(flags.count)
        for flag in flags { simple(flag) }
    }

    private mutating func keySpecs(_ spec: CommandSpec) {
        guard spec.keys != .none else { return array(0) }
        array(1)
        map(3)
        bulk("flags")
        set(1)
        simple(spec.isWrite ? "RW" : "RO")
        bulk("begin_search")
        map(2)
        bulk("type")
        bulk("index")
        bulk("spec")
        map(1)
        bulk("index")
        integer(spec.keys.first)
        bulk("find_keys")
        map(2)
        bulk("type")
        bulk("range")
        bulk("spec")
        map(3)
        bulk("lastkey")
        integer(spec.keys.last - spec.keys.first)
        bulk("keystep")
        integer(spec.keys.step)
        bulk("limit")
        integer(0)
    }

    private mutating func docs(
        _ argument: ArgumentSpec, isOptional: Bool = false, isMultiple: Bool = false
    ) {
        switch argument {
        case .optional(let inner): return docs(inner, isOptional: true, isMultiple: isMultiple)
        case .multiple(let inner): return docs(inner, isOptional: isOptional, isMultiple: true)
        default: break
        }
        let parts = DocParts(argument)
        let flags = [(isOptional, "optional"), (isMultiple, "multiple")].filter(\.0).map(\.1)
        var pairs = 2
        if parts.display != nil { pairs += 1 }
        if parts.token != nil { pairs += 1 }
        if !flags.isEmpty { pairs += 1 }
        if !parts.choices.isEmpty { pairs += 1 }
        map(pairs)
        bulk("name")
        bulk(parts.name)
        bulk("type")
        bulk(parts.type)
        if let display = parts.display {
            bulk("display_text")
            bulk(display)
        }
        if let token = parts.token {
            bulk("token")
            bulk(token)
        }
        if !flags.isEmpty {
            bulk("flags")
            set(flags.count)
            for flag in flags { simple(flag) }
        }
        if !parts.choices.isEmpty {
            bulk("arguments")
            array(parts.choices.count)
            for choice in parts.choices { docs(choice) }
        }
    }
}

/// What Redis wants to hear of one argument.
private struct DocParts {
    var name = ""
    var type = ""
    var display: String?
    var token: String?
    var choices: [ArgumentSpec] = []

    init(_ argument: ArgumentSpec) {
        switch argument {
        case .value(let text, let kind):
            (name, type, display) = (text, Self.hinted(kind), Self.shown(text))
        case .flag(let word):
            (name, type, token) = (word.lowercased(), "pure-token", word)
        case .option(let word, let text, let kind):
            (name, type, display, token) = (text, Self.hinted(kind), Self.shown(text), word)
        case .choice(let text, let list):
            (name, type, choices) = (text, "oneof", list)
        case .optional(let inner), .multiple(let inner):
            self = DocParts(inner)
        }
    }

    /// redis-cli 7.0 takes a bracket inside a word for the beginning of an optional argument.
    private static func shown(_ text: String) -> String {
        text.replacing("[", with: "(").replacing("]", with: ")")
    }

    /// Clients with a key type ask for the position of the key, which not all of ours have.
    private static func hinted(_ kind: ArgumentSpec.Kind) -> String {
        kind == .key ? ArgumentSpec.Kind.string.rawValue : kind.rawValue
    }
}
