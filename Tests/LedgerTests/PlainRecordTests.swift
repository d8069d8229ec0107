import Testing

@testable import Ledger

/// A RECORD that is plain is posted, encoded and folded in a way of its own: it must come to what the
/// general way comes to, byte for byte. A group of one always goes the general way.
@Suite("Plain records") struct PlainRecordTests {
    static let rulebook = """
        {
          edition: 1,
          title: 'Test',
          currencies: {
            xp: { never_decreases: true, raw: ['game', 'operate'] },
            coins: { transferable: true, raw: ['game', 'operate'], cap: 900, floor: -20 },
            gems: { facets: 'open', raw: ['game', 'operate'] },
          },
          ladders: {
            level: { of: "earned('xp')", start: 1, rungs: [0, 100, 300, 600], tail: 400 },
            purse: { of: "available('coins')", rungs: [0, 50, 200] },
            shine: { of: "earned('gems:red')", rungs: [0, 20, 40], lose: 'never' },
          },
          tables: { worth: { red: 3, green: 4 } },
          actions: {
            dig: {
              inputs: {
                place: 'name',
                depth: { type: 'int', min: 0, max: 50 },
                deep: { type: 'bool', default: false },
                kinds: { type: 'list', of: 'int', min: 0, max: 9, max_count: 3, optional: true },
              },
              let: {
                found: "if(deep, depth * 2, floor(depth / 3))",
                half: "depth / 2",
                rich: "available('coins') > 100",
              },
              show: ['found', 'half'],
              posts: [
                { balance: 'xp', amount: 'found' },
                { balance: 'gems:<place>', amount: "if(rich, 1, 2) + count(kinds)" },
                { balance: 'coins', amount: 'depth - 24', when: 'depth != 7' },
              ],
            },
            twice: {
              posts: [
                { balance: 'gems:red', amount: '1' }, { balance: 'gems:green', amount: '2' },
              ],
            },
            nothing: { inputs: { why: 'text' } },
            worth: {
              inputs: { kind: { type: 'name', one_of: ['red', 'green', 'blue'] } },
              posts: [{ balance: 'coins', amount: "table.worth[kind]" }],
            },
            gift: {
              inputs: { whom: 'account' },
              posts: [{ balance: 'coins', amount: '5', to: 'whom' }],
            },
            limited: {
              limit: { count: 3, per: 'day' },
              posts: [{ balance: 'xp', amount: '1' }],
            },
            first: {
              inputs: { place: 'name' },
              once: ['place'],
              posts: [{ balance: 'xp', amount: '1' }],
            },
            spent: { posts: [{ balance: 'coins', amount: '4', side: 'spend' }] },
          },
        }
        """

    @Test("plain records come to the same bytes as in the general way", arguments: 1...UInt64(8))
    func sameBytes(seed: UInt64) throws {
        var random = PlainRandom(state: seed)
        var plain = Scenario(rulebook: Self.rulebook)
        var general = Scenario(rulebook: Self.rulebook)
        var taken = 0
        for round in 0..<3_000 {
            plain.now.microseconds += Int64(random.next() % 3)
            general.now = plain.now
            let peer = random.next() % 8 == 0 ? Peer(uid: 7, role: .game) : Scenario.peer
            let text = random.next() % 8 == 0 ? Self.otherText(&random) : Self.text(&random)
            let expected = general.outcomeInGroup(text, from: peer)
            let command = Script.command(text)
            var outcome = "ok"
            if command.verb == .record,
                plain.ledger.recordPlainly(
                    command, from: peer, at: plain.now, into: &plain.receipt)
            {
                taken += 1
            } else {
                outcome = plain.outcome(text, from: peer)
            }
            try #require(outcome == expected, "\(text)")
            if outcome == "ok" {
                try #require("\(plain.receipt)" == "\(general.receipt)", "\(text)")
            }
            if round % 100 == 99 {
                plain.commit()
                general.commit()
            }
        }
        plain.commit()
        general.commit()
        #expect(plain.log == general.log)
        #expect(taken > 300, "hardly anything was plain: \(taken)")
        try Self.expectSameState(&plain, &general)
    }

    /// Of both, and of one that is folded from what was written.
    static func expectSameState(
        _ plain: inout Scenario, _ general: inout Scenario
    ) throws {
        var state = State(source: plain.source)
        var event = Event()
        for bytes in plain.log {
            try event.decode(bytes, bytes.indices)
            try state.fold(event)
        }
        #expect(state.recentKeys.count == plain.ledger.state.recentKeys.count)
        for number in 0...state.accountCount {
            let account = AccountNumber(number)
            let row = plain.ledger.state.encodeRow(account)
            #expect(row == general.ledger.state.encodeRow(account))
            #expect(row == state.encodeRow(account))
        }
    }

    static let accounts = ["ann", "bob", "bob/knight", "a-rather-long-name-for-an-account"]

    private static func text(_ random: inout PlainRandom) -> String {
        let account = random.pick(accounts)
        // Few enough keys that some are said again, for the same and for other commands.
        let key = random.next() % 3 == 0 ? " key=k\(random.next() % 300)" : ""
        let place = random.pick(["red", "green", "blue", "red", "green"])
        switch random.next() % 16 {
        case 0: return "record \(account) twice\(key)"
        case 1: return "record \(account) nothing why=because\(key)"
        case 2: return "record \(account) worth kind=\(place)\(key)"
        case 3: return "record \(account) gift whom=\(random.pick(accounts))\(key)"
        case 4: return "record \(account) limited\(key)"
        case 5: return "record \(account) first place=\(place)\(key)"
        case 6: return "record \(account) spent\(key)"
        case 7: return "record \(account) dig place=new\(random.next() % 40) depth=3\(key)"
        case 8: return "record \(account) dig place=red depth=\(random.next() % 60) odd=1\(key)"
        default:
            let depth = "depth=\(random.next() % 52)"
            let deep = random.pick(["deep=1", "deep=0", "deep=true", "", "deep=2"])
            let kinds = random.pick(["kinds=1,2", "kinds=", "", "kinds=1,2,3,4", "kinds=7"])
            let inputs = [depth, "place=\(place)", deep, kinds].filter { !$0.isEmpty }
            let turned = random.next() % 2 == 0 ? inputs : inputs.reversed()
            return "record \(account) dig \(turned.joined(separator: " "))\(key)"
        }
    }

    static func otherText(_ random: inout PlainRandom) -> String {
        let account = random.pick(accounts)
        return switch random.next() % 12 {
        case 0: "hold bob/knight coins 3"
        case 1: "freeze \(account)"
        case 2: "spend \(account) coins 40"
        case 3: "award \(account) coins 30"
        case 4: "record \(account) worth kind=red memo=hello"
        case 5: "record \(account) worth kind=red by=ann"
        case 6: "record \(account) dig place=odd\(random.next() % 9) depth=30 dryrun=1"
        default: "unfreeze \(account)"
        }
    }
}

extension Scenario {
    /// Decides a command as a group of its own.
    mutating func outcomeInGroup(_ text: String, from peer: Peer) -> String {
        let command = Script.command(text)
        ledger.beginGroup()
        do {
            switch try ledger.executeInGroup(
                command, isLast: true, from: peer, at: now, into: &receipt)
            {
            case .decided:
                ledger.endGroup(command.isDryRun ? .dryRun : .kept)
                return "ok"
            case .known(let sequence, _):
                ledger.endGroup(.refused)
                return "known \(sequence)"
            }
        } catch {
            ledger.endGroup(.refused)
            return error.code.rawValue
        }
    }
}
