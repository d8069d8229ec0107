/// Reads JSON5 (json5.org, version 1.0.0) into a tree, reporting every mistake and going on
/// behind it: at the next comma or closing bracket.
///
/// Stricter than JSON5 in what a rulebook has no use for: a key may stand only once in an object,
/// numbers must be exact fractions of 64-bit integers, Infinity and NaN are refused.
struct JSON5Parser {
    /// Enough for any rulebook; bounds the stack.
    static let nestingMax = 64
    /// The largest rulebook that the log takes.
    static let sizeMax = 1 << 20

    let source: [UInt8]
    var mistakes = MistakeBook()
    var offset = 0
    /// Closing brackets that are awaited, outermost first.
    private var awaited: [UInt8] = []

    init(_ source: [UInt8]) {
        self.source = source
    }

    /// The document's value; `nil` where nothing could be read.
    mutating func parse() -> JSON5Value? {
        guard source.count <= JSON5Parser.sizeMax else {
            mistakes.add(0, "the file has \(source.count) bytes; at most 1048576 are allowed")
            return nil
        }
        if let wrong = firstInvalidUTF8() {
            mistakes.add(wrong, "the file isn't valid UTF-8 here")
            return nil
        }
        skipBlank()
        guard offset < source.count else {
            mistakes.add(offset, "the file is empty; a rulebook is an object: { edition: 1, … }")
            return nil
        }
        let value = parseValue()
        skipBlank()
        if offset < source.count {
            mistakes.add(offset, "nothing may follow the end of the rulebook")
        }
        return value
    }

    var byte: UInt8? { offset < source.count ? source[offset] : nil }

    private func firstInvalidUTF8() -> Int? {
        do {
            _ = try UTF8Span(validating: source.span)
            return nil
        } catch {
            return error.byteOffsets.lowerBound
        }
    }

    mutating func parseValue() -> JSON5Value {
        let start = offset
        guard let first = byte else {
            return broken(start, "a value is missing at the end of the file")
        }
        switch first {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard awaited.count < JSON5Parser.nestingMax else {
                mistakes.add(start, "nested more than \(JSON5Parser.nestingMax) deep")
                skipBracketed()
                return JSON5Value(kind: .broken, offset: start)
            }
            return first == UInt8(ascii: "{") ? parseObject() : parseArray()
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            let string = parseString(quote: first)
            return JSON5Value(kind: string.map { .string($0) } ?? .broken, offset: start)
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            return JSON5Value(kind: parseNumber().map { .number($0) } ?? .broken, offset: start)
        default:
            return parseWord()
        }
    }

    private mutating func broken(_ at: Int, _ message: String) -> JSON5Value {
        mistakes.add(at, message)
        return JSON5Value(kind: .broken, offset: at)
    }

    private mutating func parseWord() -> JSON5Value {
        let start = offset
        let word = takeIdentifier()
        switch word {
        case "true": return JSON5Value(kind: .bool(true), offset: start)
        case "false": return JSON5Value(kind: .bool(false), offset: start)
        case "null": return JSON5Value(kind: .null, offset: start)
        case "Infinity", "NaN": return broken(start, "\(word) is no exact number")
        case "": return broken(start, "a value is missing here")
        default: return broken(start, "a text needs quotes: \"\(word)\"")
        }
    }

    /// The bytes of an unquoted key or word: letters, digits, `_`, `$`, and all beyond ASCII.
    mutating func takeIdentifier() -> String {
        let start = offset
        while let next = byte, JSON5Parser.isIdentifier(next), blankLength() == 0 { offset += 1 }
        return String(decoding: source[start..<offset], as: UTF8.self)
    }

    static func isIdentifier(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"),
            0x80...0xFF:
            true
        default: false
        }
    }
}

// MARK: - Objects and lists

extension JSON5Parser {
    private mutating func parseObject() -> JSON5Value {
        let start = offset
        offset += 1
        awaited.append(UInt8(ascii: "}"))
        var members: [JSON5Member] = []
        var firsts: [String: Int] = [:]
        while continueInside(openedAt: start, kind: "object") {
            guard let member = parseMember() else {
                skipToSeparator()
                continue
            }
            if let first = firsts[member.key] {
                reportDuplicate(member, first: first)
            } else {
                firsts[member.key] = member.keyOffset
                members.append(member)
            }
            endItem(isBroken: member.value.isBroken)
        }
        awaited.removeLast()
        return JSON5Value(kind: .object(members), offset: start)
    }

    private mutating func parseArray() -> JSON5Value {
        let start = offset
        offset += 1
        awaited.append(UInt8(ascii: "]"))
        var values: [JSON5Value] = []
        while continueInside(openedAt: start, kind: "list") {
            let before = offset
            let value = parseValue()
            values.append(value)
            if offset == before { skipToSeparator() } else { endItem(isBroken: value.isBroken) }
        }
        awaited.removeLast()
        return JSON5Value(kind: .array(values), offset: start)
    }

    /// False where the object or list ends: closed, cut short, or closed by what encloses it.
    private mutating func continueInside(openedAt start: Int, kind: String) -> Bool {
        while true {
            skipBlank()
            guard let next = byte, let closing = awaited.last else {
                mistakes.add(start, "this \(kind) isn't closed before the end of the file")
                return false
            }
            if next == closing {
                offset += 1
                return false
            }
            guard next == UInt8(ascii: "}") || next == UInt8(ascii: "]") else { return true }
            if awaited.contains(next) {
                let expected = String(UnicodeScalar(closing))
                mistakes.add(offset, "'\(expected)' is missing before this")
                return false
            }
            mistakes.add(offset, "nothing was opened that '\(String(UnicodeScalar(next)))' closes")
            offset += 1
            skipBlank()
            if byte == UInt8(ascii: ",") { offset += 1 }
        }
    }

    /// After an item: a comma or the end. Behind a broken item a missing comma isn't worth a word.
    private mutating func endItem(isBroken: Bool) {
        skipBlank()
        guard let next = byte else { return }
        switch next {
        case UInt8(ascii: ","): offset += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): break
        default:
            // If what follows begins an item, only the comma was forgotten: go on reading there.
            if !isBroken { mistakes.add(offset, "a comma is missing before this") }
            let isItem =
                JSON5Parser.isIdentifier(next) || next == UInt8(ascii: "\"")
                || next == UInt8(ascii: "'") || next == UInt8(ascii: "{")
                || next == UInt8(ascii: "[")
            if !isItem { skipToSeparator() }
        }
    }

    private mutating func parseMember() -> JSON5Member? {
        let start = offset
        guard let first = byte else { return nil }
        let key: String
        switch first {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            guard let string = parseString(quote: first) else { return nil }
            key = string.text
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            key = takeIdentifier()
            mistakes.add(start, "a key that begins with a digit needs quotes: \"\(key)\"")
        default:
            key = takeIdentifier()
            guard !key.isEmpty else {
                mistakes.add(start, "a key is missing here, as in `name: value`")
                return nil
            }
        }
        skipBlank()
        guard byte == UInt8(ascii: ":") else {
            mistakes.add(offset, "':' is missing after the key '\(key)'")
            return nil
        }
        offset += 1
        skipBlank()
        return JSON5Member(key: key, keyOffset: start, value: parseValue())
    }

    private mutating func reportDuplicate(_ member: JSON5Member, first: Int) {
        var place = SourcePlace()
        if !mistakes.isFull { place.advance(to: first, in: source) }
        mistakes.add(member.keyOffset, "'\(member.key)' is here already, in line \(place.line)")
    }

    /// Goes behind the next comma of this object or list, or to its closing bracket.
    private mutating func skipToSeparator() {
        while let next = byte {
            switch next {
            case UInt8(ascii: ","):
                offset += 1
                return
            case UInt8(ascii: "}"), UInt8(ascii: "]"): return
            case UInt8(ascii: "{"), UInt8(ascii: "["): skipBracketed()
            case UInt8(ascii: "\""), UInt8(ascii: "'"): skipString(next)
            default:
                let before = offset
                skipBlank()
                if offset == before { offset += 1 }
            }
        }
    }

    /// Goes behind the bracket that closes the one here, however deep it goes.
    private mutating func skipBracketed() {
        var depth = 0
        while let next = byte {
            switch next {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                offset += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                offset += 1
                if depth <= 0 { return }
            case UInt8(ascii: "\""), UInt8(ascii: "'"): skipString(next)
            default:
                let before = offset
                skipBlank()
                if offset == before { offset += 1 }
            }
        }
    }
}
