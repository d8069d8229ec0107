/// A log of which a start may find batches that are on disk, but out of the log's reach.
package protocol RescueStorage: LogStorage {
    /// Lends each value that may be the batch beginning with `first`, until one is taken. It may be
    /// anything.
    func lendUnreached(
        _ first: UInt64, _ take: (Span<UInt8>) -> Bool
    ) throws(StoreError)

    /// Keeps the bytes beside the log, in place of those kept before; they are there, durably, when this
    /// returns. However it is cut, either these are there or those.
    func save(_ bytes: [UInt8]) throws(StoreError)

    /// What was saved last; nil if nothing is.
    func saved() throws(StoreError) -> [UInt8]?

    func removeSaved() throws(StoreError)

    /// Flushes all that `append` may have left to the next.
    func synchronize() throws(StoreError)
}

/// Brings a batch that is on disk, but out of the log's reach, to where it belongs: before anything
/// else is read or written.
///
/// Appending it may use the very pages that it lies in, and be cut as well. So it is saved first: at
/// every moment the disk has it intact in those pages, beside the log, or in the log.
package struct Rescue<Log: RescueStorage> {
    private let log: Log

    package init(_ log: Log) { self.log = log }

    /// - Returns: how many batches were out of reach.
    @discardableResult
    package func run() throws(StoreError) -> Int {
        let saved = try log.saved()
        let batches = try find(saved)
        if !batches.isEmpty {
            try log.save(batches.flatMap { $0 })
            for batch in batches {
                let nothing: [UInt8] = []
                // Each was found intact.
                let first = batch.span.u64(at: BatchLayout.firstOffset)
                try log.append(head: batch.span, body: nothing.span, first: first)
            }
            try log.synchronize()
        }
        if saved != nil || !batches.isEmpty { try log.removeSaved() }
        return batches.count
    }

    /// What follows on the log's end: as a rescue that was cut has saved it, or out of reach.
    private func find(_ saved: [UInt8]?) throws(StoreError) -> [[UInt8]] {
        let last: BatchHeader?
        do throws(StoreError) {
            last = try LogReader(log).lastHeader()
        } catch .batchDamaged {
            // Whoever reads the log says so, and where.
            return []
        } catch {
            throw error
        }
        guard let last else { return [] }
        return try UnreachedBatches.following(last) { (first, take) throws(StoreError) in
            if let saved, UnreachedBatches.lend(from: saved, take) { return }
            try log.lendUnreached(first, take)
        }
    }
}
