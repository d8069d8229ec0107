private import Synchronization

/// Fills pieces of the log's file with zeros, past the page cache: there, a flush of the log would have to
/// write them as well.
struct ZeroFiller: ~Copyable {
    private let file: File
    private let zeros = ZeroBlock(count: WriteAhead.pieceBytes)

    init(_ path: String) throws(StoreError) { file = try File(path, .direct) }

    func fill(_ piece: Range<Int>) throws(StoreError) {
        try file.write(zeros, at: piece.lowerBound)
    }
}

extension LMDBLog {
    /// Whether `writeAhead` has something to do.
    package var wantsWriteAhead: Bool {
        state.withLock { $0.ahead.next(used: $0.room.logUsed) != nil }
    }

    /// Fills a piece of the file behind the log's end with zeros, on any thread while another commits: the
    /// commits to come find blocks that were written before. What can't be filled is left to them.
    package func writeAhead() {
        filler.withLock { filler in
            let next = state.withLock { state in
                let piece = state.ahead.next(used: state.room.logUsed)
                if let piece { state.ahead.begin(piece) }
                return piece
            }
            guard let next else { return }
            let outcome = fill(next, with: &filler)
            state.withLock { $0.ahead.finish(outcome, used: $0.room.logUsed) }
        }
    }

    private func fill(_ piece: Range<Int>, with filler: inout ZeroFiller?) -> WriteAhead.Outcome {
        do throws(StoreError) {
            guard try reserveLog(through: piece.upperBound, ahead: 0) else { return .hasNoRoom }
            if filler == nil { filler = try ZeroFiller(paths.logData) }
            try filler?.fill(piece)
            return .filled
        } catch {
            return .failed
        }
    }

    /// Waits until nobody fills what a commit may reach into.
    func keepClear(of end: Int) {
        while !state.withLock({ $0.ahead.mayCommit(upTo: end) }) {
            // Whoever fills it has this meanwhile.
            filler.withLock { _ in }
        }
    }
}
