import Engine
import Ledger
import Secrets
package import Store

/// What became of a batch.
enum CommitOutcome: Sendable {
    case committed(PendingBatch, LogHead)
    /// Whether it is on disk is unknown.
    case failed(StoreError)
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
    private let writer: LogWriter

    package init(log: LMDBLog, state: StateStore<LMDBState>, writer: LogWriter) {
        self.log = log
        self.state = state
        self.writer = writer
    }

    /// lmdb.h: a write transaction must stay on the thread that began it; all of the log's are
    /// this one's.
    func makeCommitter() throws(SystemFault) -> WorkerThread<PendingBatch, CommitOutcome> {
        let log = log
        var writer = writer
        return try WorkerThread("stele-commit") { batch in
            do throws(StoreError) {
                return .committed(batch, try writer.append(batch, to: log))
            } catch {
                return .failed(error)
            }
        }
    }

    func makeReader(_ name: String) throws(SystemFault) -> WorkerThread<ReadJob, ReadOutcome> {
        let reader = LogReader(log)
        let log = log
        return try WorkerThread(name, isPatient: true) { job in
            job.run(reader) { account in
                (try? log.key(of: account.rawValue)).map { AccountKey($0) }
            }
        }
    }

    var readers: LogReaders { LogReaders(log) }

    /// Folds the log anew, to be compared with the state in service.
    func makeRebuilder() throws(SystemFault) -> WorkerThread<Rebuild, Bool> {
        let reader = LogReader(log)
        return try WorkerThread("stele-rebuild", isPatient: true) { rebuild in
            rebuild.foldSome(reader)
        }
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
        let checker = try WorkerThread("stele-check", isPatient: true) {
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

    /// Writes checkpoints into DIR/state.
    func makeStorekeeper() throws(SystemFault) -> WorkerThread<CheckpointWork, StoreError?> {
        let state = state
        return try WorkerThread("stele-state") { work in
            do throws(StoreError) {
                try work.write(to: state)
                return nil
            } catch {
                return error
            }
        }
    }
}
