import Engine
import Ledger
import Proof
import Store

extension Simulation {
    /// The process dies, or the machine with it, and is started again: what was not answered is
    /// unknown until it is asked for again.
    func crash() throws {
        report.crashes += 1
        let missed = held.map(\.work) + postponed
        held = []
        postponed = []
        slices = []
        dieOnce()
        disk.faults = swarm.startFaults
        var attempts = 0
        while try !start() {
            attempts += 1
            // Whatever was failing is repaired in the end.
            if attempts > 10 { disk.faults = SimDisk.Faults() }
            report.count("start failed")
            dieOnce()
        }
        disk.faults = swarm.faults
        try checkRecovered()
        for work in missed { client.miss(work) }
    }

    private func dieOnce() {
        if disk.isDark || !swarm.isKilledOnly && tape.below(2) == 0 {
            disk.cut()
            report.count("power cut")
        } else {
            report.count("killed")
        }
        if tape.chance(swarm.damages), disk.tables.damage(&tape) {
            report.count("state damaged")
        }
        if tape.chance(swarm.oldStates) {
            disk.tables = olderState
            report.count("state from before")
        }
        if mutant == .rowIsForged { forgeRow() }
    }

    /// Opens the ledger as the daemon does. False if a fault got in the way.
    private func start() throws -> Bool {
        do {
            try disk.synchronize()
            log = try SimLog(disk)
            try rescue()
            state = Self.store(disk)
            let opening = try Opening.open(
                log: log, state: state, random: keys.draw, progress: { _ in })
            engine = opening.engine
            engine.setRecentKeysMax(swarm.recentKeysMax)
            engine.setNewIDsMax(swarm.newIDsMax)
            writer = opening.writer
            if opening.wasRebuilt { report.count("state rebuilt") }
            return true
        } catch StoreError.system {
            return false
        } catch OpeningError.store(.system) {
            return false
        }
    }

    private func rescue() throws {
        do {
            if try Rescue(log).run() > 0 { report.count("batch rescued") }
        } catch {
            report.count("rescue cut")
            throw error
        }
    }

    /// The log must be what was acknowledged, with or without the batch that was being written.
    private func checkRecovered() throws {
        let head = engine.head
        guard head == engine.durable else { throw Failure("started with open events") }
        guard head >= released else {
            throw Failure("answers depended on event \(released), the log ends at \(head)")
        }
        for flight in flights {
            if head >= flight.batch.last, flight.isTried {
                try checkEvents(flight.hashes, from: flight.batch.first)
                hashes.append(contentsOf: flight.hashes)
                durableWorld = flight.world
                if flight.head == nil { report.count("unknown and there") }
            } else {
                guard flight.head == nil else {
                    throw Failure("the log ends at \(head), \(flight.batch.last) was durable")
                }
                if flight.isTried { report.count("unknown and not there") }
            }
        }
        flights = []
        guard head == UInt64(hashes.count) else {
            throw Failure("the log ends at \(head), \(hashes.count) events were written")
        }
        try checkGroupEnd(head)
        oracle.goBack(to: head, durableWorld)
        try resumeRuns()
        memories.removeAll { $0.sequence > head }
        report.trace.add(engine.logHead.root.bytes)
        try checkForgotten()
        if tape.chance(swarm.rebuilds) { try checkRebuilding() }
    }

    private func checkEvents(_ expected: [UInt64], from first: UInt64) throws {
        let events = try LogReader(log).page(
            from: first, .forward, countMax: expected.count, byteMax: .max)
        guard events.map({ Trace.hash($0.bytes) }) == expected else {
            throw Failure("the events from \(first) on aren't those that were written")
        }
    }

    private func checkGroupEnd(_ head: UInt64) throws {
        var event = Event()
        guard let bytes = try LogReader(log).event(head) else { throw Failure("no last event") }
        try event.decode(bytes, bytes.indices)
        guard event.group == .alone || event.group == .last else {
            throw Failure("the log ends within a group, at \(head)")
        }
    }

    /// Nobody who was forgotten has a key any more, and everybody else has one.
    func checkForgotten() throws {
        for (index, person) in oracle.world.people.enumerated() {
            let key = try log.key(of: UInt32(index + 1))
            guard key.allSatisfy({ $0 == 0 }) == person.isForgotten else {
                throw Failure(
                    "account \(index + 1) \(person.isForgotten ? "still has" : "lacks") its key")
            }
        }
    }

    private func forgeRow() {
        disk.tables.forge { key, value in
            var bytes = Array(value.dropLast(8))
            guard bytes.count > 6, State.isRow(bytes) else { return nil }
            bytes[bytes.count - 1] ^= 2
            guard State.isRow(bytes) else { return nil }
            let sum = SipHash.checksum(key: key, value: bytes, count: bytes.count)
            return bytes + (0..<8).map { UInt8(truncatingIfNeeded: sum >> UInt64(8 * $0)) }
        }
    }
}
