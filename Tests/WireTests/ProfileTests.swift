import Testing

@testable import Ledger
@testable import Wire

/// Profiles are put together from texts that were prepared: they must be what is written value by value.
@Suite("Profiles") struct ProfileTests {
    /// What the repository's rulebooks leave out: facets that climb, a formula that does, seasons, goals
    /// that open and close, nothing beyond a cap, time zones.
    static let rulebook = """
        {
          edition: 1,
          title: 'Test',
          time_zone: '+02:00',
          seasons: {
            spring: { from: '2026-03-01', until: '2026-06-01' },
            autumn: { from: '2026-09-01', until: '2026-12-01' },
          },
          currencies: {
            xp: {}, honour: { facets: 'open' }, coins: {},
          },
          ladders: {
            level: { of: "earned('xp')", start: 1, rungs: [0, 100, 300, 600], tail: 400 },
            rank: { of: "earned('honour:<facet>')", rungs: { page: 0, knight: 50, king: 1000 } },
            pass: { of: "earned('honour:<season>')", rungs: [0, 5, 500], past_cap: 'lose' },
            wealth: { of: "available('coins') + available('xp')", rungs: [0, 10, 20] },
          },
          items: { hat: { slot: 'head' }, boots: { slot: 'feet' } },
          actions: { visit: {} },
          streaks: { daily: { counts: ['visit'] } },
          goals: {
            often: { counts: ['visit'], target: 3, window: 'week' },
            once: { counts: ['visit'], target: 1 },
            soon: { counts: ['visit'], target: 9, window: 'month', from: '2026-05-01',
              until: '2026-05-20' },
          },
          offers: { lamp: { cost: { balance: 'coins', amount: 3 } } },
        }
        """

    @Test(
        "profiles of random accounts are what is written value by value", arguments: [false, true])
    func sameBytes(isRESP3: Bool) throws {
        var writer = ProfileWriter()
        for (name, source) in try rulebooks() + [("test", Array(Self.rulebook.utf8))] {
            var names = try RulebookNames(compiling: source)
            var random = Random(state: 17)
            let maker = AccountMaker(&names)
            writer.forgetNames()
            for round in 0..<300 {
                let view = maker.account(&random)
                let time = Self.time(&random, names.rules)
                var (written, expected) = (ReplyWriter(isRESP3: isRESP3), ReplyWriter())
                expected.isRESP3 = isRESP3
                writer.write(view, at: time, names, to: &written)
                expected.values { $0.plainProfile(view, at: time, names) }
                guard written.bytes == expected.bytes else {
                    Issue.record(
                        """
                        \(name), round \(round): \(String(decoding: written.bytes, as: UTF8.self))
                        instead of \(String(decoding: expected.bytes, as: UTF8.self))
                        """)
                    return
                }
            }
        }
    }

    /// Some time of these years, or one at which something begins or ends.
    private static func time(_ random: inout Random, _ rules: Rulebook) -> Instant {
        let edges = rules.seasons.flatMap { [$0.from, $0.until] }
        if random.next() % 3 == 0, let edge = edges.randomElement(using: &random) {
            return Instant(microseconds: edge.microseconds - Int64(random.next() % 2))
        }
        let day = 20_000 + Int64(random.next() % 1_500)
        if random.next() % 3 == 0 {
            let start = LocalTime.start(of: day, utcOffsetMinutes: rules.utcOffsetMinutes)
            return Instant(microseconds: start.microseconds - Int64(random.next() % 2))
        }
        return Instant(microseconds: day * LocalTime.microsecondsPerDay + 12_345_678)
    }

    @Test("protocols, rulebooks and times take turns")
    func turns() throws {
        var writer = ProfileWriter()
        var random = Random(state: 3)
        var books: [(RulebookNames, AccountMaker)] = []
        for (_, source) in try rulebooks() + [("test", Array(Self.rulebook.utf8))] {
            var names = try RulebookNames(compiling: source)
            let maker = AccountMaker(&names)
            books.append((names, maker))
        }
        for _ in 0..<500 {
            let (names, maker) = books[Int(random.next() % UInt64(books.count))]
            let (view, time) = (maker.account(&random), Self.time(&random, names.rules))
            var written = ReplyWriter(isRESP3: random.next() % 2 == 0)
            var expected = ReplyWriter(isRESP3: written.isRESP3)
            // Each of these has words of its own.
            writer.forgetNames()
            writer.write(view, at: time, names, to: &written)
            expected.values { $0.plainProfile(view, at: time, names) }
            #expect(written.bytes == expected.bytes)
        }
    }

    @Test("an account with thousands of balances, and names that have no place")
    func large() throws {
        var names = try RulebookNames(compiling: Array(Self.rulebook.utf8))
        var view = AccountView()
        let honour = names.word("honour")
        let long = String(repeating: "n", count: 32)
        for index in 0..<5_000 {
            let facet = names.word("\(long)\(index)")
            view.cells.append(
                Cell(key: CellKey(.balance, honour, facet.rawValue), value: CellValue(1)))
        }
        for index in 0..<100 {
            let text = [String](repeating: long, count: 3).joined(separator: ":")
            let fact = names.word("\(text):\(long.dropLast(3))\(index)")
            view.cells.append(Cell(key: CellKey(.fact, fact), value: CellValue(.min)))
        }
        view.cells.sort { $0.key < $1.key }
        var (written, expected) = (ReplyWriter(isRESP3: true), ReplyWriter(isRESP3: true))
        var writer = ProfileWriter()
        let time = Instant(microseconds: 1_770_000_000_000_000)
        writer.write(view, at: time, names, to: &written)
        expected.values { $0.plainProfile(view, at: time, names) }
        #expect(written.bytes == expected.bytes)
    }

    @Test("words that are taken back leave no names behind")
    func forgotten() throws {
        let before = try RulebookNames(compiling: Array(Self.rulebook.utf8))
        var (one, other) = (before, before)
        var view = AccountView()
        let fact = one.word("first")
        #expect(other.word("second") == fact)
        view.cells = [Cell(key: CellKey(.fact, fact), value: CellValue(1))]
        var writer = ProfileWriter()
        let time = Instant(microseconds: 1_770_000_000_000_000)
        for names in [one, other] {
            var (written, expected) = (ReplyWriter(isRESP3: true), ReplyWriter(isRESP3: true))
            writer.write(view, at: time, names, to: &written)
            expected.values { $0.plainProfile(view, at: time, names) }
            #expect(written.bytes == expected.bytes)
            writer.forgetNames()
        }
    }
}

/// Makes accounts that have something of all that a rulebook declares, and of what it doesn't.
struct AccountMaker {
    private var names: RulebookNames
    private var facets: [Word] = [.none]
    private var claims: [Word] = [.none]
    private let other: Word

    init(_ names: inout RulebookNames) {
        other = names.word("other")
        for facet in ["red", "a-facet"] { facets.append(names.word(facet)) }
        facets += names.rules.seasons.map(\.name)
        for text in ["red", "red:3", "7"] { claims.append(names.word(text)) }
        for season in names.rules.seasons {
            for text in [season.text, season.text + ":2", season.text + ":a:b", season.text + "x"] {
                claims.append(names.word(text))
            }
        }
        self.names = names
    }

    func account(_ random: inout Random) -> AccountView {
        let parts = names.rules.parts
        var cells: [CellKey: CellValue] = [:]
        let share = random.next() % 4
        for currency in parts.currencies.map(\.name) + [other] {
            for facet in facets where some(share, &random) {
                let name = BalanceName(currency: currency, facet: facet)
                let earned = Self.number(&random)
                cells[CellKey(name)] = CellValue(earned, Self.small(&random), Self.small(&random))
                if some(share, &random) { cells[CellKey(received: name)] = CellValue(earned / 2) }
            }
        }
        for ladder in parts.ladders {
            for facet in facets where some(share, &random) {
                let span = UInt64(ladder.floors.count + 3)
                let rung = ladder.start - 1 + Int64(random.next() % span)
                cells[CellKey(.rung, ladder.name, facet.rawValue)] = CellValue(rung)
            }
        }
        marks(&cells, &random, share)
        var view = AccountView()
        view.account = AccountNumber(UInt32(random.next() % 1_000))
        view.last = random.next() >> (random.next() % 64)
        view.isFrozen = random.next() % 4 == 0
        view.cells = cells.map { Cell(key: $0, value: $1) }.sorted { $0.key < $1.key }
        return view
    }

    private func marks(
        _ cells: inout [CellKey: CellValue], _ random: inout Random, _ share: UInt64
    ) {
        let parts = names.rules.parts
        for fact in facets.dropFirst() + [other] where some(share, &random) {
            let word = Int64((facets.randomElement(using: &random) ?? other).rawValue)
            cells[CellKey(.fact, fact)] =
                some(share, &random) ? CellValue(Self.number(&random)) : CellValue(word, 1)
        }
        for item in parts.items where some(share, &random) {
            cells[CellKey(.item, item.name)] = CellValue(1)
            if let slot = item.slot {
                cells[CellKey(.equipped, slot)] = CellValue(Int64(item.name.rawValue))
            }
        }
        let offers =
            parts.offers.map(\.name) + parts.migrations.map(\.name) + parts.seasons.map(\.name)
        for offer in offers + [other] {
            for values in claims where some(share, &random) {
                cells[CellKey(.claim, offer, values.rawValue)] = .zero
            }
        }
        for streak in parts.streaks where some(share, &random) {
            cells[CellKey(.streak, streak.name)] = CellValue(3, 17, Self.number(&random) % 40_000)
        }
        for goal in parts.goals where some(share, &random) {
            let day = goal.window == .none ? 0 : 20_000 + Int64(random.next() % 1_500)
            let done = Int64(random.next() % 3)
            cells[CellKey(.goal, goal.name)] = CellValue(Self.small(&random), day, done)
            cells[CellKey(.goalMember, goal.name, 5)] = CellValue(day)
        }
        if some(share, &random) { cells[CellKey(.hold, sequence: 77)] = CellValue(1, 2, 3) }
        if some(share, &random) { cells[CellKey(.unlock, other)] = .zero }
        if some(share, &random) { cells[CellKey(other, windowDay: 20_000)] = .zero }
    }

    private func some(_ share: UInt64, _ random: inout Random) -> Bool {
        random.next() % 4 < share
    }

    private static func small(_ random: inout Random) -> Int64 { Int64(random.next() % 1_000) }

    /// Of any length, now and then below zero.
    private static func number(_ random: inout Random) -> Int64 {
        let value = Int64(random.next() >> (2 + random.next() % 62))
        return random.next() % 16 == 0 ? -value : value
    }
}
