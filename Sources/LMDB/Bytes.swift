import CLMDB

extension [UInt8] {
    /// The bytes lent by a transaction, to keep.
    package init(copying bytes: Span<UInt8>) {
        // The pointer is read during the call only.
        self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }

    /// Adds the eight bytes of a number, the lowest first.
    package mutating func append(littleEndian value: UInt64) {
        // The number outlives the call, and any of its bytes is a byte.
        unsafe Swift.withUnsafeBytes(of: value.littleEndian) { unsafe append(contentsOf: $0) }
    }

    /// Adds the eight bytes of each number, the lowest first.
    package mutating func append(littleEndian words: [UInt64]) {
        #if _endian(little)
            // So they lie in memory; the pointer is read during the call only.
            unsafe words.withUnsafeBytes { unsafe append(contentsOf: $0) }
        #else
            for word in words { append(littleEndian: word) }
        #endif
    }

    /// Adds the bytes lent by a transaction at the end.
    package mutating func append(copying bytes: Span<UInt8>) {
        // The pointer is read during the call only.
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}

extension Span<UInt8> {
    /// The eight bytes from `offset` on, the first in the lowest byte.
    @inlinable @inline(__always)
    package func littleEndianWord(at offset: Int) -> UInt64 {
        precondition(offset >= 0 && offset <= count &- 8, "offset out of range")
        // Within the bounds that were just checked, and any eight bytes are a number.
        return unsafe UInt64(
            littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Less than, equal to or greater than zero, as these bytes come before, are, or come after others.
    package func compare(_ other: Span<UInt8>) -> Int {
        for index in 0..<Swift.min(count, other.count) where self[index] != other[index] {
            return self[index] < other[index] ? -1 : 1
        }
        return count - other.count
    }

    /// Calls `body` with LMDB's description of these bytes, which it must only read.
    func withLMDBValue<R>(_ body: (inout MDB_val) -> R) -> R {
        unsafe withUnsafeBytes { bytes in
            var value = unsafe MDB_val(
                mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            return unsafe body(&value)
        }
    }
}

extension MDB_val {
    /// Lends the bytes to `body`; they must stay valid for that long.
    @unsafe
    func lend<R>(_ body: (Span<UInt8>) -> R) -> R {
        let bytes = unsafe UnsafeRawBufferPointer(start: mv_data, count: mv_size)
        return unsafe body(Span<UInt8>(_unsafeBytes: bytes))
    }
}
