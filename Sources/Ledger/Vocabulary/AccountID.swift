/// The spelling of account ids: 1–64 bytes of printable UTF-8 without spaces, at most one `/`, not
/// starting with `~`.
package enum AccountID {
    package static func isValid(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        guard !range.isEmpty, range.count <= Limits.accountBytesMax,
            bytes[range.lowerBound] != UInt8(ascii: "~")
        else { return false }
        var slashes = 0
        var isASCII = true
        for index in range {
            let byte = bytes[index]
            if byte <= 0x20 || byte == 0x7F { return false }
            if byte == UInt8(ascii: "/") { slashes += 1 }
            if byte >= 0x80 { isASCII = false }
        }
        guard slashes <= 1, bytes[range.lowerBound] != UInt8(ascii: "/"),
            bytes[range.upperBound - 1] != UInt8(ascii: "/")
        else { return false }
        return isASCII || isPrintable(bytes, range)
    }

    /// Whether what is beyond ASCII is UTF-8 and neither a space nor a control character.
    private static func isPrintable(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        guard let text = String(validating: bytes[range], as: UTF8.self) else { return false }
        return text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
                .paragraphSeparator, .spaceSeparator:
                false
            default: true
            }
        }
    }
}

/// The spelling of words: segments of 1–32 of `A–Z a–z 0–9 _ . -`, joined by `:`.
package enum WordText {
    package static func isValid(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        guard range.count <= Limits.joinedNameBytesMax else { return false }
        var length = 0
        for index in range {
            switch bytes[index] {
            case UInt8(ascii: ":"):
                guard length > 0 else { return false }
                length = 0
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "-"):
                length += 1
                guard length <= Limits.nameBytesMax else { return false }
            default: return false
            }
        }
        return length > 0
    }
}
