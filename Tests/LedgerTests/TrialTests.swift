import Ledger
import Testing

@Suite("Trying other rules on a history")
struct TrialTests {
    static func result(_ log: [[UInt8]], rules: String, rowsMax: Int = 5) throws -> TrialResult {
        var trial = try Trial(rules: Array(rules.utf8), file: "other.json5")
        let events = try RecheckTests.events(log)
        for event in events { trial.foresee(event) }
        for event in events { try trial.take(event) }
        return trial.result(rowsMax: rowsMax)
    }

    /// All kinds of commands, reversed and settled by number, one of a group and one forgotten.
    static func scenario() throws -> Scenario {
        var scenario = try RecheckTests.scenario(RecheckTests.script)
        for command in [
            "hold alice coins 5", "hold alice coins 6 until=1700000000900000", "forget dave",
            "award dave coins 3", "record dave quest name=late parts=1,2,3",
            "record dave help whom=alice/knight",
        ] {
            #expect(scenario.outcome(command) == "ok", "\(command)")
            scenario.commit()
        }
        let events = try RecheckTests.events(scenario.log)
        let holds = events.filter { $0.payload == .hold(.placed, $0.sequence) }.map(\.sequence)
        let quest = try #require(events.last { $0.causeKind == .action }).sequence
        scenario.now = Instant(microseconds: 1_700_000_001_000_000)
        for command in ["settle \(holds[0]) amount=4", "release \(holds[1])", "reverse \(quest)"] {
            #expect(scenario.outcome(command) == "ok", "\(command)")
            scenario.commit()
        }
        return scenario
    }

    @Test("the same rules make no difference")
    func same() throws {
        let scenario = try Self.scenario()
        let result = try Self.result(scenario.log, rules: RecheckTests.rulebook)
        #expect(result.isSame)
        #expect(result.refused == 0 && result.changed == 0 && result.same > 10)
        #expect(result.currencies.allSatisfy { !$0.isDiffering && $0.before == $0.after })
        #expect(result.ladders.allSatisfy { !$0.isDiffering })
    }

    @Test("another number changes just what it should")
    func otherNumber() throws {
        let scenario = try RecheckTests.scenario([
            "record alice quest name=a hard=1", "record bob quest name=a",
            "record bob quest name=b hard=1", "award bob coins 5",
        ])
        let rules = RecheckTests.rulebook.replacing("if(hard, 200, 50)", with: "if(hard, 300, 50)")
        let result = try Self.result(scenario.log, rules: rules)
        #expect(result.same == 2 && result.changed == 2 && result.refused == 0)
        #expect(result.changes.map(\.command) == ["RECORD quest"])
        let xp = try #require(result.currencies.first { $0.name == "xp" })
        #expect(xp.before == 450 && xp.after == 650 && xp.gaining == 2)
        #expect(xp.gains.map(\.difference) == [100, 100])
        #expect(result.accountsDiffering == 2 && result.accountsWithOtherRungs == 2)
        let level = try #require(result.ladders.first)
        #expect(level.rises == 2)
        #expect(level.rows.map { [$0.before, $0.after] } == [[2, 0], [0, 2]])
        #expect(level.rows.map(\.rungs) == ["2", "3"])
    }

    @Test("where many rungs are stood on, they are counted in ranges")
    func ranges() throws {
        let rules = """
            {
              edition: 1, title: 'Test', currencies: { xp: { raw: ['game', 'operate'] } },
              ladders: { level: { of: "earned('xp')", start: 1, tail: 10 } },
            }
            """
        var scenario = Scenario(rulebook: rules)
        for number in 0..<60 {
            #expect(scenario.outcome("award player\(number) xp \(number * 10 + 1)") == "ok")
        }
        scenario.commit()
        let wider = rules.replacing("tail: 10", with: "tail: 20")
        let result = try Self.result(scenario.log, rules: wider)
        let level = try #require(result.ladders.first)
        #expect(level.falls == 59 && level.rises == 0)
        #expect(level.rows.map(\.rungs).first == "1–5" && level.rows.map(\.rungs).last == "56–60")
        #expect(level.rows.map(\.before) == Array(repeating: 5, count: 12))
        #expect(
            level.rows.map(\.after) == Array(repeating: 10, count: 6)
                + Array(repeating: 0, count: 6))
    }

    @Test("what would be refused is counted by why, and what hangs on it follows")
    func refusals() throws {
        let scenario = try RecheckTests.scenario([
            "award alice coins 100", "award bob coins 1", "transfer alice bob coins 60",
            "spend bob coins 50", "award carol coins 80",
        ])
        let rules = RecheckTests.rulebook.replacing("cap: 1000000", with: "cap: 90")
        let result = try Self.result(scenario.log, rules: rules)
        #expect(result.refused == 3)
        #expect(Set(result.refusals.compactMap(\.code)) == [.limit, .insufficient])
        let coins = try #require(result.currencies.first { $0.name == "coins" })
        #expect(coins.before == 131 && coins.after == 81)
        // Nobody would have opened alice's account: she has no welcome gift either.
        let gems = try #require(result.currencies.first { $0.name == "gems" })
        #expect(gems.before == 15 && gems.after == 10)
    }

    @Test("of a group all is accepted or nothing")
    func groups() throws {
        var scenario = try RecheckTests.scenario(["award alice coins 100"])
        var receipt = Receipt()
        scenario.ledger.beginGroup()
        for (index, text) in ["award alice coins 1", "award alice gems:red 50"].enumerated() {
            let command = Script.command(text)
            _ = try scenario.ledger.executeInGroup(
                command, isLast: index == 1, from: Scenario.peer, at: scenario.now, into: &receipt)
        }
        scenario.ledger.endGroup(.kept)
        scenario.commit()
        let rules = RecheckTests.rulebook.replacing(
            "facets: 'open'", with: "facets: 'open', cap: 9")
        let result = try Self.result(scenario.log, rules: rules)
        #expect(result.same == 1 && result.refused == 2)
        #expect(Set(result.refusals.compactMap(\.code)) == [.limit, .conflict])
        let coins = try #require(result.currencies.first { $0.name == "coins" })
        #expect(coins.after == 100)
    }

    @Test("rules with mistakes aren't tried")
    func mistakes() {
        #expect(throws: Mistakes.self) {
            try Self.result([], rules: "{ edition: 1, currencies: 7 }")
        }
    }
}
