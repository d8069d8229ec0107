import Engine
import Ledger
import Store

extension Simulation {
    /// The receipt in the oracle's terms.
    func reply(_ receipt: Receipt) throws -> Reply {
        var reply = Reply(sequence: receipt.sequence, time: receipt.time.microseconds)
        for change in receipt.changes {
            var after = change.after
            if mutant == .answerIsOff, tape.chance(5) { after += 1 }
            reply.changes.append(
                Reply.Change(
                    person: Int(change.account.rawValue) - 1, balance: name(change.balance),
                    amount: change.amount, after: after))
        }
        for reached in receipt.reached {
            reply.reached.append(
                Reply.Reached(
                    person: Int(reached.account.rawValue) - 1, ladder: word(reached.ladder),
                    from: reached.from, to: reached.to))
        }
        reply.granted = receipt.granted.map(word)
        for explained in receipt.explain {
            guard let value = explained.value.whole else {
                throw Failure("a fraction where the rules have none")
            }
            reply.explain[word(explained.name)] = value
        }
        report.trace.add(receipt.sequence)
        for change in reply.changes { report.trace.add(change.after) }
        return reply
    }

    /// The word as replies print it, also one that only a dry run has brought in.
    func word(_ word: Word) -> String {
        var text: [UInt8] = []
        engine.appendText(of: word, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    func name(_ balance: BalanceName) -> String {
        let currency = word(balance.currency)
        return balance.facet == .none ? currency : "\(currency):\(word(balance.facet))"
    }

    /// Fails unless the answer is what it must be.
    func compare(
        _ answer: Answer, _ outcome: Oracle.Outcome, _ ask: Ask, inGroup: Bool = false
    ) throws {
        switch (answer, outcome) {
        case (.refused(let refusal), .refused(let reasons)),
            (.refused(let refusal), .duplicate(_, let reasons)):
            guard reasons.contains(Reasons(refusal.code)) else { break }
            report.count(refusal.code.rawValue)
            return
        case (.refused(let refusal), .reused(let reasons)):
            guard refusal.code == .keyReused || reasons.contains(Reasons(refusal.code)) else {
                break
            }
            report.count(refusal.code.rawValue)
            return
        case (.replied(let reply, isDuplicate: true), .duplicate(let known, _)):
            guard reply == known.reply else { break }
            report.count("duplicate")
            return
        case (.replied(let reply, isDuplicate: false), .accepted(let expected)):
            guard reply == expected else { break }
            report.count("accepted \(ask.verb)")
            return
        default: break
        }
        throw Failure("\(ask)\n  answered: \(answer)\n  expected: \(outcome)")
    }

    /// Keeps how some account stands, to ask for it later with ASOF.
    func remember(_ ask: Ask) {
        guard memories.count < 200, tape.below(50) == 0, let person = oracle.world.ids[ask.account]
        else { return }
        memories.append(
            Memory(
                person: person, sequence: engine.head, time: engine.ledger.state.time.microseconds,
                sums: oracle.world.people[person].sums))
    }

    // MARK: Reading

    /// Reads an account, or what it was once.
    func read() throws {
        guard !oracle.world.people.isEmpty else { return }
        try checkPerson(tape.below(oracle.world.people.count))
        if !memories.isEmpty { try checkMemory(memories[tape.below(memories.count)]) }
        report.count("read")
    }

    func checkMemory(_ memory: Memory) throws {
        guard memory.sequence <= engine.durable else { return }
        let account = AccountNumber(UInt32(memory.person + 1))
        let query = LogQuery(
            .view(account, asOf: .sequence(memory.sequence)), waitsFor: memory.sequence,
            last: durableLast(memory.person))
        let answer = query.run(LogReader(log))
        if let fault = answer.fault { throw Failure("ASOF met damage: \(fault)") }
        guard let view = answer.view else { throw Failure("ASOF found nothing") }
        for (balance, sums) in memory.sums {
            let cell = view.cells.first {
                $0.key.kind == .balance && name($0.key.balance) == balance
            }
            let value = cell?.value ?? .zero
            guard World.Sums(earned: value.a, spent: value.b, held: value.c) == sums else {
                throw Failure(
                    "ASOF \(memory.sequence) of account \(account.rawValue): \(balance) is \(value), "
                        + "was \(sums)")
            }
        }
        report.count("as of")
    }

    private func durableLast(_ person: Int) -> UInt64 {
        person < durableWorld.people.count ? durableWorld.people[person].last : 0
    }

    /// Holds all that is known of an account against the oracle's.
    func checkPerson(_ person: Int) throws {
        let account = AccountNumber(UInt32(person + 1))
        let view = engine.view(account)
        let expected = oracle.world.people[person]
        var found = World.Person(id: expected.id, parent: expected.parent)
        found.isFrozen = view.isFrozen
        found.isForgotten = engine.ledger.state.isForgotten(account)
        found.last = view.last
        for cell in view.cells { try add(cell, to: &found) }
        var wanted = expected
        wanted.children.sort()
        wanted.sums = wanted.sums.filter { $0.value != World.Sums() }
        wanted.received = wanted.received.filter { $0.value != 0 }
        found.sums = found.sums.filter { $0.value != World.Sums() }
        found.received = found.received.filter { $0.value != 0 }
        guard found == wanted else {
            throw Failure("account \(person + 1) is\n  \(found), should be\n  \(wanted)")
        }
        let id = Array(expected.id.utf8)
        let number = engine.account(id, id.indices)
        let isThere = oracle.world.ids[expected.id] == person
        guard (number == account) == isThere else {
            throw Failure("the id \(expected.id) leads to \(number?.rawValue ?? 0)")
        }
        var shown: [UInt8] = []
        engine.appendID(of: account, to: &shown)
        guard shown == (isThere ? id : Array("~\(person + 1)".utf8)) else {
            throw Failure("account \(person + 1) is called \(shown)")
        }
    }

    private func add(_ cell: Cell, to person: inout World.Person) throws {
        let (key, value) = (cell.key, cell.value)
        switch key.kind {
        case .balance:
            person.sums[name(key.balance)] = World.Sums(
                earned: value.a, spent: value.b, held: value.c)
        case .received: person.received[name(key.balance)] = value.a
        case .rung:
            let ladder = word(key.word)
            person.rungs[key.qualifier == 0 ? ladder : "\(ladder):\(word(Word(key.qualifier)))"] =
                value.a
        case .fact:
            person.facts[word(key.word)] =
                value.b == 1 ? word(Word(UInt32(value.a))) : String(value.a)
        case .hold:
            person.holds[key.sequence] = World.Hold(
                balance: name(BalanceName(packed: value.b)), amount: value.a, until: value.c)
        case .reversed: person.reversed[key.sequence] = value.a
        case .item: person.items[word(key.word)] = value.a
        case .claim:
            let offer = word(key.word)
            person.claims.insert(
                key.qualifier == 0 ? offer : "\(offer):\(word(Word(key.qualifier)))")
        case .child: person.children.append(Int(key.qualifier) - 1)
        default: throw Failure("a cell that nothing sets: \(cell)")
        }
    }
}
