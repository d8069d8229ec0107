/// SipHash-2-4 (Aumasson and Bernstein, 2012), a keyed hash: who lacks the key can neither guess
/// what was hashed nor make two inputs meet.
package struct SipHash: Sendable {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64
    /// Bytes not yet mixed in, lowest first; `length & 7` of them.
    private var tail: UInt64 = 0
    private var length = 0

    /// - Parameter isWide: whether `finish128` will be asked for.
    package init(key: TokenKey, isWide: Bool) {
        v0 = key.low ^ 0x736f_6d65_7073_6575
        v1 = key.high ^ 0x646f_7261_6e64_6f6d
        v2 = key.low ^ 0x6c79_6765_6e65_7261
        v3 = key.high ^ 0x7465_6462_7974_6573
        if isWide { v1 ^= 0xEE }
    }

    @inline(__always)
    package mutating func append(_ byte: UInt8) {
        tail |= UInt64(byte) << UInt64(8 * (length & 7))
        length += 1
        if length & 7 == 0 {
            mix(tail)
            tail = 0
        }
    }

    /// Appends the `count` lowest bytes of a word, at most eight; the others must be zero.
    @inline(__always)
    package mutating func append(_ word: UInt64, count: Int) {
        let held = UInt64(truncatingIfNeeded: 8 &* (length & 7))
        tail |= word << held
        length &+= count
        guard Int(held) &+ 8 &* count >= 64 else { return }
        mix(tail)
        // A shift by 64 gives nothing, as it should.
        tail = word >> (64 &- held)
    }

    @inline(__always)
    package mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        var index = range.lowerBound
        while index < range.upperBound {
            let count = min(8, range.upperBound &- index)
            append(bytes.word(at: index, count: count), count: count)
            index &+= count
        }
    }

    /// Appends long bytes behind a multiple of eight: word by word.
    @inline(__always)
    private mutating func appendAligned(_ bytes: Span<UInt8>) {
        precondition(length & 7 == 0, "in the middle of a word")
        var index = 0
        while bytes.count &- index >= 8 {
            mix(bytes.word(at: index))
            index &+= 8
            length &+= 8
        }
        append(bytes, index..<bytes.count)
    }

    package mutating func append(_ bytes: [UInt8], _ range: Range<Int>) {
        append(bytes.span, range)
    }

    package mutating func append(_ bytes: [UInt8]) { append(bytes, bytes.indices) }

    @inline(__always)
    package consuming func finish128() -> Token {
        mix(UInt64(truncatingIfNeeded: length) << 56 | tail)
        v2 ^= 0xEE
        for _ in 0..<4 { round() }
        let low = v0 ^ v1 ^ v2 ^ v3
        v1 ^= 0xDD
        for _ in 0..<4 { round() }
        return Token(low: low, high: v0 ^ v1 ^ v2 ^ v3)
    }

    @inline(__always)
    package consuming func finish64() -> UInt64 {
        mix(UInt64(truncatingIfNeeded: length) << 56 | tail)
        v2 ^= 0xFF
        for _ in 0..<4 { round() }
        return v0 ^ v1 ^ v2 ^ v3
    }

    @inline(__always)
    private mutating func mix(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    // The only additions that are meant to wrap.
    @inline(__always)
    private mutating func round() {
        v0 = v0 &+ v1
        v1 = rotate(v1, 13) ^ v0
        v0 = rotate(v0, 32)
        v2 = v2 &+ v3
        v3 = rotate(v3, 16) ^ v2
        v0 = v0 &+ v3
        v3 = rotate(v3, 21) ^ v0
        v2 = v2 &+ v1
        v1 = rotate(v1, 17) ^ v2
        v2 = rotate(v2, 32)
    }

    @inline(__always)
    private func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 {
        word << count | word >> (64 - count)
    }
}

/// The half of an account's key that its tokens are hashed with: bytes 0–15 of its slot, as two
/// little-endian words.
package struct TokenKey: Hashable, Sendable {
    package var low: UInt64
    package var high: UInt64

    package init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    package static let absent = TokenKey(low: 0, high: 0)

    /// Checksums of stored state are no secret: their key is 00 01 … 0F.
    package static let checksum = TokenKey(
        low: 0x0706_0504_0302_0100, high: 0x0F0E_0D0C_0B0A_0908)
}

/// A keyed hash of 16 bytes: of an idempotency key, or of an account's id. Its bytes are `low`'s,
/// then `high`'s, little-endian.
package struct Token: Hashable, Sendable, Comparable {
    package var low: UInt64
    package var high: UInt64

    package init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// In the order of their bytes.
    package static func < (a: Token, b: Token) -> Bool {
        (a.low.byteSwapped, a.high.byteSwapped) < (b.low.byteSwapped, b.high.byteSwapped)
    }
}

extension SipHash {
    /// What a stored value ends in, so that damage is found: the hash of its key and its bytes.
    package static func checksum(key: Span<UInt8>, value: Span<UInt8>) -> UInt64 {
        var hash = SipHash(key: .checksum, isWide: false)
        hash.append(key, 0..<key.count)
        if key.count & 7 == 0 {
            hash.appendAligned(value)
        } else {
            hash.append(value, 0..<value.count)
        }
        return hash.finish64()
    }

    /// The same, of the value's first bytes.
    package static func checksum(key: [UInt8], value: [UInt8], count: Int) -> UInt64 {
        var hash = SipHash(key: .checksum, isWide: false)
        hash.append(key)
        hash.append(value, 0..<count)
        return hash.finish64()
    }
}
