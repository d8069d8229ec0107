/// How much of the disk is ours already, so that a full one is noticed before anything is decided,
/// and never by a commit.
struct Room {
    /// Bytes of the log's file that the last commit reaches to.
    var logUsed: Int
    /// Bytes of the log's file that are sure to have blocks on disk.
    var logReserved: Int
    /// The same of the keys file.
    var keysReserved: Int

    func holds(_ need: RoomNeed) -> Bool {
        logUsed + need.logBytes <= logReserved && need.keyBytes <= keysReserved
    }

    /// How much further than it must the log is extended: with it, since a small ledger should stay
    /// small, and never by more than is had in an instant.
    static func logAhead(used: Int) -> Int {
        (used / 4).clamped(to: (1 << 20)...(64 << 20))
    }

    /// The keys of 32,768 accounts.
    static let keysAhead = 1 << 20
}

/// What must be free before more is decided.
struct RoomNeed {
    var logBytes: Int
    var keyBytes: Int

    /// - Parameter batchBytes: the batches' values together.
    init(batchBytes: Int, highestAccount: UInt32) {
        logBytes = (batchBytes / MetaPage.pageSize + RoomNeed.treePageCount) * MetaPage.pageSize
        keyBytes = (Int(highestAccount) + 1) * KeySlot.size
    }

    /// Pages for the trees of two commits besides their values: copies from root to leaf of the
    /// batches and of the free pages, with a split at each of at most six levels, and part pages.
    private static let treePageCount = 64
}

extension Comparable {
    fileprivate func clamped(to limits: ClosedRange<Self>) -> Self {
        min(max(self, limits.lowerBound), limits.upperBound)
    }
}
