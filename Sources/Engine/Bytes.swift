extension [UInt8] {
    /// A copy of lent bytes, to keep.
    init(bytes span: Span<UInt8>) {
        self.init()
        reserveCapacity(span.count)
        for index in span.indices { append(span[index]) }
    }
}
