/// The 32 bytes of a SHA-256, as four big-endian words: comparing words is comparing bytes.
package struct Digest: Hashable, Comparable, Sendable {
    package var word0: UInt64
    package var word1: UInt64
    package var word2: UInt64
    package var word3: UInt64

    package init(_ word0: UInt64, _ word1: UInt64, _ word2: UInt64, _ word3: UInt64) {
        self.word0 = word0
        self.word1 = word1
        self.word2 = word2
        self.word3 = word3
    }

    /// The digest in exactly 32 bytes; another count is a bug of the caller's.
    package init(_ bytes: Span<UInt8>) {
        precondition(bytes.count == Digest.byteCount, "a digest has 32 bytes")
        self.init(
            Digest.word(bytes, at: 0), Digest.word(bytes, at: 8),
            Digest.word(bytes, at: 16), Digest.word(bytes, at: 24))
    }

    /// The digest in exactly 32 bytes; another count is a bug of the caller's.
    package init(_ bytes: [UInt8]) {
        self.init(bytes.span)
    }

    package static let byteCount = 32
    package static let zero = Digest(0, 0, 0, 0)

    package var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(Digest.byteCount)
        append(to: &out)
        return out
    }

    /// Sixty-four lower-case hexadecimal digits.
    package var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(2 * Digest.byteCount)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Adds the 32 bytes to a buffer that is being built.
    package func append(to out: inout [UInt8]) {
        for word in [word0, word1, word2, word3] {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                out.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
    }

    package static func < (a: Digest, b: Digest) -> Bool {
        (a.word0, a.word1, a.word2, a.word3) < (b.word0, b.word1, b.word2, b.word3)
    }

    private static func word(_ bytes: Span<UInt8>, at start: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in start..<(start + 8) { value = value << 8 | UInt64(bytes[index]) }
        return value
    }
}
