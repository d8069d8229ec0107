package import Proof

private let headKey = Array("head".utf8)
private let headFormat: UInt64 = 1

extension StateStore {
    /// The batch that the state as a whole has seen last; nil if there is no state.
    /// - Throws: `.stateDamaged` if it can't be read.
    package func head() throws(StoreError) -> StateHead? {
        let head = try withValue(in: .meta, forKey: headKey) { StateHead(decoding: $0) }
        guard let head else { return nil }
        guard let decoded = head else { throw .stateDamaged(table: .meta, key: headKey) }
        return decoded
    }

    /// Says that the state has seen all up to the end of that batch. Write it after the rows, in a
    /// transaction of its own: so it is never ahead of them.
    package func write(head: StateHead) throws(StoreError) {
        try write([head.change])
    }
}

/// The end of a batch that state was brought up to.
package struct StateHead: Equatable, Sendable {
    package var identity: Digest
    package var tree: MerkleTree

    package init(identity: Digest, tree: MerkleTree) {
        self.identity = identity
        self.tree = tree
    }

    package init(_ head: LogHead) {
        self.init(identity: head.identity, tree: head.tree)
    }

    package var sequence: UInt64 { tree.size }

    /// Before the first batch.
    package static let empty = StateHead(.empty)

    /// The change that writes it, to go into a transaction with others.
    package var change: StateChange {
        var value: [UInt8] = []
        value.append(varint: headFormat)
        value.append(varint: sequence)
        identity.append(to: &value)
        tree.root.append(to: &value)
        value.append(varint: UInt64(tree.frontier.count))
        for digest in tree.frontier { digest.append(to: &value) }
        return StateChange(.meta, key: headKey, value: value)
    }

    /// Nil unless these are its bytes and nothing else.
    init?(decoding value: Span<UInt8>) {
        guard let format = value.varint(at: 0), format.value == headFormat,
            let sequence = value.varint(at: format.end)
        else { return nil }
        let identityEnd = sequence.end + Digest.byteCount
        let rootEnd = identityEnd + Digest.byteCount
        guard value.count >= rootEnd, let count = value.varint(at: rootEnd), count.value <= 64,
            value.count == count.end + Int(count.value) * Digest.byteCount
        else { return nil }
        let frontier = (0..<Int(count.value)).map { index in
            let start = count.end + index * Digest.byteCount
            return Digest(value.extracting(start..<(start + Digest.byteCount)))
        }
        guard let tree = MerkleTree(size: sequence.value, frontier: frontier),
            tree.root == Digest(value.extracting(identityEnd..<rootEnd))
        else { return nil }
        self.init(identity: Digest(value.extracting(sequence.end..<identityEnd)), tree: tree)
    }
}
