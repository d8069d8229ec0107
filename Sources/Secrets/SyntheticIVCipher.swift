private import CCrypto

/// AES-128-SIV (RFC 5297) with one associated string: encryption that stays safe when the same
/// place is sealed twice, since there is no nonce to repeat.
///
/// Put together from libcrypto's AES. Its own SIV makes and looks up several objects for each new key,
/// seven times what the ciphering takes; and here every account has a key of its own.
///
/// Not Sendable: its two keyed contexts serve one user at a time, with one key after another.
final class SyntheticIVCipher {
    private let mac = BlockCipher()
    private let stream = BlockCipher()
    /// What CMAC adds to a last block that is whole, and to one that was filled up.
    private var wholeEnd = Block.zero
    private var filledEnd = Block.zero
    /// The MAC of a block of zeros, which every synthetic IV begins with.
    private var start = Block.zero

    static let keyByteCount = 32
    static let ivByteCount = 16

    init() {}

    /// - Parameter key: 16 bytes for the synthetic IV, then 16 for the encryption.
    init(key: [UInt8]) { use(key) }

    /// Goes on with another key.
    func use(_ key: [UInt8]) {
        precondition(key.count == Self.keyByteCount, "a key of AES-128-SIV has 32 bytes")
        mac.use(key[..<16])
        stream.use(key[16...])
        wholeEnd = mac.encrypt(.zero).doubled
        filledEnd = wholeEnd.doubled
        start = mac.encrypt(wholeEnd)
    }

    /// The 16-byte synthetic IV and the ciphertext.
    func seal(_ text: [UInt8], associated: [UInt8]) -> [UInt8] {
        let iv = syntheticIV(text, associated)
        var sealed: [UInt8] = []
        sealed.reserveCapacity(Self.ivByteCount + text.count)
        iv.append(to: &sealed)
        sealed += text
        applyStream(iv, to: &sealed, from: Self.ivByteCount)
        return sealed
    }

    /// The text, nil unless every byte is as it was sealed.
    func unseal(_ sealed: [UInt8], associated: [UInt8]) -> [UInt8]? {
        guard sealed.count >= Self.ivByteCount else { return nil }
        let iv = Block(sealed, 0..<Self.ivByteCount)
        var text = Array(sealed[Self.ivByteCount...])
        applyStream(iv, to: &text, from: 0)
        // All bits are compared at once: how long it takes says nothing of how many agree.
        return (syntheticIV(text, associated) ^ iv).isZero ? text : nil
    }

    /// S2V of RFC 5297, section 2.4.
    private func syntheticIV(_ text: [UInt8], _ associated: [UInt8]) -> Block {
        let sum = start.doubled ^ authenticated(associated, associated.count, .zero)
        guard text.count >= 16 else {
            return mac.encrypt(sum.doubled ^ Block(filledUp: text, 0..<text.count) ^ wholeEnd)
        }
        return authenticated(text, text.count, sum)
    }

    /// The CMAC of bytes to whose last 16 a sum was added.
    ///
    /// - Parameter sum: zero unless there are at least 16.
    private func authenticated(_ bytes: [UInt8], _ count: Int, _ sum: Block) -> Block {
        var chain = Block.zero
        var at = 0
        // The sum reaches over the last two blocks, where the last one is cut.
        let rest = count % 16
        while count - at > 16 {
            var block = Block(bytes, at..<(at + 16))
            if rest > 0, count - at < 32 { block = block ^ sum.shifted(right: rest) }
            chain = mac.encrypt(chain ^ block)
            at += 16
        }
        guard count - at < 16 else {
            return mac.encrypt(chain ^ Block(bytes, at..<count) ^ sum ^ wholeEnd)
        }
        let last = Block(filledUp: bytes, at..<count) ^ sum.shifted(left: 16 - rest)
        return mac.encrypt(chain ^ last ^ filledEnd)
    }

    /// Encrypts or decrypts what stands from `first` on: counter mode, from the IV with two bits cleared.
    private func applyStream(_ iv: Block, to bytes: inout [UInt8], from first: Int) {
        var counter = iv.asCounter
        var at = first
        while at < bytes.count {
            let end = min(at + 16, bytes.count)
            stream.encrypt(counter).add(to: &bytes, at..<end)
            counter = counter.next
            at = end
        }
    }
}

/// 16 bytes as two numbers, the first byte the most significant one.
private struct Block {
    var high: UInt64
    var low: UInt64

    static let zero = Block(high: 0, low: 0)

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Of 16 bytes.
    init(_ bytes: [UInt8], _ range: Range<Int>) {
        precondition(range.count == 16 && range.upperBound <= bytes.count)
        // Within the bounds that were just checked.
        (high, low) = unsafe bytes.withUnsafeBytes {
            unsafe (
                $0.loadUnaligned(fromByteOffset: range.lowerBound, as: UInt64.self).bigEndian,
                $0.loadUnaligned(fromByteOffset: range.lowerBound + 8, as: UInt64.self).bigEndian
            )
        }
    }

    /// Of fewer than 16 bytes, then a one bit and zeros.
    init(filledUp bytes: [UInt8], _ range: Range<Int>) {
        precondition(range.count < 16)
        self = .zero
        for (place, index) in range.enumerated() { set(place, bytes[index]) }
        set(range.count, 0x80)
    }

    private mutating func set(_ place: Int, _ byte: UInt8) {
        let bits = UInt64(byte) << UInt64(56 - 8 * (place & 7))
        if place < 8 { high |= bits } else { low |= bits }
    }

    func append(to bytes: inout [UInt8]) {
        for word in [high, low] {
            for shift in 0..<8 {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * shift)))
            }
        }
    }

    /// Adds its first bytes to as many others.
    func add(to bytes: inout [UInt8], _ range: Range<Int>) {
        for (place, index) in range.enumerated() {
            let word = place < 8 ? high : low
            bytes[index] ^= UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * (place & 7)))
        }
    }

    /// Multiplied by x in the field of RFC 5297, section 2.3.
    var doubled: Block {
        Block(high: high << 1 | low >> 63, low: low << 1 ^ (high >> 63) * 0x87)
    }

    /// Zeros before it and its last bytes gone; as many of either, 1 to 15.
    func shifted(right count: Int) -> Block {
        let bits = UInt64(8 * count)
        guard bits < 64 else { return Block(high: 0, low: high >> (bits - 64)) }
        return Block(high: high >> bits, low: low >> bits | high << (64 - bits))
    }

    /// Its first bytes gone and zeros after it; as many of either, 1 to 15.
    func shifted(left count: Int) -> Block {
        let bits = UInt64(8 * count)
        guard bits < 64 else { return Block(high: low << (bits - 64), low: 0) }
        return Block(high: high << bits | low >> (64 - bits), low: low << bits)
    }

    var asCounter: Block { Block(high: high, low: low & 0x7FFF_FFFF_7FFF_FFFF) }

    var next: Block {
        Block(high: low == .max ? high &+ 1 : high, low: low &+ 1)
    }

    var isZero: Bool { high | low == 0 }

    static func ^ (a: Block, b: Block) -> Block {
        Block(high: a.high ^ b.high, low: a.low ^ b.low)
    }
}

/// AES-128 of single blocks, in a context that takes one key after another.
@safe private final class BlockCipher {
    private let context: OpaquePointer

    init() {
        // Padding stays as it is: it would come with EVP_EncryptFinal_ex, which isn't called; and saying
        // that there is none would be said again, slowly, with each key.
        guard let context = unsafe EVP_CIPHER_CTX_new(),
            unsafe EVP_EncryptInit_ex2(context, Self.algorithm, nil, nil, nil) == 1
        else { fatalError("libcrypto failed to start AES-128") }
        unsafe self.context = context
    }

    // Clears the key, too.
    deinit { unsafe EVP_CIPHER_CTX_free(context) }

    func use(_ key: ArraySlice<UInt8>) {
        precondition(key.count == 16, "a key of AES-128 has 16 bytes")
        // EVP_EncryptInit_ex2 reads as many bytes as a key has, which were just counted.
        let code = unsafe key.withUnsafeBufferPointer {
            unsafe EVP_EncryptInit_ex2(context, nil, $0.baseAddress, nil, nil)
        }
        guard code == 1 else { fatalError("libcrypto failed to take a key") }
    }

    func encrypt(_ block: Block) -> Block {
        var words = (block.high.bigEndian, block.low.bigEndian)
        var count: Int32 = 0
        // 16 bytes are read and written in place, as EVP_EncryptUpdate allows.
        let code = unsafe withUnsafeMutableBytes(of: &words) { bytes in
            let base = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return unsafe EVP_EncryptUpdate(context, base, &count, base, 16)
        }
        guard code == 1, count == 16 else { fatalError("libcrypto failed to encrypt") }
        return Block(high: words.0.bigEndian, low: words.1.bigEndian)
    }

    /// Looked up once, since a look-up costs more than sealing an id does. Safe though unchecked: a static
    /// constant is made by one thread before any other sees it; it is never freed, and libcrypto's fetched
    /// algorithms are immutable and may be used by any thread.
    nonisolated(unsafe) private static let algorithm: OpaquePointer = {
        guard let algorithm = unsafe EVP_CIPHER_fetch(nil, "AES-128-ECB", nil) else {
            fatalError("this libcrypto lacks AES-128")
        }
        return unsafe algorithm
    }()
}
