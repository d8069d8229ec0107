import Testing

@testable import Ledger

/// RECORDs whose formulas stay within whole numbers are bound, computed, posted and encoded in a way of
/// their own, many of them together: it must come to what the general way comes to, byte for byte.
@Suite("Plain records together") struct PlainActionTests {
    /// - Parameter formulas: the actions f0, f1 and so on, over the inputs a, b, c and kind.
    static func rulebook(_ formulas: [String] = []) -> String {
        let actions = formulas.enumerated().map { index, formula in
            """
            f\(index): {
              inputs: {
                a: { type: 'int', min: -9, max: 9 },
                b: { type: 'int', default: 2 },
                c: { type: 'bool', default: true },
                kind: { type: 'name', one_of: ['red', 'green', 'blue'], default: 'green' },
              },
              let: { one: "\(formula)", two: "one + a" },
              show: ['two', 'one'],
              posts: [
                { balance: 'coins', amount: 'two', when: 'one < 500' },
                { balance: 'xp', amount: '3' },
              ],
            },
            """
        }
        return """
            {
              edition: 1,
              title: 'Test',
              currencies: {
                xp: { never_decreases: true, raw: ['game', 'operate'] },
                coins: { transferable: true, raw: ['game', 'operate'], cap: 900, floor: -20 },
                gems: { facets: 'open', raw: ['game', 'operate'] },
                stars: { facets: ['red', 'green'], raw: ['game'] },
              },
              ladders: {
                level: { of: "earned('xp')", start: 1, rungs: [0, 100, 300, 600], tail: 40 },
                purse: { of: "available('coins')", rungs: { poor: 0, some: 50, rich: 200 } },
                shine: { of: "earned('gems:red')", rungs: [0, 20, 40], lose: 'never' },
                each: { of: "available('gems:<facet>')", rungs: [0, 15, 30, 45, 60, 75] },
              },
              tables: {
                worth: { red: 3, green: 4 },
                sizes: { red: { '1': 10, '5': 50 }, green: { '9': 90 } },
                half: { red: 0.5, green: 1 },
              },
              actions: {
                dig: {
                  inputs: {
                    place: 'name',
                    depth: { type: 'int', min: 0, max: 50 },
                    deep: { type: 'bool', default: false },
                  },
                  let: {
                    found: "if(deep, depth * 2, floor(depth / 3))",
                    rich: "available('coins') > 100 and earned('gems:red') < 300",
                  },
                  show: ['found', 'rich'],
                  posts: [
                    { balance: 'xp', amount: 'found' },
                    { balance: 'gems:<place>', amount: "if(rich, 1, 2)" },
                    { balance: 'coins', amount: 'depth - 24', when: 'depth != 7' },
                  ],
                },
                sort: {
                  inputs: {
                    kind: { type: 'name', one_of: ['red', 'green', 'blue'] },
                    size: { type: 'int', one_of: [1, 5, 9] },
                  },
                  posts: [
                    { balance: 'coins', amount: "table.worth[kind] - table.worth['red']" },
                    { balance: 'xp', amount: "table.sizes[kind][size]" },
                    { balance: 'stars:<kind>', amount: "if(kind == 'red', 1, -1)" },
                  ],
                },
                half: {
                  inputs: { kind: 'name' },
                  posts: [{ balance: 'coins', amount: "table.half[kind] * 2" }],
                },
                pay: { posts: [{ balance: 'coins', amount: '4', side: 'spend' }] },
                gain: {
                  inputs: { much: 'int' },
                  posts: [{ balance: 'xp', amount: 'much', side: 'earn' }],
                },
                twice: {
                  posts: [
                    { balance: 'gems:red', amount: '1' }, { balance: 'gems:green', amount: '2' },
                  ],
                },
                rare: {
                  inputs: { place: { type: 'name', optional: true } },
                  posts: [{ balance: 'gems:<place>', amount: '1' }],
                },
                limited: {
                  limit: { count: 3, per: 'day' },
                  posts: [{ balance: 'xp', amount: '1' }],
                },
                gift: {
                  inputs: { whom: 'account' },
                  posts: [{ balance: 'coins', amount: '5', to: 'whom' }],
                },
                \(actions.joined(separator: "\n"))
              },
            }
            """
    }

    @Test("plain records come to the same bytes as in the general way", arguments: 1...UInt64(8))
    func sameBytes(seed: UInt64) throws {
        var random = PlainRandom(state: seed)
        let taken = try Self.compare(Self.rulebook(), rounds: 500, &random) { random in
            random.next() % 6 == 0 ? Self.award(&random) : Self.text(&random)
        }
        #expect(taken.records > 200 && taken.rungs > 20, "hardly anything was plain: \(taken)")
    }

    @Test("formulas come to the same value as in the general way", arguments: 1...UInt64(6))
    func formulas(seed: UInt64) throws {
        var random = PlainRandom(state: seed &* 77)
        let formulas = (0..<24).map { _ in Self.number(&random, 3) }
        let taken = try Self.compare(Self.rulebook(formulas), rounds: 300, &random) { random in
            var text = "record \(random.pick(["ann", "bob"])) f\(random.next() % 24)"
            text += " a=\(Int64(random.next() % 20) - 10)"
            if random.next() % 2 == 0 { text += " b=\(Int64(random.next() % 90) - 40)" }
            if random.next() % 2 == 0 { text += " c=\(random.next() % 2)" }
            if random.next() % 2 == 0 { text += " kind=\(random.pick(["red", "blue"]))" }
            return text
        }
        #expect(taken.records > 100, "hardly anything was plain: \(taken)")
    }

    @Test("what counts towards a streak, or may move a board, is left to the general way")
    func consequences() throws {
        let parts = [
            "boards: { top: { by: [\"available('coins')\"] } },",
            "streaks: { daily: { counts: ['pay'] } },",
        ]
        for part in parts {
            let text = Self.rulebook().replacing("title: 'Test',", with: "title: 'Test', \(part)")
            var scenario = Scenario(rulebook: text)
            _ = scenario.outcome("award ann coins 40")
            #expect(scenario.decidePlain(["record ann pay"], from: Scenario.peer) == 0)
            #expect(scenario.outcome("record ann pay") == "ok")
        }
        var scenario = Scenario(rulebook: Self.rulebook())
        _ = scenario.outcome("award ann coins 40")
        #expect(scenario.decidePlain(["record ann pay"], from: Scenario.peer) == 1)
    }

    struct Taken {
        var records = 0
        var rungs = 0
    }

    /// Runs the same texts both ways.
    private static func compare(
        _ rulebook: String, rounds: Int, _ random: inout PlainRandom,
        _ text: (inout PlainRandom) -> String
    ) throws -> Taken {
        var plain = Scenario(rulebook: rulebook)
        var general = Scenario(rulebook: rulebook)
        var taken = Taken()
        for round in 0..<rounds {
            plain.now.microseconds += Int64(random.next() % 3)
            general.now = plain.now
            let peer = random.next() % 8 == 0 ? Peer(uid: 7, role: .game) : Scenario.peer
            let texts = (0...random.next() % 9).map { _ in text(&random) }
            _ = plain.runPlain(texts, from: peer)
            for (index, text) in texts.enumerated() {
                let outcome = general.outcomeInGroup(text, from: peer)
                let command = plain.plain[index]
                guard command.sequence != 0, command.verb == .record else { continue }
                try #require(outcome == "ok", "\(text)")
                taken.records += 1
                taken.rungs += Int(command.rungCount)
                let receipt = plain.plain.receipt(index, time: plain.now)
                try #require("\(receipt)" == "\(general.receipt)", "\(text)")
            }
            if random.next() % 4 == 0 {
                let other = PlainRecordTests.otherText(&random)
                #expect(plain.outcome(other) == general.outcomeInGroup(other, from: Scenario.peer))
            }
            if round % 50 == 49 {
                plain.commit()
                general.commit()
            }
        }
        plain.commit()
        general.commit()
        #expect(plain.log == general.log)
        try PlainRecordTests.expectSameState(&plain, &general)
        return taken
    }

    private static func award(_ random: inout PlainRandom) -> String {
        let balance = random.pick(["xp", "coins", "gems:red", "stars:red"])
        return "award \(random.pick(PlainRecordTests.accounts)) \(balance) \(1 + random.next() % 9)"
    }

    private static func text(_ random: inout PlainRandom) -> String {
        let account = random.pick(PlainRecordTests.accounts)
        // Few enough keys that some are said again, for the same and for other commands.
        let key = random.next() % 3 == 0 ? " key=k\(random.next() % 300)" : ""
        let place = random.pick(["red", "green", "blue", "red", "green", "a:b", "", "n o", "-"])
        let number = random.pick(["0", "-3", "01", "-0", "1", "5", "9", "12345678901234567890"])
        return switch random.next() % 16 {
        case 0: "record \(account) twice\(key)"
        case 1: "record \(account) half kind=\(place)\(key)"
        case 2: "record \(account) pay\(key)"
        case 3: "record \(account) gain much=\(number)\(key)"
        case 4: "record \(account) limited\(key)"
        case 5: "record \(account) rare\(random.next() % 2 == 0 ? "" : " place=red")\(key)"
        case 6: "record \(account) gift whom=ann\(key)"
        case 7: "record \(account) dig place=new\(random.next() % 40) depth=3\(key)"
        case 8: "record \(account) unknown place=red\(key)"
        case 9, 10, 11: "record \(account) sort kind=\(place) size=\(number)\(key)"
        default: dig(account, place, &random) + key
        }
    }

    private static func dig(
        _ account: String, _ place: String, _ random: inout PlainRandom
    ) -> String {
        let depth = "depth=\(random.next() % 52)"
        let deep = random.pick(["deep=1", "deep=0", "deep=true", "", "deep=2", "odd=1"])
        let inputs = ["place=\(place)", depth, deep].filter { !$0.isEmpty }
        let turned = random.next() % 6 == 0 ? inputs.reversed() : inputs
        return "record \(account) dig \(turned.joined(separator: " "))"
    }

    @Test("actions that meet in one slot take turns for as long as they like")
    func turns() {
        let actions = 300
        var scenario = Scenario(
            rulebook: Self.rulebook(Array(repeating: "a * 0", count: actions)))
        _ = scenario.outcome("award ann xp 1")
        var taken = 0
        for _ in 0..<40 {
            for start in stride(from: 0, to: actions, by: 50) {
                let texts = (start..<start + 50).map { "record ann f\($0) a=0" }
                taken += scenario.runPlain(texts, from: Scenario.peer)
            }
            scenario.commit()
        }
        #expect(taken == 40 * actions)
    }

    // MARK: Formulas at random

    private static func number(_ random: inout PlainRandom, _ depth: Int) -> String {
        guard depth > 0 else {
            return random.pick(["a", "b", "3", "10", "available('coins')", "table.worth['red']"])
        }
        func some() -> String { number(&random, depth - 1) }
        return switch random.next() % 14 {
        case 0: "(\(some()) + \(some()))"
        case 1: "(\(some()) - \(some()))"
        case 2: "\(some()) * \(some())"
        case 3: "min(\(some()), \(some()))"
        case 4: "max(\(some()), \(some()))"
        case 5: "abs(\(some()))"
        case 6: "-(\(some()))"
        case 7: "floor((\(some())) / (\(some())))"
        case 8: "ceil((\(some())) / 3)"
        case 9: "floor(if(c, (\(some())) / 2, \(some())))"
        case 10: "table.worth[if(\(truth(&random, depth - 1)), 'red', 'green')]"
        default: "if(\(truth(&random, depth - 1)), \(some()), \(some()))"
        }
    }

    private static func truth(_ random: inout PlainRandom, _ depth: Int) -> String {
        guard depth > 0 else { return random.pick(["c", "kind == 'red'", "kind != 'blue'"]) }
        func some() -> String { number(&random, depth - 1) }
        func other() -> String { truth(&random, depth - 1) }
        return switch random.next() % 10 {
        case 0: "(\(some())) == (\(some()))"
        case 1: "(\(some())) != (\(some()))"
        case 2: "(\(some())) < (\(some()))"
        case 3: "(\(some())) <= (\(some()))"
        case 4: "(\(some())) > (\(some()))"
        case 5: "(\(some())) >= (\(some()))"
        case 6: "(\(other()) and \(other()))"
        case 7: "(\(other()) or \(other()))"
        case 8: "not (\(other()))"
        default: other()
        }
    }
}
