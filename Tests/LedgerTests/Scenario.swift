import Ledger
import Testing

/// A ledger under a small rulebook, driven by commands as a client would write them.
struct Scenario: ~Copyable {
    var ledger: Ledger
    let source = MemorySource()
    var now = Instant(microseconds: 1_700_000_000_000_000)
    var receipt = Receipt()
    var log: [[UInt8]] = []
    var plain = PlainCommands()
    var plainBytes: [UInt8] = []

    static let rulebook = """
        {
          edition: 1,
          title: 'Test',
          currencies: {
            xp: { never_decreases: true, raw: ['game', 'operate'] },
            coins: { facets: 'none', transferable: true, raw: ['game', 'operate'], cap: 1000000 },
            gems: { facets: 'open', raw: ['game', 'operate'] },
          },
          ladders: {
            level: { of: "earned('xp')", start: 1, rungs: [0, 100, 300, 600] },
          },
          actions: {
            quest: {
              inputs: { hard: { type: 'bool', default: false }, name: { type: 'name' } },
              once: ['name'],
              posts: [
                { balance: 'xp', amount: 'if(hard, 200, 50)' },
                { balance: 'coins', amount: '5' },
              ],
            },
          },
        }
        """

    init(rulebook: String = Scenario.rulebook) {
        ledger = Ledger(source: source)
        ledger.begin(id: Array(0..<16), at: now)
        do {
            _ = try ledger.adopt(
                Array(rulebook.utf8), hash: [UInt8](repeating: 1, count: 32), file: "test.json5",
                from: Self.peer, at: now)
        } catch {
            Issue.record("the rulebook has mistakes: \(error)")
        }
        commit()
    }

    static let peer = Peer(uid: 1000, role: .all)

    /// Makes what was decided durable: REVERSE and duplicates can see it.
    mutating func commit() {
        let events = ledger.takeBuffer(spare: EventBuffer()).events
        var start = 0
        for (index, end) in events.ends.enumerated() {
            var reader = ByteReader(events.bytes, start..<Int(end))
            guard let range = try? reader.bytes() else {
                Issue.record("an event isn't framed")
                return
            }
            let bytes = Array(events.bytes[range.range])
            source.events[events.first + UInt64(index)] = bytes
            log.append(bytes)
            start = Int(end)
        }
    }

    /// Runs a command written as `award alice coins 5 key=k by=bob`; arguments of RECORD that are no
    /// options are inputs.
    mutating func run(_ text: String) throws(Refusal) -> Ledger.Answer {
        let command = Script.command(text)
        return try ledger.execute(command, from: Self.peer, at: now, into: &receipt)
    }

    /// What a command came to, in a few words: `ok`, `known 7`, or the refusal's code.
    mutating func outcome(_ text: String) -> String {
        do {
            switch try run(text) {
            case .decided: return "ok"
            case .known(let sequence, _): return "known \(sequence)"
            }
        } catch {
            return error.code.rawValue
        }
    }

    mutating func available(_ account: String, _ balance: String) -> Int64 {
        let bytes = Array(account.utf8)
        guard let number = ledger.state.find(bytes, bytes.indices) else { return 0 }
        let parts = balance.split(separator: ":")
        guard let currency = ledger.state.words.find(String(parts[0])) else { return 0 }
        var name = BalanceName(currency: currency)
        if parts.count > 1 { name.facet = ledger.state.words.find(String(parts[1])) ?? .unmet }
        return ledger.state.balance(number, name).available ?? 0
    }
}

/// Commands from text.
enum Script {
    static func command(_ text: String) -> Command {
        var command = Command()
        let words = text.split(separator: " ").map(String.init)
        func range(_ word: String) -> ByteRange {
            let start = command.bytes.count
            command.bytes.append(contentsOf: word.utf8)
            return ByteRange(start: start, count: word.utf8.count)
        }
        var rest = words.dropFirst().makeIterator()
        func next() -> String { rest.next() ?? "" }
        switch words[0] {
        case "award", "spend", "hold":
            command.verb = words[0] == "award" ? .award : words[0] == "spend" ? .spend : .hold
            command.account = range(next())
            command.balance = range(next())
            command.amount = Int64(next()) ?? 0
        case "transfer":
            command.verb = .transfer
            command.account = range(next())
            command.target = range(next())
            command.balance = range(next())
            command.amount = Int64(next()) ?? 0
        case "settle", "release", "reverse":
            command.verb =
                words[0] == "settle" ? .settle : words[0] == "release" ? .release : .reverse
            command.subject = UInt64(next()) ?? 0
        case "record", "claim":
            command.verb = words[0] == "record" ? .record : .claim
            command.account = range(next())
            command.name = range(next())
        case "migrate":
            command.verb = .migrate
            command.name = range(next())
            command.account = range(next())
        case "fact":
            command.verb = .fact
            command.account = range(next())
            command.name = range(next())
            command.value = range(next())
            command.hasValue = true
        case "freeze", "unfreeze", "forget":
            command.verb =
                words[0] == "freeze" ? .freeze : words[0] == "unfreeze" ? .unfreeze : .forget
            command.account = range(next())
        default: Issue.record("no such verb: \(words[0])")
        }
        while let word = rest.next() {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            let value = parts.count > 1 ? parts[1] : ""
            switch parts[0] {
            case "key": command.key = range(value)
            case "by": command.by = range(value)
            case "memo": command.memo = range(value)
            case "expect": command.expect = UInt64(value)
            case "until": command.until = Instant(microseconds: Int64(value) ?? 0)
            case "amount": command.amount = Int64(value) ?? 0
            case "dryrun": command.isDryRun = true
            default:
                command.inputs.append(CommandInput(name: range(parts[0]), value: range(value)))
            }
        }
        return command
    }
}
