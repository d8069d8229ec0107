import Ledger
import Testing

@Suite("Deciding commands")
struct DecideTests {
    /// One row per command: what is sent, what comes of it.
    private func check(_ rows: [(String, String)], _ scenario: inout Scenario) {
        for (command, expected) in rows {
            let outcome = scenario.outcome(command)
            #expect(outcome == expected, "\(command)")
            scenario.commit()
        }
    }

    @Test("awards and spends keep balances within their bounds")
    func balances() {
        var scenario = Scenario()
        check(
            [
                ("award alice coins 100", "ok"),
                ("spend alice coins 101", "INSUFFICIENT"),
                ("spend alice coins 100", "ok"),
                ("spend alice coins 1", "INSUFFICIENT"),
                ("award alice coins 1000000", "ok"),
                ("award alice coins 1", "LIMIT"),
                ("award alice silver 1", "UNDECLARED"),
                ("award alice coins:red 1", "UNDECLARED"),
                ("award alice gems 1", "UNDECLARED"),
                ("award alice gems:red 9223372036854775807", "ok"),
                ("award alice gems:red 1", "OVERFLOW"),
                ("award bob gems:blue 1", "OVERFLOW"),
                ("award alice xp 5", "ok"),
                ("spend alice xp 1", "REQUIREMENT"),
                ("award ~1 xp 5", "BADARG"),
            ], &scenario)
        #expect(scenario.available("alice", "coins") == 1_000_000)
        #expect(scenario.available("alice", "gems:red") == .max)
    }

    @Test("a key is known for ever, and only for the same command")
    func keys() {
        var scenario = Scenario()
        #expect(scenario.outcome("award alice coins 5 key=a") == "ok")
        let first = scenario.receipt.sequence
        scenario.commit()
        #expect(scenario.outcome("award alice coins 5 key=a") == "known \(first)")
        #expect(scenario.outcome("award bob coins 5 key=a") == "ok")
        #expect(scenario.available("alice", "coins") == 5)
        #expect(scenario.outcome("record alice quest name=intro") == "ok")
        let quest = scenario.receipt.sequence
        #expect(scenario.outcome("record alice quest name=intro") == "known \(quest)")
        #expect(scenario.outcome("record alice quest name=other hard=1") == "ok")
        #expect(scenario.available("alice", "xp") == 250)
        #expect(scenario.receipt.reached.map(\.to) == [2])
    }

    @Test("holds keep an amount aside until they end")
    func holds() {
        var scenario = Scenario()
        check([("award alice coins 100", "ok"), ("hold alice coins 60", "ok")], &scenario)
        let hold = scenario.receipt.sequence
        check(
            [
                ("spend alice coins 41", "INSUFFICIENT"),
                ("forget alice", "REQUIREMENT"),
                ("settle \(hold) amount=61", "INSUFFICIENT"),
                ("settle \(hold) amount=10", "ok"),
                ("settle \(hold)", "NOTFOUND"),
                ("release \(hold)", "NOTFOUND"),
            ], &scenario)
        #expect(scenario.available("alice", "coins") == 90)
        let until = scenario.now.microseconds + 1_000
        #expect(scenario.outcome("hold alice coins 90 until=\(until)") == "ok")
        scenario.now.microseconds += 1_000
        #expect(scenario.outcome("spend alice coins 90") == "ok")
    }

    @Test("what was posted is reversed once, never more")
    func reversals() {
        var scenario = Scenario()
        check([("award alice coins 100", "ok")], &scenario)
        let award = scenario.receipt.sequence
        check(
            [
                ("reverse \(award) amount=101", "LIMIT"),
                ("reverse \(award) amount=30", "ok"),
                ("reverse \(award)", "ok"),
                ("reverse \(award)", "TAKEN"),
                ("reverse 9999", "NOTFOUND"),
            ], &scenario)
        #expect(scenario.available("alice", "coins") == 0)
        check([("award alice coins 10", "ok"), ("transfer alice bob coins 10", "ok")], &scenario)
        let transfer = scenario.receipt.sequence
        check([("reverse \(transfer) amount=4", "ok")], &scenario)
        #expect(scenario.available("alice", "coins") == 4)
        #expect(scenario.available("bob", "coins") == 6)
    }

    @Test("a dry run and a refusal leave no trace")
    func noTrace() {
        var scenario = Scenario()
        let head = scenario.ledger.state.head
        #expect(scenario.outcome("award new coins 5 dryrun") == "ok")
        #expect(scenario.receipt.changes.map(\.after) == [5])
        #expect(scenario.outcome("spend new coins 5") == "INSUFFICIENT")
        #expect(scenario.outcome("award new gems:fresh 5 dryrun") == "ok")
        #expect(scenario.ledger.state.head == head)
        #expect(scenario.ledger.buffer.isEmpty)
        #expect(scenario.ledger.state.accountCount == 0)
        #expect(scenario.ledger.state.words.find("fresh") == nil)
        #expect(scenario.outcome("award other coins 5") == "ok")
        #expect(scenario.available("other", "coins") == 5)
        #expect(scenario.available("new", "coins") == 0)
    }

    @Test("accounts freeze, thaw, and are forgotten with those below them")
    func standing() {
        var scenario = Scenario()
        check(
            [
                ("award alice/knight coins 5 expect=0", "ok"),
                ("award alice coins 5 expect=0", "CONFLICT"),
                ("freeze alice", "ok"),
                ("freeze alice", "TAKEN"),
                ("award alice coins 5", "FROZEN"),
                ("unfreeze alice", "ok"),
                ("fact alice staff 1", "ok"),
                ("fact alice staff 1", "TAKEN"),
                ("forget nobody", "NOTFOUND"),
                ("forget alice", "ok"),
                ("forget alice", "NOTFOUND"),
                ("award alice/knight coins 1 expect=0", "ok"),
            ], &scenario)
        #expect(scenario.available("alice/knight", "coins") == 1)
    }

    @Test("folding the log again gives the same state")
    func replay() throws {
        var scenario = Scenario()
        for index in 0..<50 {
            _ = scenario.outcome("award user\(index % 7) coins \(index + 1) key=k\(index)")
            _ = scenario.outcome("record user\(index % 5) quest name=q\(index % 9)")
            _ = scenario.outcome("transfer user1 user\(index % 7) coins 3")
            _ = scenario.outcome("hold user\(index % 7) coins 2")
        }
        scenario.commit()
        var state = State(source: scenario.source)
        var event = Event()
        var writer = ByteWriter(capacity: Limits.eventBytesMax)
        for bytes in scenario.log {
            try event.decode(bytes, bytes.indices)
            writer.reset()
            event.encode(into: &writer)
            #expect(writer.bytes == bytes)
            try state.fold(event)
        }
        for number in 0...scenario.ledger.state.accountCount {
            let account = AccountNumber(number)
            #expect(state.encodeRow(account) == scenario.ledger.state.encodeRow(account))
        }
    }
}
