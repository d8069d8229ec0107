extension JSON5Parser {
    /// A quoted string, from its opening quote on. `nil` where it has no end; a wrong escape is
    /// reported and left out.
    mutating func parseString(quote: UInt8) -> JSON5String? {
        let start = offset
        offset += 1
        let content = offset
        var bytes: [UInt8] = []
        var shifts: [JSON5String.Shift] = []
        while let next = byte {
            if next == quote {
                offset += 1
                return JSON5String(bytes: bytes, contentOffset: content, shifts: shifts)
            }
            if next == UInt8(ascii: "\n") || next == UInt8(ascii: "\r") { break }
            if next == UInt8(ascii: "\\") {
                takeEscape(into: &bytes)
                let by = offset - content - bytes.count
                shifts.append(JSON5String.Shift(index: bytes.count, by: by))
            } else {
                bytes.append(next)
                offset += 1
            }
        }
        mistakes.add(start, "this text isn't closed on its line")
        return nil
    }

    /// Like `parseString` without reading it; an unclosed one ends with its line.
    mutating func skipString(_ quote: UInt8) {
        offset += 1
        while let next = byte, next != UInt8(ascii: "\n"), next != UInt8(ascii: "\r") {
            offset += next == UInt8(ascii: "\\") ? 2 : 1
            if next == quote { return }
        }
        offset = min(offset, source.count)
    }

    private mutating func takeEscape(into bytes: inout [UInt8]) {
        let start = offset
        offset += 1
        guard let letter = byte else { return }
        offset += 1
        switch letter {
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "v"): bytes.append(0x0B)
        case UInt8(ascii: "0"):
            bytes.append(0)
            if let digit = byte, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) {
                mistakes.add(start, "\\0 may not be followed by a digit")
            }
        case UInt8(ascii: "1")...UInt8(ascii: "9"):
            mistakes.add(start, "a digit can't be escaped")
        case UInt8(ascii: "\r"):
            if byte == UInt8(ascii: "\n") { offset += 1 }
        case UInt8(ascii: "\n"): break
        case UInt8(ascii: "x"): takeCharacter(hexDigits: 2, from: start, into: &bytes)
        case UInt8(ascii: "u"): takeCharacter(hexDigits: 4, from: start, into: &bytes)
        default:
            // Any other character stands for itself; its further bytes follow as they are. An
            // escaped U+2028 or U+2029 continues the line.
            if letter == 0xE2, offset + 1 < source.count, source[offset] == 0x80,
                source[offset + 1] & 0xFE == 0xA8
            {
                offset += 2
            } else {
                bytes.append(letter)
            }
        }
    }

    private mutating func takeCharacter(
        hexDigits: Int, from start: Int, into bytes: inout [UInt8]
    ) {
        guard var code = takeHex(hexDigits) else {
            mistakes.add(start, "\(hexDigits) hexadecimal digits are needed after the escape")
            return
        }
        if (0xD800..<0xDC00).contains(code), byte == UInt8(ascii: "\\"), offset + 1 < source.count,
            source[offset + 1] == UInt8(ascii: "u")
        {
            offset += 2
            if let low = takeHex(4), (0xDC00..<0xE000).contains(low) {
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
        }
        guard let scalar = Unicode.Scalar(code) else {
            mistakes.add(start, "half of a surrogate pair is no character")
            return
        }
        bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    private mutating func takeHex(_ count: Int) -> UInt32? {
        guard offset + count <= source.count else { return nil }
        var value: UInt32 = 0
        for index in offset..<(offset + count) {
            guard let digit = JSON5Parser.hexDigit(source[index]) else { return nil }
            value = value << 4 | UInt32(digit)
        }
        offset += count
        return value
    }

    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

// MARK: - Between values

extension JSON5Parser {
    /// Goes behind white space and comments.
    mutating func skipBlank() {
        while let next = byte {
            let length = blankLength()
            if length > 0 {
                offset += length
            } else if next == UInt8(ascii: "/"), offset + 1 < source.count,
                source[offset + 1] == UInt8(ascii: "/")
            {
                while let inside = byte, inside != UInt8(ascii: "\n"), inside != UInt8(ascii: "\r")
                {
                    offset += 1
                }
            } else if next == UInt8(ascii: "/"), offset + 1 < source.count,
                source[offset + 1] == UInt8(ascii: "*")
            {
                skipBlockComment()
            } else {
                return
            }
        }
    }

    private mutating func skipBlockComment() {
        let start = offset
        offset += 2
        while offset + 1 < source.count {
            if source[offset] == UInt8(ascii: "*"), source[offset + 1] == UInt8(ascii: "/") {
                offset += 2
                return
            }
            offset += 1
        }
        offset = source.count
        mistakes.add(start, "this comment isn't closed: '*/' is missing")
    }

    /// How many bytes the white-space character here has; 0 if there is none.
    func blankLength() -> Int {
        guard let first = byte else { return 0 }
        if first < 0x80 { return first == 0x20 || (0x09...0x0D).contains(first) ? 1 : 0 }
        if first == 0xC2 { return offset + 1 < source.count && source[offset + 1] == 0xA0 ? 2 : 0 }
        guard offset + 2 < source.count else { return 0 }
        switch (first, source[offset + 1], source[offset + 2]) {
        case (0xEF, 0xBB, 0xBF), (0xE1, 0x9A, 0x80), (0xE3, 0x80, 0x80), (0xE2, 0x81, 0x9F):
            return 3
        case (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xA8...0xA9), (0xE2, 0x80, 0xAF): return 3
        default: return 0
        }
    }
}
