import Testing
import Wire

@testable import stele

@Suite("Printing answers")
struct PrinterTests {
    static func map(_ pairs: (String, Reply)...) -> Reply {
        .map(pairs.map { ReplyPair(name: .text($0.0), value: $0.1) })
    }

    static func printed(_ body: (Console) -> Void) -> [String] {
        let console = Console.memory()
        body(console)
        return (console.output.text + console.errors.text).split(separator: "\n").map(String.init)
    }

    static let receipt = map(
        ("seq", .integer(42)), ("time", .text("2026-11-22T04:55:10.123456Z")),
        ("duplicate", .boolean(false)),
        ("changes", map(("xp", .integer(1_500)), ("coin", .integer(-20)))),
        ("balances", map(("xp", .integer(12_345)), ("coin", .integer(5)))),
        (
            "reached",
            .array([
                map(
                    ("ladder", .text("tier")), ("from", .text("newcomer")), ("to", .text("regular"))
                )
            ])
        ),
        ("explain", map(("bonus", .text("3/2")))))

    @Test("a receipt tells what changed and what was reached")
    func receipts() {
        let lines = Self.printed { ReceiptPrinter($0).print(Self.receipt, isDryRun: false) }
        #expect(
            lines == [
                "done  event 42  2026-11-22T04:55:10.123456Z",
                "  xp    +1,500  now 12,345",
                "  coin     -20       now 5",
                "  reached tier regular (from newcomer)",
                "  because bonus = 3/2",
            ])
    }

    @Test("JSON keeps names, order and types")
    func json() {
        #expect(
            JSONWriter.reply(Self.receipt)
                == #"{"seq":42,"time":"2026-11-22T04:55:10.123456Z","duplicate":false,"changes":{"xp":1500,"coin":-20},"balances":{"xp":12345,"coin":5},"reached":[{"ladder":"tier","from":"newcomer","to":"regular"}],"explain":{"bonus":"3/2"}}"#
        )
        #expect(
            JSONWriter.reply(.array([.null, .boolean(true), .text("é")])) == #"[null,true,"é"]"#)
        let failure = Reply.failure(ReplyFailure("FROZEN account=a: a is frozen"))
        #expect(
            JSONWriter.reply(failure)
                == #"{"error":{"code":"FROZEN","facts":{"account":"a"},"message":"a is frozen"}}"#)
    }

    @Test("a refusal is printed alike with facts and without")
    func refusals() {
        for line in ["BADARG argument=at: not so", "BADARG: not so"] {
            let lines = Self.printed { FailurePrinter($0).print(ReplyFailure(line)) }
            #expect(lines == ["BADARG  not so"])
        }
    }

    @Test("a profile shows balances and the way to the next rung")
    func profile() {
        let profile = Self.map(
            ("balances", Self.map(("xp", .integer(1_500)))),
            (
                "ladders",
                Self.map(
                    (
                        "level",
                        Self.map(
                            ("rung", .integer(5)), ("floor", .integer(1_000)),
                            ("next", .integer(2_000)),
                            ("progress", .integer(500)), ("remaining", .integer(500)))
                    ))
            ),
            ("items", .array([])), ("seq", .integer(9)))
        let lines = Self.printed { ProfilePrinter($0).print(profile, account: "ada") }
        #expect(
            lines == [
                "ada  last event 9", "  balances", "    xp  1,500", "  ladders",
                "    level  5  █████░░░░░  500 to go, next at 2,000",
            ])
    }

    @Test("a history is a table with one event a row")
    func history() {
        let event = Self.map(
            ("seq", .integer(7)), ("time", .text("2026-01-01T00:00:00.000000Z")),
            ("kind", .text("award")),
            ("account", .text("ada")),
            (
                "cause",
                Self.map(
                    ("name", .text("contribution")), ("inputs", Self.map(("files", .integer(3)))))
            ),
            (
                "postings",
                .array([
                    Self.map(
                        ("account", .text("ada")), ("balance", .text("xp")),
                        ("side", .text("earn")),
                        ("amount", .integer(16)), ("why", .text("action"))),
                    Self.map(
                        ("account", .text("bob")), ("balance", .text("coin")),
                        ("side", .text("spend")),
                        ("amount", .integer(5)), ("why", .text("fee"))),
                ])
            ))
        let lines = Self.printed { EventPrinter($0).table([event]) }
        #expect(lines.count == 2)
        #expect(
            lines[1].contains(
                "7  2026-01-01T00:00:00Z  award  contribution files=3  xp +16, bob coin -5"))
        let full = Self.printed { EventPrinter($0).print(event) }
        #expect(full.first == "event 7  award")
        #expect(full.contains { $0.contains("xp") && $0.contains("+16") && $0.contains("action") })
    }

    @Test("a history says what events without postings are about")
    func historyOfFacts() {
        func event(_ kind: String, _ parts: (String, Reply)...) -> Reply {
            .map(
                [("seq", .integer(7)), ("time", .text("-")), ("kind", .text(kind))].map(Self.pair)
                    + parts.map(Self.pair))
        }
        func fact(_ parts: (String, Reply)...) -> Reply {
            .map(([("kind", .text("fact")), ("name", .text("luck"))] + parts).map(Self.pair))
        }
        let board = Self.map(("kind", .text("board")), ("name", .text("best")))
        let lines = Self.printed {
            EventPrinter($0).table([
                event("fact", ("marks", .array([fact(("value", .integer(3))), board]))),
                event("fact", ("marks", .array([fact(("cleared", .boolean(true)))]))),
                event("name", ("word", .text("xp"))), event("rules", ("rulebook", .integer(2))),
                event("job", ("period", .text("2026-W02"))),
            ])
        }
        let told = lines.dropFirst().map { $0.split(separator: " ").dropFirst(3) }
        #expect(
            told.map { $0.joined(separator: " ") }
                == ["luck = 3", "luck cleared", "xp", "rulebook 2", "2026-W02"])
    }

    private static func pair(_ name: String, _ value: Reply) -> ReplyPair {
        ReplyPair(name: .text(name), value: value)
    }

    @Test("the causes of a balance stand in the same columns whichever comes first")
    func why() {
        let award = Self.map(
            ("kind", .text("award")), ("events", .integer(1)), ("earned", .integer(5)),
            ("first", .integer(3)), ("last", .integer(3)))
        let spend = Self.map(
            ("kind", .text("spend")), ("cause", .text("hat")), ("events", .integer(1)),
            ("spent", .integer(2)), ("first", .integer(4)), ("last", .integer(4)))
        for causes in [[award, spend], [spend, award]] {
            let lines = Self.printed { console in
                WhyPrinter(console).print(Self.map(("causes", .array(causes))))
            }
            #expect(lines[1] == "  kind   cause  events  earned  spent  first  last")
        }
    }

    @Test("nothing is said to be nothing")
    func empty() {
        let stats = Self.map(
            ("awarded", Self.map()), ("ladders", Self.map(("level", Self.map()))),
            ("goal", Self.map(("progress", .integer(2)), ("window", .text("")))))
        let lines = Self.printed { console in
            ReplyPrinter(console).print(stats)
            ReplyPrinter(console).print(.text(Array("".utf8)))
        }
        #expect(lines[0] == "awarded  –")
        #expect(lines.contains("  level  –"))
        #expect(ReplyPrinter(.memory()).text(stats["goal"] ?? .null, of: "") == "progress 2")
    }

    @Test("INFO is understood as text and as maps")
    func info() {
        let text = InfoReply(
            .text("# Log\r\nhead_seq:12345678\r\nroot:00ff\r\n\r\n# Memory\r\nused_bytes:2048\r\n"))
        #expect(text["root"] == "00ff")
        #expect(text["head_seq"] == "12345678")
        #expect(
            text.json
                == #"{"log":{"head_seq":12345678,"root":"00ff"},"memory":{"used_bytes":2048}}"#)
        let map = InfoReply(Self.map(("Log", Self.map(("head_seq", .integer(3))))))
        #expect(map["head_seq"] == "3")
        let lines = Self.printed { text.print(to: $0) }
        #expect(lines.contains("  used_bytes  2,048 (2.0 KiB)"))
    }

    @Test("mistakes of a rulebook are printed with file, line and column")
    func mistakes() {
        let reply = Reply.array([
            Self.map(
                ("line", .integer(3)), ("column", .integer(7)), ("message", .text("no such ladder"))
            )
        ])
        #expect(
            RulebookMistake.all(in: reply).map { $0.line(file: "r.json5") } == [
                "r.json5:3:7: no such ladder"
            ])
    }

    @Test("every command is in the help, and every one has a page")
    func help() throws {
        let overview = Self.printed { Help.overview($0) }.joined(separator: "\n")
        for spec in CommandTable.specs
        where [.writes, .reads, .streams, .rules, .operations].contains(spec.section) {
            #expect(overview.contains("  \(spec.name) "))
            let console = Console.memory()
            _ = try Help.topic([spec.name], console)
            #expect(console.output.text.contains("stele \(spec.name)"))
        }
        for command in LocalCommands.all {
            #expect(overview.contains("  \(command.name) "))
            _ = try Help.topic([command.name], .memory())
        }
        #expect(throws: Failure.usage("no help on 'awrad'", hint: "Did you mean award?")) {
            try Help.topic(["awrad"], .memory())
        }
    }
}
