import LMDB
package import Proof

/// The part of a batch's value before its events, and what identifies the batch.
package struct FramedHead: Sendable {
    /// The header and the index; the pending batch's body follows them.
    package var bytes: [UInt8]
    package var identity: Digest
    package var root: Digest
}

extension PendingBatch {
    /// Hashes the events into `tree` and writes what stands before them in the log.
    /// - Parameter previous: the identity of the batch before, zeros for the first.
    package func frame(previous: Digest, tree: inout MerkleTree) -> FramedHead {
        precondition(!isEmpty, "a batch has at least one event")
        precondition(tree.size == first - 1, "a batch goes on where the tree ends")
        let subtreeRoots = appendLeaves(to: &tree)
        let index = encodeIndex(subtreeRoots)
        let root = tree.root
        let header = encodeHeader(
            previous: previous, root: root, index: index, subtreeCount: subtreeRoots.count)
        let identity = SHA256.hash(header)
        var bytes = header
        bytes.reserveCapacity(BatchLayout.headerSize + index.count)
        identity.append(to: &bytes)
        bytes.append(contentsOf: index)
        return FramedHead(bytes: bytes, identity: identity, root: root)
    }

    /// Adds each event's leaf and returns the roots of the subtrees of 256 that this completes.
    private func appendLeaves(to tree: inout MerkleTree) -> [Digest] {
        var roots: [Digest] = []
        let bytes = body.span
        var start = 0
        for end in eventEnds {
            // The length in front was written by us or by whoever called endEvent.
            guard let length = bytes.varint(at: start), length.end + Int(length.value) == Int(end)
            else { fatalError("an event's length is not what stands before it") }
            let leaf = MerkleTree.leafHash(bytes.extracting(length.end..<Int(end)))
            if let root = tree.append(leafHash: leaf) { roots.append(root) }
            start = Int(end)
        }
        precondition(start == body.count, "every byte of the body belongs to an event")
        return roots
    }

    private func encodeIndex(_ subtreeRoots: [Digest]) -> [UInt8] {
        var index: [UInt8] = []
        let blockCount = BatchLayout.blockCount(eventCount: count)
        index.reserveCapacity(
            blockCount * BatchLayout.blockEntrySize
                + subtreeRoots.count * BatchLayout.subtreeRootSize)
        let bytes = body.span
        var start = 0
        for block in 0..<blockCount {
            let lastEvent = min((block + 1) * BatchLayout.blockEventCount, count) - 1
            let end = Int(eventEnds[lastEvent])
            let digest = SHA256.hash(bytes.extracting(start..<end))
            index.append(u32: UInt32(start))
            index.append(u64: digest.word0.byteSwapped)
            index.append(u64: digest.word1.byteSwapped)
            start = end
        }
        for root in subtreeRoots { root.append(to: &index) }
        return index
    }

    private func encodeHeader(
        previous: Digest, root: Digest, index: [UInt8], subtreeCount: Int
    ) -> [UInt8] {
        var header: [UInt8] = []
        header.reserveCapacity(BatchLayout.headerSize + index.count)
        header.append(u32: BatchLayout.magic)
        header.append(u16: BatchLayout.version)
        header.append(u16: UInt16(BatchLayout.headerSize))
        header.append(u32: UInt32(BatchLayout.headerSize + index.count + body.count))
        header.append(u32: UInt32(count))
        header.append(u64: first)
        header.append(u64: last)
        header.append(u64: lastTime)
        header.append(u32: UInt32(BatchLayout.blockCount(eventCount: count)))
        header.append(u32: UInt32(subtreeCount))
        previous.append(to: &header)
        root.append(to: &header)
        SHA256.hash(index).append(to: &header)
        header.append(u64: 0)
        return header
    }
}
