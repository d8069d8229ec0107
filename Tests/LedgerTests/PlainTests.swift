import Ledger
import Testing

/// Plain commands are decided in a way of their own: it must come to what the general way comes to, byte
/// for byte.
@Suite("Plain commands") struct PlainTests {
    static let rulebook = """
        {
          edition: 1,
          title: 'Test',
          currencies: {
            xp: { never_decreases: true, raw: ['game', 'operate'] },
            coins: { facets: 'none', transferable: true, raw: ['game', 'operate'], cap: 1000 },
            gems: { facets: 'open', raw: ['game', 'operate'], floor: -50 },
            karma: { raw: ['operate'] },
          },
          ladders: {
            level: { of: "earned('xp')", start: 1, rungs: [0, 100, 300, 600] },
            purse: { of: "available('coins')", rungs: [0, 50, 200] },
            shine: { of: "available('gems:red')", rungs: [0, 20, 40], lose: 'never' },
          },
        }
        """

    /// The same with boards by some of the currencies, and an action that counts for something.
    static let ranked = rulebook.replacing(
        "ladders: {",
        with: """
            boards: {
              rich: { by: ["available('coins')", "rung('level')"] },
              today: { earned: 'gems:red', window: 'day' },
              lately: { earned: 'gems:green', window: 'week' },
              most: { by: ["available('gems:red')", "spent('gems:green')"] },
              ever: { by: "earned('gems:green')", window: 'month' },
            },
            actions: { visit: {} },
            streaks: { daily: { counts: ['visit'] } },
            goals: { often: { counts: ['visit'], target: 3, window: 'week' } },
            ladders: {
            """)

    @Test(
        "plain commands come to the same bytes as in the general way",
        arguments: 1...UInt64(8), [rulebook, ranked])
    func sameBytes(seed: UInt64, rulebook: String) throws {
        var random = PlainRandom(state: seed)
        var plain = Scenario(rulebook: rulebook)
        var general = Scenario(rulebook: rulebook)
        var taken = 0
        for round in 0..<400 {
            plain.now.microseconds += Int64(random.next() % 3)
            if rulebook == Self.ranked, round % 20 == 19 {
                plain.now.microseconds += 11 * 3_600_000_000
            }
            general.now = plain.now
            let peer = random.next() % 8 == 0 ? Peer(uid: 7, role: .game) : Scenario.peer
            let texts = (0...random.next() % 9).map { _ in Self.text(&random) }
            taken += plain.runPlain(texts, from: peer)
            for text in texts where !text.hasPrefix("balance") {
                _ = general.outcome(text, from: peer)
            }
            // Now and then what only the general way does.
            if random.next() % 4 == 0 {
                let other = Self.otherText(&random)
                #expect(plain.outcome(other) == general.outcome(other))
            }
            if round % 50 == 49 {
                plain.commit()
                general.commit()
            }
        }
        plain.commit()
        general.commit()
        #expect(plain.log == general.log)
        // Of the ranked rulebook's currencies one is never plain.
        let least = rulebook == Self.ranked ? 200 : 400
        #expect(taken > least, "hardly anything was plain: \(taken)")
        #expect(plain.ledger.state.accountCount == general.ledger.state.accountCount)
        for number in 0...plain.ledger.state.accountCount {
            let account = AccountNumber(number)
            #expect(
                plain.ledger.state.encodeRow(account) == general.ledger.state.encodeRow(account))
            #expect(plain.ledger.state.id(account) == general.ledger.state.id(account))
            #expect(plain.ledger.state.opened(account) == general.ledger.state.opened(account))
        }
        let areBoardsSame = plain.ledger.state.hasSameStandings(as: general.ledger.state)
        #expect(areBoardsSame)
        let changes = plain.ledger.state.directoryChanges()
        let expected = general.ledger.state.directoryChanges()
        #expect(changes.map(\.token) == expected.map(\.token))
        #expect(changes.map(\.account) == expected.map(\.account))
        try Self.expectSameReplay(&plain)
    }

    /// Folding what was written must give the state that deciding came to.
    private static func expectSameReplay(_ scenario: inout Scenario) throws {
        var state = State(source: scenario.source)
        var event = Event()
        for bytes in scenario.log {
            try event.decode(bytes, bytes.indices)
            try state.fold(event)
        }
        for number in 0...state.accountCount {
            let account = AccountNumber(number)
            #expect(state.encodeRow(account) == scenario.ledger.state.encodeRow(account))
        }
        #expect(state.recentKeys.count == scenario.ledger.state.recentKeys.count)
    }

    private static let accounts = ["ann", "bob", "bob/knight", "a-rather-long-name-for-an-account"]
    private static let balances = [
        "xp", "xp", "coins", "gems:red", "gems:green", "gems", "karma", "coins:red", "nothing",
    ]

    /// Some that are opened on the way, and some that are no accounts.
    private static let newAccounts = ["~ann", "*", "bob/", "a/b/c", "ann/page", "zoë", "x\u{7F}"]

    private static func account(_ random: inout PlainRandom) -> String {
        switch random.next() % 8 {
        case 0: random.pick(newAccounts)
        case 1: "new\(random.next() % 300)"
        default: random.pick(accounts)
        }
    }

    private static func text(_ random: inout PlainRandom) -> String {
        let account = account(&random)
        let balance = random.pick(balances)
        let verb = random.pick(["award", "award", "spend", "balance"])
        if verb == "balance" { return "balance \(account) \(balance)" }
        let amount = random.next() % 40 == 0 ? UInt64(Int64.max) : 1 + random.next() % 120
        // Few enough keys that some are said again, for the same and for other commands.
        let key = random.next() % 3 == 0 ? " key=k\(random.next() % 90)" : ""
        return "\(verb) \(account) \(balance) \(amount)\(key)"
    }

    private static func otherText(_ random: inout PlainRandom) -> String {
        let account = account(&random)
        return switch random.next() % 8 {
        case 6: "forget \(account)"
        case 0: "hold \(account) coins 3"
        case 1: "freeze \(account)"
        case 2: "unfreeze \(account)"
        case 3: "transfer \(account) ann coins 2"
        case 4: "award \(account) xp 5 memo=hello"
        case 5: "award \(account) gems:new\(random.next() % 5) 5 dryrun=1"
        default: "award \(account) coins 1 by=ann"
        }
    }

    @Test("a balance is read as it stands between the writes around it")
    func reads() {
        var scenario = Scenario(rulebook: Self.rulebook)
        _ = scenario.outcome("award ann coins 40")
        let taken = scenario.runPlain(
            ["balance ann coins", "award ann coins 3", "balance ann coins", "spend ann coins 1"],
            from: Scenario.peer)
        #expect(taken == 4)
        #expect(scenario.plain[0].value == CellValue(40, 0, 0))
        #expect(scenario.plain[1].value == CellValue(43, 0, 0))
        #expect(scenario.plain[2].value == CellValue(43, 0, 0))
        #expect(scenario.plain[3].value == CellValue(43, 1, 0))
        #expect(scenario.plain[1].sequence + 1 == scenario.plain[3].sequence)
    }

    @Test("a profile is what the account has between the writes around it, if that isn't too much")
    func profiles() {
        var scenario = Scenario(rulebook: Self.rulebook)
        _ = scenario.outcome("award ann coins 40")
        _ = scenario.outcome("award bob xp 120")
        let texts = [
            "profile ann", "award ann coins 3", "profile ann", "award ann xp 1", "profile bob",
            "profile ann",
        ]
        #expect(scenario.runPlain(texts, from: Scenario.peer) == 6)
        func cells(_ index: Int) -> [Cell] {
            let start = Int(scenario.plain[index].cellStart)
            return Array(
                scenario.plain.cells[start..<(start + Int(scenario.plain[index].cellCount))])
        }
        func view(_ account: String) -> AccountView {
            let bytes = Array(account.utf8)
            let number = scenario.ledger.state.find(bytes, bytes.indices)
            return scenario.ledger.state.view(number ?? .ledger)
        }
        #expect(cells(0).map(\.value) == [CellValue(40)])
        #expect(cells(2).map(\.value) == [CellValue(43)])
        #expect(scenario.plain[2].sequence == scenario.plain[1].sequence)
        #expect(cells(4) == view("bob").cells && !cells(4).isEmpty)
        #expect(cells(5) == view("ann").cells)
        #expect(scenario.plain[5].sequence == view("ann").last)
        #expect(!scenario.plain[5].isFrozen)
        _ = scenario.outcome("freeze ann")
        #expect(scenario.decidePlain(["profile ann"], from: Scenario.peer) == 1)
        #expect(scenario.plain[0].isFrozen)
        // Nobody, one who was forgotten, and whoever has more than is kept side by side.
        _ = scenario.outcome("forget bob")
        for text in ["profile nobody", "profile bob"] {
            #expect(scenario.decidePlain([text], from: Scenario.peer) == 0, "\(text)")
        }
        var left = Int(PlainCommands.cellsMax)
        while left > 0 {
            #expect(scenario.outcome("award eve gems:g\(left) 1") == "ok")
            left -= 1
            #expect(scenario.decidePlain(["profile eve"], from: Scenario.peer) == 1)
        }
        #expect(scenario.outcome("award eve gems:more 1") == "ok")
        #expect(scenario.decidePlain(["profile eve"], from: Scenario.peer) == 0)
    }

    @Test("whoever may not write is left to the general way, which refuses")
    func roles() {
        var scenario = Scenario(rulebook: Self.rulebook)
        _ = scenario.outcome("award ann coins 40")
        let auditor = Peer(uid: 1, role: .audit)
        let head = scenario.ledger.state.head
        #expect(scenario.decidePlain(["award ann coins 1"], from: auditor) == 0)
        #expect(scenario.decidePlain(["award ann karma 1"], from: Peer(uid: 1, role: .game)) == 0)
        #expect(scenario.decidePlain(["balance ann coins"], from: auditor) == 1)
        #expect(scenario.ledger.state.head == head)
    }

    @Test("rungs are climbed on the way, up and down")
    func climbs() {
        var scenario = Scenario(rulebook: Self.rulebook)
        for balance in ["xp", "coins", "gems:red"] {
            #expect(scenario.outcome("award ann \(balance) 1") == "ok")
        }
        let texts = [
            "award ann xp 99", "award ann xp 1", "award ann coins 300", "spend ann coins 280",
            "award ann gems:red 50", "spend ann gems:red 50",
        ]
        #expect(scenario.decidePlain(texts, from: Scenario.peer) == texts.count)
        let climbs = texts.indices.map { index in
            scenario.plain.reached(index).map { "\($0.from)-\($0.to)" }.joined()
        }
        // What shines goes on shining.
        #expect(climbs == ["1-2", "", "1-3", "3-1", "1-3", ""])
        #expect(scenario.outcome("award ann xp 500 memo=x") == "ok")
        #expect(scenario.receipt.reached.map(\.from) == [2])
    }

    @Test("an account is opened on the way, unless something else follows from that")
    func openings() {
        var scenario = Scenario(rulebook: Self.rulebook)
        #expect(scenario.outcome("award ann xp 1") == "ok")
        #expect(scenario.outcome("award ann coins 1") == "ok")
        let count = scenario.ledger.state.accountCount
        let plain = [
            "award eve xp 5", "award eve xp 6", "award zoë coins 7 key=k", "balance eve xp",
        ]
        #expect(scenario.decidePlain(plain, from: Scenario.peer) == 4)
        #expect(scenario.ledger.state.accountCount == count + 2)
        #expect(scenario.plain[1].value == CellValue(11, 0, 0))
        #expect(scenario.outcome("award zoë coins 7 key=k").hasPrefix("known"))
        // Rungs are reached on the way, too.
        #expect(scenario.decidePlain(["award new2 xp 300"], from: Scenario.peer) == 1)
        #expect(scenario.plain.reached(0).map(\.to) == [3])
        // Spending, a cap, a total that is the first, a parent, no id at all.
        for text in [
            "spend new1 gems 1", "award new3 coins 1001", "award new4 gems 1",
            "award new5/knight xp 1", "award ~6 xp 1", "award new7 karma 1", "balance new8 xp",
        ] {
            #expect(scenario.decidePlain([text], from: Scenario.peer) == 0, "\(text)")
        }
        #expect(scenario.ledger.state.accountCount == count + 3)
    }

    @Test("places on boards move on the way, unless it takes a closer look")
    func boards() {
        let boards = """
            boards: {
              gold: { by: ["available('coins')", "earned('coins')"] },
              today: { earned: 'gems:red', window: 'day' },
              shown: { by: "available('xp')", hidden: "(fact('shy') else 0) == 1" },
            },
            ladders: {
            """
        var scenario = Scenario(rulebook: Self.rulebook.replacing("ladders: {", with: boards))
        for balance in ["coins", "gems:red", "gems:green", "xp"] {
            #expect(scenario.outcome("award ann \(balance) 10") == "ok")
        }
        let texts = [
            "award ann coins 5", "spend ann coins 7", "award ann gems:red 4",
            "spend ann gems:red 1",
            "award ann gems:green 3", "award bob coins 8", "award cid gems:red 14",
        ]
        #expect(scenario.decidePlain(texts, from: Scenario.peer) == texts.count)
        let gold = CellKey(.board, scenario.ledger.state.words.find("gold") ?? .none)
        let top = scenario.ledger.state.top(gold, count: 9, from: 1, .earliest)
        #expect(top.map(\.value) == [8, 8] && top.map(\.account.rawValue) == [1, 2])
        // The second key decides: ann has earned more.
        #expect(scenario.ledger.state.value(AccountNumber(1), gold)?.b == 15)
        let today = scenario.ledger.rules.boardKey(
            scenario.ledger.rules.parts.boards[1], at: scenario.now, now: scenario.now)
        let earned = scenario.ledger.state.top(
            today ?? gold, count: 9, from: 1, .earliest)
        // Equal sums: who reached it first.
        #expect(earned.map(\.value) == [14, 14] && earned.map(\.account.rawValue) == [1, 3])
        // Who may be hidden, and the next day, of which the old entry knows nothing.
        #expect(scenario.decidePlain(["award ann xp 1"], from: Scenario.peer) == 0)
        scenario.now.microseconds += 86_400_000_000
        #expect(scenario.decidePlain(["award ann gems:red 1"], from: Scenario.peer) == 0)
        #expect(scenario.outcome("award ann gems:red 1") == "ok")
        #expect(scenario.decidePlain(["award ann gems:red 1"], from: Scenario.peer) == 1)
    }

    @Test("another rulebook is noticed")
    func rulebooks() throws {
        var scenario = Scenario(rulebook: Self.rulebook)
        _ = scenario.outcome("award ann coins 900")
        #expect(scenario.decidePlain(["award ann coins 50"], from: Scenario.peer) == 1)
        let lower = Self.rulebook.replacing("cap: 1000", with: "cap: 960")
        _ = try scenario.ledger.adopt(
            Array(lower.utf8), hash: [UInt8](repeating: 2, count: 32), file: "lower.json5",
            from: Scenario.peer, at: scenario.now)
        #expect(scenario.decidePlain(["award ann coins 20"], from: Scenario.peer) == 0)
        #expect(scenario.outcome("award ann coins 20") == "LIMIT")
        #expect(scenario.decidePlain(["award ann coins 10"], from: Scenario.peer) == 1)
        #expect(scenario.decidePlain(["spend ann coins 10"], from: Scenario.peer) == 1)
    }
}

/// A small random generator, the same everywhere.
struct PlainRandom {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func pick(_ choices: [String]) -> String {
        choices[Int(next() % UInt64(choices.count))]
    }
}

extension Scenario {
    /// Decides commands in the plain way as far as they go; returns how many.
    mutating func decidePlain(_ texts: [String], from peer: Peer, first: Int = 0) -> Int {
        if first == 0 {
            plainBytes = []
            plain.count = 0
            for text in texts { appendPlain(text) }
        }
        let bytes = plainBytes
        if first == 0 { ledger.lookUp(&plain, in: bytes.span) }
        return ledger.decide(&plain, from: first, in: bytes.span, from: peer, at: now)
    }

    /// Decides commands in the plain way, and in the general way those that it leaves. Returns how many
    /// were plain.
    mutating func runPlain(_ texts: [String], from peer: Peer) -> Int {
        var next = 0
        var taken = 0
        while next < texts.count {
            let done = decidePlain(texts, from: peer, first: next)
            taken += done - next
            next = done
            guard next < texts.count else { break }
            let isRead = texts[next].hasPrefix("balance") || texts[next].hasPrefix("profile")
            if !isRead { _ = outcome(texts[next], from: peer) }
            next += 1
            if next == texts.count { break }
        }
        return taken
    }

    private mutating func appendPlain(_ text: String) {
        var command = PlainCommand()
        let words = text.split(separator: " ").map(String.init)
        func range(_ word: String) -> PlainCommand.Text {
            let start = plainBytes.count
            plainBytes.append(contentsOf: word.utf8)
            return PlainCommand.Text(start, word.utf8.count)
        }
        command.verb = PlainCommand.verb(words[0])
        command.account = range(words[1])
        if words.count > 2 { command.balance = range(words[2]) }
        for word in words.dropFirst(3) {
            if word.hasPrefix("key=") {
                command.key = range(String(word.dropFirst(4)))
            } else if command.verb != .record {
                command.amount = Int64(word) ?? 0
            } else {
                plain.setInput(plain.count, Int(command.inputCount), range(word))
                command.inputCount += 1
            }
        }
        plain[plain.count] = command
        plain.count += 1
    }

    mutating func outcome(_ text: String, from peer: Peer) -> String {
        do {
            switch try ledger.execute(
                Script.command(text), from: peer, at: now, into: &receipt)
            {
            case .decided: return "ok"
            case .known(let sequence, _): return "known \(sequence)"
            }
        } catch {
            return error.code.rawValue
        }
    }
}

extension PlainCommand {
    static func verb(_ word: String) -> Verb {
        switch word {
        case "award": .award
        case "spend": .spend
        case "record": .record
        case "profile": .profile
        default: .balance
        }
    }
}
