private import CCrypto

/// AES-128-SIV (RFC 5297) with one associated string: encryption that stays safe when the same
/// place is sealed twice, since there is no nonce to repeat.
struct SyntheticIVCipher {
    /// 16 bytes for the synthetic IV, then 16 for the encryption.
    let key: [UInt8]

    static let ivByteCount = 16

    /// The 16-byte synthetic IV and the ciphertext.
    func seal(_ text: [UInt8], associated: [UInt8]) -> [UInt8] {
        // libcrypto's SIV takes an empty text for no text at all, and then has no IV to give.
        guard !text.isEmpty else { return ivOfNothing(associated: associated) }
        let context = unsafe startedContext(encrypting: true, associated: associated)
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        var iv = [UInt8](repeating: 0, count: SyntheticIVCipher.ivByteCount)
        var out = [UInt8](repeating: 0, count: text.count)
        var count: Int32 = 0
        // SIV is a stream: it writes as many bytes as it reads.
        guard unsafe EVP_CipherUpdate(context, &out, &count, text, Int32(text.count)) == 1,
            count == Int32(text.count),
            unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(iv.count), &iv) == 1
        else { fatalError("libcrypto failed to seal") }
        return iv + out
    }

    /// The text, nil unless every byte is as it was sealed.
    func unseal(_ sealed: [UInt8], associated: [UInt8]) -> [UInt8]? {
        guard sealed.count >= SyntheticIVCipher.ivByteCount else { return nil }
        var iv = Array(sealed[..<SyntheticIVCipher.ivByteCount])
        let text = Array(sealed[SyntheticIVCipher.ivByteCount...])
        guard !text.isEmpty else {
            return constantTimeEqual(iv, ivOfNothing(associated: associated)) ? [] : nil
        }
        let context = unsafe startedContext(encrypting: false, associated: associated)
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        var out = [UInt8](repeating: 0, count: text.count)
        var count: Int32 = 0
        guard unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(iv.count), &iv) == 1
        else { fatalError("libcrypto failed to take an IV") }
        guard unsafe EVP_CipherUpdate(context, &out, &count, text, Int32(text.count)) == 1,
            count == Int32(text.count)
        else { return nil }
        return out
    }

    private func startedContext(encrypting: Bool, associated: [UInt8]) -> OpaquePointer {
        var count: Int32 = 0
        guard let context = unsafe EVP_CIPHER_CTX_new(),
            unsafe EVP_CipherInit_ex2(
                context, SyntheticIVCipher.algorithm, key, nil, encrypting ? 1 : 0, nil) == 1,
            unsafe EVP_CipherUpdate(context, nil, &count, associated, Int32(associated.count)) == 1
        else { fatalError("libcrypto failed to start AES-128-SIV") }
        return unsafe context
    }

    /// S2V of the associated string and an empty one, RFC 5297 section 2.4.
    private func ivOfNothing(associated: [UInt8]) -> [UInt8] {
        var sum = doubled(mac([UInt8](repeating: 0, count: 16)))
        for (index, byte) in mac(associated).enumerated() { sum[index] ^= byte }
        sum = doubled(sum)
        sum[0] ^= 0x80
        return mac(sum)
    }

    /// AES-CMAC under the first half of the key.
    private func mac(_ message: [UInt8]) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: 16)
        var count = 0
        let half = Array(key[..<16])
        guard
            unsafe EVP_Q_mac(
                nil, "CMAC", nil, "AES-128-CBC", nil, half, half.count, message, message.count,
                &out, out.count, &count) != nil, count == out.count
        else { fatalError("libcrypto failed to compute a CMAC") }
        return out
    }

    /// Multiplication by x in the field of RFC 5297 section 2.3.
    private func doubled(_ block: [UInt8]) -> [UInt8] {
        var out = block
        for index in 0..<16 {
            out[index] = block[index] << 1 | (index < 15 ? block[index + 1] >> 7 : 0)
        }
        if block[0] & 0x80 != 0 { out[15] ^= 0x87 }
        return out
    }

    private func constantTimeEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        return unsafe CRYPTO_memcmp(a, b, a.count) == 0
    }

    /// Looked up once, since a look-up costs more than sealing an id does. Never freed; libcrypto's
    /// algorithms are immutable and may be used by any thread.
    nonisolated(unsafe) private static let algorithm: OpaquePointer = {
        guard let algorithm = unsafe EVP_CIPHER_fetch(nil, "AES-128-SIV", nil) else {
            fatalError("this libcrypto lacks AES-128-SIV")
        }
        return unsafe algorithm
    }()
}
