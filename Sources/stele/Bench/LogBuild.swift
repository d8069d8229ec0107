import Engine
import Ledger
import Proof
import Secrets
import Store

/// `stele bench --build-log`: makes a ledger as large as is wanted, without a daemon and its socket but
/// through the same deciding, encoding and committing, so that growth can be measured.
struct LogBuild: ~Copyable {
    private let settings: BenchCommand.Settings
    private let path: String
    private let directory: DataDirectory
    private let state: StateStore<LMDBState>
    private let engine: Engine
    private let committing: Committing
    private var commands: BuiltCommands
    private var hasBatchUnderWay = false
    private var written = 0
    private var receipt = Receipt()

    init(
        _ settings: BenchCommand.Settings, _ kinds: BuiltCommands.Kinds, _ files: Files
    ) {
        self.settings = settings
        path = files.path
        directory = files.directory
        state = files.state
        engine = files.engine
        committing = files.committing
        commands = BuiltCommands(settings, kinds)
    }

    /// The new ledger, with its rulebook adopted.
    struct Files {
        let path: String
        let directory: DataDirectory
        let state: StateStore<LMDBState>
        let engine: Engine
        fileprivate let committing: Committing

        init(_ path: String, rules: String) throws(Failure) {
            let source = try FileContent.read(rules, bytesMax: Limits.rulebookBytesMax)
            self.path = path
            do {
                directory = try LogBuild.create(path)
                guard let stored = directory.state else { throw StoreError.missing(path: path) }
                state = StateStore(stored, checksum: RebuildCommand.checksum)
                let opening = try Opening.open(
                    log: directory.log, state: state,
                    random: KeyDraw().draw,
                    progress: { _ in })
                engine = opening.engine
                committing = try Committing(directory.log, opening.writer)
                _ = try engine.ledger.adopt(
                    source, hash: SHA256.hash(source).bytes, file: rules, from: LogBuild.peer,
                    at: LogBuild.now, scrutiny: ZoneFiles.scrutiny)
            } catch let error as StoreError {
                throw Failure(error, path: path)
            } catch let error as Failure {
                throw error
            } catch {
                throw Failure(code: .refused, message: "\(error)")
            }
        }
    }

    /// A ledger that wasn't there before: what is made up must not get into a real one.
    fileprivate static func create(_ path: String) throws -> DataDirectory {
        let directory = try DataDirectory.open(path) { () throws(StoreError) in
            do throws(RandomnessUnavailable) {
                return Genesis.batch(
                    id: try randomBytes(count: 16), key: try AccountKey.random(), at: now)
            } catch {
                throw .missing(path: path)
            }
        }
        guard directory.wasCreated else {
            throw Failure(
                code: .refused, message: "\(path): there is a ledger",
                hint: "--build-log makes a new one.")
        }
        return directory
    }

    fileprivate static let peer = Peer(uid: 0, role: .all)
    fileprivate static var now: Instant { Instant(microseconds: Clock.microseconds) }

    mutating func run(_ console: Console) throws(Failure) -> LogBuildResult {
        let watch = Stopwatch()
        try openAccounts(console)
        try write(settings.count, title: "building", console)
        while !engine.ledger.buffer.isEmpty || hasBatchUnderWay { try commit() }
        committing.end()
        try flush()
        let seconds = watch.seconds
        let storing = Stopwatch()
        try storeState()
        return LogBuildResult(
            events: engine.head, accounts: engine.ledger.state.accountCount, seconds: seconds,
            storeSeconds: storing.seconds, logBytes: directory.log.usedSize,
            root: engine.logHead.root.hex)
    }

    /// Every account once, from the first to the last.
    private mutating func openAccounts(_ console: Console) throws(Failure) {
        var progress = Progress("opening", unit: "accounts", console: console)
        var account = 0
        while account < settings.accounts {
            if commands.arePlain {
                let count = min(settings.accounts - account, PlainCommands.countMax)
                commands.fillOpenings(UInt32(account), count)
                try writePlain(count)
                account += count
            } else {
                try writeOne(commands.first(UInt32(account)))
                account += 1
            }
            if account & 1023 == 0 { update(&progress, account, of: settings.accounts) }
        }
        progress.finish()
    }

    private mutating func write(_ count: Int, title: String, _ console: Console) throws(Failure) {
        var progress = Progress(title, unit: "events", console: console)
        var done = 0
        while done < count {
            done += try writeSome(min(count - done, PlainCommands.countMax))
            if done & 0xFFFF < PlainCommands.countMax { update(&progress, done, of: count) }
            try Interrupt.check()
        }
        progress.finish()
    }

    private func update(_ progress: inout Progress, _ done: Int, of count: Int) {
        progress.update(count: done, share: Double(done) / Double(max(count, 1)))
    }

    /// The next commands, as the daemon takes those that arrived together.
    private mutating func writeSome(_ count: Int) throws(Failure) -> Int {
        guard commands.arePlain else {
            for _ in 0..<count { try writeOne(commands.next()) }
            return count
        }
        commands.fill(count)
        try writePlain(count)
        return count
    }

    /// The plain commands that were made.
    private mutating func writePlain(_ count: Int) throws(Failure) {
        var index = 0
        let bytes = commands.bytes
        engine.lookUp(&commands.plain, in: bytes.span)
        while index < count {
            index = engine.decide(
                &commands.plain, from: index, in: bytes.span, from: Self.peer, at: Self.now)
            if index < count {
                try writeOne(commands.general(index))
                index += 1
            }
        }
        try commitIfFull()
    }

    private mutating func writeOne(_ command: Command) throws(Failure) {
        while true {
            do throws(Refusal) {
                let answer = try engine.write(
                    command, from: Self.peer, at: Self.now, into: &receipt)
                if answer == .decided { break }
            } catch {
                throw Failure(
                    code: .refused, message: "\(error.code.rawValue): \(error.sentence)")
            }
            try commit()
        }
        try commitIfFull()
    }

    private mutating func commitIfFull() throws(Failure) {
        if engine.ledger.buffer.count >= settings.batch { try commit() }
    }

    /// Waits for the batch under way and sends the next one on its way.
    private mutating func commit() throws(Failure) {
        if hasBatchUnderWay {
            hasBatchUnderWay = false
            do throws(StoreError) {
                let (batch, head) = try committing.wait()
                engine.committed(batch, head)
            } catch {
                throw Failure(error, path: path)
            }
        }
        guard let batch = engine.takeBatch() else { return }
        committing.submit(batch)
        hasBatchUnderWay = true
    }

    /// The batches are on disk; here the log's first pages follow.
    private func flush() throws(Failure) {
        do throws(StoreError) {
            try directory.log.synchronize()
        } catch {
            throw Failure(error, path: path)
        }
    }

    private func storeState() throws(Failure) {
        do throws(StoreError) {
            try RebuildCommand.store(engine, in: state)
        } catch {
            throw Failure(error, path: path)
        }
    }
}

/// The thread that writes batches; lmdb.h wants all write transactions on one.
private final class Committing {
    private let batches = Relay<PendingBatch>(capacity: 1)
    private let outcomes = Relay<Outcome>(capacity: 1)
    private let thread: Background

    private enum Outcome: Sendable {
        case committed(PendingBatch, LogHead)
        case failed(StoreError)
    }

    init(_ log: LMDBLog, _ writer: LogWriter) throws(SystemFault) {
        let (batches, outcomes) = (batches, outcomes)
        thread = try Background {
            var writer = writer
            while let batch = batches.take() {
                do throws(StoreError) {
                    outcomes.put(.committed(batch, try writer.append(batch, to: log)))
                } catch {
                    outcomes.put(.failed(error))
                }
            }
            outcomes.close()
        }
    }

    func submit(_ batch: PendingBatch) { batches.put(batch) }

    func wait() throws(StoreError) -> (PendingBatch, LogHead) {
        switch outcomes.take() {
        case .committed(let batch, let head): return (batch, head)
        case .failed(let error): throw error
        case nil: throw .faulted
        }
    }

    func end() {
        batches.close()
        thread.join()
    }
}
