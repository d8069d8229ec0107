import Testing

@testable import Ledger
@testable import Wire

/// A writer keeps names and openings from receipt to receipt: what it writes must be what one that has
/// seen nothing yet writes.
@Suite("Receipts one after another") struct ReceiptWriterTests {
    @Test("a receipt doesn't depend on those before it", arguments: 1...UInt64(4))
    func same(seed: UInt64) {
        var random = Random(state: seed)
        var kept = ReceiptWriter()
        for _ in 0..<2_000 {
            let receipt = Self.receipt(&random)
            let isRESP3 = random.next() % 2 == 0
            var reply = ReplyWriter(isRESP3: isRESP3)
            var expected = ReplyWriter(isRESP3: isRESP3)
            kept.write(receipt, names: TestNames(), to: &reply)
            expected.receipt(receipt, names: TestNames())
            #expect(reply.bytes == expected.bytes)
        }
    }

    @Test("names of a dry run are forgotten")
    func dryRun() {
        var writer = ReceiptWriter()
        var names = TestNames()
        var receipt = Receipt()
        receipt.account = AccountNumber(1)
        let balance = BalanceName(currency: Word(1), facet: Word(7))
        receipt.changes = [
            Receipt.Change(account: AccountNumber(1), balance: balance, amount: 1, after: 2)
        ]
        receipt.explain = [Receipt.Explained(name: Word(7), value: Rational(3))]
        receipt.isDryRun = true
        for (isDryRun, text) in [(true, "once"), (true, "twice"), (false, "thrice")] {
            names.words = ["", "xp", "gold", "strength", "level", "tier", "sword", text]
            receipt.isDryRun = isDryRun
            var reply = ReplyWriter()
            writer.write(receipt, names: names, to: &reply)
            #expect(string(reply).contains("\r\nxp:\(text)\r\n"))
            #expect(string(reply).contains("\r\n\(text)\r\n:3\r\n"))
        }
    }

    @Test("a receipt longer than the writer's own memory is written whole")
    func long() {
        var writer = ReceiptWriter()
        var names = TestNames()
        let long = String(repeating: "n", count: 160)
        names.words = Array(repeating: long, count: 8)
        var receipt = Receipt()
        receipt.changes = (0..<200).map {
            Receipt.Change(
                account: .ledger, balance: BalanceName(currency: Word(1)), amount: .min,
                after: $0 == 0 ? .max : .min)
        }
        var reply = ReplyWriter()
        writer.write(receipt, names: names, to: &reply)
        let lines = string(reply).split(separator: "\r\n")
        #expect(lines.count { $0 == long } == 400)
        #expect(lines.count { $0 == ":-9223372036854775808" } == 399)
        #expect(lines.count { $0 == ":9223372036854775807" } == 1)
    }

    private static func receipt(_ random: inout Random) -> Receipt {
        func below(_ count: UInt64) -> UInt64 { random.next() % count }
        func amount() -> Int64 {
            Int64(bitPattern: random.next()) >> Int64(below(64))
        }
        var receipt = Receipt()
        receipt.sequence = random.next() >> (1 + below(63))
        receipt.time = Instant(microseconds: 1_700_000_000_000_000 + Int64(below(2)))
        receipt.isDuplicate = below(8) == 0
        receipt.account = AccountNumber(UInt32(below(2) + 1))
        receipt.rules = UInt32(below(2) + 1)
        for _ in 0..<below(4) {
            receipt.changes.append(
                Receipt.Change(
                    account: AccountNumber(UInt32(below(2) + 1)),
                    balance: BalanceName(
                        currency: Word(UInt32(below(2) + 1)), facet: Word(UInt32(below(4)))),
                    amount: amount(), after: amount()))
        }
        if below(4) == 0 {
            receipt.reached = [
                Receipt.Reached(
                    account: AccountNumber(1), ladder: Word(UInt32(below(2) + 4)), from: 0, to: 1)
            ]
        }
        if below(8) == 0 { receipt.granted = [Word(6)] }
        for _ in 0..<below(3) {
            let name = Word(UInt32(below(6) + 1))
            let value =
                name == Word(5)
                ? Rational(Int64(below(3))) : Rational(amount(), over: Int64(below(3) + 1))
            receipt.explain.append(Receipt.Explained(name: name, value: value ?? .one))
        }
        return receipt
    }
}
