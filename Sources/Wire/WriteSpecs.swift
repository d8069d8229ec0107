import Ledger

/// The commands that append to the log.
enum WriteSpecs {
    private static let player: Role = [.game, .operate]
    private static let staff: Role = [.operate]
    private static let account = ArgumentSpec.value("account", .key)
    private static let balance = ArgumentSpec.value("currency[:facet]")
    private static let amount = ArgumentSpec.value("amount", .integer)
    private static let sequence = ArgumentSpec.value("seq", .integer)
    private static let inputs = ArgumentSpec.optional(.multiple(.value("name=value")))

    /// What may follow the arguments of any write.
    static let options: [ArgumentSpec] = [
        .optional(.option("KEY", "token")), .optional(.option("BY", "account")),
        .optional(.option("MEMO", "text")), .optional(.option("CAUSE", "seq", .integer)),
        .optional(.option("EXPECT", "seq", .integer)), .optional(.option("AT", "time")),
        .optional(.flag("DRYRUN")),
    ]

    static func spec(_ name: CommandName) -> CommandSpec {
        switch name {
        case .award:
            write("award", [account, balance, amount], "Gives an account an amount of a currency")
        case .spend:
            write(
                "spend", [account, balance, amount, .optional(.option("FOR", "what"))],
                "Takes an amount of a currency that the account has available")
        case .transfer:
            write(
                "transfer", keys: .firstTwo,
                [.value("from", .key), .value("to", .key), balance, amount],
                "Moves an amount of a currency from one account to another")
        case .hold:
            write(
                "hold", [account, balance, amount, .optional(.option("UNTIL", "time"))],
                "Sets an amount aside, to be settled or released later")
        case .settle:
            write(
                "settle", keys: .none, [sequence, .optional(amount)],
                "Spends what a hold set aside, or part of it, and releases the rest")
        case .release:
            write("release", keys: .none, [sequence], "Gives back what a hold set aside")
        case .record:
            write(
                "record", [account, .value("action"), inputs],
                "Records an action of the rulebook, with all that follows from it")
        case .claim:
            write(
                "claim", [account, .value("offer"), inputs], "Takes up an offer of the rulebook")
        case .fact:
            write(
                "fact", [account, .value("name"), .value("value")],
                "States something true of an account; an empty value clears it")
        default:
            staffSpec(name)
        }
    }

    private static func staffSpec(_ name: CommandName) -> CommandSpec {
        switch name {
        case .reverse:
            write(
                "reverse", roles: staff, keys: .none, [sequence, .optional(amount)],
                "Compensates an event, or part of its amount; the original stays")
        case .migrate:
            write(
                "migrate", roles: staff, keys: .second, [.value("migration"), account, inputs],
                "Brings an account over from an older system")
        case .run:
            write(
                "run", roles: staff, keys: .none,
                [.value("job"), .optional(.option("FOR", "period"))],
                "Runs a job of the rulebook for a period, once")
        case .freeze:
            write("freeze", roles: staff, [account], "Refuses all writes of an account from now on")
        case .unfreeze:
            write("unfreeze", roles: staff, [account], "Lets a frozen account write again")
        default:
            write(
                "forget", roles: staff, [account],
                "Destroys the key of an account and of its characters: their names are gone")
        }
    }

    private static func write(
        _ name: String, roles: Role = player, keys: CommandSpec.Keys = .first,
        _ arguments: [ArgumentSpec], _ summary: String
    ) -> CommandSpec {
        CommandSpec(
            name, .writes, roles: roles, keys: keys, isWrite: true, arguments + options, summary)
    }
}
