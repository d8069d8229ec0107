import Testing

@testable import Ledger
@testable import Wire

@Test("every command is found by its name in any case, and nothing else is")
func lookup() {
    for name in CommandName.allCases {
        let spec = CommandTable.spec(name)
        #expect(CommandTable.lookup(spec.name) == name)
        #expect(CommandTable.lookup(spec.name.uppercased()) == name)
        #expect(CommandTable.lookup(spec.name + "x") == nil)
    }
    for none in [
        "", "GET", "SET", "DEL", "AWAR", "KEYS", "EVAL", "FLUSHALL", "CONSISTENCYCONSISTENCY",
    ] {
        #expect(CommandTable.lookup(none) == nil)
    }
}

/// One row per command: who may say it. What stands here was written by hand, not derived.
private let matrix: [(String, Role)] = [
    ("AWARD", [.game, .operate]), ("SPEND", [.game, .operate]), ("TRANSFER", [.game, .operate]),
    ("HOLD", [.game, .operate]), ("SETTLE", [.game, .operate]), ("RELEASE", [.game, .operate]),
    ("RECORD", [.game, .operate]), ("CLAIM", [.game, .operate]), ("FACT", [.game, .operate]),
    ("REVERSE", .operate), ("MIGRATE", .operate), ("RUN", .operate), ("FREEZE", .operate),
    ("UNFREEZE", .operate), ("FORGET", .operate),
    ("BALANCE", .all), ("PROFILE", .all), ("HISTORY", .all), ("EVENT", .all), ("WHY", .all),
    ("TOP", .all), ("RANK", .all), ("STATS", .all),
    ("OFFERS", .all),
    ("XRANGE", [.audit, .operate]), ("XREVRANGE", [.audit, .operate]),
    ("XREAD", [.audit, .operate]),
    ("XLEN", [.audit, .operate]), ("XINFO STREAM", [.audit, .operate]),
    ("RULES LIST", .all), ("RULES GET", .all), ("RULES CHECK", .all), ("RULES PUT", .operate),
    ("RULES DIFF", [.audit, .operate]),
    ("PROJECTION LIST", [.audit, .operate]), ("PROJECTION REBUILD", .operate), ("INFO", .all),
    ("MULTI", .all), ("EXEC", .all), ("DISCARD", .all), ("WATCH", .all), ("UNWATCH", .all),
    ("PING", .all), ("ECHO", .all), ("HELLO", .all), ("AUTH", .all), ("CLIENT SETNAME", .all),
    ("CLIENT GETNAME", .all), ("CLIENT SETINFO", .all), ("CLIENT ID", .all), ("CLIENT INFO", .all),
    ("CLIENT LIST", .operate), ("CLIENT NO-EVICT", .all), ("CLIENT NO-TOUCH", .all),
    ("CLIENT TRACKING", .all), ("CLIENT CACHING", .all), ("CLIENT REPLY", .all),
    ("CLIENT UNPAUSE", .all), ("COMMAND COUNT", .all), ("COMMAND LIST", .all),
    ("COMMAND INFO", .all), ("COMMAND DOCS", .all), ("COMMAND GETKEYS", .all),
    ("CONFIG GET", .all), ("SELECT", .all), ("QUIT", .all), ("RESET", .all), ("READONLY", .all),
    ("READWRITE", .all), ("ASKING", .all), ("CLUSTER", .all), ("SENTINEL", .all), ("TIME", .all),
    ("SUBSCRIBE", .all), ("PSUBSCRIBE", .all), ("SSUBSCRIBE", .all), ("UNSUBSCRIBE", .all),
    ("PUNSUBSCRIBE", .all), ("SUNSUBSCRIBE", .all), ("PUBLISH", .all),
    ("PUBSUB CHANNELS", .all), ("PUBSUB NUMSUB", .all), ("PUBSUB NUMPAT", .all),
]

@Test("the matrix of roles and commands is what was decided, and complete")
func permissions() throws {
    var listed = Set<String>()
    for (line, roles) in matrix {
        let request = Request(words(line))
        let name = try #require(CommandTable.lookup(request.bytes, request.arguments[0]))
        listed.insert(line)
        for role in [Role.game, .audit, .operate] {
            let refusal = Permission.refuse(name, request, to: role)
            #expect((refusal == nil) == roles.contains(role), "\(line) for \(role)")
            if let refusal { #expect(refusal.code == .notPermitted) }
        }
        #expect(Permission.refuse(name, request, to: []) != nil)
    }
    for spec in CommandTable.specs {
        if spec.subcommands.isEmpty { #expect(listed.contains(spec.name.uppercased())) }
        for sub in spec.subcommands {
            #expect(listed.contains("\(spec.name) \(sub.name)".uppercased()))
        }
    }
}

@Test("AT needs the role operate")
func atNeedsOperate() throws {
    let command = try write(words("AWARD a xp 1 AT @1")).get()
    #expect(Permission.refuse(command, to: [.game, .audit])?.code == .notPermitted)
    #expect(Permission.refuse(command, to: .operate) == nil)
    let plain = try write(words("AWARD a xp 1")).get()
    #expect(Permission.refuse(plain, to: .game) == nil)
}

@Test("grammar and arity are derived from the same arguments")
func grammar() {
    #expect(
        CommandTable.spec(.spend).grammar
            == "account currency[:facet] amount [FOR what] [KEY token] [BY account] [MEMO text] "
            + "[CAUSE seq] [EXPECT seq] [AT time] [DRYRUN]")
    #expect(CommandTable.spec(.award).arity() == -4)
    #expect(CommandTable.spec(.event).arity() == 2)
    #expect(CommandTable.spec(.record).arity() == -3)
    #expect(CommandTable.spec(.rules).arity() == -2)
    #expect(CommandTable.spec(.rules).subcommand("PUT")?.arity(depth: 2) == 3)
    #expect(CommandTable.spec(.ping).arity() == -1)
}

@Test("COMMAND answers are well formed in both versions", arguments: [false, true])
func commandReplies(isRESP3: Bool) {
    for line in [
        "COMMAND", "COMMAND COUNT", "COMMAND LIST", "COMMAND LIST FILTERBY PATTERN x*",
        "COMMAND INFO award nope rules|put", "COMMAND DOCS", "COMMAND DOCS award rules|put nope",
        "COMMAND GETKEYS AWARD alice xp 1", "COMMAND GETKEYS XREAD STREAMS log log:a 0 0",
        "COMMAND GETKEYS PING", "COMMAND NOPE",
    ] {
        var writer = ReplyWriter(isRESP3: isRESP3)
        writer.command(Request(words(line)))
        #expect(skipReply(writer.bytes, 0) == writer.bytes.count, "\(line)")
    }
}

/// The end of the reply that begins at `start`: a strict reader, independent of the writer.
private func skipReply(_ bytes: [UInt8], _ start: Int) -> Int? {
    guard start < bytes.count,
        let end = bytes[start...].firstIndex(of: 0x0D), end + 1 < bytes.count,
        bytes[end + 1] == 0x0A
    else { return nil }
    let line = String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
    var next = end + 2
    switch bytes[start] {
    case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "_"): return next
    case UInt8(ascii: "$"):
        guard let size = Int(line) else { return nil }
        return size < 0 ? next : next + size + 2
    case UInt8(ascii: "*"), UInt8(ascii: "~"), UInt8(ascii: "%"):
        guard let count = Int(line) else { return nil }
        let elements = bytes[start] == UInt8(ascii: "%") ? count * 2 : max(count, 0)
        for _ in 0..<elements {
            guard let after = skipReply(bytes, next) else { return nil }
            next = after
        }
        return next
    default: return nil
    }
}

@Test("patterns match like those of a shell")
func globs() {
    for (text, pattern, expected) in [
        ("save", "*", true), ("save", "s*e", true), ("save", "s?ve", true), ("save", "", false),
        ("", "", true), ("", "*", true), ("save", "savex", false), ("aaab", "*a*b", true),
        ("aaac", "*a*b", false), ("account:a", "account:[ab]", true), ("x", "[^x]", false),
        ("y", "[^x]", true), ("m", "[a-z]", true), ("M", "[z-a]", false), ("*", "\\*", true),
        ("a", "\\*", false), ("]", "[\\]]", true), ("-", "[a-]", true), ("ab", "[abc", false),
        ("c", "[abc", true), ("\\", "\\", true),
    ] {
        #expect(Glob.matches(text, pattern: pattern) == expected, "\(text) \(pattern)")
    }
}
