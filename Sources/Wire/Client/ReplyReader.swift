/// Turns the bytes of a connection into replies: incremental, strict, bounded.
///
/// RESP2 and RESP3 but for streamed types and attributes, which the daemon never sends. A fault is
/// final: the reader then throws it for ever.
package struct ReplyReader {
    private let limits: ReplyLimits
    private var scanner: ReplyScanner
    private var buffer: [UInt8] = []
    private var consumed = 0
    private var fault: ReplyFault?

    package init(limits: ReplyLimits = ReplyLimits()) {
        self.limits = limits
        scanner = ReplyScanner(limits: limits)
    }

    /// Bytes received that belong to no reply handed out yet.
    package var pendingBytes: Int { buffer.count - consumed }

    package mutating func append(_ bytes: ArraySlice<UInt8>) {
        // Moving the rest to the front costs at most one copy of each byte, for it halves the buffer.
        if consumed > buffer.count / 2 {
            buffer.removeSubrange(..<consumed)
            consumed = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// Takes the next whole reply, or `nil` if more bytes must come first.
    package mutating func next() throws(ReplyFault) -> Reply? {
        if let fault { throw fault }
        do throws(ReplyFault) {
            // A local of its own, for a span of `self.buffer` would hold all of `self`.
            let buffer = self.buffer
            let bytes = buffer.span.extracting(consumed...)
            guard let end = try scanner.end(in: bytes) else { return nil }
            var builder = ReplyBuilder(limits: limits)
            let reply = try builder.build(from: bytes.extracting(..<end))
            consumed += end
            return reply
        } catch {
            fault = error
            throw error
        }
    }
}

/// Builds the tree of a reply that is known to be whole and within bounds.
private struct ReplyBuilder {
    private var tokenizer: ReplyTokenizer
    private var position = 0

    init(limits: ReplyLimits) { tokenizer = ReplyTokenizer(limits: limits) }

    mutating func build(from bytes: borrowing Span<UInt8>) throws(ReplyFault) -> Reply {
        guard let (token, end) = try tokenizer.token(in: bytes, at: position) else {
            // The scanner has seen the end of the reply.
            preconditionFailure("a whole reply lacks bytes")
        }
        position = end
        switch token {
        case .status(let range): return .status(copy(range, of: bytes))
        case .text(let range): return .text(copy(range, of: bytes))
        case .number(let range): return .number(copy(range, of: bytes))
        case .failure(let range):
            return .failure(ReplyFailure(String(decoding: copy(range, of: bytes), as: UTF8.self)))
        case .integer(let value): return .integer(value)
        case .boolean(let value): return .boolean(value)
        case .null: return .null
        case .aggregate(let kind, let count): return try aggregate(kind, count, from: bytes)
        }
    }

    private mutating func aggregate(
        _ kind: ReplyToken.Aggregate, _ count: Int, from bytes: borrowing Span<UInt8>
    ) throws(ReplyFault) -> Reply {
        var elements: [Reply] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try build(from: bytes)) }
        switch kind {
        case .array: return .array(elements)
        case .set: return .set(elements)
        case .push: return .push(elements)
        case .map:
            return .map(
                stride(from: 0, to: count, by: 2).map {
                    ReplyPair(name: elements[$0], value: elements[$0 + 1])
                })
        }
    }

    private func copy(_ range: Range<Int>, of bytes: borrowing Span<UInt8>) -> [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(range.count)
        for index in range { copy.append(bytes[index]) }
        return copy
    }
}

extension ReplyReader {
    /// The length of the reply that `bytes` begin with, or `nil` if it isn't whole. For callers that
    /// keep the bytes themselves.
    package static func length(
        of bytes: borrowing Span<UInt8>, limits: ReplyLimits
    ) throws(ReplyFault) -> Int? {
        var scanner = ReplyScanner(limits: limits)
        return try scanner.end(in: bytes)
    }

    /// Takes apart the reply that `bytes` are, from the first to the last.
    package static func parse(
        _ bytes: borrowing Span<UInt8>, limits: ReplyLimits
    ) throws(ReplyFault) -> Reply {
        var builder = ReplyBuilder(limits: limits)
        return try builder.build(from: bytes)
    }
}
