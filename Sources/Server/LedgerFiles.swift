import Engine
import Ledger
import Proof
import Secrets
import Store

/// Opens a directory for the one daemon that may write it, and folds what it has.
struct LedgerFiles {
    let directory: DataDirectory
    let engine: Engine
    let storage: Storage

    init(_ path: String, report: (String) -> Void) throws {
        let wall = Instant(microseconds: Syscall.wallMicroseconds())
        directory = try DataDirectory.open(path) { () throws(StoreError) in
            do throws(RandomnessUnavailable) {
                return Genesis.batch(
                    id: try randomBytes(count: 16), key: try AccountKey.random(), at: wall)
            } catch {
                throw .system(operation: "random bytes", code: 5, path: path)
            }
        }
        for warning in directory.warnings { report("warning: \(warning)") }
        if directory.wasCreated { report("a new ledger begins in \(path)") }
        if directory.rescuedCount > 0 {
            report("the last commit was cut: its batch was found on disk and is in the log now")
        }
        guard let stored = directory.state else { throw StoreError.missing(path: path) }
        let state = StateStore(stored, checksum: Self.checksum)
        var told: SequenceNumber = 0
        let opening = try Opening.open(
            log: directory.log, state: state, readsAll: stored.isDoubted,
            random: KeyDraw().draw
        ) { reached in
            guard reached >= told + 1_000_000 else { return }
            told = reached
            report("folding the log: event \(reached)")
        }
        engine = opening.engine
        storage = Storage(log: directory.log, state: state, writer: opening.writer)
        if opening.wasRebuilt, !directory.wasCreated {
            report("there is no stored state to go by: it is folded from the log")
        }
        let head = engine.head
        report("\(head) event\(head == 1 ? "" : "s"), \(opening.foldedCount) of them folded now")
    }

    /// SipHash-2-4-64 of an entry's key and value.
    static let checksum: StateChecksum = { SipHash.checksum(key: $0, value: $1) }
}
