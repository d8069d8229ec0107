/// Bytes one after another, from somewhere or from memory, read in pieces: memory stays flat.
package struct ByteSource: ~Copyable {
    /// What came of asking for more bytes.
    package enum Piece {
        /// So many of them stand at the buffer's beginning; 0 at the end.
        case bytes(Int)
        /// The bytes end here, and why.
        case failed(String)
    }

    private let refill: (inout [UInt8]) -> Piece
    private var buffer: [UInt8]
    private var position = 0
    private var end: Int
    private var isAtEnd: Bool
    private var passed = 0
    /// What went wrong where they come from; the bytes end there.
    package private(set) var fault: String?

    /// Bytes handed out so far.
    package var bytesRead: Int { passed + position }

    /// - Parameter refill: puts more bytes over the buffer's first ones, without making it longer.
    package init(pieceBytes: Int = 1 << 18, refill: @escaping (inout [UInt8]) -> Piece) {
        self.refill = refill
        buffer = [UInt8](repeating: 0, count: pieceBytes)
        end = 0
        isAtEnd = false
    }

    package init(_ bytes: [UInt8]) {
        refill = { _ in .bytes(0) }
        buffer = bytes
        end = bytes.count
        isAtEnd = true
    }

    /// Looks at the next byte without taking it.
    mutating func peek() -> UInt8? {
        if position == end { readMore() }
        return position < end ? buffer[position] : nil
    }

    mutating func next() -> UInt8? {
        if position == end { readMore() }
        guard position < end else { return nil }
        defer { position += 1 }
        return buffer[position]
    }

    private mutating func readMore() {
        guard !isAtEnd else { return }
        passed += position
        position = 0
        end = 0
        switch refill(&buffer) {
        case .bytes(let count):
            precondition(count <= buffer.count, "more bytes than there was room for")
            end = count
            isAtEnd = count == 0
        case .failed(let reason):
            fault = reason
            isAtEnd = true
        }
    }
}
