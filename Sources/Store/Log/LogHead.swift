package import Proof

/// All that a log has come to at the end of some batch: what the next batch goes on from, and what
/// a checkpoint remembers to know the log again by.
package struct LogHead: Equatable, Sendable {
    /// The identity of the last batch; zeros before the first.
    package var identity: Digest
    /// The tree of all events so far.
    package var tree: MerkleTree
    /// When the last event was recorded, in microseconds since 1970.
    package var lastTime: UInt64

    package init(identity: Digest, tree: MerkleTree, lastTime: UInt64) {
        self.identity = identity
        self.tree = tree
        self.lastTime = lastTime
    }

    /// The sequence number of the last event, 0 before the first.
    package var sequence: UInt64 { tree.size }
    package var root: Digest { tree.root }

    package static let empty = LogHead(identity: .zero, tree: MerkleTree(), lastTime: 0)
}
