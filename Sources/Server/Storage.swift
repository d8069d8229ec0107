import Engine
import Ledger
import Secrets
package import Store
import Synchronization

/// What became of a batch.
enum CommitOutcome: Sendable {
    case committed(PendingBatch, LogHead)
    /// Whether it is on disk is unknown.
    case failed(StoreError)
}

/// Commits to the log, on any thread, one batch after another.
final class LogCommits: Sendable {
    private let log: LMDBLog
    private let writer: Mutex<LogWriter>

    init(_ log: LMDBLog, _ writer: LogWriter) {
        self.log = log
        self.writer = Mutex(writer)
    }

    /// Begins and ends a write transaction: lmdb.h binds it to one thread, which is the caller's.
    func run(_ batch: PendingBatch) -> CommitOutcome {
        writer.withLock { writer in
            do throws(StoreError) {
                return .committed(batch, try writer.append(batch, to: log))
            } catch {
                return .failed(error)
            }
        }
    }

    func makeCommitter() throws(SystemFault) -> WorkerThread<PendingBatch, CommitOutcome> {
        try WorkerThread("stele-commit", perform: run)
    }

    /// Whether a thread of `makeAheadWriter` has something to do.
    var wantsWriteAhead: Bool { log.wantsWriteAhead }

    /// Fills the file behind the log's end, a piece at each asking.
    func makeAheadWriter() throws(SystemFault) -> WorkerThread<Void, Void> {
        let log = log
        return try WorkerThread("stele-ahead") { (_: Void) in log.writeAhead() }
    }

    /// At the end: lets the files say by themselves what the next start would find out.
    func settle() {
        do throws(StoreError) {
            try log.synchronize()
        } catch {
            Report.line("the log's last commit is on disk, its meta page may not be: \(error)")
        }
    }
}

/// How far reading the state has come.
enum StateCheckOutcome: Sendable {
    case goesOn
    case done
    case failed(StoreError)
}

/// The files behind the engine, for the threads that may wait for the disk.
package struct Storage {
    private let log: LMDBLog
    private let state: StateStore<LMDBState>
    let commits: LogCommits

    package init(log: LMDBLog, state: StateStore<LMDBState>, writer: LogWriter) {
        self.log = log
        self.state = state
        commits = LogCommits(log, writer)
    }

    func makeReader(_ name: String) throws(SystemFault) -> WorkerThread<ReadJob, ReadOutcome> {
        let reader = LogReader(log)
        let log = log
        return try WorkerThread(name, .much) { job in
            job.run(reader) { account in
                (try? log.key(of: account.rawValue)).map { AccountKey($0) }
            }
        }
    }

    var readers: LogReaders { LogReaders(log) }

    /// Folds the log anew, to be compared with the state in service: some more with each call, on any
    /// thread; answers whether there is more.
    func makeRebuilding() -> @Sendable (Rebuild) -> Bool {
        let reader = LogReader(log)
        let state = state
        return { $0.goOn(reader, state) }
    }

    /// A thread that does so.
    func makeRebuilder(
        _ patience: Patience
    ) throws(SystemFault) -> WorkerThread<Rebuild, Bool> {
        try WorkerThread("stele-rebuild", patience, perform: makeRebuilding())
    }

    /// Decides the history again under other rules, a piece at a time; answers whether there is more.
    func makeTrier() throws(SystemFault) -> WorkerThread<TrialRun, Bool> {
        let reader = LogReader(log)
        return try WorkerThread("stele-trial") { run in
            run.step(reader)
        }
    }

    /// Reads the state to its end, a piece at each asking, unless that was done before serving.
    func makeChecker() throws(SystemFault) -> WorkerThread<Void, StateCheckOutcome> {
        var check = StateCheck(state)
        let checker = try WorkerThread("stele-check", .some) {
            (_: Void) -> StateCheckOutcome in
            do throws(StoreError) {
                return try check.step() ? .goesOn : .done
            } catch {
                return .failed(error)
            }
        }
        if !state.storage.isDoubted { checker.submit(()) }
        return checker
    }

    /// Nothing that was read of the state was fatal, though not all of it may have been read: the next
    /// start needn't read it whole before it serves.
    func noteOrderlyEnd() {
        try? state.storage.noteRead()
    }

    /// Writes checkpoints into DIR/state.
    func makeStorekeeper(
        _ patience: Patience
    ) throws(SystemFault) -> WorkerThread<CheckpointWork, StoreError?> {
        let state = state
        return try WorkerThread("stele-state", patience) { work in
            do throws(StoreError) {
                try work.write(to: state)
                return nil
            } catch {
                return error
            }
        }
    }
}
