import Ledger
import Store

/// How ids of new accounts are stored: apart from the rows, which change again and are written with each
/// checkpoint. An id is written once, soon after its account was opened, and next to those before it.
struct IDStorage {
    /// Whether some are on their way.
    var areLeaving = false
    /// False after a failure, until some time has passed.
    var mayTry = true
    /// Some fifty bytes each: half a megabyte, and as much again while they are written.
    var newMax = 8_192
}

extension Engine {
    /// Takes the new ids, where there are too many of them.
    func takeNewIDs() -> CheckpointWork? {
        guard areNewIDsDue, let ids = ledger.state.takeNewIDs() else { return nil }
        idStorage.areLeaving = true
        var work = CheckpointWork()
        work.ids = ids
        work.waitsFor = head
        return work
    }

    /// Whether there are too many new ids, and nothing else of ids that only a checkpoint may store.
    package var areNewIDsDue: Bool {
        !idStorage.areLeaving && idStorage.mayTry
            && ledger.state.newIDs.entryCount >= idStorage.newMax && ledger.state.newIDs.isInOrder
    }

    /// New ids are taken when there are so many that no checkpoint took.
    package func setNewIDsMax(_ count: Int) { idStorage.newMax = count }

    func newIDsWritten() {
        idStorage.areLeaving = false
        ledger.state.dropLeavingIDs()
    }

    func newIDsFailed() {
        guard idStorage.areLeaving else { return }
        idStorage.areLeaving = false
        idStorage.mayTry = false
        ledger.state.takeBackLeavingIDs()
    }
}

extension NewIDs {
    /// Entries in a transaction.
    private static var sliceSize: Int { 4_096 }

    /// Writes them in the order of their accounts.
    func write<Stored: StateStorage>(to store: StateStore<Stored>) throws(StoreError) {
        var changes = StateChanges()
        var writer = ByteWriter(capacity: 128)
        for index in 0..<entryCount {
            if let (account, id) = entry(at: index) { changes.set(account, id, &writer) }
            guard changes.count >= Self.sliceSize || index == entryCount - 1 else { continue }
            try store.write(changes)
            changes = StateChanges()
        }
    }
}
