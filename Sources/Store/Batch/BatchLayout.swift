import LMDB

/// Where things lie in a batch; `ops/formats.md`, section 2, has the table.
enum BatchLayout {
    /// "STLB"
    static let magic: UInt32 = 0x424C_5453
    static let version: UInt16 = 1
    static let headerSize = 184
    /// What the identity is the hash of.
    static let identifiedSize = 152
    static let blockEventCount = 64
    static let blockEntrySize = 20
    static let subtreeRootSize = 32

    static let sizeOffset = 8
    static let eventCountOffset = 12
    static let firstOffset = 16
    static let lastOffset = 24
    static let lastTimeOffset = 32
    static let blockCountOffset = 40
    static let subtreeCountOffset = 44
    static let previousOffset = 48
    static let rootOffset = 80
    static let indexHashOffset = 112
    static let reservedOffset = 144
    static let identityOffset = 152

    static func blockCount(eventCount: Int) -> Int {
        (eventCount + blockEventCount - 1) / blockEventCount
    }
}

/// Longest event: what an entry of a tiled transparency log can hold.
package let eventSizeMax = 65_535

/// Reads of fixed-width little-endian numbers; the subscripts check the bounds.
extension Span<UInt8> {
    func u16(at offset: Int) -> UInt16 {
        UInt16(self[offset]) | UInt16(self[offset + 1]) << 8
    }

    func u32(at offset: Int) -> UInt32 {
        UInt32(u16(at: offset)) | UInt32(u16(at: offset + 2)) << 16
    }

    func u64(at offset: Int) -> UInt64 {
        littleEndianWord(at: offset)
    }

    /// The varint at `offset` and the offset behind it; nil if it is cut short or not the shortest
    /// form.
    func varint(at offset: Int) -> (value: UInt64, end: Int)? {
        var value: UInt64 = 0
        var end = offset
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            guard end < count else { return nil }
            let byte = self[end]
            end += 1
            value |= UInt64(byte & 0x7F) << shift
            guard byte & 0x80 == 0 else { continue }
            // A last byte of zero says nothing, and the tenth has room for one bit only.
            if (byte == 0 && shift > 0) || (shift == 63 && byte > 1) { return nil }
            return (value, end)
        }
        return nil
    }
}

/// Writes of fixed-width little-endian numbers and varints.
extension [UInt8] {
    mutating func append(u16 value: UInt16) {
        append(UInt8(truncatingIfNeeded: value))
        append(UInt8(truncatingIfNeeded: value >> 8))
    }

    mutating func append(u32 value: UInt32) {
        append(u16: UInt16(truncatingIfNeeded: value))
        append(u16: UInt16(truncatingIfNeeded: value >> 16))
    }

    mutating func append(u64 value: UInt64) { append(littleEndian: value) }

    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    /// The eight bytes of `value`, most significant first: as a key, the order of bytes is that of
    /// numbers.
    init(bigEndian value: UInt64) {
        self = stride(from: UInt64(56), through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: value >> $0)
        }
    }

    /// The four bytes of `value`, most significant first.
    package init(bigEndian value: UInt32) {
        self = stride(from: UInt32(24), through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: value >> $0)
        }
    }
}
