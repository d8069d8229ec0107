/// The append-only Merkle tree of RFC 6962, of which only the frontier is kept: the roots of the
/// perfect subtrees that the leaves so far divide into, from the left.
package struct MerkleTree: Equatable, Sendable {
    /// The number of leaves.
    package private(set) var size: UInt64
    /// One root for each bit set in `size`, the largest subtree first.
    package private(set) var frontier: [Digest]

    package init() {
        size = 0
        frontier = []
        frontier.reserveCapacity(64)
    }

    /// The tree of `size` leaves with that frontier; nil unless there is a root for each bit of
    /// `size`.
    package init?(size: UInt64, frontier: [Digest]) {
        guard frontier.count == size.nonzeroBitCount else { return nil }
        self.size = size
        self.frontier = frontier
        self.frontier.reserveCapacity(64)
    }

    /// The number of leaves under a subtree root that is stored with the log.
    package static let tileLeafCount: UInt64 = 256
    private static let tileLevel = 8

    /// Adds a leaf by its hash and returns the root of the 256 leaves that it completes, if it
    /// does.
    @discardableResult
    package mutating func append(leafHash: Digest) -> Digest? {
        let mergeCount = (~size).trailingZeroBitCount
        var node = leafHash
        var tile: Digest? = nil
        for level in 0..<mergeCount {
            node = MerkleTree.nodeHash(frontier.removeLast(), node)
            if level + 1 == MerkleTree.tileLevel { tile = node }
        }
        frontier.append(node)
        size += 1
        return tile
    }

    /// Adds 256 leaves at once by their subtree's root; the size must be a multiple of 256.
    package mutating func append(tileRoot: Digest) {
        precondition(size % MerkleTree.tileLeafCount == 0, "a tile begins at a multiple of 256")
        let mergeCount = (~(size / MerkleTree.tileLeafCount)).trailingZeroBitCount
        var node = tileRoot
        for _ in 0..<mergeCount { node = MerkleTree.nodeHash(frontier.removeLast(), node) }
        frontier.append(node)
        size += MerkleTree.tileLeafCount
    }

    /// The tree of those leaves that lie in full subtrees of 256.
    package var fullTiles: MerkleTree {
        var tiles = self
        tiles.frontier.removeLast((size % MerkleTree.tileLeafCount).nonzeroBitCount)
        tiles.size -= size % MerkleTree.tileLeafCount
        return tiles
    }

    /// The root of all leaves; of none, the hash of no bytes.
    package var root: Digest {
        guard var node = frontier.last else { return MerkleTree.emptyRoot }
        for left in frontier.dropLast().reversed() { node = MerkleTree.nodeHash(left, node) }
        return node
    }

    package static let emptyRoot = SHA256.hash([UInt8]())

    package static func leafHash(_ bytes: Span<UInt8>) -> Digest {
        SHA256.hash(prefix: 0, bytes)
    }

    package static func leafHash(_ bytes: [UInt8]) -> Digest {
        leafHash(bytes.span)
    }

    package static func nodeHash(_ left: Digest, _ right: Digest) -> Digest {
        SHA256.hash(prefix: 1, left, right)
    }
}
