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

func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}
