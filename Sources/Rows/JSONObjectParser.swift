/// What isn't right in a JSON text, and where.
package struct JSONFault: Error, Equatable, Sendable {
    package var offset: Int
    package var message: String
}

/// Reads one flat JSON object (RFC 8259) into a row.
package struct JSONObjectParser {
    private let text: [UInt8]
    private let allowsLists: Bool
    private var position = 0
    private var names: [String] = []

    /// - Parameter allowsLists: lists of plain values become one value, joined by commas, as commands
    ///   have them.
    package init(_ text: [UInt8], allowsLists: Bool = false) {
        self.text = text
        self.allowsLists = allowsLists
    }

    package mutating func parse(into row: inout Row) throws(JSONFault) {
        skipSpace()
        try expect(UInt8(ascii: "{"), "an object")
        skipSpace()
        if peek != UInt8(ascii: "}") {
            repeat {
                try member(into: &row)
                guard names.count <= RowLimits.columnsMax else { throw fault("too many members") }
            } while take(UInt8(ascii: ","))
        }
        try expect(UInt8(ascii: "}"), "',' or '}'")
        skipSpace()
        guard position == text.count else { throw fault("something after the object") }
        row.setNames(names)
    }

    private mutating func member(into row: inout Row) throws(JSONFault) {
        skipSpace()
        let bytes = try string()
        let name = String(decoding: bytes, as: UTF8.self)
        skipSpace()
        try expect(UInt8(ascii: ":"), "':'")
        skipSpace()
        guard !names.contains(name) else { throw fault("'\(name)' is there twice") }
        if try value(into: &row) {
            row.endValue()
            names.append(name)
        }
        skipSpace()
    }

    /// Appends a value to the row. Returns whether there is one: null is none.
    private mutating func value(into row: inout Row) throws(JSONFault) -> Bool {
        switch peek {
        case UInt8(ascii: "\""):
            for byte in try string() { row.append(byte) }
            return true
        case UInt8(ascii: "t"):
            try word("true")
            row.append(UInt8(ascii: "1"))
            return true
        case UInt8(ascii: "f"):
            try word("false")
            row.append(UInt8(ascii: "0"))
            return true
        case UInt8(ascii: "n"):
            try word("null")
            return false
        case UInt8(ascii: "[") where allowsLists:
            try list(into: &row)
            return true
        case UInt8(ascii: "{"), UInt8(ascii: "["): throw fault("a nested value can't be imported")
        default:
            for byte in try number() { row.append(byte) }
            return true
        }
    }

    /// Appends a list's values with commas between them.
    private mutating func list(into row: inout Row) throws(JSONFault) {
        _ = take(UInt8(ascii: "["))
        skipSpace()
        if take(UInt8(ascii: "]")) { return }
        var isFirst = true
        repeat {
            if !isFirst { row.append(UInt8(ascii: ",")) }
            isFirst = false
            skipSpace()
            try element(into: &row)
            skipSpace()
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"), "',' or ']'")
    }

    private mutating func element(into row: inout Row) throws(JSONFault) {
        if peek == UInt8(ascii: "[") { throw fault("a list in a list can't be imported") }
        let start = position
        let before = row.totalBytes
        guard try value(into: &row) else { throw fault("null in a list says nothing") }
        guard text[start] == UInt8(ascii: "\"") else { return }
        guard row.totalBytes > before, !row.tail(from: before).contains(UInt8(ascii: ",")) else {
            throw fault("a text of a list is not empty and has no comma")
        }
    }

    private mutating func word(_ word: String) throws(JSONFault) {
        for byte in word.utf8 { try expect(byte, "'\(word)'") }
    }

    private mutating func number() throws(JSONFault) -> ArraySlice<UInt8> {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return text[start..<position]
    }

    private mutating func digits() throws(JSONFault) {
        let start = position
        while let byte = peek, (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw fault("a value was expected") }
    }

    private mutating func string() throws(JSONFault) -> [UInt8] {
        try expect(UInt8(ascii: "\""), "a text in quotes")
        var result: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard String(validating: result, as: UTF8.self) != nil else {
                    throw fault("not UTF-8 text")
                }
                return result
            case UInt8(ascii: "\\"): try escape(into: &result)
            case 0..<0x20: throw fault("a control character in a text")
            default: result.append(byte)
            }
        }
        throw fault("the text isn't ended")
    }

    private mutating func escape(into result: inout [UInt8]) throws(JSONFault) {
        let short: [UInt8: UInt8] = [
            UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F,
            UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A,
            UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
        ]
        guard let byte = peek else { throw fault("the text isn't ended") }
        position += 1
        if let plain = short[byte] { return result.append(plain) }
        guard byte == UInt8(ascii: "u") else { throw fault("an unknown escape") }
        var code = try hex()
        if (0xD800...0xDBFF).contains(code) {
            // The first half of a character beyond the first 65,536: the second must follow.
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
                throw fault("half a surrogate pair")
            }
            let low = try hex()
            guard (0xDC00...0xDFFF).contains(low) else { throw fault("half a surrogate pair") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw fault("half a surrogate pair") }
        result.append(contentsOf: String(Character(scalar)).utf8)
    }

    private mutating func hex() throws(JSONFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw fault("\\u wants four hexadecimal digits")
            }
            position += 1
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private var peek: UInt8? { position < text.count ? text[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ byte: UInt8, _ what: String) throws(JSONFault) {
        guard take(byte) else { throw fault("\(what) was expected") }
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0D { position += 1 }
    }

    private func fault(_ message: String) -> JSONFault {
        JSONFault(offset: min(position, text.count), message: message)
    }
}
