import LMDB

/// Finding the batches behind the log's end that are on disk all the same: those of a commit whose
/// meta page a power cut has kept from the disk, or that ended in a crash.
///
/// Such a batch may have been acknowledged. That it is the right one needs no trust in where it lies: it
/// is intact to its last byte, and names the batch that the log ends with as the one before it.
package enum UnreachedBatches {
    /// More than one commit adds to the file: a batch of 8 MiB with its pages of the trees.
    package static let bytesAddedMax = 16 << 20

    /// The batches that follow on `last`, each on the one before.
    /// - Parameter candidates: lends what may be the batch that begins with a sequence number, until
    ///   it is taken.
    package static func following(
        _ last: BatchHeader,
        candidates: (_ first: UInt64, _ take: (Span<UInt8>) -> Bool) throws(StoreError) -> Void
    ) throws(StoreError) -> [[UInt8]] {
        var batches: [[UInt8]] = []
        var last = last
        var found: BatchHeader? = last
        while found != nil {
            found = nil
            try candidates(last.last + 1) { value in
                guard let header = BatchHeader(value, following: last) else { return false }
                batches.append([UInt8](copying: value))
                found = header
                return true
            }
            if let found { last = found }
        }
        return batches
    }

    /// Lends batches that lie back to back, until one is taken; returns whether one was.
    static func lend(from bytes: [UInt8], _ take: (Span<UInt8>) -> Bool) -> Bool {
        var rest = bytes.span.extracting(0..<bytes.count)
        while let header = try? BatchHeader(checkingHeaderOf: rest), header.size <= rest.count {
            if take(rest.extracting(0..<header.size)) { return true }
            rest = rest.extracting(header.size..<rest.count)
        }
        return false
    }
}

extension BatchHeader {
    /// Nil unless the value is a batch, intact to its last byte, that was made to follow on `last`.
    init?(_ value: Span<UInt8>, following last: BatchHeader) {
        do throws(BatchDamage) {
            try self.init(checking: value)
            guard first == last.last + 1, previous == last.identity, lastTime >= last.lastTime
            else { return nil }
            _ = try forEachEvent(in: value, from: first) { _, _ in true }
        } catch {
            return nil
        }
    }
}
