package import Proof

/// The end of a batch, to know the log again by.
package struct LogMark: Equatable, Sendable {
    /// The sequence number of the batch's last event.
    package var sequence: UInt64
    /// The identity of the batch.
    package var identity: Digest

    package init(sequence: UInt64, identity: Digest) {
        self.sequence = sequence
        self.identity = identity
    }
}

extension LogHead {
    package var mark: LogMark { LogMark(sequence: sequence, identity: identity) }
}

extension LogReader {
    /// Makes sure that a batch ends there, and that it is the one.
    /// - Throws: `.logRegressed` or `.logDiverged`, as `resume`.
    package func check(_ mark: LogMark) throws(StoreError) {
        var found: BatchHeader? = nil
        try scanChecked(from: mark.sequence, .backward) { (header, _) throws(BatchDamage) in
            found = header
            return false
        }
        guard let found, found.last >= mark.sequence else {
            throw .logRegressed(head: found?.last ?? 0, mark: mark.sequence)
        }
        guard found.last == mark.sequence, found.identity == mark.identity else {
            throw .logDiverged(sequence: mark.sequence)
        }
    }
}
