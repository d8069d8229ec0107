import Store

/// Looks out for readers of the log that don't end: while one holds on to an old commit, no page
/// that it sees is used again, and the file only grows.
struct ReaderWatch {
    private var watched: LogReaderPlace?
    private var since: Int64 = 0
    private var isReported = false
    private(set) var slowCount: UInt64 = 0

    enum Finding: Equatable {
        case fine
        /// An old commit is held for longer than a read may take: for so many milliseconds.
        case slow(Int64)
        /// It still is, and was said before.
        case stillSlow
    }

    /// Takes in who reads the oldest commit that isn't the newest; `nil` if nobody does.
    mutating func look(_ oldest: LogReaderPlace?, now: Int64) -> Finding {
        guard oldest == watched, oldest != nil else {
            watched = oldest
            since = now
            isReported = false
            return .fine
        }
        let age = now - since
        guard age >= Int64(ServerLimits.readTransactionSeconds) * 1_000 else { return .fine }
        guard !isReported else { return .stillSlow }
        isReported = true
        slowCount += 1
        return .slow(age)
    }

    /// The process, and for how many milliseconds it has held an old commit, to the last look.
    func oldest(now: Int64) -> (process: Int32, age: Int64)? {
        watched.map { ($0.process, now - since) }
    }
}

extension Front {
    /// Once a second: a reader of a process that died is removed, one that lives is reported. Our
    /// own reads end by themselves, a page each.
    func watchReaders() {
        let finding = readerWatch.look(readers.oldest(), now: now)
        guard finding != .fine else { return }
        let removed = readers.removeDead()
        if removed > 0 {
            Report.line("readers of the log whose process is gone, removed: \(removed)")
        } else if case .slow(let age) = finding,
            let process = readerWatch.oldest(now: now)?.process
        {
            Report.line(
                "warning: process \(process) has read the log without a pause for \(age / 1_000) s: "
                    + "its file grows until it ends")
        }
    }
}
