import Proof

extension LogReader {
    /// Checks every byte, leaf, root and link of at most `batchCountMax` batches behind `head`,
    /// lending each event to `body` once its batch's block is checked.
    ///
    /// Begin with `.empty` and call again with what it returned; the end is where that no longer
    /// grows. Nothing is taken from what an earlier run stored.
    /// - Throws: `.batchDamaged` with the first thing wrong.
    package func audit(
        from head: LogHead, batchCountMax: Int, _ body: (UInt64, Span<UInt8>) -> Void
    ) throws(StoreError) -> LogHead {
        var chain = ChainCheck(head)
        var tree = head.tree
        var batchCount = 0
        try scanChecked(from: head.sequence + 1, .forward) { (header, value) throws(BatchDamage) in
            guard header.last > head.sequence else { return true }
            guard batchCount < batchCountMax else { return false }
            batchCount += 1
            try chain.advance(to: header)
            try header.auditEvents(in: value, addingTo: &tree, body)
            return true
        }
        return LogHead(identity: chain.identity, tree: tree, lastTime: chain.lastTime)
    }
}

extension BatchHeader {
    /// Adds the batch's leaves to `tree`, checking each stored root on the way.
    fileprivate func auditEvents(
        in value: Span<UInt8>, addingTo tree: inout MerkleTree,
        _ body: (UInt64, Span<UInt8>) -> Void
    ) throws(BatchDamage) {
        var subtreeIndex = 0
        var wrongSubtree: UInt64? = nil
        _ = try forEachEvent(in: value, from: first) { sequence, event in
            if let root = tree.append(leafHash: MerkleTree.leafHash(event)) {
                // The header's check made sure that there is one for each.
                if subtreeRoot(subtreeIndex, in: value).root != root, wrongSubtree == nil {
                    wrongSubtree = sequence
                }
                subtreeIndex += 1
            }
            body(sequence, event)
            return true
        }
        if let wrongSubtree {
            throw BatchDamage(
                .wrongSubtree, sequence: wrongSubtree,
                offset: BatchLayout.headerSize + blockCount * BatchLayout.blockEntrySize)
        }
        guard tree.root == root else {
            throw BatchDamage(.wrongRoot, sequence: first, offset: BatchLayout.rootOffset)
        }
    }
}
