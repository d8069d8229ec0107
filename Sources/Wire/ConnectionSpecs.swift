import Ledger

/// Transactions, and what Redis clients say to set a connection up.
enum ConnectionSpecs {
    static func spec(_ name: CommandName) -> CommandSpec {
        switch name {
        case .multi:
            CommandSpec("multi", .transactions, "Begins a group: all of it happens or none")
        case .exec: CommandSpec("exec", .transactions, "Carries the group out")
        case .discard: CommandSpec("discard", .transactions, "Forgets the group")
        case .watch:
            CommandSpec(
                "watch", .transactions, [.multiple(.value("key", .key))],
                "Refused: give writes EXPECT seq instead")
        case .unwatch: CommandSpec("unwatch", .transactions, "Does nothing")
        case .ping:
            connection("ping", [.optional(.value("message"))], "Answers PONG, or the message")
        case .echo: connection("echo", [.value("message")], "Answers the message")
        case .hello:
            connection(
                "hello",
                [
                    .optional(.value("protover", .integer)),
                    .optional(.option("AUTH", "username password")),
                    .optional(.option("SETNAME", "clientname")),
                ], "Chooses the protocol version and describes the server")
        case .auth:
            connection(
                "auth", [.optional(.value("username")), .value("password")],
                "Refused: the socket and the kernel say who you are")
        case .client: client
        case .command: command
        case .config:
            CommandSpec(
                "config", .connection, "Shows settings that clients ask for",
                subcommands: [
                    connection("get", [.multiple(.value("pattern"))], "Shows settings by name")
                ])
        case .select: connection("select", [.value("index", .integer)], "Accepts 0, the only one")
        case .quit: connection("quit", [], "Closes the connection")
        case .reset: connection("reset", [], "Makes the connection as good as new")
        case .readonly: connection("readonly", [], "Does nothing")
        case .readwrite: connection("readwrite", [], "Does nothing")
        case .asking: connection("asking", [], "Does nothing")
        case .time: connection("time", [], "Shows the daemon's clock")
        case .subscribe, .psubscribe, .unsubscribe, .punsubscribe, .pubsub: listening(name)
        default: refused(name)
        }
    }

    private static func listening(_ name: CommandName) -> CommandSpec {
        switch name {
        case .subscribe:
            CommandSpec(
                "subscribe", .streams, [.multiple(.value("account:<id>|notice:<name>"))],
                "Tells of every notice about an account, or of one kind, from now on")
        case .psubscribe:
            CommandSpec(
                "psubscribe", .streams, [.multiple(.value("pattern"))],
                "Tells of the notices of every channel that a pattern fits")
        case .unsubscribe:
            connection(
                "unsubscribe", [.optional(.multiple(.value("channel")))],
                "Ends some subscriptions to channels, or all")
        case .punsubscribe:
            connection(
                "punsubscribe", [.optional(.multiple(.value("pattern")))],
                "Ends some subscriptions to patterns, or all")
        default:
            CommandSpec(
                "pubsub", .connection, "Shows what is listened to",
                subcommands: [
                    connection(
                        "channels", [.optional(.value("pattern"))],
                        "Lists channels that somebody listens to"),
                    connection(
                        "numsub", [.optional(.multiple(.value("channel")))],
                        "Counts who listens to channels"),
                    connection("numpat", [], "Counts the patterns"),
                ])
        }
    }

    /// Known by name, so that clients which probe for them get an answer they understand.
    private static func refused(_ name: CommandName) -> CommandSpec {
        switch name {
        case .cluster:
            connection("cluster", [.optional(.multiple(.value("arg")))], "Refused: no cluster")
        case .sentinel:
            connection("sentinel", [.optional(.multiple(.value("arg")))], "Refused: no sentinel")
        case .publish:
            connection(
                "publish", [.value("channel"), .value("message")],
                "Refused: the ledger alone tells, by the notices of its rulebook")
        default:
            connection(
                "\(name)", [.optional(.multiple(.value("channel")))],
                "Refused: nothing is sharded, so use SUBSCRIBE")
        }
    }

    private static let client = CommandSpec(
        "client", .connection, "Names and lists connections",
        subcommands: [
            connection("setname", [.value("name")], "Names this connection"),
            connection("getname", [], "Shows this connection's name"),
            connection(
                "setinfo", [.value("attribute"), .value("value")], "Notes the client's library"),
            connection("id", [], "Shows this connection's number"),
            connection("info", [], "Describes this connection"),
            CommandSpec(
                "list", .connection, roles: [.operate],
                [.optional(.multiple(.value("filter")))], "Describes all connections"),
            connection("no-evict", [.value("on|off")], "Accepted: nothing is ever evicted"),
            connection("no-touch", [.value("on|off")], "Accepted: nothing is ever touched"),
            connection("tracking", [.value("on|off")], "OFF is accepted"),
            connection("caching", [.value("yes|no")], "Refused: no tracking"),
            connection("reply", [.value("on|off|skip")], "ON is accepted"),
            connection("unpause", [], "Does nothing"),
        ])

    private static let command = CommandSpec(
        "command", .connection, "Describes the commands",
        subcommands: [
            connection("count", [], "Counts the commands"),
            connection("list", [.optional(.multiple(.value("filter")))], "Names the commands"),
            connection(
                "info", [.optional(.multiple(.value("name")))], "Describes commands for clients"),
            connection(
                "docs", [.optional(.multiple(.value("name")))], "Describes commands for people"),
            connection(
                "getkeys", [.value("command"), .optional(.multiple(.value("arg")))],
                "Shows which arguments of a command are accounts or streams"),
        ])

    private static func connection(
        _ name: String, _ arguments: [ArgumentSpec], _ summary: String
    ) -> CommandSpec {
        CommandSpec(name, .connection, arguments, summary)
    }
}
