/// The 32 random bytes of an account's slot in the keys file: what its tokens are hashed with and
/// its texts sealed with. All zeros is no key: never opened, or forgotten.
package struct AccountKey: Equatable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64)

    package static let byteCount = 32

    /// The key in exactly 32 bytes; another count is a bug of the caller's.
    package init(_ bytes: [UInt8]) { self.init(bytes.span) }

    package init(_ bytes: Span<UInt8>) {
        precondition(bytes.count == AccountKey.byteCount, "an account's key has 32 bytes")
        // 32 bytes were just counted.
        words = unsafe bytes.withUnsafeBytes { bytes in
            func word(_ start: Int) -> UInt64 {
                unsafe bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self).littleEndian
            }
            return (word(0), word(8), word(16), word(24))
        }
    }

    /// A key from 28 bytes that nobody can guess; the last four of its slot are their check.
    package init(random bytes: [UInt8]) {
        precondition(bytes.count == AccountKey.randomByteCount, "28 bytes of a key are random")
        self.init(randomFirst: (bytes + [0, 0, 0, 0]).span)
    }

    /// A key from the first 28 of 32 bytes.
    init(randomFirst bytes: Span<UInt8>) {
        self.init(bytes)
        words.3 = words.3 & 0xFFFF_FFFF | UInt64(check) << 32
    }

    package static let randomByteCount = byteCount - 4

    /// Whether the slot is as it was written: a bit that flipped would make known tokens unknown,
    /// and what was done once would be done twice.
    package var isIntact: Bool { isAbsent || UInt32(words.3 >> 32) == check }

    /// The first four bytes of the SHA-256 of the random ones.
    private var check: UInt32 {
        withBytes { SHA256.start(of: $0.extracting(0..<AccountKey.randomByteCount)) }
    }

    package static let absent = AccountKey([UInt8](repeating: 0, count: byteCount))

    package var isAbsent: Bool { words.0 | words.1 | words.2 | words.3 == 0 }

    /// The 32 bytes as numbers, the first byte of each the lowest.
    package var littleEndianWords: (UInt64, UInt64, UInt64, UInt64) { words }

    /// The key of the SipHash that tokens are made with: bytes 0 to 15 as two little-endian halves.
    package var tokenKey: (UInt64, UInt64) { (words.0, words.1) }

    package var bytes: [UInt8] {
        withBytes { source in
            var bytes: [UInt8] = []
            bytes.reserveCapacity(AccountKey.byteCount)
            for index in source.indices { bytes.append(source[index]) }
            return bytes
        }
    }

    private func withBytes<R>(_ body: (Span<UInt8>) -> R) -> R {
        let words = (
            words.0.littleEndian, words.1.littleEndian, words.2.littleEndian, words.3.littleEndian
        )
        // The words outlive the call, and any of their bytes is a byte.
        return unsafe withUnsafeBytes(of: words) {
            body(unsafe $0.bindMemory(to: UInt8.self).span)
        }
    }

    package static func == (a: AccountKey, b: AccountKey) -> Bool { a.words == b.words }

    /// The text under this account's text key, 16 bytes longer than it was. The same text at the
    /// same place seals to the same bytes.
    /// - Parameters:
    ///   - sequence: the sequence number of the event that holds it.
    ///   - field: 0 an account's id, 1 the memo, 2 + i the input i.
    package func seal(_ text: [UInt8], sequence: UInt64, field: UInt8) -> [UInt8] {
        TextSealer().seal(text, under: self, sequence: sequence, field: field)
    }

    /// The text that was sealed at that place, nil if it wasn't, was changed, or the key is gone.
    package func unseal(_ sealed: [UInt8], sequence: UInt64, field: UInt8) -> [UInt8]? {
        TextSealer().unseal(sealed, under: self, sequence: sequence, field: field)
    }

    /// What texts are sealed with, in 32 bytes.
    func fill(textKey: inout [UInt8]) {
        withBytes {
            SHA256.hash($0.extracting(16..<32), AccountKey.textLabel.span, into: &textKey)
        }
    }

    private static let textLabel = Array("stele text v1".utf8)
}
