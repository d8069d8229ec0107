/// The roots of perfect subtrees that proofs are put together from: `level` 0 are the leaf hashes,
/// and (level, index) covers the leaves from `index << level` to just before `(index + 1) <<
/// level`.
package protocol SubtreeRoots {
    associatedtype Failure: Error
    func root(level: Int, index: UInt64) throws(Failure) -> Digest
}

/// Computing and checking the proofs of RFC 6962, section 2.1.
package enum MerkleProof {
    /// The hashes that lead from leaf `index` (from 0) to the root of the first `size` leaves,
    /// lowest first.
    /// - Precondition: `index < size`.
    package static func inclusion<Roots: SubtreeRoots>(
        ofLeaf index: UInt64, size: UInt64, in roots: Roots
    ) throws(Roots.Failure) -> [Digest] {
        precondition(index < size, "the leaf is not in the tree")
        var path: [Digest] = []
        var range: Range<UInt64> = 0..<size
        while range.count64 > 1 {
            let middle = range.lowerBound + largestPowerOfTwo(below: range.count64)
            if index < middle {
                path.append(try root(of: middle..<range.upperBound, in: roots))
                range = range.lowerBound..<middle
            } else {
                path.append(try root(of: range.lowerBound..<middle, in: roots))
                range = middle..<range.upperBound
            }
        }
        path.reverse()
        return path
    }

    /// The hashes that show the tree of `size` leaves to begin with the one of `oldSize` leaves.
    /// - Precondition: `0 < oldSize <= size`. Equal sizes give an empty proof.
    package static func consistency<Roots: SubtreeRoots>(
        from oldSize: UInt64, to size: UInt64, in roots: Roots
    ) throws(Roots.Failure) -> [Digest] {
        precondition(0 < oldSize && oldSize <= size, "a tree only grows")
        var path: [Digest] = []
        var range: Range<UInt64> = 0..<size
        // True while everything to the left of `range` is nothing: then its root is the old one,
        // which the verifier has.
        var isOldRoot = true
        while oldSize < range.upperBound {
            let middle = range.lowerBound + largestPowerOfTwo(below: range.count64)
            if oldSize <= middle {
                path.append(try root(of: middle..<range.upperBound, in: roots))
                range = range.lowerBound..<middle
            } else {
                path.append(try root(of: range.lowerBound..<middle, in: roots))
                range = middle..<range.upperBound
                isOldRoot = false
            }
        }
        if !isOldRoot { path.append(try root(of: range, in: roots)) }
        path.reverse()
        return path
    }

    /// True if `path` leads from that leaf to `root`, the root of `size` leaves.
    package static func verifyInclusion(
        ofLeafHash leafHash: Digest, index: UInt64, size: UInt64, path: [Digest], root: Digest
    ) -> Bool {
        guard index < size else { return false }
        var (node, position, last) = (leafHash, index, size - 1)
        for sibling in path {
            guard last > 0 else { return false }
            if position & 1 == 1 || position == last {
                node = MerkleTree.nodeHash(sibling, node)
                // A right-most node without a sibling of its own rises until it has one.
                while position & 1 == 0 && position != 0 {
                    (position, last) = (position >> 1, last >> 1)
                }
            } else {
                node = MerkleTree.nodeHash(node, sibling)
            }
            (position, last) = (position >> 1, last >> 1)
        }
        return last == 0 && node == root
    }

    /// True if `path` shows the tree with `root` to be the one with `oldRoot`, grown.
    package static func verifyConsistency(
        oldSize: UInt64, oldRoot: Digest, size: UInt64, root: Digest, path: [Digest]
    ) -> Bool {
        guard 0 < oldSize, oldSize <= size else { return false }
        if oldSize == size { return path.isEmpty && oldRoot == root }
        var hashes = path[...]
        if oldSize.nonzeroBitCount > 1 {
            guard !hashes.isEmpty else { return false }
        } else {
            hashes.insert(oldRoot, at: hashes.startIndex)
        }
        var (position, last) = (oldSize - 1, size - 1)
        while position & 1 == 1 { (position, last) = (position >> 1, last >> 1) }
        guard let seed = hashes.popFirst() else { return false }
        var (oldNode, node) = (seed, seed)
        for sibling in hashes {
            guard last > 0 else { return false }
            if position & 1 == 1 || position == last {
                oldNode = MerkleTree.nodeHash(sibling, oldNode)
                node = MerkleTree.nodeHash(sibling, node)
                while position & 1 == 0 && position != 0 {
                    (position, last) = (position >> 1, last >> 1)
                }
            } else {
                node = MerkleTree.nodeHash(node, sibling)
            }
            (position, last) = (position >> 1, last >> 1)
        }
        return last == 0 && oldNode == oldRoot && node == root
    }

    /// The root of leaves `range`, whose start is a multiple of the largest power of two in its
    /// count.
    package static func root<Roots: SubtreeRoots>(
        of range: Range<UInt64>, in roots: Roots
    ) throws(Roots.Failure) -> Digest {
        guard !range.isEmpty else { return MerkleTree.emptyRoot }
        // Perfect subtrees from the left, then joined from the right: no recursion.
        var parts: [Digest] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let level = 63 - (range.upperBound - start).leadingZeroBitCount
            parts.append(try roots.root(level: level, index: start >> UInt64(level)))
            start += 1 << UInt64(level)
        }
        var node = parts.removeLast()
        while let left = parts.popLast() { node = MerkleTree.nodeHash(left, node) }
        return node
    }

    private static func largestPowerOfTwo(below count: UInt64) -> UInt64 {
        1 << UInt64(63 - (count - 1).leadingZeroBitCount)
    }
}

extension Range<UInt64> {
    fileprivate var count64: UInt64 { upperBound - lowerBound }
}
