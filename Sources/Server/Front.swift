import Engine
import Ledger
package import Store
import Wire

/// Why the daemon has to stop without answering what it still owes: a client settles an unanswered
/// command by retrying with its KEY.
package enum ServerFault: Error, Sendable, CustomStringConvertible {
    case system(SystemFault)
    /// A commit failed: its events may be on disk or not, only the next start can tell.
    case commit(StoreError)
    /// The ledger found what it has stored to be damaged.
    case damage(String)

    package var description: String {
        switch self {
        case .system(let fault): "\(fault)"
        case .commit(let error): "a commit failed, its outcome is unknown: \(error)"
        case .damage(let what): what
        }
    }
}

/// The thread that everything goes through: it polls, parses, decides, and holds each reply until
/// what it speaks of is on disk.
///
/// Whatever arrived while the last batch was being written is the next one. No timers wait for
/// more, no locks guard the ledger: it has one owner, this.
final class Front {
    static let version = "1.0.0"

    let engine: Engine
    let listeners: [Listener]
    let settings: Settings
    var poller: Poller
    let signals: FileDescriptor
    let committer: WorkerThread<PendingBatch, CommitOutcome>
    let log: LogCommits
    let reader: WorkerThread<ReadJob, ReadOutcome>
    /// A second reader, for what takes long: short reads overtake it.
    let scanner: WorkerThread<ReadJob, ReadOutcome>
    /// The patient one first; what is urgent is stored by the other one.
    let storekeepers: [WorkerThread<CheckpointWork, StoreError?>]
    /// The most patient one first; a rebuild that takes too long is gone on with by the next.
    let rebuilders: [WorkerThread<Rebuild, Bool>]
    let goOnRebuilding: @Sendable (Rebuild) -> Bool
    let trier: WorkerThread<TrialRun, Bool>
    let checker: WorkerThread<Void, StateCheckOutcome>
    let aheadWriter: WorkerThread<Void, Void>
    var spareDescriptor: FileDescriptor?

    var table = ConnectionTable()
    var pool = BufferPool()
    var counters = Counters()
    let startedAt: Int64
    /// Monotonic milliseconds, and the wall clock, as of this turn of the loop.
    var now: Int64
    var wall: Instant
    var wallClock: WallClock
    let readers: LogReaders
    var readerWatch = ReaderWatch()

    // What one command is read into, kept for its memory.
    var request = Request()
    var desk = WriteDesk()
    var plain = PlainDesk()

    /// Connections with something to do, and those whose turn it is.
    var ready = TurnQueue()
    private var running: [Connection] = []
    var flushing: [Connection] = []
    /// Connections whose command is asked again after the next commit, or that are held back.
    var waiting: [Connection] = []
    /// Connections of users who have had their share of this second.
    var rationed: [Connection] = []
    var rations: Rations
    let hasRations: Bool

    /// Batches are numbered from 1; replies wait for the open one or one of those given away.
    var openBatch: UInt64 = 1
    var heldByOpen: [Connection] = []
    /// Those that the committer has, oldest first.
    var given: [GivenBatch] = []
    var isWritingAhead = false
    /// Until then the disk is waited for by the committer alone.
    var slowDiskUntil: Int64 = 0

    /// Reads of the log that wait for events to be durable, and how many are with the reader.
    var deferredReads: [ReadJob] = []
    var readsUnderWay = 0
    /// XREAD BLOCKs that wait for events.
    var blockedReads: [Connection] = []
    var subscriptions = Subscriptions()
    var tooSlow: [Connection] = []
    var checkpointDeferred: CheckpointWork?
    var isCheckpointWriting = false
    /// Which of the storekeepers has the slice that is being written, or had the last one.
    var storekeeperWriting = 0
    /// Monotonic milliseconds: before that no slice is taken, if the checkpoint isn't behind.
    var nextSliceAt: Int64 = 0
    /// The newest event when the last slice of rows was handed over.
    var headAtSlice: SequenceNumber = 0
    var partWriting = CheckpointWork.Part.rows
    var rebuildRun: RebuildRun?
    /// Connections that wait for a job to be done, and STATS that are being counted.
    var runWaiters: [RunWaiter] = []
    var countings: [Counting] = []
    /// No room was found for what a job comes to: not before this time again.
    var runsPausedUntil: Int64 = 0
    /// Time zones that jobs name, as the machine knows them.
    var zones: [String: ZoneRules] = [:]
    var rulesTrial: RulesTrial?

    var outputTotal = 0
    /// The part of it that listeners have yet to read.
    var toldTotal = 0
    /// Bytes queued since MULTI, and of requests too long for an ordinary buffer, of all.
    var inputTotal = 0
    private var nextTick: Int64
    /// Bytes received as of the last tick, and whether there were none since the one before.
    private var heardAtTick: UInt64 = 0
    private var wasResting = false
    private(set) var isDraining = false
    private var drainDeadline: Int64 = 0

    /// - Parameter signals: readable with SIGTERM, SIGINT or SIGHUP.
    init(
        engine: Engine, storage: Storage, listeners: [Listener], signals: consuming SignalSource,
        settings: Settings
    ) throws(SystemFault) {
        self.engine = engine
        self.listeners = listeners
        self.settings = settings
        self.signals = signals.take()
        log = storage.commits
        committer = try log.makeCommitter()
        reader = try storage.makeReader("stele-read")
        scanner = try storage.makeReader("stele-scan")
        storekeepers = [try storage.makeStorekeeper(.much), try storage.makeStorekeeper(.none)]
        rebuilders = [
            try storage.makeRebuilder(.endless), try storage.makeRebuilder(.some),
            try storage.makeRebuilder(.none),
        ]
        goOnRebuilding = storage.makeRebuilding()
        trier = try storage.makeTrier()
        checker = try storage.makeChecker()
        aheadWriter = try log.makeAheadWriter()
        poller = try Poller()
        spareDescriptor = Syscall.reserve()
        readers = storage.readers
        rations = Rations(settings.rations)
        hasRations = settings.rations.areAnyPerSecond
        let (micros, monotonic) = (Syscall.wallMicroseconds(), Syscall.monotonicMicroseconds())
        now = monotonic / 1_000
        startedAt = now
        nextTick = now
        wall = Instant(microseconds: micros)
        wallClock = WallClock(wall: micros, monotonic: monotonic)
        for (index, listener) in listeners.enumerated() {
            try poller.add(listener.descriptor, PollToken(.listener, slot: index))
        }
        try poller.add(self.signals, PollToken(.signals))
        try poller.add(committer.done.descriptor, PollToken(.committer))
        try poller.add(reader.done.descriptor, PollToken(.reader))
        try poller.add(scanner.done.descriptor, PollToken(.reader))
        for storekeeper in storekeepers {
            try poller.add(storekeeper.done.descriptor, PollToken(.storekeeper))
        }
        for rebuilder in rebuilders {
            try poller.add(rebuilder.done.descriptor, PollToken(.rebuilder))
        }
        try poller.add(trier.done.descriptor, PollToken(.trier))
        try poller.add(checker.done.descriptor, PollToken(.checker))
        try poller.add(aheadWriter.done.descriptor, PollToken(.ahead))
    }

    // MARK: The loop

    /// Serves until it is told to stop and everything owed has been answered.
    ///
    /// - Throws: where nothing may be answered any more; the process has to end.
    func run() throws(ServerFault) {
        engine.resumeRuns()
        engine.fillBoards(at: wall)
        while !isDrained {
            do throws(SystemFault) {
                let mayRest =
                    isIdle && !hasSlices && !hasEntriesToTake && flushing.isEmpty
                try poller.wait(milliseconds: mayRest ? timeout : 0)
            } catch {
                throw .system(error)
            }
            readClocks()
            takeBack()
            resumeRationed()
            try takeEvents()
            giveTurns()
            expireBlockedReads()
            stepRebuild()
            giveSlices()
            if hasEntriesToTake { writeCheckpoint() }
            if let fault = engine.fault { throw .damage(fault) }
            if isIdle || !given.isEmpty
                || engine.ledger.buffer.count >= ServerLimits.batchEventsWanted
            {
                try commit()
            }
            flush()
            if now >= nextTick { tick() }
        }
        closeAll()
    }

    /// Whether nothing can be done until something happens.
    var isIdle: Bool { (ready.isEmpty || isStandingStill) && !isComparing }

    private var timeout: Int {
        var until = rationed.isEmpty ? nextTick : now + ServerLimits.rationPauseMilliseconds
        if engine.isCheckpointing, nextSliceAt > now { until = min(until, nextSliceAt) }
        for connection in blockedReads {
            if let deadline = connection.blocked?.deadline { until = min(until, deadline) }
        }
        return Int(max(0, until - now))
    }

    private func takeEvents() throws(ServerFault) {
        for index in 0..<poller.events.count {
            let event = poller.events[index]
            switch event.token.kind {
            case .listener: accept(listeners[Int(event.token.slot)])
            case .signals: takeSignals()
            case .committer: try takeCommits()
            case .reader: takeReads()
            case .storekeeper: takeCheckpoint()
            case .rebuilder: takeRebuilt()
            case .trier: takeTrial()
            case .checker: try takeChecked()
            case .ahead: takeWrittenAhead()
            case .connection:
                guard let connection = table[Int(event.token.slot), event.token.generation] else {
                    continue
                }
                if event.isHungUp { connection.hasEnded = true }
                if event.isReadable {
                    connection.mayReceive = true
                    enqueue(connection, isNewcomer: true)
                }
                if event.isWritable { enqueueFlush(connection) }
            }
        }
    }

    private func giveTurns() {
        guard !isDraining else { return ready.removeAll() }
        guard !isStandingStill else { return }
        let newcomerCount = ready.takeRound(into: &running)
        for (index, connection) in running.enumerated() {
            connection.isQueued = false
            turn(connection, isNewcomer: index < newcomerCount)
        }
        running.removeAll(keepingCapacity: true)
    }

    /// - Parameter isNewcomer: it was silent until now.
    func enqueue(_ connection: Connection, isNewcomer: Bool = false) {
        guard !connection.isQueued, !connection.isClosed else { return }
        connection.isQueued = true
        ready.append(connection, isNewcomer: isNewcomer)
    }

    func enqueueFlush(_ connection: Connection) {
        guard !connection.isFlushQueued, !connection.isClosed else { return }
        connection.isFlushQueued = true
        flushing.append(connection)
    }

    // MARK: Housekeeping

    private func tick() {
        nextTick = now + 1_000
        if !isStandingStill {
            engine.tick(at: wall)
            beginDueJobs()
        }
        if given.isEmpty { handOver() }
        closeStuck()
        watchReaders()
        if !engine.isCheckpointing, engine.isCheckpointDue { engine.beginCheckpoint() }
        writeCheckpoint()
        giveBackMemory()
    }

    /// Once nobody has said anything for a second and nothing is under way: what a load took beyond what
    /// came of it needn't be held until the next one.
    private func giveBackMemory() {
        let isResting =
            counters.bytesReceived == heardAtTick && !engine.isCheckpointing && rebuildRun == nil
        if isResting, !wasResting { Syscall.giveBackMemory() }
        wasResting = isResting
        heardAtTick = counters.bytesReceived
    }

    private func takeSignals() {
        while let signal = Syscall.nextSignal(signals) {
            if Syscall.isReload(signal) {
                reload()
            } else if !isDraining {
                Report.line("stopping: answering what was received")
                settings.manager.notify("STOPPING=1")
                isDraining = true
                drainDeadline = now + 5_000
            }
        }
    }

    /// Reads the config file again; who may no longer connect is shown out. A clock that was not
    /// believed is from now on.
    private func reload() {
        settings.manager.notify("RELOADING=1")
        settings.policy.reload()
        adoptClock()
        for connection in Array(table.all)
        where settings.policy.role(connection.door.role, uid: connection.peer.uid)
            != connection.peer.role
        {
            close(connection)
        }
        settings.manager.notify("READY=1")
    }

    /// Nothing is being committed or to be, and nobody is owed a reply that it would read.
    private var isDrained: Bool {
        guard isDraining else { return false }
        if engine.head > engine.durable { return false }
        if now >= drainDeadline { return true }
        return !table.all.contains { $0.output.hasReady } && readsUnderWay == 0
    }

    private func closeAll() {
        for listener in listeners { listener.removePath() }
        for connection in Array(table.all) { close(connection) }
        committer.end()
        log.settle()
        reader.end()
        scanner.end()
        finishCheckpoint()
        for storekeeper in storekeepers { storekeeper.end() }
        for rebuilder in rebuilders { rebuilder.end() }
        trier.end()
        checker.end()
        aheadWriter.end()
    }
}
