import Engine
import Ledger
import Proof
import Secrets
import Store

/// What a run found wrong.
package struct Failure: Error, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}

/// What a run did, to show that it met what it was meant to meet.
package struct Report: Sendable {
    package var commands = 0
    package var crashes = 0
    package var outcomes: [String: Int] = [:]
    package var events: UInt64 = 0
    package var trace = Trace()

    package init() {}

    mutating func count(_ name: String) { outcomes[name, default: 0] += 1 }

    package mutating func add(_ other: Report) {
        commands += other.commands
        crashes += other.crashes
        events += other.events
        outcomes.merge(other.outcomes, uniquingKeysWith: +)
    }
}

/// The unchanged engine between clients made up from a seed and a disk that fails, with an oracle
/// that knows what every answer must be.
package final class Simulation {
    let swarm: Swarm
    let mutant: Mutant?
    let book: Book
    let disk: SimDisk
    var tape: Tape
    var client: Client
    let oracle: Oracle
    package internal(set) var report = Report()

    // The process; gone with a crash.
    var log: SimLog
    var state: StateStore<SimState>
    var engine: Engine
    var writer: LogWriter
    /// Batches under way to the disk, oldest first.
    var flights: [Flight] = []
    var held: [Held] = []
    var postponed: [Work] = []
    var slices: [CheckpointWork] = []
    var runFailure: Failure?

    // What the outside world knows.
    var wall: Int64 = 1_700_000_000_000_000
    var keyTape: Tape
    var behindTape: Tape
    var durableWorld = World()
    /// The newest event that an answer depended on.
    var released: UInt64 = 0
    /// A hash of each event that is durable.
    var hashes: [UInt64] = []
    var memories: [Memory] = []
    var olderState = SimTables()

    /// A batch under way to the disk, or waiting for the one before it.
    struct Flight {
        var batch: PendingBatch
        var world: World
        var hashes: [UInt64]
        var isTried = false
        var head: LogHead?
    }

    /// A reply that waits until what it depends on is durable.
    struct Held {
        var work: Work
        var waitsFor: UInt64
    }

    /// How an account stood once.
    struct Memory {
        var person: Int
        var sequence: UInt64
        var time: Int64
        var sums: [String: World.Sums]
    }

    package init(seed: UInt64, mutant: Mutant? = nil) throws {
        var swarmTape = Tape(seed: seed, part: 0)
        var swarm = Swarm(&swarmTape)
        // From a tape of its own: what older seeds draw stays as it was.
        var keysTape = Tape(seed: seed, part: 5)
        swarm.recentKeysMax = keysTape.pick([10, 60, 1_000_000])
        swarm.newIDsMax = keysTape.pick([1, 5, 1_000_000])
        var behindTape = Tape(seed: seed, part: 6)
        swarm.takesBehind = behindTape.pick([0, 500, 5_000])
        swarm.takesBack = behindTape.pick([0, 1_000, 7_000])
        self.behindTape = behindTape
        self.swarm = swarm
        book = Book(&swarmTape)
        self.mutant = mutant
        disk = SimDisk(seed: seed, mutant: mutant)
        tape = Tape(seed: seed, part: 3)
        keyTape = Tape(seed: seed, part: 4)
        client = Client(swarm, seed: seed)
        oracle = Oracle(book: book)
        var key = keyTape
        let genesis = Genesis.batch(
            id: Array(0..<16), key: AccountKey(random: key.bytes(28)),
            at: Instant(microseconds: wall))
        keyTape = key
        log = try SimLog(disk)
        writer = LogWriter(head: .empty)
        try writer.append(genesis, to: log)
        state = Self.store(disk)
        // Keys are drawn by a closure, which can't have `self` yet.
        let keys = KeySource(tape: keyTape)
        self.keys = keys
        let opening = try Opening.open(
            log: log, state: state, random: keys.draw, progress: { _ in })
        engine = opening.engine
        engine.setRecentKeysMax(swarm.recentKeysMax)
        engine.setNewIDsMax(swarm.newIDsMax)
        writer = opening.writer
        hashes = Self.hashes(of: genesis)
        try adopt()
    }

    let keys: KeySource

    /// Draws accounts' keys from the seed, through every restart.
    final class KeySource {
        private var tape: Tape

        init(tape: Tape) { self.tape = tape }

        func draw() throws(RandomnessUnavailable) -> AccountKey {
            AccountKey(random: tape.bytes(28))
        }
    }

    static func store(_ disk: SimDisk) -> StateStore<SimState> {
        StateStore(SimState(disk)) { key, value in
            var hash = SipHash(key: .checksum, isWide: false)
            for index in key.indices { hash.append(key[index]) }
            for index in value.indices { hash.append(value[index]) }
            return hash.finish64()
        }
    }

    private func adopt() throws {
        let source = Array(book.source.utf8)
        _ = try engine.ledger.adopt(
            source, hash: SHA256.hash(source.span).bytes, file: "simulation.json5",
            from: Peer(uid: 0, role: .all), at: Instant(microseconds: wall))
        oracle.setTime(wall)
        try takeBatch()
        try commitFlight()
        try deliver()
        disk.faults = swarm.faults
    }

    /// Plays so many commands, then heals the world, settles what is open and checks everything.
    package func run(commands: Int) throws -> Report {
        while report.commands < commands { try turn() }
        try finish()
        report.events = engine.head
        report.trace.add(engine.logHead.root.bytes)
        return report
    }

    /// One turn of the front's loop.
    private func turn() throws {
        advanceClock()
        try submit(client.next(oracle, wall: wall, head: engine.head))
        try playRuns()
        if let runFailure { throw runFailure }
        if tape.chance(swarm.ticks) { try tick() }
        if flights.isEmpty, tape.chance(swarm.takes) { try takeBatch() }
        if flights.count == 1, behindTape.chance(swarm.takesBehind) { try takeBatch() }
        if !flights.isEmpty, tape.chance(swarm.commits) { try commitFlight() }
        if flights.first?.head != nil, tape.chance(swarm.deliveries) { try deliver() }
        if flights.count == 2, behindTape.chance(swarm.takesBack) { takeBack() }
        try checkpoint()
        if tape.chance(swarm.reads) { try read() }
        if tape.chance(swarm.crashes) { try crash() }
        if let fault = engine.fault { throw Failure("the engine found damage: \(fault)") }
    }

    private func advanceClock() {
        wall += Int64(tape.below(3_000))
        if tape.chance(swarm.clockJumps) { wall += Int64(tape.within(-5_000_000...5_000_000)) }
    }

    // MARK: Batches

    func takeBatch() throws {
        guard let batch = engine.takeBatch() else { return }
        let before = flights.last?.batch.last ?? UInt64(hashes.count)
        guard batch.first == before + 1, batch.last == engine.head else {
            throw Failure("a batch of \(batch.first)…\(batch.last) after \(before)")
        }
        if !flights.isEmpty { report.count("batch behind another") }
        flights.append(
            Flight(batch: batch, world: oracle.world, hashes: Self.hashes(of: batch)))
    }

    /// The front goes on with the batch that it gave away last, if nothing was decided since and nobody
    /// has begun to commit it.
    private func takeBack() {
        guard let last = flights.last, !last.isTried, last.batch.last == engine.head else { return }
        flights.removeLast()
        engine.takeBack(last.batch)
        report.count("batch taken back")
    }

    /// The committer's work, which may fail: then the process ends.
    func commitFlight() throws {
        guard let index = flights.firstIndex(where: { $0.head == nil }) else { return }
        flights[index].isTried = true
        do {
            flights[index].head = try writer.append(flights[index].batch, to: log)
        } catch {
            if mutant == .commitRetried, !disk.isDark { try retryCommit(flights[index]) }
            try crash()
        }
    }

    private func retryCommit(_ flight: Flight) throws {
        log = try SimLog(disk)
        _ = try? writer.append(flight.batch, to: log)
    }

    /// The front learns that the batch is durable, and lets go of what waited for it.
    func deliver() throws {
        guard let flight = flights.first, let head = flight.head else { return }
        flights.removeFirst()
        engine.committed(flight.batch, head)
        durableWorld = flight.world
        hashes.append(contentsOf: flight.hashes)
        report.trace.add(head.root.bytes)
        release(through: engine.durable)
        let waiting = postponed
        postponed = []
        for work in waiting { try submit(work) }
    }

    func release(through durable: UInt64) {
        var count = 0
        while count < held.count, held[count].waitsFor <= durable { count += 1 }
        guard count > 0 else { return }
        released = max(released, held[count - 1].waitsFor)
        held.removeFirst(count)
    }

    static func hashes(of batch: PendingBatch) -> [UInt64] {
        var start = 0
        return batch.eventEnds.map { end in
            // The length before each event is a varint.
            while batch.body[start] >= 0x80 { start += 1 }
            let event = Array(batch.body[(start + 1)..<Int(end)])
            start = Int(end)
            return Trace.hash(event)
        }
    }

    // MARK: Time and checkpoints

    func tick() throws {
        let head = engine.head
        engine.tick(at: Instant(microseconds: wall))
        let count = oracle.expire(oracle.due(wall: wall), wall: wall)
        guard engine.head == head + UInt64(count) else {
            throw Failure("\(engine.head - head) holds expired, \(count) were due")
        }
        try learn(after: head)
        oracle.commit()
    }

    func learn(after head: UInt64) throws {
        try oracle.learn { person in
            let last = engine.last(AccountNumber(UInt32(person + 1)))
            guard last > head, last <= engine.head else {
                throw Failure("account \(person + 1) was last at \(last), not after \(head)")
            }
            return last
        }
    }

    private func checkpoint() throws {
        if !engine.isCheckpointing, slices.isEmpty, !engine.areKeysDue, !engine.areNewIDsDue {
            guard tape.chance(swarm.checkpoints), engine.hasChangedSinceCheckpoint else { return }
            if tape.below(4) == 0 { olderState = disk.tables }
            engine.beginCheckpoint()
            report.count("checkpoint begun")
        }
        guard tape.chance(swarm.slices) else { return }
        if slices.last?.head == nil,
            let slice = engine.checkpointSlice(
                takenMax: swarm.rowsPerSlice, of: swarm.rowsPerSlice)
        {
            slices.append(slice)
        }
        guard let first = slices.first,
            first.waitsFor <= engine.durable || mutant == .checkpointTooEarly
        else { return }
        slices.removeFirst()
        do {
            try first.write(to: state)
        } catch {
            if disk.isDark { return try crash() }
            engine.checkpointFailed()
            slices = []
            report.count("checkpoint failed")
            return
        }
        engine.checkpointWritten(first.part)
        switch first.part {
        case .keys: report.count(engine.isCheckpointing ? "keys written" : "keys written alone")
        case .ids: report.count(engine.isCheckpointing ? "ids written" : "ids written alone")
        case .rows: break
        case .head: report.count("checkpoint written")
        }
    }
}
