import Ledger

/// What clients send: one command, or a group of them.
struct Work: Sendable {
    var asks: [Ask]
    var isGroup = false
    var isRetry = false

    var isKeyed: Bool { asks.allSatisfy { $0.key != nil } }
}

/// Makes commands up.
struct Client {
    private let swarm: Swarm
    private var tape: Tape
    private var keyCount = 0
    /// Commands with a KEY sent lately.
    private var sent: [Work] = []
    /// Those that were never answered: they are sent again until they are.
    private(set) var unanswered: [Work] = []

    init(_ swarm: Swarm, seed: UInt64) {
        self.swarm = swarm
        tape = Tape(seed: seed, part: 2)
    }

    /// The connection was closed before the answer came.
    mutating func miss(_ work: Work) {
        guard work.isKeyed, unanswered.count < 1_000 else { return }
        var again = work
        again.isRetry = true
        unanswered.append(again)
    }

    mutating func takeUnanswered() -> Work? {
        unanswered.isEmpty ? nil : unanswered.removeFirst()
    }

    mutating func next(_ oracle: Oracle, wall: Int64, head: UInt64) -> Work {
        if !unanswered.isEmpty, tape.below(3) == 0 { return unanswered.removeFirst() }
        if !sent.isEmpty, tape.chance(swarm.repeats) { return repeated(oracle) }
        let peer = peer()
        var work = Work(asks: [])
        if tape.chance(swarm.groups) {
            work.isGroup = true
            let isKeyed = tape.chance(swarm.keys)
            let isDryRun = tape.chance(swarm.dryRuns)
            for _ in 0..<tape.within(1...6) {
                var ask = ask(oracle, wall, head, peer)
                // Now and then a group that isn't all of one kind, which is refused.
                if isKeyed != tape.chance(20) { ask.key = newKey() }
                ask.isDryRun = isDryRun != tape.chance(20)
                work.asks.append(ask)
            }
        } else {
            var ask = ask(oracle, wall, head, peer)
            if tape.chance(swarm.keys) { ask.key = newKey() }
            ask.isDryRun = tape.chance(swarm.dryRuns)
            work.asks = [ask]
        }
        if work.isKeyed {
            if sent.count >= 64 { sent.remove(at: tape.below(sent.count)) }
            sent.append(work)
        }
        return work
    }

    private mutating func newKey() -> String {
        if tape.chance(300) { return "k\(tape.below(10))" }
        keyCount += 1
        return "key-\(keyCount)"
    }

    /// Something sent before, as it was or a little different.
    private mutating func repeated(_ oracle: Oracle) -> Work {
        var work = tape.pick(sent)
        guard tape.below(4) == 0 else { return work }
        let index = tape.below(work.asks.count)
        switch tape.below(5) {
        case 0: work.asks[index].amount = 3
        case 1: work.asks[index].memo = "again"
        case 2: work.asks[index].expect = UInt64(tape.below(50))
        case 3: work.asks.remove(at: index)
        default: work.asks[index].key = newKey()
        }
        if work.asks.isEmpty { return tape.pick(sent) }
        if !work.isGroup { work.asks = [work.asks[0]] }
        return work
    }

    private mutating func peer() -> Peer {
        if tape.chance(20) { return Peer(uid: 3, role: .audit) }
        let role: Role = tape.chance(swarm.gameRole) ? .game : .all
        return Peer(uid: UInt32(tape.within(1...2)), role: role)
    }

    private mutating func id() -> String {
        guard tape.chance(swarm.badInput) else { return tape.pick(swarm.ids) }
        return tape.pick([
            "~1", "a b", "a//b", "/a", "a/", String(repeating: "x", count: 65), "new",
        ])
    }

    private mutating func balance() -> String {
        if tape.chance(swarm.badInput) {
            return tape.pick(["nil", "coin:red", "gem", "nil:red", "hid", "gem:pink"])
        }
        return tape.pick([
            "coin", "coin", "coin", "xp", "gem:red", "gem:blue", "debt", "pts",
        ])
    }

    private mutating func amount() -> Int64 {
        if tape.chance(swarm.bigAmounts) {
            return tape.pick([Int64.max, Int64.max / 2, 1 << 40, 999_990, Int64.max - 7])
        }
        return Int64(tape.within(1...60))
    }

    private mutating func ask(
        _ oracle: Oracle, _ wall: Int64, _ head: UInt64, _ peer: Peer
    ) -> Ask {
        var ask = Ask()
        ask.verb = tape.pick(swarm.verbs)
        if ask.verb == .settle || ask.verb == .release, oracle.world.holders.isEmpty,
            tape.below(4) != 0
        {
            ask.verb = .hold
        }
        ask.peer = peer
        switch ask.verb {
        case .award, .spend, .hold, .transfer:
            ask.account = id()
            ask.balance = balance()
            ask.amount = amount()
            if ask.verb == .transfer { ask.target = id() }
            if ask.verb == .hold, tape.below(2) == 0 {
                ask.until = wall + Int64(tape.within(-1_000...2_000_000))
            }
            if ask.verb == .spend, tape.below(4) == 0 {
                ask.name = tape.pick(["hat", "boots:red"])
            }
        case .settle, .release:
            ask.subject = subject(oracle, head)
            if ask.verb == .settle, tape.below(2) == 0 { ask.amount = amount() }
        case .reverse:
            ask.subject = tape.below(10) == 0 ? head + 5_000 : oracle.someEvent(&tape)
            if tape.below(3) == 0 { ask.amount = Int64(tape.within(1...40)) }
        case .record: fillRecord(&ask)
        case .fact:
            ask.account = id()
            ask.name = tape.pick(["staff", "tier", "a:b"])
            ask.value = tape.pick(["1", "0", "", "gold", "-5", "007"])
            if tape.chance(swarm.badInput) { ask.name = tape.pick(["", "a b", "a::b"]) }
            if tape.chance(swarm.badInput) { ask.value = "not a name" }
        case .claim: fillClaim(&ask)
        case .migrate: fillMigrate(&ask)
        default: ask.account = id()
        }
        if let person = oracle.world.ids[ask.account], oracle.world.people[person].isFrozen,
            tape.below(3) == 0
        {
            ask = Ask()
            ask.verb = .unfreeze
            ask.peer = peer
            ask.account = oracle.world.people[person].id
        }
        if tape.chance(swarm.expects) { ask.expect = expectation(oracle, ask) }
        if tape.chance(swarm.options) { fillOptions(&ask, wall, head) }
        return ask
    }

    private mutating func subject(_ oracle: Oracle, _ head: UInt64) -> UInt64 {
        let holds = oracle.world.holders.keys.sorted()
        if holds.isEmpty || tape.below(8) == 0 { return tape.below(2) == 0 ? head + 5_000 : 1 }
        return tape.pick(holds)
    }

    private mutating func fillRecord(_ ask: inout Ask) {
        ask.account = id()
        ask.name = tape.pick(["quest", "quest", "trade", "gift", "grant", "retired"])
        switch ask.name {
        case "quest":
            ask.inputs = [Ask.Input(name: "name", value: tape.pick(["a", "b", "c", "d:e", "f"]))]
            if tape.below(2) == 0 {
                ask.inputs.append(Ask.Input(name: "hard", value: tape.pick(["0", "1", "true"])))
            }
        case "trade":
            ask.inputs = [Ask.Input(name: "n", value: String(tape.within(-50...50)))]
        case "gift":
            ask.inputs = [
                Ask.Input(name: "to", value: id()),
                Ask.Input(name: "n", value: String(tape.below(30))),
            ]
        case "grant": ask.inputs = [Ask.Input(name: "n", value: String(tape.within(1...1_000)))]
        default: break
        }
        if tape.chance(swarm.badInput) {
            switch tape.below(4) {
            case 0: ask.name = "nothing"
            case 1: ask.inputs.append(Ask.Input(name: "x", value: "1"))
            case 2: ask.inputs.append(Ask.Input(name: "n", value: "1x"))
            default: ask.inputs = []
            }
        }
    }

    private mutating func fillClaim(_ ask: inout Ask) {
        ask.account = id()
        ask.name = tape.pick(["shop", "swap"])
        ask.inputs = [
            ask.name == "shop"
                ? Ask.Input(name: "what", value: tape.pick(["hat", "cap"]))
                : Ask.Input(name: "n", value: String(tape.within(5...40)))
        ]
        if tape.chance(swarm.badInput) {
            switch tape.below(4) {
            case 0: ask.name = "offer"
            case 1: ask.inputs[0].value = tape.pick(["crown", "0", "41", "-1", "a b"])
            case 2: ask.inputs.append(ask.inputs[0])
            default: ask.inputs = []
            }
        }
    }

    private mutating func fillMigrate(_ ask: inout Ask) {
        ask.account = id()
        ask.name = "legacy"
        ask.inputs = [("coin", 0...100), ("xp", 0...700), ("level", 1...4)].map { name, range in
            Ask.Input(name: name, value: String(tape.within(range)))
        }
        if tape.chance(swarm.badInput) {
            switch tape.below(3) {
            case 0: ask.name = "nothing"
            case 1: ask.inputs[2].value = "5"
            default: ask.inputs.removeLast()
            }
        }
    }

    private mutating func expectation(_ oracle: Oracle, _ ask: Ask) -> UInt64? {
        // Of a command without an account's name, the account is known by what it speaks of.
        guard !ask.account.isEmpty, tape.below(4) != 0,
            let person = oracle.world.ids[ask.account]
        else { return UInt64(tape.below(40)) }
        return oracle.world.people[person].last
    }

    private mutating func fillOptions(_ ask: inout Ask, _ wall: Int64, _ head: UInt64) {
        switch tape.below(4) {
        case 0: ask.by = id()
        case 1: ask.memo = "for \(tape.below(100))"
        case 2: ask.cause = tape.below(8) == 0 ? head + 50_000 : 1
        default: ask.at = wall + Int64(tape.within(-100_000...1_000))
        }
    }
}
