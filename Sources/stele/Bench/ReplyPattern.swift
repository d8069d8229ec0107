import Wire

/// The shape of an answer that was found right: text that must be the same in the next one, and
/// numbers that are read. Comparing eight bytes at a time makes checking cheaper than parsing.
struct ReplyPattern {
    /// What is read from an answer that matched.
    struct Found {
        var sequence: UInt64 = 0
        /// earned − spent − held − available: zero where all are told.
        var imbalance: Int64 = 0
    }

    private enum Field: Equatable {
        /// Nothing follows.
        case end
        /// A text of this many bytes that may be anything: a time.
        case skip(Int)
        case sequence
        /// A number that is added to `imbalance` so many times.
        case number(Int64)
    }

    private struct Part {
        var literalStart: Int
        var literalCount: Int
        var field: Field
    }

    private var parts: [Part] = []
    /// Whether the answer is a receipt, and not what is known of an account, of which any number may be
    /// another the next time.
    private(set) var hasSequence = false
    private let isProfile: Bool
    /// All literals back to back, and eight bytes more, so that a word can be loaded anywhere.
    private var literals: [UInt8] = []

    /// Learns the shape of `reply`, which is encoded in the one way that RESP3 has for it.
    init(_ reply: Reply, isProfile: Bool = false) {
        self.isProfile = isProfile
        var literal: [UInt8] = []
        add(reply, under: "", &literal)
        close(.end, &literal)
        literals += [UInt8](repeating: 0, count: 8)
    }

    /// Compares the answer that begins at `start`; `bytes` may go on behind `limit` with anything.
    /// - Returns: the offset after the answer, or `nil` if it is of another shape or cut short.
    func match(
        _ bytes: RawSpan, from start: Int, limit: Int, _ found: inout Found
    ) -> Int? {
        var position = start
        let literals = unsafe self.literals.span.bytes
        for part in parts {
            guard position + part.literalCount + Self.marginBytes <= bytes.byteCount,
                Self.isSame(bytes, position, literals, part)
            else { return nil }
            position += part.literalCount
            switch part.field {
            case .end: return position <= limit ? position : nil
            case .skip(let count): position += count
            case .sequence:
                guard let (value, end) = Self.number(bytes, position) else { return nil }
                found.sequence = UInt64(bitPattern: value)
                position = end
            case .number(let weight):
                guard let (value, end) = Self.number(bytes, position) else { return nil }
                found.imbalance &+= weight &* value
                position = end
            }
        }
        return nil
    }

    /// Compares a literal. The caller has seen to it that it could be there.
    @inline(__always)
    private static func isSame(
        _ bytes: RawSpan, _ position: Int, _ literals: RawSpan, _ part: Part
    ) -> Bool {
        let count = part.literalCount
        var index = 0
        while index < count {
            // Bounds are checked by the span; any eight bytes are a number.
            let there = unsafe bytes.unsafeLoadUnaligned(
                fromByteOffset: position &+ index, as: UInt64.self)
            let wanted = unsafe literals.unsafeLoadUnaligned(
                fromByteOffset: part.literalStart &+ index, as: UInt64.self)
            let left = count &- index
            let mask = left >= 8 ? UInt64.max : (1 << UInt64(truncatingIfNeeded: 8 &* left)) &- 1
            guard (there ^ wanted) & mask == 0 else { return false }
            index &+= 8
        }
        return true
    }

    /// How far beyond a literal bytes are looked at: a word, or a number of 20 characters.
    static let marginBytes = 32

    /// Digits up to a carriage return. The caller has seen to it that `marginBytes` are there.
    @inline(__always)
    private static func number(_ bytes: RawSpan, _ start: Int) -> (Int64, Int)? {
        // Digits are told from what follows, and added up, side by side in one word.
        let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self)
        let digits = word ^ 0x3030_3030_3030_3030
        let others = ((digits &+ 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080
        let count = others.trailingZeroBitCount >> 3
        guard count > 0, count < 8,
            UInt8(truncatingIfNeeded: word >> UInt64(8 &* count)) == UInt8(ascii: "\r")
        else { return longNumber(bytes, start) }
        var sum = digits << UInt64(truncatingIfNeeded: 64 &- 8 &* count)
        sum = (sum &* 10 &+ sum >> 8) & 0x00FF_00FF_00FF_00FF
        sum = (sum &* 100 &+ sum >> 16) & 0x0000_FFFF_0000_FFFF
        sum = (sum &* 10_000 &+ sum >> 32) & 0xFFFF_FFFF
        return (Int64(truncatingIfNeeded: sum), start &+ count)
    }

    /// Likewise one of more digits than a word has, or with a sign.
    private static func longNumber(_ bytes: RawSpan, _ start: Int) -> (Int64, Int)? {
        var position = start
        var value: Int64 = 0
        var byte = unsafe bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
        let isNegative = byte == UInt8(ascii: "-")
        while position - start < 20 {
            if !isNegative || position > start {
                let digit = byte &- UInt8(ascii: "0")
                if digit > 9 { break }
                value = value &* 10 &+ Int64(digit)
            }
            position += 1
            byte = unsafe bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
        }
        guard byte == UInt8(ascii: "\r"), position > start else { return nil }
        return (isNegative ? 0 &- value : value, position)
    }

    // MARK: Learning

    private mutating func add(_ reply: Reply, under path: String, _ literal: inout [UInt8]) {
        switch reply {
        case .map(let pairs):
            literal += "%\(pairs.count)\r\n".utf8
            for pair in pairs {
                add(pair.name, under: "name", &literal)
                let name = pair.name.string ?? ""
                // Changes are the same each time, so they stay part of the literal.
                add(pair.value, under: path == "balances" ? "balance" : name, &literal)
            }
        case .array(let elements):
            literal += "*\(elements.count)\r\n".utf8
            for element in elements { add(element, under: "", &literal) }
        case .text(let bytes):
            literal += "$\(bytes.count)\r\n".utf8
            if path == "time" { close(.skip(bytes.count), &literal) } else { literal += bytes }
            literal += "\r\n".utf8
        case .integer(let value):
            literal += ":".utf8
            if let field = field(under: path) {
                close(field, &literal)
            } else {
                literal += "\(value)".utf8
            }
            literal += "\r\n".utf8
        case .boolean(let value): literal += (value ? "#t\r\n" : "#f\r\n").utf8
        case .status(let bytes): literal += [UInt8(ascii: "+")] + bytes + Array("\r\n".utf8)
        default:
            // No answer of ours has anything else; should one, it will never match and be parsed.
            literal += "?".utf8
        }
    }

    private func field(under path: String) -> Field? {
        switch path {
        case "seq": isProfile ? .number(0) : .sequence
        case "balance": .number(0)
        case "earned": .number(1)
        case "spent", "held", "available": .number(-1)
        default: isProfile ? .number(0) : nil
        }
    }

    private mutating func close(_ field: Field, _ literal: inout [UInt8]) {
        if field == .sequence { hasSequence = true }
        parts.append(Part(literalStart: literals.count, literalCount: literal.count, field: field))
        literals += literal
        literal = []
    }
}
