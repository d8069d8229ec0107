import Testing

@testable import Ledger
@testable import Wire

/// Plain commands are read and answered in a way of their own: what they are taken for, and what is
/// written, must be what the general way comes to.
@Suite("Plain commands on the wire") struct PlainTests {
    private static let accounts = [
        "ann", "bob/knight", "~7", "/bob", "bob/", "a/b/c", "with space", "ünïcode", "a\u{7F}b",
        "!", "~", String(repeating: "x", count: 64), String(repeating: "x", count: 65), "", "a:b",
    ]
    private static let balances = ["xp", "gems:red", "x y", "", "gems:red:dark", "ünï"]
    private static let amounts = [
        "1", "7", "0", "01", "-5", "+5", "999999999999999999", "9223372036854775807",
        "9223372036854775808", "1.5", "", "12a",
    ]
    private static let keys = [
        "k", "a key", " ", "tab\t", "ünï", String(repeating: "k", count: 99),
        String(repeating: "k", count: 128), "", "\u{7F}",
    ]

    static var commands: [[String]] {
        var commands: [[String]] = []
        for account in accounts {
            commands += [["PROFILE", account], ["PROFILE", account, "ASOF", "3"]]
            for balance in balances {
                commands.append(["BALANCE", account, balance])
                for amount in amounts { commands.append(["AWARD", account, balance, amount]) }
                for key in keys { commands.append(["SPEND", account, balance, "3", "KEY", key]) }
            }
        }
        commands += [
            ["award", "ann", "xp", "1"], ["BALANCE", "ann", "xp", "ASOF", "3"],
            ["profile", "ann"], ["PROFILE"], ["PROFILE", "ann", "bob"],
            ["AWARD", "ann", "xp", "1", "BY", "bob"], ["AWARD", "ann", "xp", "1", "DRYRUN"],
            ["AWARD", "ann", "xp", "1", "key", "k"], ["PING"], ["HOLDS", "ann", "xp", "1"],
        ]
        for inputs in 0...14 {
            let words = ["RECORD", "ann", "dig"] + (0..<inputs).map { "n\($0)=\($0)" }
            commands += [words, words + ["KEY", "k"], words + ["KEY", ""], words + ["KEY"]]
            commands += [words + ["BY", "bob"], ["RECORD", "ann", "dig", "KEY", "k"] + words]
        }
        for account in accounts { commands.append(["RECORD", account, "dig", "a="]) }
        return commands
    }

    @Test("commands are told verb by verb, run by run")
    func runsOfVerbs() {
        let awards = [["AWARD", "ann", "xp", "1"], ["AWARD", "bob", "xp", "2"]]
        let others = [["BALANCE", "ann", "xp"], ["SPEND", "ann", "xp", "1"]]
        let bytes = (awards + others + awards).flatMap { frame($0) }
        var plain = PlainCommands()
        PlainParser.parse(bytes.span, from: 0, to: bytes.count, countMax: 64, into: &plain)
        var runs: [String] = []
        plain.tally(0..<6) { runs.append("\($0) \($1)") }
        #expect(runs == ["award 2", "balance 1", "spend 1", "award 2"])
        runs = []
        plain.tally(1..<3) { runs.append("\($0) \($1)") }
        #expect(runs == ["award 1", "balance 1"])
        plain.tally(2..<2) { _, _ in Issue.record("there are none") }
    }

    @Test("what is recognised is what the general parsers read")
    func sameMeaning() throws {
        var plain = PlainCommands()
        var recognised = 0
        for words in Self.commands {
            let bytes = frame(words)
            PlainParser.parse(bytes.span, from: 0, to: bytes.count, countMax: 64, into: &plain)
            guard plain.count > 0 else { continue }
            recognised += 1
            try #require(plain.count == 1)
            let found = plain[0]
            #expect(Int(found.end) == bytes.count && found.start == 0)
            var request = Request()
            #expect(
                RequestParser.parse(bytes, from: 0, to: bytes.count, into: &request)
                    == .complete(next: bytes.count))
            func text(_ range: Range<Int>) -> String {
                String(decoding: bytes[range], as: UTF8.self)
            }
            #expect(text(found.account.range) == words[1])
            let name = try #require(CommandTable.lookup(words[0]))
            guard found.verb != .profile else {
                #expect(name == .profile && words.count == 2)
                continue
            }
            #expect(text(found.balance.range) == words[2])
            guard found.verb != .record else {
                #expect(name == .record)
                Self.expectSame(plain, words, text)
                continue
            }
            guard name != .balance else {
                #expect(found.verb == .balance)
                // A currency of any spelling is looked for and not found.
                continue
            }
            var command = Command()
            do throws(Refusal) {
                try WriteParser.parse(name, &request, into: &command)
            } catch {
                // The spelling of a balance is the ledger's to judge: it knows no such word.
                #expect(!UTF8Text.isName(bytes, Self.range(found.balance), segmentsMax: 2))
                continue
            }
            #expect(command.amount == found.amount)
            #expect(text(found.key.range) == (words.count > 5 ? words[5] : ""))
            #expect((found.verb == .award) == (command.verb == .award))
        }
        #expect(recognised > 50)
    }

    /// A RECORD's other words are its inputs, whatever they are, and last a KEY.
    private static func expectSame(
        _ plain: borrowing PlainCommands, _ words: [String], _ text: (Range<Int>) -> String
    ) {
        let found = plain[0]
        let hasKey = words.count > 4 && words[words.count - 2] == "KEY"
        let inputs = words.dropFirst(3).dropLast(hasKey ? 2 : 0)
        #expect(text(found.key.range) == (hasKey ? words[words.count - 1] : ""))
        #expect(Int(found.inputCount) == inputs.count)
        for (place, input) in inputs.enumerated() {
            #expect(text(plain.input(0, place).range) == input)
        }
    }

    private static func range(_ text: PlainCommand.Text) -> ByteRange {
        ByteRange(start: Int(text.start), count: Int(text.count))
    }

    @Test("a command that hasn't come whole, or has a wrong byte in its bytes, is no plain one")
    func frames() {
        var plain = PlainCommands()
        for words in [
            ["AWARD", "ann", "xp", "17"], ["SPEND", "bob/knight", "gems:red", "3", "KEY", "k 1"],
            ["BALANCE", "someone", "xp"], ["PROFILE", "a"], ["PROFILE", "bob/knight"],
            ["RECORD", "ann", "dig", "place=red", "KEY", "k"],
            ["RECORD", "ann", "dig"] + (0..<8).map { "number\($0)=\($0)" },
        ] {
            let bytes = frame(words)
            for end in 0..<bytes.count {
                PlainParser.parse(bytes.span, from: 0, to: end, countMax: 64, into: &plain)
                #expect(plain.count == 0)
            }
            for index in bytes.indices {
                for flip in [UInt8(1), 4, 32, 128] {
                    var changed = bytes
                    changed[index] ^= flip
                    PlainParser.parse(
                        changed.span, from: 0, to: bytes.count, countMax: 64, into: &plain)
                    var request = Request()
                    let outcome = RequestParser.parse(
                        changed, from: 0, to: changed.count, into: &request)
                    guard plain.count == 1 else { continue }
                    #expect(outcome == .complete(next: Int(plain[0].end)))
                }
            }
        }
    }

    @Test("commands are taken one after the other, up to as many as asked for")
    func many() {
        var plain = PlainCommands()
        var bytes: [UInt8] = Array("*1\r\n$4\r\nPING\r\n".utf8)
        let start = bytes.count
        for index in 1...100 { bytes += frame(["AWARD", "a\(index)", "xp", "\(index)"]) }
        PlainParser.parse(bytes.span, from: start, to: bytes.count, countMax: 10, into: &plain)
        #expect(plain.count == 10)
        for index in 0..<10 { #expect(plain[index].amount == Int64(index + 1)) }
        PlainParser.parse(bytes.span, from: start, to: bytes.count, countMax: 500, into: &plain)
        #expect(plain.count == PlainCommands.countMax)
        PlainParser.parse(bytes.span, from: 0, to: bytes.count, countMax: 500, into: &plain)
        #expect(plain.count == 0)
    }

    @Test("numbers are written as Swift writes them")
    func numbers() {
        var values: [UInt64] = [0, .max, UInt64(Int64.max)]
        var power: UInt64 = 1
        for _ in 0..<20 {
            values += [power, power - 1, power + 1]
            power = power.multipliedReportingOverflow(by: 10).partialValue
        }
        var random = Random(state: 11)
        for _ in 0..<1_000 { values.append(random.next() >> (random.next() % 64)) }
        for value in values {
            var bytes: [UInt8] = [7]
            bytes.appendDecimal(value)
            #expect(bytes == [7] + Array("\(value)".utf8))
        }
        var bytes: [UInt8] = []
        bytes.appendDecimal(Int64.min)
        #expect(bytes == Array("\(Int64.min)".utf8))
    }

    @Test("replies are what the general writers write", arguments: [false, true])
    func replies(isRESP3: Bool) {
        var plain = PlainCommands()
        var replies = PlainReplies()
        var written = ReplyWriter(isRESP3: isRESP3)
        var expected = ReplyWriter(isRESP3: isRESP3)
        var names = RulebookNames()
        for text in ["xp", "gems", "red"] { _ = names.word(text) }
        var random = Random(state: 5)
        for round in 0..<200 {
            let balance = round % 3 == 0 ? "gems:red" : "xp"
            let sent =
                frame(["AWARD", "ann", balance, "\(random.next() >> 8)"])
                + frame(["SPEND", "ann", balance, "\(random.next() >> 40)"])
                + frame(["BALANCE", "ann", balance]) + frame(["PROFILE", "someone"])
            PlainParser.parse(sent.span, from: 0, to: sent.count, countMax: 64, into: &plain)
            #expect(plain.count == 4)
            let time = Instant(microseconds: 1_700_000_000_000_000 + Int64(round / 4))
            for index in 0..<3 {
                plain.items[index].number = AccountNumber(1)
                plain.items[index].sequence = (random.next() >> 1) >> (random.next() % 63)
                plain.items[index].value = CellValue(
                    Int64(random.next() >> 2), Int64(random.next() >> 3), Int64(round % 2))
            }
            plain.rules = 1
            let level = CellKey(.rung, Word(1))
            plain.rungs[0] = PlainRung(key: CellKey(.rung, Word(2)), from: 1, to: 3)
            plain.rungs[1] = PlainRung(key: level, from: -1, to: Int64(round / 7))
            plain.rungs[PlainCommands.partsMax] = PlainRung(
                key: level, from: Int64(round % 3), to: Int64(round))
            plain.items[0].rungCount = round % 2 == 0 ? 0 : 2
            plain.items[1].rungCount = round % 5 == 0 ? 1 : 0
            plain.cells = (0...UInt32(round % 3)).map {
                let key = CellKey(.balance, Word($0 + 1))
                return Cell(key: key, value: CellValue(Int64(round)))
            }
            plain.items[3].number = AccountNumber(2)
            plain.items[3].sequence = random.next() >> 8
            plain.items[3].isFrozen = round % 7 == 0
            plain.items[3].cellStart = UInt32(round % 2)
            plain.items[3].cellCount = UInt8(plain.cells.count) - UInt8(round % 2)
            replies.write(
                plain, 0..<4, in: sent.span, time: time, at: time, names: names, to: &written)
            for index in 0..<2 {
                var receipt = Receipt()
                receipt.sequence = plain[index].sequence
                receipt.time = time
                receipt.account = AccountNumber(1)
                let name = BalanceName(
                    currency: Word(balance == "xp" ? 1 : 2),
                    facet: balance == "xp" ? .none : Word(3))
                receipt.changes = [
                    Receipt.Change(
                        account: AccountNumber(1), balance: name,
                        amount: index == 0 ? plain[index].amount : -plain[index].amount,
                        after: plain[index].value.available ?? 0)
                ]
                receipt.rules = 1
                receipt.reached = plain.reached(index)
                expected.receipt(receipt, names: names)
            }
            var values = RESPValues(expected)
            values.plainBalance(plain[2].value)
            expected = values.reply
            var view = AccountView()
            view.last = plain[3].sequence
            view.isFrozen = plain[3].isFrozen
            view.cells = Array(plain.cells[Int(plain[3].cellStart)...])
            expected.values { $0.plainProfile(view, at: time, names) }
            #expect(written.bytes == expected.bytes)
        }
    }

    @Test("replies to records are what the general writer writes", arguments: [false, true])
    func recordReplies(isRESP3: Bool) {
        var plain = PlainCommands()
        var replies = PlainReplies()
        var receipts = ReceiptWriter()
        var written = ReplyWriter(isRESP3: isRESP3)
        var expected = ReplyWriter(isRESP3: isRESP3)
        var names = RulebookNames()
        for text in ["xp", "gems", "red"] { _ = names.word(text) }
        var random = Random(state: 9)
        func below(_ limit: UInt64) -> Int { Int(random.next() % limit) }
        let sent = (0..<20).flatMap { _ in frame(["RECORD", "ann", "win"]) }
        for round in 0..<100 {
            PlainParser.parse(sent.span, from: 0, to: sent.count, countMax: 64, into: &plain)
            #expect(plain.count == 20)
            plain.rules = UInt32(round / 50)
            let time = Instant(microseconds: 1_700_000_000_000_000 + Int64(round / 4))
            for index in 0..<20 {
                let first = index * PlainCommands.partsMax
                plain.items[index].number = AccountNumber(1)
                plain.items[index].sequence = random.next() >> (1 + random.next() % 63)
                plain.items[index].changeCount = UInt8(1 + below(3))
                plain.items[index].shownCount = UInt8(below(3))
                plain.items[index].rungCount = UInt8(max(0, below(5) - 1))
                for place in 0..<PlainCommands.partsMax {
                    plain.changes[first + place] = PlainChange(
                        balance: BalanceName(
                            currency: Word(UInt32(1 + below(2))), facet: Word(UInt32(below(4)))),
                        amount: Int64(below(1_000)) - 500, after: Int64(below(9_999_999)))
                    plain.shown[first + place] = PlainShown(
                        name: Word(UInt32(1 + below(3))), value: Int64(below(300)) - 100)
                    plain.rungs[first + place] = PlainRung(
                        key: CellKey(.rung, Word(UInt32(1 + below(2)))), from: Int64(below(3)),
                        to: Int64(below(600)))
                }
            }
            replies.write(
                plain, 0..<20, in: sent.span, time: time, at: time, names: names, to: &written)
            for index in 0..<20 {
                receipts.write(plain.receipt(index, time: time), names: names, to: &expected)
            }
            #expect(written.bytes == expected.bytes)
        }
    }
}
