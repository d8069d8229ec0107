import Ledger
import Testing

@Suite("Deciding the runs of jobs again")
struct RecheckRunTests {
    static let rulebook = """
        {
          edition: 1, title: 'Test',
          currencies: { coins: { raw: ['game', 'operate'], cap: 500 } },
          jobs: {
            pocket: {
              period: 'day', when: "available('coins') < 100",
              gives: [{ balance: 'coins', amount: "5 + (fact('run') else 0)" }, { fact: 'run', add: 1 }],
            },
          },
        }
        """

    /// Accounts 1 to 5, of whom the job gives to 1, 3 and 4, two accounts a slice; then once more.
    static func scenario() throws -> Scenario {
        var scenario = Scenario(rulebook: rulebook)
        for (number, coins) in [10, 200, 30, 40, 150].enumerated() {
            #expect(scenario.outcome("award player\(number) coins \(coins)") == "ok")
        }
        scenario.commit()
        for day in ["2023-11-10", "2023-11-11"] { try run("pocket", for: day, &scenario) }
        return scenario
    }

    static func run(_ job: String, for period: String, _ scenario: inout Scenario) throws {
        var command = Command()
        command.verb = .run
        command.bytes = Array((job + period).utf8)
        command.name = ByteRange(start: 0, count: job.utf8.count)
        command.value = ByteRange(start: job.utf8.count, count: period.utf8.count)
        command.hasValue = true
        _ = try scenario.ledger.execute(
            command, from: Scenario.peer, at: scenario.now, into: &scenario.receipt)
        let begun = scenario.ledger.begunRun()
        var run = try #require(begun)
        while !run.progress.isDone {
            try scenario.ledger.step(&run, accountsMax: 2, at: scenario.now)
            scenario.now.microseconds += 1_000
        }
        scenario.commit()
    }

    @Test("what a job gave is decided again, slice by slice")
    func same() throws {
        let scenario = try Self.scenario()
        let events = try RecheckTests.events(scenario.log)
        #expect(events.filter { $0.kind == .job }.count > 4)
        #expect(events.filter { $0.causeKind == .job && $0.kind == .award }.count == 6)
        #expect(try RecheckTests.deviations(scenario.log).map(\.reason) == [])
        let result = try TrialTests.result(scenario.log, rules: Self.rulebook)
        #expect(result.isSame)
    }

    @Test("what the rules don't let a job give is found", arguments: 0..<4)
    func forged(_ number: Int) throws {
        let changes: [(says: String, place: (Event) -> Bool, change: (inout Event) -> Void)] = [
            ("other postings", { $0.kind == .award }, { $0.postings[0].amount += 1 }),
            ("no run began", { $0.kind == .award }, { $0.causeOf -= 1 }),
            ("other marks", { $0.kind == .award }, { $0.marks.removeAll() }),
            ("can't have come so far", { $0.kind == .job && $0.causeOf != 0 }, Self.payMore),
        ]
        let (says, place, change) = changes[number]
        let scenario = try Self.scenario()
        let events = try RecheckTests.events(scenario.log)
        let index = events.lastIndex { $0.causeKind == .job && place($0) }
        let log = try RecheckTests.forged(
            Array(scenario.log[...(try #require(index))]), change)
        let found = try RecheckTests.deviations(log)
        #expect(found.map(\.sequence) == [UInt64(log.count)])
        #expect(found.first?.reason.contains(says) == true, "\(found.map(\.reason))")
    }

    private static func payMore(_ event: inout Event) {
        guard case .job(let period, var progress?) = event.payload else { return }
        progress.paid += 1
        progress.accounts += 1
        event.payload = .job(period: period, progress)
    }

    @Test("other rules give other amounts, or have no such job")
    func otherRules() throws {
        let scenario = try Self.scenario()
        let generous = try TrialTests.result(
            scenario.log, rules: Self.rulebook.replacing("5 + (", with: "25 + ("))
        let coins = try #require(generous.currencies.first)
        // Six gifts, each 20 more.
        #expect(coins.after - coins.before == 120 && coins.gaining == 3)
        #expect(generous.changed == 6 && generous.refused == 0)
        let none = try TrialTests.result(
            scenario.log, rules: Self.rulebook.replacing("pocket", with: "purse"))
        let left = try #require(none.currencies.first)
        #expect(left.after == 430 && left.losing == 3)
        #expect(none.refusals.map(\.code) == [.undeclared])
    }
}
