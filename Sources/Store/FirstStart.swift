import LMDB
import Proof

/// Making a ledger where there is none, so that a crash at any moment leaves either all or nothing.
enum FirstStart {
    /// Builds the log beside its place, with the genesis batch in it, and moves it there at once:
    /// LMDB never opens again a file whose creation was cut.
    static func create(
        _ paths: LedgerPaths, genesis: () throws(StoreError) -> PendingBatch
    ) throws(StoreError) {
        // The remains of a start that was cut. Its ledger was never answered from.
        try Directory.removeEnvironment(paths.newLog)
        try refuseForeignKeys(paths)
        let batch = try genesis()
        try KeyFile(paths.keys, .create).write(batch.newKeys)
        try Directory.create(paths.newLog)
        try writeLog(batch, in: paths.newLog)
        try File(paths.newLog + "/data.mdb", .readWrite).synchronize()
        try Directory.synchronize(paths.newLog)
        try Directory.rename(paths.newLog, to: paths.log)
        try Directory.synchronize(paths.directory)
    }

    /// One slot is what a cut first start leaves; more belong to a ledger whose log is lost, and
    /// may yet be needed to read a copy of it.
    private static func refuseForeignKeys(_ paths: LedgerPaths) throws(StoreError) {
        guard try Directory.entry(paths.keys) != nil else { return }
        guard try KeyFile(paths.keys, .read).size() <= KeySlot.size else {
            throw .logMissing(path: paths.directory)
        }
    }

    /// Writes an environment that holds the one batch, and closes it.
    private static func writeLog(_ batch: PendingBatch, in path: String) throws(StoreError) {
        var tree = MerkleTree()
        let framed = batch.frame(previous: .zero, tree: &tree)
        try LogBuilder(path).append(
            head: framed.bytes.span, body: batch.body.span, first: batch.first)
    }
}
