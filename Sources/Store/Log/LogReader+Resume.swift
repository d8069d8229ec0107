import Proof

extension LogReader {
    /// What the log has come to, so that it can be appended to, knowing what it had come to at
    /// `mark`.
    ///
    /// Reads the index of each batch since then, where the roots of full subtrees are stored, and
    /// the leaves behind the last of those. Meant for starting: nobody writes meanwhile.
    /// - Throws: `.logRegressed` if the log ends before the mark, `.logDiverged` if another batch
    ///   ends there: what was acknowledged once is gone, and nothing may be added on top of that.
    package func resume(from mark: StateHead = .empty) throws(StoreError) -> LogHead {
        let known = try knownHead(mark)
        var chain = ChainCheck(known)
        var tree = mark.tree.fullTiles
        try scanChecked(from: mark.sequence + 1, .forward) { (header, value) throws(BatchDamage) in
            guard header.last > mark.sequence else { return true }
            try chain.advance(to: header)
            for index in 0..<header.subtreeCount {
                tree.append(tileRoot: header.subtreeRoot(index, in: value).root)
            }
            return true
        }
        guard chain.sequence > mark.sequence else { return known }
        // Within one subtree the mark's own frontier reaches further than the subtrees do.
        if tree.size <= mark.sequence { tree = mark.tree }
        try appendLeaves(to: &tree, through: chain.sequence)
        guard tree.root == chain.root else {
            throw .batchDamaged(
                BatchDamage(.wrongRoot, sequence: chain.batchFirst, offset: BatchLayout.rootOffset))
        }
        return LogHead(identity: chain.identity, tree: tree, lastTime: chain.lastTime)
    }

    /// The log as it was at `mark`.
    private func knownHead(_ mark: StateHead) throws(StoreError) -> LogHead {
        guard mark.sequence > 0 else { return .empty }
        var found: BatchHeader? = nil
        try scanChecked(from: mark.sequence, .backward) { (header, _) throws(BatchDamage) in
            found = header
            return false
        }
        guard let found, found.first <= mark.sequence, found.last >= mark.sequence else {
            throw .logRegressed(head: found?.last ?? 0, mark: mark.sequence)
        }
        guard found.last == mark.sequence, found.identity == mark.identity,
            found.root == mark.tree.root
        else { throw .logDiverged(sequence: mark.sequence) }
        return LogHead(identity: mark.identity, tree: mark.tree, lastTime: found.lastTime)
    }

    private func appendLeaves(
        to tree: inout MerkleTree, through last: UInt64
    ) throws(StoreError) {
        guard tree.size < last else { return }
        try scanChecked(from: tree.size + 1, .forward) { (header, value) throws(BatchDamage) in
            try header.forEachEvent(in: value, from: tree.size + 1) { _, event in
                tree.append(leafHash: MerkleTree.leafHash(event))
                return true
            }
        }
    }
}

/// Follows batches from one to the next by what each says of the one before it.
struct ChainCheck {
    private(set) var sequence: UInt64
    private(set) var identity: Digest
    private(set) var lastTime: UInt64
    private(set) var root: Digest
    /// The first sequence number of the batch that was come to.
    private(set) var batchFirst: UInt64

    init(_ head: LogHead) {
        sequence = head.sequence
        identity = head.identity
        lastTime = head.lastTime
        root = head.root
        batchFirst = head.sequence
    }

    mutating func advance(to header: BatchHeader) throws(BatchDamage) {
        guard header.first == sequence + 1 else {
            throw BatchDamage(
                .wrongOrder, sequence: sequence + 1, offset: BatchLayout.firstOffset)
        }
        guard header.previous == identity else {
            throw BatchDamage(
                .wrongLink, sequence: header.first, offset: BatchLayout.previousOffset)
        }
        guard header.lastTime >= lastTime else {
            throw BatchDamage(
                .wrongTime, sequence: header.first, offset: BatchLayout.lastTimeOffset)
        }
        sequence = header.last
        identity = header.identity
        lastTime = header.lastTime
        root = header.root
        batchFirst = header.first
    }
}
