import Proof
import Store
import Testing

/// A framed batch as the log has it, and what was known before and after.
private struct Framed {
    let value: [UInt8]
    let tree: MerkleTree
    let head: FramedHead

    init(first: UInt64, count: Int, tree: MerkleTree, previous: Digest = .zero) {
        let batch = pendingBatch(first: first, count: count)
        var tree = tree
        head = batch.frame(previous: previous, tree: &tree)
        value = head.bytes + batch.body
        self.tree = tree
    }
}

private func tree(of count: Int) -> MerkleTree {
    var tree = MerkleTree()
    for sequence in 1..<(UInt64(count) + 1) {
        tree.append(leafHash: MerkleTree.leafHash(eventBytes(sequence)))
    }
    return tree
}

/// Reads all of a batch, both ways and event by event, and returns the first damage.
private func damage(of value: [UInt8]) -> BatchDamage? {
    do throws(BatchDamage) {
        let header = try BatchHeader(checking: value.span)
        _ = try header.forEachEvent(in: value.span, from: header.first) { _, _ in true }
        _ = try header.forEachEventBackward(in: value.span, from: header.last) { _, _ in true }
        for sequence in header.first...header.last {
            _ = try header.event(sequence, in: value.span)
        }
        return nil
    } catch {
        return error
    }
}

@Test("a batch of three events is these bytes")
func goldenBatch() {
    let framed = Framed(first: 1, count: 3, tree: MerkleTree())
    let expected: [UInt8] =
        [0x53, 0x54, 0x4C, 0x42, 1, 0, 184, 0]
        + [216, 0, 0, 0, 3, 0, 0, 0]
        + [1, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]
        + [0x43, 0x42, 0x0F, 0, 0, 0, 0, 0]
        + [1, 0, 0, 0, 0, 0, 0, 0]
        + [UInt8](repeating: 0, count: 32)
    let body: [UInt8] = [2, 31, 32, 3, 62, 63, 64, 4, 93, 94, 95, 96]
    let index = [0, 0, 0, 0] + SHA256.hash(body).bytes[..<16]
    let identified =
        expected + tree(of: 3).root.bytes + SHA256.hash(Array(index)).bytes
        + [UInt8](repeating: 0, count: 8)
    let value = identified + SHA256.hash(identified).bytes + index + body
    #expect(framed.value == value)
    #expect(framed.head.identity == SHA256.hash(identified))
    #expect(framed.tree == tree(of: 3))
}

@Test(
    "the events of a batch are read back, from any of them, in both directions",
    arguments: [(1, 1), (1, 63), (1, 64), (1, 65), (200, 300), (257, 256), (1000, 1)])
func reading(first: UInt64, count: Int) throws {
    let framed = Framed(first: first, count: count, tree: tree(of: Int(first) - 1))
    let header = try BatchHeader(checking: framed.value.span)
    let all = first...(first + UInt64(count) - 1)
    #expect(header.first == first && header.last == all.upperBound)
    #expect(header.lastTime == 1_000_000 + all.upperBound)
    #expect(header.root == framed.tree.root && header.identity == framed.head.identity)
    for sequence in all {
        let range = try header.event(sequence, in: framed.value.span)
        #expect(Array(framed.value[range]) == eventBytes(sequence))
    }
    for start in [0, first, first + UInt64(count) / 2, all.upperBound] {
        var forward: [UInt64] = []
        _ = try header.forEachEvent(in: framed.value.span, from: start) { sequence, event in
            forward.append(sequence)
            return event.count == eventBytes(sequence).count
        }
        #expect(forward == all.filter { $0 >= start })
        var backward: [UInt64] = []
        _ = try header.forEachEventBackward(in: framed.value.span, from: start) { sequence, event in
            backward.append(sequence)
            return event.count == eventBytes(sequence).count
        }
        #expect(backward == all.reversed().filter { $0 <= start })
    }
}

@Test("a batch stores the roots of the subtrees that it fills")
func subtreeRoots() throws {
    let framed = Framed(first: 200, count: 600, tree: tree(of: 199))
    let header = try BatchHeader(checking: framed.value.span)
    #expect(header.subtreeCount == 3)
    for index in 0..<3 {
        let stored = header.subtreeRoot(index, in: framed.value.span)
        #expect(stored.number == UInt64(index) + 1)
        var tile = MerkleTree()
        for leaf in 0..<UInt64(256) {
            let sequence = UInt64(index) * 256 + leaf + 1
            tile.append(leafHash: MerkleTree.leafHash(eventBytes(sequence)))
        }
        #expect(stored.root == tile.root)
    }
}

@Test("every truncation of a batch is found")
func truncations() {
    let value = Framed(first: 200, count: 130, tree: tree(of: 199)).value
    #expect(damage(of: value) == nil)
    for count in 0..<value.count { #expect(damage(of: Array(value[..<count])) != nil) }
    #expect(damage(of: value + [0]) != nil)
}

@Test("every change of a byte is found, and named where it is")
func changes() {
    let value = Framed(first: 200, count: 130, tree: tree(of: 199)).value
    for index in value.indices {
        for change in [UInt8(1), 0x80, 0xFF] {
            var changed = value
            changed[index] ^= change
            guard let damage = damage(of: changed) else {
                Issue.record("a change at \(index) is not found")
                continue
            }
            let isInBody = index >= 184 + 3 * 20 + 32
            #expect((damage.what == .blockChanged) == isInBody)
            if isInBody { #expect(damage.offset <= index) }
        }
    }
}

@Test("random bytes are never a batch, and never trap")
func randomBytes() {
    var random = SystemRandomNumberGenerator()
    let golden = Framed(first: 200, count: 130, tree: tree(of: 199)).value
    for _ in 0..<2_000 {
        var value = golden
        // Headers whose hashes are right and whose numbers are arbitrary.
        for _ in 0..<4 {
            let offset = Int.random(in: 4..<152, using: &random)
            value[offset] = UInt8.random(in: 0...255, using: &random)
        }
        value.replaceSubrange(152..<184, with: SHA256.hash(Array(value[..<152])).bytes)
        _ = damage(of: value)
        // An index that says anything, with the right hash.
        value = golden
        for _ in 0..<4 {
            let offset = Int.random(in: 184..<(184 + 92), using: &random)
            value[offset] = UInt8.random(in: 0...255, using: &random)
        }
        value.replaceSubrange(112..<144, with: SHA256.hash(Array(value[184..<(184 + 92)])).bytes)
        value.replaceSubrange(152..<184, with: SHA256.hash(Array(value[..<152])).bytes)
        _ = damage(of: value)
    }
}

@Test("the room that a batch says it may take is enough")
func sizes() {
    for (first, count) in [(1, 1), (256, 1), (1, 256), (255, 600)] as [(UInt64, Int)] {
        let batch = pendingBatch(first: first, count: count)
        let framed = Framed(first: first, count: count, tree: tree(of: Int(first) - 1))
        #expect(framed.value.count <= batch.storedSizeMax)
    }
}

@Test("an emptied batch begins anew")
func emptied() {
    var batch = pendingBatch(first: 1, count: 5)
    batch.newKeys = [KeySlot(wiping: 1)]
    batch.wipedAccounts = [2]
    batch.removeAll(first: 6)
    #expect(batch.isEmpty && batch.first == 6 && batch.newKeys.isEmpty)
    #expect(batch.wipedAccounts.isEmpty && batch.body.isEmpty)
}
