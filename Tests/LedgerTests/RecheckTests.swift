import Ledger
import Testing

@Suite("Deciding history again")
struct RecheckTests {
    /// One event after another, decided again: the numbers of those that deviate, and why.
    static func deviations(_ log: [[UInt8]]) throws -> [Deviation] {
        var recheck = Recheck { sequence in
            sequence <= UInt64(log.count) ? log[Int(sequence) - 1] : nil
        }
        var found: [Deviation] = []
        var event = Event()
        for bytes in log {
            try event.decode(bytes, bytes.indices)
            if let deviation = try recheck.take(event) { found.append(deviation) }
        }
        return found
    }

    /// The log with its last event changed as somebody could who writes it himself.
    static func forged(_ log: [[UInt8]], _ change: (inout Event) -> Void) throws -> [[UInt8]] {
        var event = Event()
        let last = try #require(log.last)
        try event.decode(last, last.indices)
        change(&event)
        var writer = ByteWriter(capacity: Limits.eventBytesMax)
        event.encode(into: &writer)
        return log.dropLast() + [writer.bytes]
    }

    static let rulebook = """
        {
          edition: 1, title: 'Test',
          currencies: {
            xp: { never_decreases: true, raw: ['game', 'operate'] },
            coins: { transferable: true, raw: ['game', 'operate'], cap: 1000000 },
            gems: { facets: 'open', raw: ['game', 'operate'] },
          },
          ladders: { level: { of: "earned('xp')", start: 1, rungs: [0, 100, 300, 600] } },
          openings: [{ posts: [{ balance: 'gems:welcome', amount: 5 }] }],
          actions: {
            quest: {
              inputs: {
                hard: { type: 'bool', default: false }, name: 'name',
                note: { type: 'text', optional: true },
                parts: { type: 'list', of: 'int', optional: true },
              },
              let: { points: 'if(hard, 200, 50) + count(parts)' }, show: ['points'],
              once: ['name'],
              posts: [
                { balance: 'xp', amount: 'points' }, { balance: 'gems:<name>', amount: 1 },
              ],
              sets: [{ fact: 'done:<name>', value: 'points' }],
            },
            help: {
              inputs: { whom: 'account' },
              posts: [{ balance: 'xp', amount: 3, to: 'whom' }, { balance: 'coins', amount: 1 }],
            },
          },
        }
        """

    static let script = [
        "award alice coins 100 key=a", "award alice/knight coins 7 by=staff memo=for-the-talk",
        "record alice quest name=cave hard=1 note=hello key=b", "record bob quest name=cave",
        "spend alice coins 30", "transfer alice carol coins 20", "hold alice coins 10",
        "fact alice class mage", "fact alice strength -7", "fact alice class",
        "freeze bob", "unfreeze bob", "award dave gems:red 9",
    ]

    static func scenario(_ commands: [String]) throws -> Scenario {
        var scenario = Scenario(rulebook: rulebook)
        for (index, command) in commands.enumerated() {
            scenario.now.microseconds += Int64(index) * 1_000
            #expect(scenario.outcome(command) == "ok", "\(command)")
            scenario.commit()
        }
        return scenario
    }

    @Test("what was decided once is decided so again, forgotten accounts and ended holds included")
    func same() throws {
        var scenario = try Self.scenario(Self.script)
        let hold = scenario.receipt.sequence
        for command in [
            "hold alice coins 5", "hold alice coins 6 until=1700000000900000", "forget dave",
            "award dave coins 3", "record dave quest name=late parts=1,2,3",
            "record dave help whom=alice/knight",
        ] {
            #expect(scenario.outcome(command) == "ok", "\(command)")
            scenario.commit()
        }
        let events = try Self.events(scenario.log)
        let holds = events.filter { $0.payload == .hold(.placed, $0.sequence) }.map(\.sequence)
        let award = try #require(events.first { $0.kind == .award && $0.causeKind == .raw })
            .sequence
        scenario.now = Instant(microseconds: 1_700_000_001_000_000)
        for command in [
            "settle \(holds[0]) amount=4", "release \(holds[1])", "reverse \(award) amount=9",
            "reverse \(award) amount=1 key=r", "forget alice",
        ] {
            #expect(scenario.outcome(command) == "ok", "\(command)")
            scenario.commit()
        }
        #expect(hold > 0)
        #expect(try Self.deviations(scenario.log).map(\.reason) == [])
    }

    static func events(_ log: [[UInt8]]) throws -> [Event] {
        try log.map { bytes in
            var event = Event()
            try event.decode(bytes, bytes.indices)
            return event
        }
    }

    @Test("commands of a group are decided again one by one")
    func groups() throws {
        var scenario = try Self.scenario(["award alice coins 100"])
        var receipt = Receipt()
        scenario.ledger.beginGroup()
        for (index, text) in ["transfer alice zoe coins 60", "spend zoe coins 60"].enumerated() {
            let command = Script.command(text)
            _ = try scenario.ledger.executeInGroup(
                command, isLast: index == 1, from: Scenario.peer, at: scenario.now, into: &receipt)
        }
        scenario.ledger.endGroup(.kept)
        scenario.commit()
        #expect(try Self.deviations(scenario.log).map(\.reason) == [])
    }

    /// A command, what is forged about its event, and what is said of that.
    struct Forgery: Sendable, CustomTestStringConvertible {
        var command: String
        var says: String
        var change: @Sendable (inout Event) -> Void
        var testDescription: String { command + ": " + says }

        init(_ command: String, _ says: String, _ change: @escaping @Sendable (inout Event) -> Void)
        {
            self.command = command
            self.says = says
            self.change = change
        }
    }

    static let forgeries = [
        Forgery("record alice quest name=x", "postings") { $0.postings[0].amount += 1 },
        Forgery("record alice quest name=x hard=1", "postings") {
            $0.inputs[1].value = .bool(false)
        },
        Forgery("record alice quest name=x", "postings") { $0.postings.removeLast() },
        Forgery("record alice quest name=x", "marks") { $0.marks[0].value = CellValue(51, 0) },
        Forgery("record alice quest name=x", "marks") { $0.marks.removeAll() },
        Forgery("record alice quest name=x", "explained values") {
            $0.shown[0].value = Rational(7)
        },
        Forgery("record alice quest name=x", "idempotency tokens") {
            $0.once.removeAll()
            $0.after.removeAll()
        },
        Forgery("record alice quest name=x", "balances after it") { $0.after[0] += 1 },
        Forgery("record eve quest name=x hard=1", "rungs") { $0.rungs[0].to = 4 },
        Forgery("record eve quest name=x hard=1", "rungs") { $0.rungs.removeAll() },
        Forgery("spend alice coins 10", "refused: INSUFFICIENT") { $0.postings[0].amount = 99_999 },
        Forgery("award alice coins 10", "refused: LIMIT") { $0.postings[0].amount = 1_000_001 },
        Forgery("award alice coins 10", "posts less than 1") { $0.postings[0].amount = -10 },
        Forgery("award alice coins 10", "postings") { $0.postings.append($0.postings[0]) },
        Forgery("award alice coins 10", "AT lies in the future") {
            $0.at = Instant(microseconds: $0.time.microseconds + 1)
        },
        Forgery("award alice coins 10", "nobody caused it") { $0.actor = 0 },
        Forgery("award alice coins 10", "rules") { $0.rules = 7 },
        Forgery("award alice coins 10", "cause") { $0.causeName = Word(1) },
        Forgery("award alice coins 10", "refused: NOTFOUND") { $0.causeOf = 9_999 },
        Forgery("hold alice coins 10", "postings") { $0.postings[0].side = .earn },
        Forgery("transfer alice bob coins 10", "postings") { $0.postings[1].amount = 11 },
        Forgery("fact alice class rogue", "marks") { $0.marks.append($0.marks[0]) },
        Forgery("freeze alice", "refused: TAKEN") { $0.payload = .account(.unfrozen) },
    ]

    @Test("what the rules don't come to is found", arguments: forgeries)
    func forgery(_ forgery: Forgery) throws {
        var scenario = try Self.scenario(Self.script)
        #expect(scenario.outcome(forgery.command) == "ok")
        scenario.commit()
        #expect(try Self.deviations(scenario.log).isEmpty)
        let log = try Self.forged(scenario.log, forgery.change)
        let found = try Self.deviations(log)
        #expect(found.map(\.sequence) == [UInt64(log.count)])
        #expect(found.first?.reason.contains(forgery.says) == true, "\(found.map(\.reason))")
    }

    @Test("what opening an account gives is decided again too, and missed where it is missing")
    func openings() throws {
        let scenario = try Self.scenario(["award alice coins 1"])
        let events = try Self.events(scenario.log)
        let gift = try #require(events.firstIndex { $0.causeKind == .ledger })
        let more = try Self.forged(Array(scenario.log[...gift])) { $0.postings[0].amount = 6 }
        #expect(try Self.deviations(more).map(\.reason) == ["the rules come to other postings"])

        // The gift replaced by the command's own event, as if nothing had been given.
        var award = try #require(events.last)
        award.sequence -= 1
        award.accounts[0].previous = events[gift].accounts[0].previous
        var writer = ByteWriter(capacity: Limits.eventBytesMax)
        award.encode(into: &writer)
        let less = try Self.deviations(scenario.log[..<gift] + [writer.bytes])
        #expect(less.count == 1)
        #expect(less.first?.reason.contains("opened before it, is missing") == true)
        #expect(less.first?.decided?.postings.map(\.amount) == [5])
    }

    @Test("a hold that expired too early is found")
    func expiry() throws {
        var scenario = try Self.scenario([
            "award alice coins 10", "hold alice coins 5 until=1700000060000000",
        ])
        scenario.ledger.expireHolds(at: Instant(microseconds: 1_700_000_061_000_000))
        scenario.commit()
        #expect(try Self.deviations(scenario.log).isEmpty)
        let log = try Self.forged(scenario.log) { $0.time.microseconds = 1_700_000_059_000_000 }
        #expect(
            try Self.deviations(log).map(\.reason) == ["no hold of the account has come to its end"]
        )
    }
}
