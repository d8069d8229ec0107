/// What texts from outside may look like: the one place that says so, for what clients send and for
/// what rules put together. Bytes are judged, never normalised.
package enum UTF8Text {
    /// Whether a scalar shows as something and leaves its surroundings alone: no space, control
    /// character, line end, byte order mark or change of writing direction.
    package static func isPrintable(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0...0x20, 0x7F...0xA0: false
        case 0x1680, 0x2000...0x200B, 0x200E, 0x200F, 0x2028...0x202F, 0x205F...0x206F, 0x3000:
            false
        case 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F: false
        default: scalar <= 0x10FFFF && (scalar & 0xFFFE) != 0xFFFE
        }
    }

    /// 1–64 bytes, printable, at most one `/` with something on either side of it, no `~` in front;
    /// not `*`, which stands for all accounts, nor anybody below that.
    package static func isAccount(_ bytes: [UInt8], _ range: ByteRange) -> Bool {
        guard range.count > 0, range.count <= Limits.accountBytesMax else { return false }
        guard bytes[range.start] != UInt8(ascii: "~") else { return false }
        let end = range.start + range.count
        if bytes[range.start] == UInt8(ascii: "*"),
            range.count == 1 || bytes[range.start + 1] == UInt8(ascii: "/")
        {
            return false
        }
        let text = bytes.span
        var slashes = 0
        var at = range.start
        while at < end {
            let byte = text[at]
            // Most bytes are of these.
            if isNameByte(byte) {
                at &+= 1
                continue
            }
            if byte == UInt8(ascii: "/") {
                slashes += 1
                if at == range.start || at == end - 1 { return false }
            }
            if byte > 0x20 && byte < 0x7F {
                at += 1
            } else {
                guard let size = scalarSize(bytes, at, end, isAllowed: isVisible) else {
                    return false
                }
                at += size
            }
        }
        return slashes <= 1
    }

    /// Segments of 1–32 of `A–Z a–z 0–9 _ . -`, joined by `:`; at most 128 bytes in all.
    package static func isName(
        _ bytes: [UInt8], _ range: ByteRange, segmentsMax: Int = .max
    ) -> Bool {
        guard range.count > 0, range.count <= Limits.joinedNameBytesMax else { return false }
        let text = bytes.span
        // Most have one segment.
        let end = range.start + range.count
        var first = range.start
        while first < end, isNameByte(text[first]) { first &+= 1 }
        if first == end { return range.count <= Limits.nameBytesMax }
        var segments = 1
        var length = 0
        for index in range.range {
            let byte = text[index]
            if byte == UInt8(ascii: ":") {
                guard length > 0, segments < segmentsMax else { return false }
                segments += 1
                length = 0
            } else {
                guard isNameByte(byte), length < Limits.nameBytesMax else { return false }
                length += 1
            }
        }
        return length > 0
    }

    /// A currency, or a currency and a facet of it, which may have several segments itself.
    package static func isBalance(_ bytes: [UInt8], _ range: ByteRange) -> Bool {
        let end = range.start + range.count
        var colon = range.start
        while colon < end, bytes[colon] != UInt8(ascii: ":") { colon += 1 }
        let currency = ByteRange(start: range.start, count: colon - range.start)
        guard isName(bytes, currency, segmentsMax: 1) else { return false }
        return colon == end
            || isName(bytes, ByteRange(start: colon + 1, count: end - colon - 1))
    }

    /// Valid UTF-8 without control characters; spaces are welcome.
    package static func isText(_ bytes: [UInt8], _ range: ByteRange) -> Bool {
        let end = range.start + range.count
        let text = bytes.span
        var at = range.start
        while at < end {
            if text[at] &- 0x20 < 0x5F {
                at &+= 1
            } else {
                guard let size = scalarSize(bytes, at, end, isAllowed: isTextual) else {
                    return false
                }
                at += size
            }
        }
        return true
    }

    /// A letter, a digit, `_`, `.` or `-`.
    @inlinable @inline(__always)
    package static func isNameByte(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }

    /// The bytes that the scalar at `at` takes; `nil` if it isn't well-formed UTF-8 (overlong,
    /// surrogate, cut short) or not allowed.
    private static func scalarSize(
        _ bytes: [UInt8], _ at: Int, _ end: Int, isAllowed: (UInt32) -> Bool
    ) -> Int? {
        let first = bytes[at]
        let size: Int
        var scalar: UInt32
        switch first {
        case 0..<0x80: (size, scalar) = (1, UInt32(first))
        case 0xC2...0xDF: (size, scalar) = (2, UInt32(first & 0x1F))
        case 0xE0...0xEF: (size, scalar) = (3, UInt32(first & 0x0F))
        case 0xF0...0xF4: (size, scalar) = (4, UInt32(first & 0x07))
        default: return nil
        }
        guard at + size <= end else { return nil }
        for index in (at + 1)..<(at + size) {
            guard bytes[index] & 0xC0 == 0x80 else { return nil }
            scalar = scalar << 6 | UInt32(bytes[index] & 0x3F)
        }
        if size == 3, scalar < 0x800 || (0xD800...0xDFFF).contains(scalar) { return nil }
        if size == 4, scalar < 0x10000 || scalar > 0x10FFFF { return nil }
        return isAllowed(scalar) ? size : nil
    }

    /// What an account's id may have: nothing that joins, breaks or shapes without showing itself, and
    /// nothing that every machine draws as it likes. Two ids that look alike are rarer this way.
    private static func isVisible(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0xAD, 0x600...0x605, 0x61C, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x180E: false
        case 0x200C, 0x200D, 0xE000...0xF8FF: false
        case 0x110BD, 0x110CD, 0x13430...0x1343F, 0x1BCA0...0x1BCA3, 0x1D173...0x1D17A: false
        case 0xF0000...: false
        default: isPrintable(scalar)
        }
    }

    /// What a text may have: spaces, too.
    private static func isTextual(_ scalar: UInt32) -> Bool {
        isSpace(scalar) || isPrintable(scalar)
    }

    /// Spaces that stay on the line.
    private static func isSpace(_ scalar: UInt32) -> Bool {
        scalar == 0x20 || scalar == 0xA0 || (0x2000...0x200B).contains(scalar) || scalar == 0x202F
            || scalar == 0x205F || scalar == 0x3000
    }
}
