/// Who reads the log, in this process and in others.
package struct LogReaders: Sendable {
    private let log: LMDBLog

    package init(_ log: LMDBLog) { self.log = log }

    /// Of those who read a commit that isn't the newest, the one that reads the oldest.
    package func oldest() -> LogReaderPlace? { log.oldestReader() }

    /// Frees the places of readers whose process died, which nobody else would; returns how many.
    package func removeDead() -> Int { log.removeDeadReaders() }
}

/// A process, and the commit that it reads.
package struct LogReaderPlace: Equatable, Sendable {
    package var process: Int32
    package var transaction: UInt64

    package init(process: Int32, transaction: UInt64) {
        self.process = process
        self.transaction = transaction
    }
}
