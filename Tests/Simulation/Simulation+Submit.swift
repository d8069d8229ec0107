import Engine
import Ledger

extension Simulation {
    /// Sends a command, or a group, and holds its answer against the oracle's.
    func submit(_ work: Work) throws {
        // What had that number before a crash took it back the oracle knows; what has it now may be
        // an event that no client was told of.
        let isJudged = work.asks.allSatisfy {
            $0.verb != .reverse || $0.subject > engine.head || oracle.event($0.subject) != nil
        }
        guard isJudged else { return }
        if work.isGroup { return try submitGroup(work) }
        var sent = work.asks[0]
        if mutant == .keyForgotten, work.isRetry { sent.key = nil }
        report.commands += 1
        var rehearsed: Answer?
        if tape.chance(swarm.rehearsals), !sent.isDryRun {
            var rehearsal = sent
            rehearsal.isDryRun = true
            rehearsed = try submit(rehearsal, work, isReal: false)
        }
        let answer = try submit(sent, work, isReal: true)
        if let rehearsed, answer != .full, rehearsed != .full, rehearsed != answer {
            throw Failure(
                "DRYRUN foretold \(rehearsed), what came was \(answer): \(sent)")
        }
    }

    /// What the ledger answered.
    enum Answer: Equatable {
        case refused(Refusal)
        case replied(Reply, isDuplicate: Bool)
        case postponed
        /// The disk has no room: nothing was decided.
        case full
    }

    private func submit(_ sent: Ask, _ work: Work, isReal: Bool) throws -> Answer {
        let head = engine.head
        let answer = try ask(sent)
        report.trace.add(engine.head)
        switch answer {
        case .full:
            guard engine.head == head else { throw Failure("a full disk changed something") }
            return answer
        case .postponed:
            try checkPostponed(work.asks[0], head)
            if isReal { postponed.append(work) }
            return answer
        default: break
        }
        oracle.begin(inGroup: false)
        let outcome = oracle.judge(
            work.asks[0], wall: wall, sequence: sequence(answer, head), head: head)
        try compare(answer, outcome, work.asks[0])
        if case .accepted = outcome, !sent.isDryRun {
            guard engine.head == sequence(answer, head) else {
                throw Failure("the command's event isn't the last one")
            }
            try learn(after: head)
            oracle.commit()
            remember(sent)
        } else {
            try settle(sent, head)
        }
        if isReal { hold(work) }
        return answer
    }

    func hold(_ work: Work) {
        held.append(Held(work: work, waitsFor: engine.head))
        if mutant == .repliesTooEarly { released = max(released, engine.head) }
        release(through: engine.durable)
    }

    private func sequence(_ answer: Answer, _ head: UInt64) -> UInt64 {
        if case .replied(let reply, false) = answer { return reply.sequence }
        return head + 1
    }

    private func ask(_ ask: Ask) throws -> Answer {
        var command = Command()
        ask.fill(&command)
        var receipt = Receipt()
        do {
            switch try engine.write(
                command, from: ask.peer, at: Instant(microseconds: wall), into: &receipt)
            {
            case .postponed: return .postponed
            case .decided:
                return .replied(try reply(receipt), isDuplicate: receipt.isDuplicate)
            }
        } catch let refusal as Refusal {
            report.trace.add(refusal.code.rawValue)
            return refusal.code == .full ? .full : .refused(refusal)
        }
    }

    /// Nothing was accepted: at most, holds whose time had come have expired.
    private func settle(_ ask: Ask, _ head: UInt64) throws {
        let draft = oracle.draft
        oracle.undo()
        let count = Int(engine.head - head)
        if count == 0 { return }
        let own = draft.expiredOwn > 0 ? [draft.subject] : []
        let people =
            count == draft.expiredOwn
            ? own
            : count == draft.expiredOwn + draft.expiredOther.count
                ? own + draft.expiredOther : []
        let known = people.filter { $0 < oracle.world.people.count }
        let expired = oracle.expire(Array(Set(known)).sorted(), wall: wall)
        guard !ask.isDryRun, expired == count else {
            throw Failure("what wasn't accepted left \(count) events, \(expired) expiries: \(ask)")
        }
        try learn(after: head)
        oracle.commit()
    }

    /// A command may be put off only because it needs an event that isn't durable yet.
    private func checkPostponed(_ ask: Ask, _ head: UInt64) throws {
        let durable = engine.durable
        oracle.begin(inGroup: false)
        let outcome = oracle.judge(ask, wall: wall, sequence: head + 1, head: head)
        try settle(ask, head)
        if !engine.ledger.buffer.hasRoom { return }
        if ask.verb == .reverse, ask.subject > durable, ask.subject <= head { return }
        switch outcome {
        case .duplicate(let known, _) where known.sequence > durable: return
        case .reused: return
        default: throw Failure("put off for nothing: \(ask)")
        }
    }

    // MARK: Groups

    private func submitGroup(_ work: Work) throws {
        report.commands += work.asks.count
        let head = engine.head
        oracle.begin(inGroup: true)
        engine.beginGroup()
        var receipts: [Receipt] = []
        var outcomes: [Oracle.Outcome] = []
        for (index, ask) in work.asks.enumerated() {
            let step = try writeInGroup(ask, index, work, &receipts, &outcomes)
            if step == .goesOn { continue }
            engine.abandonGroup()
            oracle.undo()
            guard engine.head == head else { throw Failure("a refused group changed something") }
            if step == .refused { hold(work) }
            if step == .postponed { postponed.append(work) }
            return
        }
        try endGroup(work, head, &receipts, outcomes)
    }

    private enum GroupStep {
        case goesOn, refused, postponed, full
    }

    private func writeInGroup(
        _ ask: Ask, _ index: Int, _ work: Work, _ receipts: inout [Receipt],
        _ outcomes: inout [Oracle.Outcome]
    ) throws -> GroupStep {
        let head = engine.head
        var command = Command()
        ask.fill(&command)
        var receipt = Receipt()
        var refusal: Refusal?
        do {
            let answer = try engine.writeInGroup(
                command, isLast: index == work.asks.count - 1, from: ask.peer,
                at: Instant(microseconds: wall), into: &receipt)
            if answer == .postponed {
                guard ask.verb == .reverse, ask.subject > engine.durable else {
                    throw Failure("put off for nothing in a group: \(ask)")
                }
                return .postponed
            }
        } catch let thrown as Refusal {
            refusal = thrown
        }
        if refusal?.code == .full { return .full }
        let sofar = work.asks[...index]
        let isMixed =
            Set(sofar.map(\.isDryRun)).count > 1 || Set(sofar.map { $0.key == nil }).count > 1
        if isMixed {
            guard refusal?.code == .badArgument else {
                throw Failure("a group of several kinds was accepted: \(work)")
            }
            return .refused
        }
        let outcome = oracle.judge(
            ask, wall: wall, sequence: refusal == nil ? engine.head : head + 1, head: head)
        if let refusal {
            report.trace.add(refusal.code.rawValue)
            try compare(.refused(refusal), outcome, ask, inGroup: true)
            return .refused
        }
        if case .refused(let reasons) = outcome {
            throw Failure("accepted in a group, though \(reasons.codes): \(ask)")
        }
        // Also what is known may have opened the account of BY, until the group is taken back.
        try learn(after: head)
        receipts.append(receipt)
        outcomes.append(outcome)
        return .goesOn
    }

    private func endGroup(
        _ work: Work, _ head: UInt64, _ receipts: inout [Receipt], _ outcomes: [Oracle.Outcome]
    ) throws {
        let known = outcomes.compactMap { outcome -> Known? in
            if case .duplicate(let known, _) = outcome { known } else { nil }
        }
        let isReused = outcomes.contains { if case .reused = $0 { true } else { false } }
        do {
            let answer = try engine.endGroup(&receipts)
            if answer == .postponed {
                oracle.undo()
                guard isReused || known.contains(where: { $0.sequence > engine.durable }) else {
                    throw Failure("a group was put off for nothing: \(work)")
                }
                postponed.append(work)
                return
            }
        } catch let group as GroupRefusal {
            let refusal = group.refusal
            oracle.undo()
            let isOneGroup = Set(known.map(\.group)).count == 1 && known.count == outcomes.count
            guard refusal.code == .keyReused, isReused || !known.isEmpty && !isOneGroup else {
                throw Failure("a group was refused with \(refusal.code): \(work)")
            }
            report.count("group reused")
            hold(work)
            return
        }
        guard !isReused, known.isEmpty || known.count == outcomes.count else {
            throw Failure("a group in part known was accepted: \(work)")
        }
        for (index, outcome) in outcomes.enumerated() {
            let answer = Answer.replied(
                try reply(receipts[index]), isDuplicate: receipts[index].isDuplicate)
            try compare(answer, outcome, work.asks[index])
        }
        if known.isEmpty, !work.asks[0].isDryRun {
            oracle.commit()
            report.count("group accepted")
        } else {
            oracle.undo()
            guard engine.head == head else { throw Failure("a known group changed something") }
            if !known.isEmpty { report.count("group duplicate") }
        }
        hold(work)
    }
}
