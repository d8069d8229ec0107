/// What is wrong with bytes that should have been an encoded value.
package struct DecodingError: Error, Equatable, Sendable {
    /// What was expected where `offset` points.
    package var reason: StaticString
    package var offset: Int

    package init(_ reason: StaticString, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    package static func == (a: DecodingError, b: DecodingError) -> Bool {
        a.offset == b.offset && a.reason.description == b.reason.description
    }
}

extension Span<UInt8> {
    /// The eight bytes from `offset` on, the first in the lowest byte.
    @inlinable @inline(__always)
    package func word(at offset: Int) -> UInt64 {
        precondition(offset >= 0 && offset <= count &- 8)
        // Within the bounds that were just checked, and any eight bytes are a number.
        return unsafe UInt64(
            littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Up to eight bytes from `offset` on, the first in the lowest byte, zeros behind them.
    @inlinable @inline(__always)
    package func word(at offset: Int, count size: Int) -> UInt64 {
        if size == 8 { return word(at: offset) }
        if offset <= count &- 8 {
            return word(at: offset) & ((1 << UInt64(truncatingIfNeeded: 8 &* size)) &- 1)
        }
        var word: UInt64 = 0
        for index in 0..<size {
            word |= UInt64(self[offset + index]) << UInt64(truncatingIfNeeded: 8 &* index)
        }
        return word
    }
}

/// Reads the primitive encodings of the log from part of an array; refuses what is cut short or
/// not in its shortest form.
package struct ByteReader {
    package let source: [UInt8]
    package private(set) var position: Int
    package let end: Int

    /// - Parameter range: must lie within `source`.
    package init(_ source: [UInt8], _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= source.count)
        self.source = source
        position = range.lowerBound
        end = range.upperBound
    }

    package init(_ source: [UInt8]) { self.init(source, source.indices) }

    package var isAtEnd: Bool { position == end }
    package var remaining: Int { end - position }

    package func expectEnd() throws(DecodingError) {
        if position != end { throw DecodingError("bytes are left over", at: position) }
    }

    @inline(__always)
    package mutating func u8() throws(DecodingError) -> UInt8 {
        guard position < end else { throw DecodingError("cut short", at: position) }
        defer { position += 1 }
        return source[position]
    }

    package mutating func u16() throws(DecodingError) -> UInt16 {
        UInt16(try fixed(2))
    }

    package mutating func u64() throws(DecodingError) -> UInt64 {
        try fixed(8)
    }

    /// Seven bytes, little-endian, microseconds.
    package mutating func time() throws(DecodingError) -> Instant {
        Instant(microseconds: Int64(try fixed(7)))
    }

    private mutating func fixed(_ size: Int) throws(DecodingError) -> UInt64 {
        guard remaining >= size else { throw DecodingError("cut short", at: position) }
        var value: UInt64 = 0
        for index in 0..<size {
            value |= UInt64(source[position + index]) << UInt64(8 * index)
        }
        position += size
        return value
    }

    @inline(__always)
    package mutating func varint() throws(DecodingError) -> UInt64 {
        let first = try u8()
        if first < 0x80 { return UInt64(first) }
        return try longVarint(after: first)
    }

    private mutating func longVarint(after first: UInt8) throws(DecodingError) -> UInt64 {
        var value = UInt64(first & 0x7F)
        var shift: UInt64 = 7
        while true {
            let byte = try u8()
            // The tenth byte holds the 64th bit alone.
            if shift == 63, byte > 1 { throw DecodingError("a varint is too long", at: position) }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 {
                if byte == 0 {
                    throw DecodingError("a varint isn't in its shortest form", at: position)
                }
                return value
            }
            shift += 7
        }
    }

    /// A varint that must fit 32 bits.
    package mutating func varint32() throws(DecodingError) -> UInt32 {
        let value = try varint()
        guard value <= UInt64(UInt32.max) else {
            throw DecodingError("a number is over 32 bits", at: position)
        }
        return UInt32(value)
    }

    /// A number of things that each take at least one more byte, so that no count can ask for more
    /// memory than the input's own size.
    package mutating func count() throws(DecodingError) -> Int {
        let value = try varint()
        guard value <= UInt64(remaining) else {
            throw DecodingError("a count exceeds what follows", at: position)
        }
        return Int(value)
    }

    package mutating func signed() throws(DecodingError) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: (value >> 1) ^ (0 &- (value & 1)))
    }

    package mutating func raw(_ count: Int) throws(DecodingError) -> ByteRange {
        guard count <= remaining else { throw DecodingError("cut short", at: position) }
        defer { position += count }
        return ByteRange(start: position, count: count)
    }

    /// A varint length and as many bytes; answers where they lie in `source`.
    package mutating func bytes() throws(DecodingError) -> ByteRange {
        let length = try count()
        return try raw(length)
    }
}
