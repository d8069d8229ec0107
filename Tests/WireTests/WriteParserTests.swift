import Testing

@testable import Ledger
@testable import Wire

@Test("a write's words arrive where they belong")
func everyField() throws {
    let command = try write(
        words(
            "spend alice gold:bank 5 FOR shop:hat key K BY bob Memo hi CAUSE 3 expect 0 AT @7 DRYRUN"
        )
    ).get()
    #expect(command.verb == .spend)
    #expect(text(command.bytes, command.account) == "alice")
    #expect(text(command.bytes, command.balance) == "gold:bank")
    #expect(command.amount == 5)
    #expect(text(command.bytes, command.name) == "shop:hat")
    #expect(text(command.bytes, command.key) == "K")
    #expect(text(command.bytes, command.by) == "bob")
    #expect(text(command.bytes, command.memo) == "hi")
    #expect(command.cause == 3)
    #expect(command.expect == 0)
    #expect(command.at == Instant(microseconds: 7))
    #expect(command.isDryRun)
}

@Test("inputs are split at the first equals sign, keywords win over inputs")
func inputs() throws {
    let command = try write(words("RECORD alice win a=1 KEY k=v text=x=y empty= by bob")).get()
    let inputs = command.inputs.map {
        (text(command.bytes, $0.name), text(command.bytes, $0.value))
    }
    #expect(inputs.map(\.0) == ["a", "text", "empty"])
    #expect(inputs.map(\.1) == ["1", "x=y", ""])
    #expect(text(command.bytes, command.key) == "k=v")
    #expect(text(command.bytes, command.by) == "bob")
}

@Test(
    "each verb takes its own arguments",
    arguments: [
        "AWARD alice xp 1", "AWARD alice xp:season-3 9223372036854775807",
        "AWARD alice xp:season:3 1", "SPEND a xp 1",
        "TRANSFER alice bob gold 5 MEMO m", "HOLD a gold 5",
        "HOLD a gold 5 UNTIL 2026-01-05T00:00:00Z",
        "SETTLE 7", "SETTLE 7 3", "SETTLE 7 KEY k", "SETTLE 7 3 KEY k", "RELEASE 7 BY a",
        "RECORD a win", "RECORD a win x=1 y=2", "CLAIM a reward tier=5 track=free", "FACT a flag 1",
        "FACT a class:fighter ''", "REVERSE 9", "REVERSE 9 4", "MIGRATE old a xp=5", "RUN daily",
        "RUN daily FOR 2026-W02", "FREEZE a", "UNFREEZE a", "FORGET alice/knight KEY k",
        "AWARD a xp 1 AT 2026-01-05T12:00:00.5+01:00", "AWARD a xp 1 dryrun", "award A XP 1 KeY k",
    ])
func accepted(line: String) {
    #expect(throws: Never.self) { try write(words(line)).get() }
}

@Test(
    "what is misspelt is BADARG and names the argument",
    arguments: [
        ("AWARD", "AWARD"), ("AWARD alice", "AWARD"), ("AWARD alice xp", "AWARD"),
        ("AWARD alice xp 0", "amount"), ("AWARD alice xp 01", "amount"),
        ("AWARD alice xp +1", "amount"), ("AWARD alice xp -1", "amount"),
        ("AWARD alice xp 1.0", "amount"), ("AWARD alice xp ''", "amount"),
        ("AWARD alice xp 9223372036854775808", "amount"),
        ("AWARD alice xp 10000000000000000000", "amount"),
        ("AWARD ~5 xp 1", "account"), ("AWARD a/b/c xp 1", "account"), ("AWARD /a xp 1", "account"),
        ("AWARD a/ xp 1", "account"), ("AWARD '' xp 1", "account"),
        ("AWARD a x:y: 1", "balance"), ("AWARD a x::z 1", "balance"), ("AWARD a x: 1", "balance"),
        ("AWARD a :x 1", "balance"),
        ("AWARD a x! 1", "balance"), ("AWARD a xp 1 KEY", "KEY"), ("AWARD a xp 1 KEY ''", "key"),
        ("AWARD a xp 1 KEY k KEY j", "KEY"), ("AWARD a xp 1 DRYRUN dryrun", "DRYRUN"),
        ("AWARD a xp 1 x=1", "x=1"), ("AWARD a xp 1 UNTIL @5", "UNTIL"),
        ("AWARD a xp 1 FOR b", "FOR"),
        ("AWARD a xp 1 nonsense", "nonsense"), ("AWARD a xp 1 CAUSE 0", "cause"),
        ("AWARD a xp 1 EXPECT -1", "expect"), ("AWARD a xp 1 AT 5", "at"),
        ("AWARD a xp 1 AT 2026-02-29T00:00:00Z", "at"), ("AWARD a xp 1 AT 2026-01-05", "at"),
        ("AWARD a xp 1 AT 2026-01-05T24:00:00Z", "at"),
        ("AWARD a xp 1 AT 1969-12-31T23:59:59Z", "at"),
        ("AWARD a xp 1 AT 2026-01-05T00:00:00.1234567Z", "at"), ("AWARD a xp 1 AT @01", "at"),
        ("RECORD a win x=1 x=2", "x"), ("RECORD a win =1", "=1"), ("RECORD a win x:y=1", "x:y=1"),
        ("SETTLE 0", "seq"), ("SETTLE 7 05", "amount"), ("SETTLE 7 -5", "amount"),
        ("SETTLE 7 ''", "amount"), ("RELEASE 7 5", "5"), ("RUN daily FOR mon:day", "for"),
        ("TRANSFER a b gold", "TRANSFER"), ("FORGET", "FORGET"), ("FACT a b", "FACT"),
    ])
func misspelt(line: String, argument: String) {
    guard case .failure(let refusal) = write(words(line)) else {
        Issue.record("\(line) was accepted")
        return
    }
    #expect(refusal.code == .badArgument)
    #expect(refusal.facts.first?.value == argument, "\(line): \(refusal)")
}

@Test("texts are valid UTF-8 without control characters and within their limits")
func texts() {
    func award(_ account: [UInt8], _ option: String, _ value: [UInt8]) -> Bool {
        var request = Request([
            Array("AWARD".utf8), account, Array("xp".utf8), Array("1".utf8), Array(option.utf8),
            value,
        ])
        var command = Command()
        do throws(Refusal) {
            try WriteParser.parse(.award, &request, into: &command)
            return true
        } catch {
            return false
        }
    }
    let alice = Array("alice".utf8)
    let x = UInt8(ascii: "x")
    #expect(award(alice, "KEY", Array(repeating: x, count: 128)))
    #expect(!award(alice, "KEY", Array(repeating: x, count: 129)))
    #expect(award(alice, "MEMO", Array(repeating: x, count: 255)))
    #expect(!award(alice, "MEMO", Array(repeating: x, count: 256)))
    #expect(award(alice, "MEMO", Array("two words, ünïcode 😀".utf8)))
    #expect(award(Array(repeating: x, count: 64), "KEY", [x]))
    #expect(!award(Array(repeating: x, count: 65), "KEY", [x]))
    #expect(award(Array("ålïce😀".utf8), "KEY", [x]))
    let bad: [[UInt8]] = [
        [0x0A], [0x0D], [0x1B], [0x7F], [0xC2, 0x85], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80],
        [0xE2, 0x82], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x80, 0xAE], [0xEF, 0xBB, 0xBF], [0],
    ]
    for bytes in bad {
        #expect(!award(alice, "MEMO", [x] + bytes))
        #expect(!award([x] + bytes, "KEY", [x]))
    }
    #expect(!award(Array("al ice".utf8), "KEY", [x]))
    #expect(!award([0x61, 0xC2, 0xA0], "KEY", [x]))
}

@Test("times mean the same microsecond however they are written")
func times() throws {
    let cases: [(String, Int64)] = [
        ("@0", 0), ("1970-01-01T00:00:00Z", 0), ("1970-01-01T01:00:00+01:00", 0),
        ("2000-02-29T12:34:56.789Z", 951_827_696_789_000),
        ("2026-01-05t00:00:00z", 1_767_571_200_000_000),
        ("2026-01-04T23:30:00-00:30", 1_767_571_200_000_000),
        ("@1767571200000000", 1_767_571_200_000_000),
    ]
    for (spelling, micros) in cases {
        let command = try write(["AWARD", "a", "xp", "1", "AT", spelling]).get()
        #expect(command.at == Instant(microseconds: micros), "\(spelling)")
    }
    var random = Random(state: 3)
    for _ in 0..<2_000 {
        let instant = Instant(
            microseconds: Int64.random(in: 0...4_102_444_800_000_000, using: &random))
        var written: [UInt8] = []
        written.appendTime(instant)
        #expect(written.count == 27)
        #expect(Numerals.instant(written, ByteRange(start: 0, count: 27)) == instant)
    }
}

@Test("verbs and the names of writes are in the same order")
func verbsMatchNames() {
    for verb in Verb.allCases {
        #expect(CommandTable.lookup("\(verb)") == CommandName(rawValue: verb.rawValue))
        #expect(CommandName(rawValue: verb.rawValue)?.isWrite == true)
    }
    #expect(CommandName.allCases.filter(\.isWrite).count == Verb.allCases.count)
}
