private import CCrypto

/// The 32 random bytes of an account's slot in the keys file: what its tokens are hashed with and
/// its texts sealed with. All zeros is no key: never opened, or forgotten.
package struct AccountKey: Equatable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64)

    package static let byteCount = 32

    /// The key in exactly 32 bytes; another count is a bug of the caller's.
    package init(_ bytes: [UInt8]) {
        precondition(bytes.count == AccountKey.byteCount, "an account's key has 32 bytes")
        func word(_ start: Int) -> UInt64 {
            (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
        }
        words = (word(0), word(8), word(16), word(24))
    }

    /// A key from 28 bytes that nobody can guess; the last four of its slot are their check.
    package init(random bytes: [UInt8]) {
        precondition(bytes.count == AccountKey.randomByteCount, "28 bytes of a key are random")
        self.init(bytes + AccountKey.check(of: bytes))
    }

    package static let randomByteCount = byteCount - 4

    /// Whether the slot is as it was written: a bit that flipped would make known tokens unknown,
    /// and what was done once would be done twice.
    package var isIntact: Bool {
        if isAbsent { return true }
        let bytes = bytes
        return Array(bytes[AccountKey.randomByteCount...])
            == AccountKey.check(of: Array(bytes[..<AccountKey.randomByteCount]))
    }

    private static func check(of bytes: [UInt8]) -> [UInt8] { Array(sha256(bytes[...])[..<4]) }

    package static let absent = AccountKey([UInt8](repeating: 0, count: byteCount))

    package var isAbsent: Bool { words.0 | words.1 | words.2 | words.3 == 0 }

    /// The key of the SipHash that tokens are made with: bytes 0 to 15 as two little-endian halves.
    package var tokenKey: (UInt64, UInt64) { (words.0, words.1) }

    package var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
        }
    }

    /// A fresh key from the system's random numbers.
    /// - Throws: when the system has none to give; the account must not be opened then.
    package static func random() throws(RandomnessUnavailable) -> AccountKey {
        AccountKey(random: try randomBytes(count: randomByteCount))
    }

    package static func == (a: AccountKey, b: AccountKey) -> Bool { a.words == b.words }

    /// The text under this account's text key, 16 bytes longer than it was. The same text at the
    /// same place seals to the same bytes.
    /// - Parameters:
    ///   - sequence: the sequence number of the event that holds it.
    ///   - field: 0 an account's id, 1 the memo, 2 + i the input i.
    package func seal(_ text: [UInt8], sequence: UInt64, field: UInt8) -> [UInt8] {
        textCipher.seal(text, associated: place(sequence, field))
    }

    /// The text that was sealed at that place, nil if it wasn't, was changed, or the key is gone.
    package func unseal(_ sealed: [UInt8], sequence: UInt64, field: UInt8) -> [UInt8]? {
        guard !isAbsent else { return nil }
        return textCipher.unseal(sealed, associated: place(sequence, field))
    }

    private var textCipher: SyntheticIVCipher {
        SyntheticIVCipher(key: sha256(bytes[16...] + Array("stele text v1".utf8)))
    }

    private func place(_ sequence: UInt64, _ field: UInt8) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: sequence >> UInt64(8 * $0)) } + [field]
    }
}

/// The system gave no random bytes.
package struct RandomnessUnavailable: Error {}

/// Bytes that nobody can guess: an account's key, a ledger's id.
package func randomBytes(count: Int) throws(RandomnessUnavailable) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    // RAND_bytes writes `count` bytes into a buffer that has as many; 1 is success.
    guard unsafe RAND_bytes(&bytes, Int32(count)) == 1 else { throw RandomnessUnavailable() }
    return bytes
}

private func sha256(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    let input = Array(bytes)
    var digest = [UInt8](repeating: 0, count: 32)
    // SHA256 writes exactly 32 bytes and reads as many as the array has.
    _ = unsafe SHA256(input, input.count, &digest)
    return digest
}
