import Wire

/// What a connection has sent and we have not read: `bytes[start..<end]`.
struct InputBuffer {
    private(set) var bytes: [UInt8] = []
    private(set) var start = 0
    private(set) var end = 0

    var isEmpty: Bool { start == end }
    var count: Int { end - start }
    var capacity: Int { bytes.count }

    /// Receives once.
    ///
    /// - Returns: also how many bytes came.
    mutating func receive(
        from descriptor: Int32, _ pool: inout BufferPool
    ) -> (Reception, count: Int) {
        makeRoom(&pool)
        switch Syscall.receive(descriptor, into: &bytes, from: end) {
        case .wouldBlock:
            return (.drained, 0)
        case .failed:
            return (.ended, 0)
        case .bytes(0):
            return (.ended, 0)
        case .bytes(let count):
            let isFull = end + count == bytes.count
            end += count
            return (isFull ? .more : .drained, count)
        }
    }

    enum Reception: Equatable {
        /// There may be more.
        case more
        /// All that has arrived is here; the poller tells when more comes.
        case drained
        /// The peer won't send any more.
        case ended
    }

    /// Reads the next request.
    func parse(into request: inout Request) -> RequestParser.Outcome {
        RequestParser.parse(bytes, from: start, to: end, into: &request)
    }

    mutating func advance(to next: Int) { start = next }

    /// Drops everything, for a peer whose bytes mean nothing any more.
    mutating func drop(_ pool: inout BufferPool) {
        start = end
        rest(&pool)
    }

    /// Gives memory back when a turn is over. The beginning of a request keeps only as many bytes
    /// as it has, so that ten thousand of them don't hold a buffer each.
    ///
    /// - Returns: whether nothing is left to be read.
    @discardableResult
    mutating func rest(_ pool: inout BufferPool) -> Bool {
        guard bytes.count == ServerLimits.inputBufferBytes || isEmpty else { return false }
        let left = count
        guard left <= ServerLimits.inputBufferBytes / 8 else { return false }
        let remainder = isEmpty ? [] : Array(bytes[start..<end])
        var old: [UInt8] = []
        swap(&old, &bytes)
        pool.giveInput(old)
        bytes = remainder
        start = 0
        end = left
        return left == 0
    }

    /// Makes sure that something can be received: from the pool at first, then by moving what is
    /// there to the front, then by doubling, as far as the longest request goes.
    private mutating func makeRoom(_ pool: inout BufferPool) {
        guard end == bytes.count || bytes.count < ServerLimits.inputBufferBytes else { return }
        let left = count
        if left < ServerLimits.inputBufferBytes / 2 {
            if bytes.count == ServerLimits.inputBufferBytes {
                bytes.replaceSubrange(0..<left, with: Array(bytes[start..<end]))
            } else {
                var fresh = pool.takeInput()
                for index in 0..<left { fresh[index] = bytes[start + index] }
                bytes = fresh
            }
        } else {
            let size = min(bytes.count * 2, WireLimits.rulesFrameBytesMax + 1)
            var grown = [UInt8](repeating: 0, count: max(size, left + 1))
            for index in 0..<left { grown[index] = bytes[start + index] }
            bytes = grown
        }
        start = 0
        end = left
    }
}
