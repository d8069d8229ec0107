import Ledger

/// The commands that look at the ledger, and those of rules and operations.
enum ReadSpecs {
    private static let audit: Role = [.audit, .operate]
    private static let staff: Role = [.operate]
    private static let account = ArgumentSpec.value("account", .key)
    private static let balance = ArgumentSpec.value("currency[:facet]")
    private static let asOf = ArgumentSpec.optional(.option("ASOF", "seq|time"))
    private static let count = ArgumentSpec.optional(.option("COUNT", "n", .integer))
    private static let stream = ArgumentSpec.value("log|log:<account>", .key)

    static func spec(_ name: CommandName) -> CommandSpec {
        switch name {
        case .balance:
            CommandSpec(
                "balance", .reads, keys: .first, [account, balance, asOf],
                "Shows what was earned, spent, held and is available")
        case .profile:
            CommandSpec(
                "profile", .reads, keys: .first, [account, asOf],
                "Shows all there is to know of an account")
        case .history:
            CommandSpec("history", .reads, keys: .first, history, "Lists events, newest first")
        case .event:
            CommandSpec(
                "event", .reads, [.value("seq", .integer)], "Shows one event in full")
        case .why:
            CommandSpec(
                "why", .reads, keys: .first, [account, balance, asOf],
                "Explains a balance: which causes added and took how much")
        case .top:
            CommandSpec(
                "top", .reads, [board, count, .optional(.option("FROM", "rank", .integer))],
                "Lists the best of a board")
        case .rank:
            CommandSpec(
                "rank", .reads, keys: .second,
                [board, account, .optional(.option("AROUND", "n", .integer))],
                "Shows an account's rank on a board, and who is next to it")
        case .stats:
            CommandSpec(
                "stats", .reads, [.optional(.option("SINCE", "time"))],
                "Counts what was awarded, who stands on which rung, and who did most")
        case .offers:
            CommandSpec(
                "offers", .reads, keys: .first, [account, .optional(.value("offer"))],
                "Lists what an account may claim, may not yet, and has claimed")
        case .xrange, .xrevrange, .xread, .xlen, .xinfo: streamSpec(name)
        default: operationSpec(name)
        }
    }

    private static let board = ArgumentSpec.value("board")
    private static let history: [ArgumentSpec] = [
        .value("account|*", .key), count, .optional(.option("BEFORE", "seq", .integer)),
        .optional(.option("KIND", "kind")), .optional(.option("CURRENCY", "currency")),
        .optional(.option("BY", "account")), .optional(.option("SINCE", "time")), asOf,
    ]

    private static func streamSpec(_ name: CommandName) -> CommandSpec {
        switch name {
        case .xrange:
            CommandSpec(
                "xrange", .streams, roles: audit, keys: .first,
                [stream, .value("start"), .value("end"), count], "Reads events from a stream")
        case .xrevrange:
            CommandSpec(
                "xrevrange", .streams, roles: audit, keys: .first,
                [stream, .value("end"), .value("start"), count],
                "Reads events from a stream, newest first")
        case .xread:
            CommandSpec(
                "xread", .streams, roles: audit,
                [
                    count, .optional(.option("BLOCK", "milliseconds", .integer)),
                    .flag("STREAMS"), .multiple(stream), .multiple(.value("id")),
                ], "Reads what came after an id, waiting for it if asked to")
        case .xlen:
            CommandSpec(
                "xlen", .streams, roles: audit, keys: .first, [stream],
                "Counts the events of a stream")
        default:
            CommandSpec(
                "xinfo", .streams, roles: audit, "Describes a stream",
                subcommands: [
                    CommandSpec(
                        "stream", .streams, roles: audit, keys: .second, [stream],
                        "Shows length, first and last event of a stream")
                ])
        }
    }

    private static func operationSpec(_ name: CommandName) -> CommandSpec {
        switch name {
        case .rules:
            CommandSpec(
                "rules", .rules, "Shows, checks and adopts rulebooks",
                subcommands: [
                    CommandSpec("list", .rules, "Lists every rulebook that was ever in force"),
                    CommandSpec(
                        "get", .rules, [.optional(.value("number", .integer))],
                        "Shows the text of a rulebook, the one in force if none is named"),
                    CommandSpec(
                        "check", .rules, [.value("text")],
                        "Finds all mistakes of a rulebook without adopting it"),
                    CommandSpec(
                        "diff", .rules, roles: audit, [.value("text")],
                        "Tells what a rulebook would have made of the recorded history"),
                    CommandSpec(
                        "put", .rules, roles: staff, isWrite: true,
                        [.value("text")], "Adopts a rulebook"),
                ])
        case .projection:
            CommandSpec(
                "projection", .operations, roles: audit, "Lists and rebuilds projections",
                subcommands: [
                    CommandSpec(
                        "list", .operations, roles: audit,
                        "Lists projections and how far they have come"),
                    CommandSpec(
                        "rebuild", .operations, roles: staff, [.value("name")],
                        "Folds a projection again from nothing and compares"),
                ])
        default:
            CommandSpec(
                "info", .operations, [.optional(.multiple(.value("section")))],
                "Shows the daemon's state, limits and counters")
        }
    }
}
