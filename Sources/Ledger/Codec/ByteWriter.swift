/// Writes the primitive encodings of the log into a buffer that it owns and reuses.
///
/// The capacity is fixed: what does not fit is dropped and `hasOverflowed` says so, which is how an
/// event over its limit is found without measuring it first.
///
/// Public, though nobody outside needs it: Swift 6.3 inlines no method of a type of package level into
/// another module, whatever is said of the method, and replies are written by thousands of these calls.
@safe public struct ByteWriter: ~Copyable {
    // What is inlined into other modules is written to in their code.
    @usableFromInline let base: UnsafeMutablePointer<UInt8>
    @usableFromInline package let capacity: Int
    @usableFromInline var used = 0
    @usableFromInline var isShort = false

    @inlinable package var count: Int { used }
    @inlinable package var hasOverflowed: Bool { isShort }

    package init(capacity: Int) {
        self.capacity = capacity
        // Owned by this value alone and freed in deinit; every write is bounds-checked below.
        unsafe base = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    }

    deinit { unsafe base.deallocate() }

    package mutating func reset() {
        used = 0
        isShort = false
    }

    /// Appends what has been written to `bytes`, with its length before it as a varint.
    package func appendFramed(to bytes: inout [UInt8]) {
        var length = UInt64(count)
        while length >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: length) | 0x80)
            length >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: length))
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: base, count: count))
    }

    package func append(to bytes: inout [UInt8]) {
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: base, count: count))
    }

    package var bytes: [UInt8] {
        unsafe [UInt8](UnsafeBufferPointer(start: base, count: count))
    }

    @inlinable @inline(__always)
    package mutating func u8(_ value: UInt8) {
        guard count < capacity else {
            isShort = true
            return
        }
        // count < capacity was just checked.
        unsafe base[count] = value
        used += 1
    }

    package mutating func u16(_ value: UInt16) {
        u8(UInt8(truncatingIfNeeded: value))
        u8(UInt8(truncatingIfNeeded: value >> 8))
    }

    package mutating func u64(_ value: UInt64) { word(value, count: 8) }

    /// The `size` lowest bytes of a word, lowest first.
    @inlinable @inline(__always)
    package mutating func word(_ value: UInt64, count size: Int) {
        guard capacity &- count >= 8 else {
            for index in 0..<size { u8(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
            return
        }
        // Eight bytes from count on are within the capacity, as was just checked.
        unsafe UnsafeMutableRawPointer(base + count)
            .storeBytes(of: value.littleEndian, as: UInt64.self)
        used &+= size
    }

    /// Seven bytes, little-endian. The instant must not be before 1970.
    package mutating func time(_ instant: Instant) {
        word(UInt64(instant.microseconds), count: 7)
    }

    /// Unsigned LEB128 in its shortest form.
    @inline(__always)
    package mutating func varint(_ value: UInt64) {
        if value < 0x80 { return u8(UInt8(truncatingIfNeeded: value)) }
        longVarint(value)
    }

    @inline(__always)
    private mutating func longVarint(_ value: UInt64) {
        guard value < 1 << 28 else { return longestVarint(value) }
        // Its groups of seven bits side by side, and a mark on each but the last.
        let spread =
            (value & 0x7F) | (value & 0x3F80) << 1 | (value & 0x1F_C000) << 2
            | (value & 0xFE0_0000) << 3
        let size = (70 &- value.leadingZeroBitCount) / 7
        let below: UInt64 = (1 << UInt64(truncatingIfNeeded: 8 &* (size &- 1))) &- 1
        let marks = 0x8080_8080 & below
        word(spread | marks, count: size)
    }

    private mutating func longestVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            u8(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        u8(UInt8(truncatingIfNeeded: rest))
    }

    @inline(__always)
    package mutating func varint(_ value: UInt32) { varint(UInt64(value)) }
    package mutating func varint(_ value: Int) { varint(UInt64(value)) }

    /// Zigzag, then varint.
    @inline(__always)
    package mutating func signed(_ value: Int64) {
        varint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    /// Appends what another one has.
    @inlinable @inline(__always)
    package mutating func raw(_ other: borrowing ByteWriter) {
        guard capacity &- count >= other.count else {
            isShort = true
            return
        }
        // As many bytes are free here as are written there.
        unsafe (base + count).update(from: other.base, count: other.count)
        used &+= other.count
    }

    @inlinable @inline(__always)
    package mutating func raw(_ source: [UInt8], _ range: Range<Int>) { raw(source.span, range) }

    @inlinable @inline(__always)
    package mutating func raw(_ source: Span<UInt8>, _ range: Range<Int>) {
        let size = range.count
        guard size <= Self.blockSize, range.lowerBound >= 0,
            range.lowerBound <= source.count &- Self.blockSize,
            capacity &- count >= Self.blockSize
        else { return copy(source, range) }
        // A block is there and a block is free, as was just checked; what is behind the range is written
        // over by what comes next.
        unsafe source.withUnsafeBytes { bytes in
            let block = unsafe bytes.loadUnaligned(
                fromByteOffset: range.lowerBound, as: SIMD32<UInt8>.self)
            unsafe UnsafeMutableRawPointer(base + count).storeBytes(
                of: block, as: SIMD32<UInt8>.self)
        }
        used &+= size
    }

    /// What is copied in one go where it is there: short texts aren't worth a call.
    @inlinable package static var blockSize: Int { 32 }

    @usableFromInline mutating func copy(_ source: Span<UInt8>, _ range: Range<Int>) {
        guard capacity &- count >= range.count else {
            isShort = true
            return
        }
        let target = unsafe UnsafeMutableRawBufferPointer(start: base + count, count: range.count)
        unsafe source.extracting(range).withUnsafeBytes { unsafe target.copyMemory(from: $0) }
        used &+= range.count
    }

    /// A varint length, then the bytes.
    package mutating func bytes(_ source: [UInt8], _ range: Range<Int>) {
        varint(range.count)
        raw(source, range)
    }

    package mutating func bytes(_ source: Span<UInt8>, _ range: Range<Int>) {
        varint(range.count)
        raw(source, range)
    }

    package mutating func bytes(_ source: [UInt8]) { bytes(source, source.indices) }
}
