import Proof
import Testing

@Test(
    "FIPS 180's examples hash to what it says",
    arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
func standardExamples(text: String, hex: String) {
    #expect(SHA256.hash(Array(text.utf8)).hex == hex)
}

@Test("a prefixed hash is the plain hash of prefix and bytes, at every length around a block's end")
func prefixedHashes() {
    for count in 0...260 {
        let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(
            SHA256.hash(prefix: 7, content.span) == SHA256.hash([7] + content), "\(count) bytes")
    }
    let (left, right) = (SHA256.hash([1]), SHA256.hash([2]))
    #expect(SHA256.hash(prefix: 1, left, right) == SHA256.hash([1] + left.bytes + right.bytes))
}

@Test("bytes fed in pieces hash as they do at once")
func pieces() {
    let content = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
    for split in stride(from: 0, through: content.count, by: 7) {
        #expect(hash(Array(content[..<split]), Array(content[split...])) == SHA256.hash(content))
    }
}

private func hash(_ first: [UInt8], _ second: [UInt8]) -> Digest {
    var hasher = SHA256()
    hasher.update(first.span)
    hasher.update(second.span)
    return hasher.finish()
}

@Test("a digest is its bytes, its hexadecimal digits, and sorts as its bytes do")
func digests() {
    let digest = SHA256.hash(Array("abc".utf8))
    #expect(Digest(digest.bytes) == digest)
    #expect(bytes(hex: digest.hex) == digest.bytes)
    let many = (0..<100).map { SHA256.hash([UInt8($0)]) }
    #expect(
        many.sorted().map(\.bytes) == many.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) })
}
