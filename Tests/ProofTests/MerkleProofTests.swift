import Proof
import Testing

private let standard = LeavesInMemory(hashes: standardLeaves.map { MerkleTree.leafHash($0) })

@Test(
    "inclusion proofs are those of the reference implementations",
    arguments: [
        (0, 1, []),
        (
            0, 8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ]
        ),
        (
            5, 8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        ),
        (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
        (
            1, 5,
            [
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ]
        ),
    ] as [(UInt64, UInt64, [String])])
func standardInclusion(index: UInt64, size: UInt64, path: [String]) {
    #expect(MerkleProof.inclusion(ofLeaf: index, size: size, in: standard).map(\.hex) == path)
}

@Test(
    "consistency proofs are those of the reference implementations",
    arguments: [
        (1, 1, []),
        (
            1, 8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ]
        ),
        (
            6, 8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        ),
        (
            2, 5,
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ]
        ),
    ] as [(UInt64, UInt64, [String])])
func standardConsistency(oldSize: UInt64, size: UInt64, path: [String]) {
    #expect(MerkleProof.consistency(from: oldSize, to: size, in: standard).map(\.hex) == path)
}

@Test("every inclusion proof leads to the root, and a change anywhere breaks it")
func allInclusions() {
    let roots = LeavesInMemory(hashes: (0..<33).map { MerkleTree.leafHash([UInt8($0)]) })
    for size in 1...UInt64(33) {
        let root = MerkleProof.root(of: 0..<size, in: roots)
        for index in 0..<size {
            let path = MerkleProof.inclusion(ofLeaf: index, size: size, in: roots)
            let leaf = roots.hashes[Int(index)]
            func verifies(
                _ leaf: Digest, _ index: UInt64, _ size: UInt64, _ path: [Digest], _ root: Digest
            ) -> Bool {
                MerkleProof.verifyInclusion(
                    ofLeafHash: leaf, index: index, size: size, path: path, root: root)
            }
            #expect(verifies(leaf, index, size, path, root))
            #expect(!verifies(.zero, index, size, path, root))
            #expect(!verifies(leaf, index, size, path, .zero))
            #expect(!verifies(leaf, index, size, path + [.zero], root))
            #expect(!verifies(leaf, size, size, path, root))
            if size > 1 {
                #expect(!verifies(leaf, index, size, Array(path.dropLast()), root))
                #expect(!verifies(leaf, (index + 1) % size, size, path, root))
            }
            for position in path.indices {
                var changed = path
                changed[position].word3 ^= 1
                #expect(!verifies(leaf, index, size, changed, root))
            }
        }
    }
}

@Test("every consistency proof joins two sizes, and a change anywhere breaks it")
func allConsistencies() {
    let roots = LeavesInMemory(hashes: (0..<33).map { MerkleTree.leafHash([UInt8($0)]) })
    for size in 1...UInt64(33) {
        let root = MerkleProof.root(of: 0..<size, in: roots)
        for oldSize in 1...size {
            let oldRoot = MerkleProof.root(of: 0..<oldSize, in: roots)
            let path = MerkleProof.consistency(from: oldSize, to: size, in: roots)
            func verifies(_ oldRoot: Digest, _ root: Digest, _ path: [Digest]) -> Bool {
                MerkleProof.verifyConsistency(
                    oldSize: oldSize, oldRoot: oldRoot, size: size, root: root, path: path)
            }
            #expect(verifies(oldRoot, root, path))
            #expect(!verifies(.zero, root, path))
            #expect(!verifies(oldRoot, .zero, path))
            #expect(!verifies(oldRoot, root, path + [.zero]))
            if !path.isEmpty { #expect(!verifies(oldRoot, root, Array(path.dropLast()))) }
            for position in path.indices {
                var changed = path
                changed[position].word0 ^= 1
                #expect(!verifies(oldRoot, root, changed))
            }
        }
    }
    #expect(
        !MerkleProof.verifyConsistency(oldSize: 0, oldRoot: .zero, size: 1, root: .zero, path: []))
}
