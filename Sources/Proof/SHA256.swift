private import CCrypto

/// SHA-256, fed piece by piece, over libcrypto's low-level calls: the one-shot EVP call allocates
/// and looks its algorithm up, which costs twice as much as hashing an ordinary event does.
package struct SHA256: ~Copyable {
    private var context: SHA256_CTX

    package init() {
        context = SHA256_CTX()
        unsafe SHA256_Init(&context)
    }

    package mutating func update(_ bytes: Span<UInt8>) {
        // The pointer is read during the call only, and the span outlives it.
        _ = unsafe bytes.withUnsafeBytes {
            unsafe SHA256_Update(&context, $0.baseAddress, $0.count)
        }
    }

    package consuming func finish() -> Digest {
        var out: [32 of UInt8] = .init(repeating: 0)
        var span = out.mutableSpan
        // SHA256_Final writes exactly 32 bytes.
        _ = unsafe span.withUnsafeMutableBufferPointer {
            unsafe SHA256_Final($0.baseAddress, &context)
        }
        return Digest(out.span)
    }

    package static func hash(_ bytes: Span<UInt8>) -> Digest {
        var hasher = SHA256()
        hasher.update(bytes)
        return hasher.finish()
    }

    package static func hash(_ bytes: [UInt8]) -> Digest {
        hash(bytes.span)
    }

    /// The hash of one byte and then `bytes`. What fits two blocks of the compression function,
    /// as nearly every event does, is padded here and compressed at once.
    package static func hash(prefix: UInt8, _ bytes: Span<UInt8>) -> Digest {
        let count = bytes.count + 1
        guard count <= 128 - 9 else {
            var hasher = SHA256()
            let first: [1 of UInt8] = [prefix]
            hasher.update(first.span)
            hasher.update(bytes)
            return hasher.finish()
        }
        return unsafe withUnsafeTemporaryAllocation(byteCount: 128, alignment: 16) { block in
            let blockCount = count <= 64 - 9 ? 1 : 2
            // The block has 128 bytes; prefix, bytes, 0x80 and the length together have at most
            // that.
            unsafe block.initializeMemory(as: UInt8.self, repeating: 0)
            unsafe block[0] = prefix
            unsafe bytes.withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(rebasing: block[1...]).copyMemory(from: source)
            }
            unsafe block[count] = 0x80
            unsafe storeBitCount(count, in: block, endingAt: 64 * blockCount)
            return unsafe compress(block, blockCount: blockCount)
        }
    }

    /// The hash of one byte and two digests, the shape of a Merkle tree's inner node.
    package static func hash(prefix: UInt8, _ left: Digest, _ right: Digest) -> Digest {
        unsafe withUnsafeTemporaryAllocation(byteCount: 128, alignment: 16) { block in
            // 65 bytes of content, hence two blocks.
            unsafe block.initializeMemory(as: UInt8.self, repeating: 0)
            unsafe block[0] = prefix
            unsafe store(left, in: block, at: 1)
            unsafe store(right, in: block, at: 33)
            unsafe block[65] = 0x80
            unsafe storeBitCount(65, in: block, endingAt: 128)
            return unsafe compress(block, blockCount: 2)
        }
    }

    private static func compress(
        _ block: UnsafeMutableRawBufferPointer, blockCount: Int
    ) -> Digest {
        var context = SHA256_CTX()
        unsafe SHA256_Init(&context)
        for index in 0..<blockCount {
            // The caller's buffer holds 64 bytes for each block.
            unsafe SHA256_Transform(
                &context, (block.baseAddress! + 64 * index).assumingMemoryBound(to: UInt8.self))
        }
        let state = context.h
        return Digest(
            UInt64(state.0) << 32 | UInt64(state.1), UInt64(state.2) << 32 | UInt64(state.3),
            UInt64(state.4) << 32 | UInt64(state.5), UInt64(state.6) << 32 | UInt64(state.7))
    }

    private static func store(
        _ digest: Digest, in block: UnsafeMutableRawBufferPointer, at offset: Int
    ) {
        unsafe block.storeBytes(of: digest.word0.bigEndian, toByteOffset: offset, as: UInt64.self)
        unsafe block.storeBytes(
            of: digest.word1.bigEndian, toByteOffset: offset + 8, as: UInt64.self)
        unsafe block.storeBytes(
            of: digest.word2.bigEndian, toByteOffset: offset + 16, as: UInt64.self)
        unsafe block.storeBytes(
            of: digest.word3.bigEndian, toByteOffset: offset + 24, as: UInt64.self)
    }

    private static func storeBitCount(
        _ count: Int, in block: UnsafeMutableRawBufferPointer, endingAt end: Int
    ) {
        unsafe block.storeBytes(
            of: UInt64(count * 8).bigEndian, toByteOffset: end - 8, as: UInt64.self)
    }
}
