import Testing

@testable import Secrets

private let key = Array(stride(from: UInt8(0xff), through: 0xf0, by: -1)) + Array(0xf0...0xff)
private let associated = Array(UInt8(0x10)...0x27)

@Test("AES-128-SIV gives what RFC 5297, appendix A.1, says")
func standardVector() {
    let text: [UInt8] = [
        0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee,
    ]
    let cipher = SyntheticIVCipher(key: key)
    let sealed = cipher.seal(text, associated: associated)
    #expect(hex(sealed) == "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c")
    #expect(cipher.unseal(sealed, associated: associated) == text)
}

@Test("an empty text is sealed as the standard says")
func emptyText() {
    let cipher = SyntheticIVCipher(key: key)
    let sealed = cipher.seal([], associated: associated)
    #expect(hex(sealed) == "b9d5cc97054dcd3f6dfda629d4f4d313")
    #expect(cipher.unseal(sealed, associated: associated) == [])
    #expect(cipher.unseal(sealed, associated: [1]) == nil)
}

@Test(
    "texts of every shape are sealed as libcrypto's own AES-128-SIV seals them",
    arguments: [
        (1, "28c5033d8365f7c239cb7e2cdba5747e", "95"),
        (15, "d153174f23216e3a945580bbe73f21f6", "a0fed99ec9c2b864"),
        (16, "453e3abd3c0def81abc2ae6d8aa1f438", "e66312e2f91a0d94"),
        (17, "d51c429b5d6c8e4f211d5f1b95100014", "2835148292303bc6"),
        (31, "de8f32155884e91fdb5f78f856256c40", "10001454836ff605"),
        (32, "56cb8295020733f53af94441b1f1db45", "c10ea0af76478df9"),
        (33, "970ce664b26400d1c68a77c9b38eeff2", "ecbe34cf7f6d5bfe"),
        (40, "6ac5f9364cbb734ce17609d93cea35e4", "af31a02641eb2ca4"),
        (64, "9e0d357e03e87fccea3eeed9b9fbb8ee", "f46adc567f9d6788"),
        (1000, "4ca346edec31e607e039347195e9921f", "322181e01d434a19"),
    ])
func otherImplementation(count: Int, iv: String, end: String) {
    let cipher = SyntheticIVCipher(key: [UInt8](repeating: 3, count: 32))
    let text = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    _ = cipher.seal(text, associated: associated)
    // What another key left behind doesn't count.
    cipher.use(key)
    let sealed = cipher.seal(text, associated: associated)
    #expect(hex(Array(sealed[..<16])) == iv)
    #expect(hex(Array(sealed[16...].suffix(8))) == end)
    #expect(cipher.unseal(sealed, associated: associated) == text)
}

@Test("keys that are drawn differ, and are as the file's description says")
func drawnKeys() throws {
    let draw = KeyDraw()
    let keys = try (0..<1_000).map { _ in try draw.draw() }
    #expect(Set(keys.map(\.bytes)).count == 1_000)
    #expect(keys.allSatisfy { $0.isIntact && !$0.isAbsent })
    for position in [0, 13, 27, 28, 31] {
        var bytes = keys[0].bytes
        bytes[position] ^= 4
        #expect(!AccountKey(bytes).isIntact)
    }
}

func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}
