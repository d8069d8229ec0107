import Testing

@testable import Ledger
@testable import Wire

@Test("each type has its RESP2 and its RESP3 form")
func types() {
    func both(_ body: (inout ReplyWriter) -> Void) -> [String] {
        [false, true].map { isRESP3 in
            var writer = ReplyWriter(isRESP3: isRESP3)
            body(&writer)
            return string(writer)
        }
    }
    #expect(both { $0.map(2) } == ["*4\r\n", "%2\r\n"])
    #expect(both { $0.null() } == ["$-1\r\n", "_\r\n"])
    #expect(both { $0.nullArray() } == ["*-1\r\n", "_\r\n"])
    #expect(both { $0.boolean(true) } == [":1\r\n", "#t\r\n"])
    #expect(both { $0.double(1.5) } == ["$3\r\n1.5\r\n", ",1.5\r\n"])
    #expect(both { $0.push(3) } == ["*3\r\n", ">3\r\n"])
    #expect(both { $0.set(12) } == ["*12\r\n", "~12\r\n"])
    #expect(both { $0.verbatim("a\nb") } == ["$3\r\na\nb\r\n", "=7\r\ntxt:a\nb\r\n"])
    #expect(both { $0.integer(Int64.min) }[0] == ":-9223372036854775808\r\n")
    #expect(both { $0.integer(UInt64.max) }[0] == ":9223372036854775807\r\n")
    #expect(both { $0.bulk("") }[0] == "$0\r\n\r\n")
}

@Test("a receipt names its parts and leaves out empty ones")
func receipts() {
    var receipt = Receipt()
    receipt.sequence = 42
    receipt.time = Instant(microseconds: 1_767_571_200_000_001)
    receipt.account = AccountNumber(1)
    var writer = ReplyWriter(isRESP3: true)
    writer.receipt(receipt, names: TestNames())
    #expect(
        string(writer)
            == "%3\r\n$3\r\nseq\r\n:42\r\n$4\r\ntime\r\n$27\r\n2026-01-05T00:00:00.000001Z\r\n"
            + "$9\r\nduplicate\r\n#f\r\n")

    receipt.isDuplicate = true
    receipt.changes = [
        .init(
            account: AccountNumber(1), balance: BalanceName(currency: Word(1)), amount: 5, after: 9),
        .init(
            account: AccountNumber(2), balance: BalanceName(currency: Word(2), facet: Word(3)),
            amount: -7, after: 0),
    ]
    receipt.reached = [
        .init(account: AccountNumber(1), ladder: Word(4), from: 1, to: 12),
        .init(account: AccountNumber(2), ladder: Word(5), from: 0, to: 2),
    ]
    receipt.granted = [Word(6)]
    receipt.claimable = [
        .init(account: AccountNumber(1), offer: Word(6), values: Word(3)),
        .init(account: AccountNumber(2), offer: Word(6), values: .none),
    ]
    receipt.explain = [
        .init(name: Word(1), value: Rational(3))
    ]
    writer = ReplyWriter()
    writer.receipt(receipt, names: TestNames())
    let expected = [
        "*18", "$3 seq", ":42", "$4 time", "$27 2026-01-05T00:00:00.000001Z", "$9 duplicate", ":1",
        "$7 changes", "*4", "$2 xp", ":5", "$17 bob gold:strength", ":-7",
        "$8 balances", "*4", "$2 xp", ":9", "$17 bob gold:strength", ":0",
        "$7 reached", "*2", "*6", "$6 ladder", "$5 level", "$4 from", ":1", "$2 to", ":12",
        "*8", "$7 account", "$3 bob", "$6 ladder", "$4 tier", "$4 from", "$8 newcomer", "$2 to",
        "$4 core", "$7 granted", "*1", "$5 sword", "$9 claimable", "*2",
        "$14 sword strength", "$9 bob sword", "$7 explain", "*2", "$2 xp", ":3",
    ].map { line in
        guard line.hasPrefix("$"), let space = line.firstIndex(of: " ") else {
            return line + "\r\n"
        }
        return line[..<space] + "\r\n" + line[line.index(after: space)...] + "\r\n"
    }.joined()
    #expect(string(writer) == expected)
}

@Test("a refusal is one line whatever it quotes")
func refusals() {
    var writer = ReplyWriter()
    writer.refusal(
        Refusal(
            .insufficient, [.init("balance", "xp"), .init("needs", "100"), .init("has", "80")],
            "alice has 80 xp available, 100 are needed"), command: 2)
    #expect(
        string(writer) == "-INSUFFICIENT command=2 balance=xp needs=100 has=80: "
            + "alice has 80 xp available, 100 are needed\r\n")
    writer = ReplyWriter()
    writer.refusal(
        Refusal(
            .badArgument, [.init("argument", "a b\\\r\n")], "'x\r\n+OK\u{1B}[2J\u{202E}' is wrong"))
    #expect(
        string(writer)
            == "-BADARG argument=a\\x20b\\\\\\x0d\\x0a: "
            + "'x\\x0d\\x0a+OK\\x1b[2J\\xe2\\x80\\xae' is wrong\r\n")
    writer = ReplyWriter()
    writer.unknownCommand(Request(["G\r\nET"]))
    #expect(string(writer) == "-ERR unknown command 'G\\x0d\\x0aET'\r\n")
}
