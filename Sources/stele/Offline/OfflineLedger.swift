import Ledger
import Store

/// A ledger's files, opened to be read; a daemon may be serving them meanwhile.
struct OfflineLedger {
    let directory: DataDirectory
    let reader: LogReader<LMDBLog>

    /// Batches read in one go: few enough that the snapshot is given up again within a fraction of a
    /// second, for a daemon's log grows while one is held.
    static let batchesAtOnce = 16

    init(_ path: String) throws(Failure) {
        do throws(StoreError) {
            directory = try DataDirectory.openForReading(path)
        } catch {
            throw Failure(error, path: path)
        }
        reader = LogReader(directory.log)
    }

    /// The sequence number of the newest event, so that progress can be told.
    func lastSequence() throws(Failure) -> UInt64 {
        do throws(StoreError) {
            return try reader.lastSequence()
        } catch {
            throw Failure(error, path: directory.path)
        }
    }
}

extension OfflineLedger {
    /// As `lastSequence`; a damaged log's end may be unreadable, which is for others to tell.
    func lastSequenceIfReadable() -> UInt64? { try? reader.lastSequence() }
}

extension Failure {
    /// What keeps a ledger's files from being read.
    init(_ error: StoreError, path: String) {
        switch error {
        case .missing:
            self = .usage(
                "\(path): there is no ledger", hint: "--data DIR names a ledger's directory.")
        case .system where error.isPermissionDenied:
            self = Failure(code: .notPermitted, message: error.description)
        case .lmdb where error.isPermissionDenied:
            self = Failure(
                code: .notPermitted, message: "\(path): its lock files can't be written to",
                hint: "Readers announce themselves there: make a copy of your own, and read that.")
        case .unsafePath(_, .notADirectory):
            self = .usage(error.description, hint: "--data DIR names a ledger's directory.")
        case .held:
            self = Failure(
                code: .refused, message: error.description,
                hint: "Stop the daemon first, or use the command that it has for this.")
        default: self = Failure(code: .no, message: error.description)
        }
    }
}

extension OfflineLedger {
    /// Lends every event to `body` until it returns false, calling `between` between snapshots.
    func fold(
        from start: UInt64 = 1, _ body: (UInt64, Span<UInt8>) -> Bool, between: () -> Void
    ) throws(Failure) {
        var next: UInt64? = start
        while let sequence = next {
            do throws(StoreError) {
                next = try reader.fold(from: sequence, batchCountMax: Self.batchesAtOnce, body)
            } catch {
                throw Failure(error, path: directory.path)
            }
            between()
            try Interrupt.check()
        }
    }
}
