import Proof
import Testing

@Test("the tree of no leaves has the root of the standard")
func emptyTree() {
    #expect(
        MerkleTree().root.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
}

@Test("the standard leaves give the standard roots, one by one")
func standardTree() throws {
    var tree = MerkleTree()
    for (leaf, root) in zip(standardLeaves, standardRoots) {
        tree.append(leafHash: MerkleTree.leafHash(leaf))
        #expect(tree.root.hex == root)
        #expect(try #require(MerkleTree(size: tree.size, frontier: tree.frontier)) == tree)
    }
}

@Test("a frontier of another count than the size has bits is refused")
func wrongFrontier() {
    #expect(MerkleTree(size: 3, frontier: [.zero]) == nil)
    #expect(MerkleTree(size: 0, frontier: [.zero]) == nil)
}

@Test("each 256 leaves complete a subtree, whose root alone gives the same tree")
func tiles() {
    var byLeaf = MerkleTree()
    var byTile = MerkleTree()
    let roots = LeavesInMemory(hashes: (0..<2_000).map { leafHash($0) })
    for (index, hash) in roots.hashes.enumerated() {
        let tile = byLeaf.append(leafHash: hash)
        #expect((tile != nil) == ((index + 1) % 256 == 0))
        guard let tile else { continue }
        #expect(tile == roots.root(level: 8, index: UInt64(index / 256)))
        byTile.append(tileRoot: tile)
        #expect(byTile == byLeaf)
    }
}

@Test("the root is the definition's at every size")
func definition() {
    var tree = MerkleTree()
    let hashes = (0..<300).map { leafHash($0) }
    for size in 1...hashes.count {
        tree.append(leafHash: hashes[size - 1])
        #expect(tree.root == definedRoot(hashes[..<size]))
    }
}

private func leafHash(_ number: Int) -> Digest {
    MerkleTree.leafHash(Array("leaf \(number)".utf8))
}

/// RFC 6962, section 2.1, word by word.
private func definedRoot(_ hashes: ArraySlice<Digest>) -> Digest {
    guard hashes.count > 1 else { return hashes.first! }
    var half = 1
    while 2 * half < hashes.count { half *= 2 }
    return MerkleTree.nodeHash(
        definedRoot(hashes.prefix(half)), definedRoot(hashes.dropFirst(half)))
}
