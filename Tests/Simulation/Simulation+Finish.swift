import Engine
import Ledger
import Proof
import Store

extension Simulation {
    /// Heals the world, answers everybody, and checks all that there is.
    func finish() throws {
        disk.faults = SimDisk.Faults()
        var rounds = 0
        repeat {
            if let work = client.takeUnanswered() { try submit(work) }
            if engine.isRunning { try goOnRunning() }
            try takeBatch()
            try commitFlight()
            try deliver()
            rounds += 1
            guard rounds < 100_000 else { throw Failure("what is open never ends") }
        } while !client.unanswered.isEmpty || !postponed.isEmpty || engine.head != engine.durable
            || !engine.runsUnderWay.isEmpty
        guard held.isEmpty else { throw Failure("\(held.count) answers were never released") }
        for person in oracle.world.people.indices {
            try checkPerson(person)
        }
        for memory in memories { try checkMemory(memory) }
        try checkTotals()
        try checkForgotten()
        try checkLog()
        try checkRebuilding()
    }

    /// What was issued less what was burned is what people have.
    private func checkTotals() throws {
        var sums: [String: Int64] = [:]
        for person in oracle.world.people {
            for (balance, value) in person.sums {
                let currency = String(balance.split(separator: ":")[0])
                sums[currency, default: 0] &+= value.earned &- value.spent
            }
        }
        let ledger = engine.ledger.state.view(.ledger)
        for cell in ledger.cells(of: .balance) {
            let currency = word(cell.key.word)
            guard cell.value.a &- cell.value.b == sums[currency] ?? 0 else {
                throw Failure("\(currency): \(cell.value) in sum, people have \(sums)")
            }
            guard cell.value.a == oracle.world.issued[currency] ?? 0,
                cell.value.b == oracle.world.burned[currency] ?? 0
            else { throw Failure("\(currency): issued and burned are \(cell.value)") }
        }
        let holds = Dictionary(
            uniqueKeysWithValues: ledger.cells(of: .hold).map {
                ($0.key.sequence, Int($0.value.b) - 1)
            })
        guard holds == oracle.world.holders else {
            throw Failure("open holds are \(holds), should be \(oracle.world.holders)")
        }
    }

    /// The whole log: every event's bytes, numbers without gaps, whole groups, every link and root.
    private func checkLog() throws {
        var place = GroupPlace.alone
        var wrong: String?
        var event = Event()
        let reader = LogReader(log)
        let audited = try reader.audit(from: .empty, batchCountMax: .max) { sequence, span in
            var bytes: [UInt8] = []
            for index in span.indices { bytes.append(span[index]) }
            if Trace.hash(bytes) != self.hashes[Int(sequence) - 1] {
                wrong = "event \(sequence) has changed"
            }
            if (try? event.decode(bytes, bytes.indices)) == nil {
                wrong = "event \(sequence) can't be decoded"
            }
            let isOpen = place == .first || place == .middle
            let continues = event.group == .middle || event.group == .last
            if isOpen != continues { wrong = "event \(sequence) breaks its group" }
            place = event.group
        }
        if let wrong { throw Failure(wrong) }
        guard audited.sequence == UInt64(hashes.count), audited.root == engine.logHead.root else {
            throw Failure("an audit ends at \(audited.sequence) of \(hashes.count)")
        }
    }

    /// From nothing, and from what is stored, the same rows come to be as the running engine has.
    func checkRebuilding() throws {
        let copy = disk.copy()
        let stored = try Opening.open(
            log: SimLog(copy), state: Self.store(copy), random: keys.draw, progress: { _ in })
        try checkRebuild(of: stored.engine, on: copy)
        let bare = disk.copy()
        bare.tables = SimTables()
        let rebuilt = try Opening.open(
            log: SimLog(bare), state: Self.store(bare), random: keys.draw, progress: { _ in })
        for number in 0...engine.ledger.state.accountCount {
            let account = AccountNumber(number)
            let row = engine.ledger.state.encodeRow(account)
            guard stored.engine.ledger.state.encodeRow(account) == row else {
                throw Failure("account \(number) comes back otherwise from what is stored")
            }
            guard rebuilt.engine.ledger.state.encodeRow(account) == row else {
                throw Failure("account \(number) comes back otherwise from the log alone")
            }
        }
        report.count("rebuilt and compared")
    }

    /// What PROJECTION REBUILD does, of an engine that has hardly a row in memory.
    private func checkRebuild(of engine: Engine, on disk: SimDisk) throws {
        let rebuild = Rebuild()
        let reader = LogReader(try SimLog(disk))
        let state = Self.store(disk)
        while true {
            while rebuild.goOn(reader, state) {}
            var comparison = engine.compare(rebuild)
            while case .goesOn = comparison { comparison = engine.compare(rebuild) }
            if case .needsRest = comparison { comparison = engine.compareRest(rebuild) }
            switch comparison {
            case .goesOn, .needsFolding, .needsRest: continue
            case .equal: return
            case .differs(let what): throw Failure("a rebuild finds: \(what)")
            }
        }
    }
}
