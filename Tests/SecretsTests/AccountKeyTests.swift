import Secrets
import Testing

private let key = AccountKey(Array(0..<32))

@Test("a key's halves are where the file's description puts them")
func halves() {
    #expect(key.tokenKey == (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908))
    #expect(key.bytes == Array(0..<32))
    #expect(!key.isAbsent)
    #expect(AccountKey.absent.isAbsent)
}

@Test("sealed texts are the bytes that another implementation computes from the description")
func sealedBytes() {
    #expect(
        hex(key.seal(Array("alice".utf8), sequence: 7, field: 0))
            == "e2e209045319eb777c5b83b2b6c6349ede365cd22f")
    #expect(hex(key.seal([], sequence: 7, field: 1)) == "d8d455bf12dd09b74f9e9c03b19bd457")
}

@Test("a text of any length comes back", arguments: [0, 1, 15, 16, 17, 64, 255, 65_535])
func roundTrip(count: Int) throws {
    let key = try AccountKey.random()
    let text = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let sealed = key.seal(text, sequence: 42, field: 3)
    #expect(sealed.count == count + 16)
    #expect(key.unseal(sealed, sequence: 42, field: 3) == text)
}

@Test("a text doesn't come back from another place, another key, no key, or changed bytes")
func tampering() {
    let text = Array("something personal".utf8)
    let sealed = key.seal(text, sequence: 42, field: 3)
    #expect(key.unseal(sealed, sequence: 43, field: 3) == nil)
    #expect(key.unseal(sealed, sequence: 42, field: 2) == nil)
    #expect(AccountKey(Array(1..<33)).unseal(sealed, sequence: 42, field: 3) == nil)
    #expect(AccountKey.absent.unseal(sealed, sequence: 42, field: 3) == nil)
    for index in sealed.indices {
        var changed = sealed
        changed[index] ^= 1
        #expect(key.unseal(changed, sequence: 42, field: 3) == nil)
    }
    for count in 0..<sealed.count {
        #expect(key.unseal(Array(sealed[..<count]), sequence: 42, field: 3) == nil)
    }
}

@Test("random keys differ")
func randomKeys() throws {
    let keys = try (0..<100).map { _ in try AccountKey.random().bytes }
    #expect(Set(keys).count == 100)
}
