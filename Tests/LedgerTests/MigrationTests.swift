import Ledger
import Testing

@Suite("Bringing accounts over from an older system")
struct MigrationTests {
    static let rulebook = """
        {
          edition: 1,
          currencies: { xp: { raw: ['operate'] }, coins: { cap: 5000, raw: ['operate'] } },
          ladders: { level: { of: "earned('xp')", tail: 100 } },
          openings: [{ gives: [{ balance: 'coins', amount: 10 }] }],
          migrations: {
            old: {
              fields: {
                xp: { type: 'int', min: 0, max: 100000 },
                level: { type: 'int', min: 1, max: 500, default: 1 },
                coins: { type: 'int', min: 0, default: 0 },
                badges: { type: 'list', of: 'name', max_count: 4, optional: true },
                vip: { type: 'bool', default: false },
                clan: { type: 'name', optional: true },
              },
              let: { bonus: 'if(vip, 50, 0)' },
              show: ['bonus'],
              requires: [{ test: 'not (vip and level < 5)', unmet: 'no vip is below level 5' }],
              gives: [
                { balance: 'xp', amount: 'xp' },
                { balance: 'coins', amount: 'coins + bonus' },
                { rung: 'level', value: 'level' },
                { item: '<each>', for_each: 'badges' },
                { fact: 'clan', value: 'clan', when: 'given(clan)' },
                { fact: 'badges', add: 1, for_each: 'badges' },
                { unlock: 'vip', when: 'vip' },
              ],
            },
          },
        }
        """

    /// A row of the older system, and what it should come to: worked out here, by other means.
    struct Row {
        var xp: Int64
        var level: Int64?
        var coins: Int64?
        var badges: [String]?
        var vip: Bool?
        var clan: String?

        init(_ random: inout SplitMix) {
            xp = Int64(random.next() % 2_100) - 20
            if random.next() % 4 > 0 { level = Int64(random.next() % 40) }
            if random.next() % 4 > 0 { coins = Int64(random.next() % 5_200) }
            if random.next() % 3 > 0 {
                badges = (0..<(random.next() % 6)).map { _ in "b\(random.next() % 5)" }
            }
            if random.next() % 2 > 0 { vip = random.next() % 2 > 0 }
            let clans = ["owls", "elks", "not a name"]
            if random.next() % 2 > 0 { clan = clans[Int(random.next() % 3)] }
        }

        var command: [(String, String)] {
            var words = [("xp", "\(xp)")]
            if let level { words.append(("level", "\(level)")) }
            if let coins { words.append(("coins", "\(coins)")) }
            if let badges { words.append(("badges", badges.joined(separator: ","))) }
            if let vip { words.append(("vip", vip ? "true" : "0")) }
            if let clan { words.append(("clan", clan)) }
            return words
        }

        func outcome(coinsBefore: Int64) -> String {
            if xp < 0 || level == 0 || (badges?.count ?? 0) > 4 || clan == "not a name" {
                return "BADARG"
            }
            if vip == true, level ?? 1 < 5 { return "REQUIREMENT" }
            return coinsBefore + given > 5_000 ? "LIMIT" : "ok"
        }

        var given: Int64 { (coins ?? 0) + (vip == true ? 50 : 0) }
    }

    @Test("ten thousand rows come to what they should", arguments: 0..<10)
    func rows(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var scenario = Scenario(rulebook: Self.rulebook)
        for index in 0..<1_000 {
            let account = "p\(index)"
            let row = Row(&random)
            // Some were here before: what they have adds up with what they bring.
            let before = random.next() % 3 == 0 ? Int64(random.next() % 300) + 1 : 0
            if before > 0 { #expect(scenario.outcome("award \(account) xp \(before)") == "ok") }
            let head = scenario.ledger.state.head
            let expected = row.outcome(coinsBefore: 10)
            #expect(outcome(row, account, &scenario) == expected, "\(row)")
            if expected == "ok" {
                check(row, account, before, &scenario)
                let after = scenario.ledger.state.head
                #expect(outcome(Row(&random), account, &scenario) == "TAKEN")
                #expect(scenario.ledger.state.head == after)
            } else {
                #expect(scenario.ledger.state.head == head, "a refusal changes nothing")
            }
            scenario.commit()
        }
    }

    private func outcome(_ row: Row, _ account: String, _ scenario: inout Scenario) -> String {
        var command = Script.command("migrate old \(account)")
        func range(_ word: String) -> ByteRange {
            let start = command.bytes.count
            command.bytes.append(contentsOf: word.utf8)
            return ByteRange(start: start, count: word.utf8.count)
        }
        for (name, value) in row.command {
            command.inputs.append(CommandInput(name: range(name), value: range(value)))
        }
        do {
            _ = try scenario.ledger.execute(
                command, from: Scenario.peer, at: scenario.now, into: &scenario.receipt)
            return "ok"
        } catch {
            return error.code.rawValue
        }
    }

    private func check(
        _ row: Row, _ account: String, _ before: Int64, _ scenario: inout Scenario
    ) {
        #expect(scenario.available(account, "xp") == before + row.xp)
        #expect(scenario.available(account, "coins") == 10 + row.given)
        let bytes = Array(account.utf8)
        guard let number = scenario.ledger.state.find(bytes, bytes.indices) else {
            Issue.record("\(account) isn't there")
            return
        }
        let words = scenario.ledger.state.words
        let cells = Array(scenario.ledger.state.cells(number))
        func values(_ kind: CellKind) -> [String: Int64] {
            var values: [String: Int64] = [:]
            for cell in cells where cell.key.kind == kind {
                values[words.string(cell.key.word)] = cell.value.a
            }
            return values
        }
        // The rung that it says, whatever the experience: also the first, which is no mark.
        let level = row.level ?? 1
        #expect(values(.rung)["level"] ?? 1 == level)
        var badges: [String: Int64] = [:]
        for badge in row.badges ?? [] { badges[badge, default: 0] += 1 }
        #expect(values(.item) == badges)
        #expect(values(.fact)["badges"] ?? 0 == Int64(row.badges?.count ?? 0))
        #expect((values(.fact)["clan"] != nil) == (row.clan != nil))
        #expect((values(.unlock)["vip"] != nil) == (row.vip == true))
        #expect(values(.claim)["old"] == Int64(scenario.ledger.state.head))
        // The next award moves the ladder to where the experience stands.
        let total = before + row.xp + 1
        #expect(scenario.outcome("award \(account) xp 1") == "ok")
        let reached = scenario.receipt.reached.map { [$0.from, $0.to] }
        let real = total / 100 + 1
        #expect(reached == (real == level ? [] : [[level, real]]))
    }
}
