/// Which part of the log's file is filled with zeros ahead of the commits.
///
/// A flush of blocks that were only reserved has to note first, in the file system's own journal, that they
/// hold something now: that takes half as long again as the flush of blocks that were written before.
struct WriteAhead {
    /// Up to here it was filled.
    private(set) var end = 0
    /// Being filled: no commit may reach into it.
    private(set) var piece: Range<Int>?
    /// The commit under way, or the last one, reaches no further.
    private(set) var commitEnd = 0
    /// Nothing was filled before this since that began.
    private var clearEnd = Int.max
    /// Nothing is filled until the log has come to here: there was no room.
    private var pausedUntil = 0
    private var isGivenUp = false

    /// Some milliseconds' worth of a disk: what a flush may have to wait for.
    static let pieceBytes = 512 << 10
    /// Between the log's end and a piece, so that commits seldom catch up with one that is being filled.
    static let gapBytes = 256 << 10

    /// The piece to be filled next.
    ///
    /// - Parameter used: bytes of the file that the last commit reaches to.
    func next(used: Int) -> Range<Int>? {
        guard piece == nil, !isGivenUp, used >= pausedUntil else { return nil }
        let free = max(used, commitEnd) + Self.gapBytes
        let aligned = (free + ZeroBlock.alignment - 1) / ZeroBlock.alignment * ZeroBlock.alignment
        let start = max(end, aligned)
        let stop = start + Self.pieceBytes
        return stop <= used + Room.logAhead(used: used) ? start..<stop : nil
    }

    mutating func begin(_ next: Range<Int>) {
        piece = next
        clearEnd = min(clearEnd, next.lowerBound)
    }

    enum Outcome {
        case filled
        /// The disk is full.
        case hasNoRoom
        /// The file system can't, or the disk failed, which the next commit says.
        case failed
    }

    mutating func finish(_ outcome: Outcome, used: Int) {
        guard let done = piece else { return }
        piece = nil
        switch outcome {
        case .filled: end = done.upperBound
        case .hasNoRoom: pausedUntil = used + Room.logAhead(used: used)
        case .failed: isGivenUp = true
        }
    }

    /// Notes a commit that is about to reach up to `end` at most.
    ///
    /// - Returns: false if it has to wait until the piece that is being filled is finished.
    mutating func mayCommit(upTo end: Int) -> Bool {
        if let piece, piece.lowerBound < end { return false }
        commitEnd = end
        clearEnd = piece?.lowerBound ?? .max
        return true
    }

    /// Whether the commit that `mayCommit` was asked about last has kept clear of what was filled since.
    func wasClear(committed used: Int) -> Bool { used <= clearEnd }
}
