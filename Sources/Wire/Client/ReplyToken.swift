/// One head of RESP: a whole scalar, or how many elements of an aggregate follow.
///
/// Ranges point into the bytes that were read.
enum ReplyToken: Equatable {
    case status(Range<Int>)
    case text(Range<Int>)
    /// A verbatim text, without its three letters of format.
    case failure(Range<Int>)
    case number(Range<Int>)
    case integer(Int64)
    case boolean(Bool)
    case null
    case aggregate(Aggregate, elements: Int)

    enum Aggregate: Equatable {
        case array, set, push, map
    }
}

/// Reads tokens; keeps no bytes of its own.
struct ReplyTokenizer {
    let limits: ReplyLimits
    /// Up to here the line that is being read has no end: what came later is looked at only once.
    private var searched = 0

    init(limits: ReplyLimits) { self.limits = limits }

    /// Reads the token at `start`.
    /// - Returns: the token and the offset after it, or `nil` if bytes are missing.
    mutating func token(
        in bytes: borrowing Span<UInt8>, at start: Int
    ) throws(ReplyFault) -> (token: ReplyToken, end: Int)? {
        guard start < bytes.count else { return nil }
        let type = bytes[start]
        guard ReplyTokenizer.isKnown(type) else {
            throw .unknownType(type, offset: start)
        }
        guard let lineEnd = try findLineEnd(in: bytes, from: start + 1) else { return nil }
        let line = (start + 1)..<lineEnd
        guard let token = try self.token(type, line: line, in: bytes) else { return nil }
        searched = 0
        return token
    }

    private static func isKnown(_ type: UInt8) -> Bool {
        switch type {
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "$"),
            UInt8(ascii: "*"), UInt8(ascii: "%"), UInt8(ascii: "~"), UInt8(ascii: ">"),
            UInt8(ascii: "_"), UInt8(ascii: "#"), UInt8(ascii: ","), UInt8(ascii: "("),
            UInt8(ascii: "="), UInt8(ascii: "!"):
            true
        default: false
        }
    }

    private func token(
        _ type: UInt8, line: Range<Int>, in bytes: borrowing Span<UInt8>
    ) throws(ReplyFault) -> (token: ReplyToken, end: Int)? {
        let end = line.upperBound + 2
        switch type {
        case UInt8(ascii: "+"): return (.status(line), end)
        case UInt8(ascii: "-"): return (.failure(line), end)
        case UInt8(ascii: ":"): return (.integer(try integer(line, in: bytes)), end)
        case UInt8(ascii: ","), UInt8(ascii: "("):
            guard !line.isEmpty else { throw .badNumber(offset: line.lowerBound) }
            return (.number(line), end)
        case UInt8(ascii: "_"):
            guard line.isEmpty else { throw .badNumber(offset: line.lowerBound) }
            return (.null, end)
        case UInt8(ascii: "#"):
            return (.boolean(try boolean(line, in: bytes)), end)
        case UInt8(ascii: "$"), UInt8(ascii: "="), UInt8(ascii: "!"):
            return try sized(type, line: line, in: bytes)
        default:
            let count = try integer(line, in: bytes)
            if count == -1, type == UInt8(ascii: "*") { return (.null, end) }
            let (kind, elements) = try aggregate(type, count: count, at: line.lowerBound)
            return (.aggregate(kind, elements: elements), end)
        }
    }

    /// A text whose length the line told.
    private func sized(
        _ type: UInt8, line: Range<Int>, in bytes: borrowing Span<UInt8>
    ) throws(ReplyFault) -> (token: ReplyToken, end: Int)? {
        let length = try integer(line, in: bytes)
        if length == -1, type == UInt8(ascii: "$") { return (.null, line.upperBound + 2) }
        guard length >= 0 else { throw .badNumber(offset: line.lowerBound) }
        guard length <= limits.replyBytesMax else { throw .replyTooLong }
        let start = line.upperBound + 2
        let end = start + Int(length)
        guard end + 2 <= bytes.count else { return nil }
        guard bytes[end] == UInt8(ascii: "\r"), bytes[end + 1] == UInt8(ascii: "\n") else {
            throw .badLineEnd(offset: end)
        }
        switch type {
        case UInt8(ascii: "!"): return (.failure(start..<end), end + 2)
        case UInt8(ascii: "="):
            // "txt:" or another three letters and a colon precede the text itself.
            guard length >= 4, bytes[start + 3] == UInt8(ascii: ":") else {
                throw .badNumber(offset: start)
            }
            return (.text((start + 4)..<end), end + 2)
        default: return (.text(start..<end), end + 2)
        }
    }

    private func aggregate(
        _ type: UInt8, count: Int64, at offset: Int
    ) throws(ReplyFault) -> (ReplyToken.Aggregate, Int) {
        guard count >= 0 else { throw .badNumber(offset: offset) }
        guard count <= limits.elementsMax else { throw .tooManyElements }
        switch type {
        case UInt8(ascii: "%"): return (.map, 2 * Int(count))
        case UInt8(ascii: "~"): return (.set, Int(count))
        case UInt8(ascii: ">"): return (.push, Int(count))
        default: return (.array, Int(count))
        }
    }

    private func boolean(
        _ line: Range<Int>, in bytes: borrowing Span<UInt8>
    ) throws(ReplyFault) -> Bool {
        guard line.count == 1 else { throw .badNumber(offset: line.lowerBound) }
        switch bytes[line.lowerBound] {
        case UInt8(ascii: "t"): return true
        case UInt8(ascii: "f"): return false
        default: throw .badNumber(offset: line.lowerBound)
        }
    }

    /// Digits with at most a minus before them: no plus, no leading zeros, nothing beyond Int64.
    private func integer(
        _ line: Range<Int>, in bytes: borrowing Span<UInt8>
    ) throws(ReplyFault) -> Int64 {
        let isNegative = !line.isEmpty && bytes[line.lowerBound] == UInt8(ascii: "-")
        let digits = (line.lowerBound + (isNegative ? 1 : 0))..<line.upperBound
        guard (1...19).contains(digits.count) else { throw .badNumber(offset: line.lowerBound) }
        let hasLeadingZero = bytes[digits.lowerBound] == UInt8(ascii: "0")
        guard !hasLeadingZero || (digits.count == 1 && !isNegative) else {
            throw .badNumber(offset: line.lowerBound)
        }
        var value: Int64 = 0
        for index in digits {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { throw .badNumber(offset: index) }
            // Counted downwards, because Int64 reaches one further below zero than above.
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, underflow) = tenfold.subtractingReportingOverflow(Int64(digit))
            guard !overflow, !underflow else { throw .badNumber(offset: line.lowerBound) }
            value = next
        }
        guard !isNegative else { return value }
        guard value != .min else { throw .badNumber(offset: line.lowerBound) }
        return -value
    }

    /// The offset of the CR that ends the line, or `nil` if it hasn't come yet.
    private mutating func findLineEnd(
        in bytes: borrowing Span<UInt8>, from start: Int
    ) throws(ReplyFault) -> Int? {
        var index = max(start, searched)
        while index < bytes.count {
            guard index - start <= limits.lineBytesMax else { throw .lineTooLong }
            let byte = bytes[index]
            if byte == UInt8(ascii: "\n") { throw .badLineEnd(offset: index) }
            if byte == UInt8(ascii: "\r") {
                guard index + 1 < bytes.count else { break }
                guard bytes[index + 1] == UInt8(ascii: "\n") else {
                    throw .badLineEnd(offset: index)
                }
                searched = index
                return index
            }
            index += 1
        }
        searched = index
        return nil
    }
}
