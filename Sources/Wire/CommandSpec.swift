package import Ledger

/// One command as people, clients and the dispatcher need to know it. The table of these is the
/// only place that says what there is: COMMAND, its DOCS, hints, help and permissions follow from it.
package struct CommandSpec: Sendable {
    package enum Section: String, Sendable, CaseIterable {
        case writes, reads, streams, rules, operations, transactions, connection
    }

    /// Where accounts and streams stand among the arguments, as Redis counts: the command is 0.
    package struct Keys: Sendable, Equatable {
        package var first: Int
        package var last: Int
        package var step: Int

        package static let none = Keys(first: 0, last: 0, step: 0)
        package static let first = Keys(first: 1, last: 1, step: 1)
        package static let second = Keys(first: 2, last: 2, step: 1)
        package static let firstTwo = Keys(first: 1, last: 2, step: 1)
    }

    /// Lower case, as clients expect it; a subcommand's is its own word.
    package var name: String
    package var section: Section
    package var roles: Role
    package var keys: Keys
    /// Whether it may append to the log.
    package var isWrite: Bool
    package var arguments: [ArgumentSpec]
    package var summary: String
    package var subcommands: [CommandSpec]

    package init(
        _ name: String, _ section: Section, roles: Role = .all, keys: Keys = .none,
        isWrite: Bool = false, _ arguments: [ArgumentSpec], _ summary: String,
        subcommands: [CommandSpec] = []
    ) {
        self.name = name
        self.section = section
        self.roles = roles
        self.keys = keys
        self.isWrite = isWrite
        self.arguments = arguments
        self.summary = summary
        self.subcommands = subcommands
    }

    package init(
        _ name: String, _ section: Section, roles: Role = .all, _ summary: String,
        subcommands: [CommandSpec] = []
    ) {
        self.init(name, section, roles: roles, [], summary, subcommands: subcommands)
    }

    /// Fewest words, the command's own included; subcommands count their container's too.
    package func wordsMin(depth: Int = 1) -> Int {
        depth + arguments.reduce(0) { $0 + $1.wordsMin } + (subcommands.isEmpty ? 0 : 1)
    }

    /// Most words; `nil` if there is no end to them.
    package func wordsMax(depth: Int = 1) -> Int? {
        guard subcommands.isEmpty else { return nil }
        var sum = depth
        for argument in arguments {
            guard let most = argument.wordsMax else { return nil }
            sum += most
        }
        return sum
    }

    /// Redis's arity: the number of words, negative if it is only the least.
    package func arity(depth: Int = 1) -> Int {
        let least = wordsMin(depth: depth)
        return wordsMax(depth: depth) == least ? least : -least
    }

    /// The arguments in one line, as help and error messages show them.
    package var grammar: String {
        let own = arguments.map(\.grammar).joined(separator: " ")
        guard !subcommands.isEmpty else { return own }
        return subcommands.map { $0.name.uppercased() }.joined(separator: "|") + " ..."
    }

    package func subcommand(_ name: String) -> CommandSpec? {
        let name = name.lowercased()
        return subcommands.first { $0.name == name }
    }
}

/// One argument of a command.
package indirect enum ArgumentSpec: Sendable {
    /// A value to fill in: `account`.
    case value(String, Kind = .string)
    /// A keyword that stands for itself: `DRYRUN`.
    case flag(String)
    /// A keyword and what follows it: `KEY token`.
    case option(String, String, Kind = .string)
    case optional(ArgumentSpec)
    /// One or more of it.
    case multiple(ArgumentSpec)
    /// One of several.
    case choice(String, [ArgumentSpec])

    package enum Kind: String, Sendable {
        case string, integer, key
        case time = "unix-time"
    }

    package var grammar: String {
        switch self {
        case .value(let name, _): name
        case .flag(let token): token
        case .option(let token, let name, _): "\(token) \(name)"
        case .optional(.multiple(let inner)): "[\(inner.grammar) ...]"
        case .optional(let inner): "[\(inner.grammar)]"
        case .multiple(let inner): "\(inner.grammar) [\(inner.grammar) ...]"
        case .choice(_, let choices): choices.map(\.grammar).joined(separator: "|")
        }
    }

    var wordsMin: Int {
        switch self {
        case .value, .flag: 1
        case .option: 2
        case .optional: 0
        case .multiple(let inner): inner.wordsMin
        case .choice(_, let choices): choices.map(\.wordsMin).min() ?? 0
        }
    }

    var wordsMax: Int? {
        switch self {
        case .value, .flag: return 1
        case .option: return 2
        case .optional(let inner): return inner.wordsMax
        case .multiple: return nil
        case .choice(_, let choices):
            let most = choices.map(\.wordsMax)
            return most.contains { $0 == nil } ? nil : most.compactMap { $0 }.max()
        }
    }
}
