import LMDB
import Proof

/// Adds batches at the end of a log. It belongs to the one thread that writes.
package struct LogWriter: Sendable {
    /// What the log has come to with the last batch that was written.
    package private(set) var head: LogHead

    package init(head: LogHead) {
        self.head = head
    }

    /// Writes the new keys, then the batch, then overwrites the keys of who was forgotten; all of
    /// it is durable when this returns. The old keys go last: before, a crash would forget somebody
    /// whom the log still knows.
    /// - Throws: anything at all is a fault; the process must end and start anew.
    @discardableResult
    package mutating func append<Storage: LogStorage>(
        _ batch: PendingBatch, to storage: Storage
    ) throws(StoreError) -> LogHead {
        if !batch.newKeys.isEmpty { try storage.write(keys: batch.newKeys) }
        var tree = head.tree
        let framed = batch.frame(previous: head.identity, tree: &tree)
        try storage.append(head: framed.bytes.span, body: batch.body.span, first: batch.first)
        if !batch.wipedAccounts.isEmpty {
            try storage.write(keys: batch.wipedAccounts.map { KeySlot(wiping: $0) })
        }
        head = LogHead(identity: framed.identity, tree: tree, lastTime: batch.lastTime)
        return head
    }
}

extension KeySlot {
    /// The slot of an account that has no key any more.
    package init(wiping account: UInt32) {
        self.init(account: account, littleEndian: (0, 0, 0, 0))
    }
}
