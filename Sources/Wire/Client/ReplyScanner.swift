/// Finds where a reply ends, looking at each byte once however small the pieces are that it comes in.
struct ReplyScanner {
    private let limits: ReplyLimits
    private var tokenizer: ReplyTokenizer
    /// Everything before this offset has been understood.
    private var position = 0
    /// How many elements each open aggregate still lacks, the outermost first.
    private var missing: [Int] = []
    private var elements = 0

    init(limits: ReplyLimits) {
        self.limits = limits
        tokenizer = ReplyTokenizer(limits: limits)
    }

    /// The length of the reply that `bytes` begin with, or `nil` if more must come. Until then, every
    /// call must be given the same bytes and what came since.
    mutating func end(in bytes: borrowing Span<UInt8>) throws(ReplyFault) -> Int? {
        while let (token, end) = try tokenizer.token(in: bytes, at: position) {
            position = end
            guard position <= limits.replyBytesMax else { throw .replyTooLong }
            if case .aggregate(_, let count) = token, count > 0 {
                elements += count
                guard elements <= limits.elementsMax else { throw .tooManyElements }
                guard missing.count < limits.depthMax else { throw .tooDeep }
                missing.append(count)
                continue
            }
            if closeElement() {
                defer { self = ReplyScanner(limits: limits) }
                return position
            }
        }
        guard bytes.count <= limits.replyBytesMax else { throw .replyTooLong }
        return nil
    }

    /// One more element is whole, and with it perhaps what holds it. Returns whether the reply is.
    private mutating func closeElement() -> Bool {
        while let last = missing.popLast() {
            if last > 1 {
                missing.append(last - 1)
                return false
            }
        }
        return true
    }
}
