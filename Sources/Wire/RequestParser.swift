import Ledger

/// Why bytes can't be the beginning of any request. The connection is closed: nothing that follows
/// can be told from an attack.
package enum Malformed: String, Error, Sendable, CaseIterable {
    case notAnArray = "expected '*': requests are arrays of bulk strings"
    case notABulkString = "expected '$': arguments are bulk strings"
    case badLength = "invalid length"
    case tooManyArguments = "too many arguments"
    case noArguments = "empty request"
    case missingLineEnd = "expected a line end"
    case tooBig = "request too big"
}

/// Reads requests: RESP arrays of bulk strings and nothing else.
///
/// It keeps no state. A request that has not arrived whole is read again from its beginning when
/// more has come; arguments are skipped by their length, so that costs at most 128 steps, and there
/// is no half-parsed value to get wrong.
package enum RequestParser {
    package enum Outcome: Equatable, Sendable {
        /// More bytes are needed.
        case incomplete
        /// A request was read; the next one begins there.
        case complete(next: Int)
        case malformed(Malformed)
    }

    /// Reads one request from `buffer[start..<end]` into `request`, which is left alone unless one
    /// is complete. Nothing is allocated on the strength of a declared length.
    package static func parse(
        _ buffer: [UInt8], from start: Int, to end: Int, into request: inout Request
    ) -> Outcome {
        guard start < end else { return .incomplete }
        guard buffer[start] == UInt8(ascii: "*") else { return .malformed(.notAnArray) }
        var at = start + 1
        let count: Int
        switch length(buffer, &at, end) {
        case .value(let value): count = value
        case .incomplete: return .incomplete
        case .malformed(let fault): return .malformed(fault)
        }
        guard count > 0 else { return .malformed(.noArguments) }
        guard count <= WireLimits.argumentsMax else { return .malformed(.tooManyArguments) }

        request.arguments.removeAll(keepingCapacity: true)
        var limit = WireLimits.frameBytesMax
        for index in 0..<count {
            guard at < end else { return .incomplete }
            guard buffer[at] == UInt8(ascii: "$") else { return .malformed(.notABulkString) }
            at += 1
            let size: Int
            switch length(buffer, &at, end) {
            case .value(let value): size = value
            case .incomplete: return .incomplete
            case .malformed(let fault): return .malformed(fault)
            }
            // Each argument still to come takes at least the six bytes of an empty one.
            let least = at - start + size + 2 + 6 * (count - index - 1)
            guard
                least <= limit
                    || (index == 0 && size == 5 && least <= WireLimits.rulesFrameBytesMax)
            else { return .malformed(.tooBig) }
            let after = at + size
            guard after + 2 <= end else {
                if after < end, buffer[after] != 0x0D { return .malformed(.missingLineEnd) }
                return .incomplete
            }
            guard buffer[after] == 0x0D, buffer[after + 1] == 0x0A else {
                return .malformed(.missingLineEnd)
            }
            if index == 0, isRules(buffer, at, size) { limit = WireLimits.rulesFrameBytesMax }
            guard least <= limit else { return .malformed(.tooBig) }
            request.arguments.append(ByteRange(start: at - start, count: size))
            at = after + 2
        }
        request.bytes.removeAll(keepingCapacity: true)
        request.bytes.append(contentsOf: buffer[start..<at])
        return .complete(next: at)
    }

    private enum Length {
        case value(Int)
        case incomplete
        case malformed(Malformed)
    }

    /// Reads digits and a line end: no sign, no leading zero, few enough not to overflow.
    @inline(__always)
    private static func length(_ buffer: [UInt8], _ at: inout Int, _ end: Int) -> Length {
        // Nearly all have one digit or two.
        if end &- at >= 4 {
            let word = buffer.span.word(at: at, count: 4)
            let (first, second) = (word & 0xFF &- 0x30, word >> 8 & 0xFF &- 0x30)
            if first < 10, word & 0xFF_FF00 == 0x0A_0D00 {
                at &+= 3
                return .value(Int(truncatingIfNeeded: first))
            }
            if first &- 1 < 9, second < 10, word & 0xFFFF_0000 == 0x0A0D_0000 {
                at &+= 4
                return .value(Int(truncatingIfNeeded: first &* 10 &+ second))
            }
        }
        return anyLength(buffer, &at, end)
    }

    private static func anyLength(_ buffer: [UInt8], _ at: inout Int, _ end: Int) -> Length {
        var value = 0
        let first = at
        while at < end, buffer[at].isDigit {
            if at > first, value == 0 { return .malformed(.badLength) }
            value = value * 10 + Int(buffer[at] & 0x0F)
            at += 1
            if at - first > WireLimits.lengthDigitsMax { return .malformed(.badLength) }
        }
        guard at < end else { return .incomplete }
        guard at > first, buffer[at] == 0x0D else { return .malformed(.badLength) }
        guard at + 1 < end else { return .incomplete }
        guard buffer[at + 1] == 0x0A else { return .malformed(.badLength) }
        at += 2
        return .value(value)
    }

    private static func isRules(_ buffer: [UInt8], _ at: Int, _ size: Int) -> Bool {
        guard size == 5 else { return false }
        return buffer[at].uppercased == UInt8(ascii: "R")
            && buffer[at + 1].uppercased == UInt8(ascii: "U")
            && buffer[at + 2].uppercased == UInt8(ascii: "L")
            && buffer[at + 3].uppercased == UInt8(ascii: "E")
            && buffer[at + 4].uppercased == UInt8(ascii: "S")
    }
}
