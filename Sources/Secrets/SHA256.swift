private import CCrypto

/// SHA-256 over libcrypto's low-level calls: the one-shot call looks its algorithm up, which takes ten
/// times as long as hashing a key does.
enum SHA256 {
    static let byteCount = 32

    /// The first four bytes of a hash, the first one lowest.
    static func start(of bytes: Span<UInt8>) -> UInt32 {
        var context = SHA256_CTX()
        var digest: [32 of UInt8] = .init(repeating: 0)
        unsafe SHA256_Init(&context)
        // The pointer is read during the call only, and the span outlives it.
        _ = unsafe bytes.withUnsafeBytes {
            unsafe SHA256_Update(&context, $0.baseAddress, $0.count)
        }
        var span = digest.mutableSpan
        // SHA256_Final writes exactly 32 bytes.
        _ = unsafe span.withUnsafeMutableBufferPointer {
            unsafe SHA256_Final($0.baseAddress, &context)
        }
        return UInt32(digest[0]) | UInt32(digest[1]) << 8 | UInt32(digest[2]) << 16
            | UInt32(digest[3]) << 24
    }

    /// The hash of two pieces, one behind the other.
    ///
    /// - Parameter digest: has 32 bytes, which are replaced.
    static func hash(_ first: Span<UInt8>, _ second: Span<UInt8>, into digest: inout [UInt8]) {
        precondition(digest.count == byteCount)
        var context = SHA256_CTX()
        unsafe SHA256_Init(&context)
        for piece in 0..<2 {
            let bytes = piece == 0 ? first : second
            // The pointer is read during the call only, and the span outlives it.
            _ = unsafe bytes.withUnsafeBytes {
                unsafe SHA256_Update(&context, $0.baseAddress, $0.count)
            }
        }
        // SHA256_Final writes exactly 32 bytes.
        unsafe SHA256_Final(&digest, &context)
    }
}
