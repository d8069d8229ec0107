/// Bytes one after another, from a file or from memory, read in pieces: memory stays flat.
struct ByteSource: ~Copyable {
    private let file: Descriptor?
    private var buffer: [UInt8]
    private var position = 0
    private var end: Int
    private var isAtEnd: Bool
    private var passed = 0
    /// What went wrong with the file; the bytes end there.
    private(set) var fault: SystemFault?

    /// Bytes handed out so far.
    var bytesRead: Int { passed + position }

    init(file: consuming Descriptor, pieceBytes: Int = 1 << 18) {
        self.file = consume file
        buffer = [UInt8](repeating: 0, count: pieceBytes)
        end = 0
        isAtEnd = false
    }

    init(_ bytes: [UInt8]) {
        file = nil
        buffer = bytes
        end = bytes.count
        isAtEnd = true
    }

    /// Looks at the next byte without taking it.
    mutating func peek() -> UInt8? {
        if position == end { refill() }
        return position < end ? buffer[position] : nil
    }

    mutating func next() -> UInt8? {
        if position == end { refill() }
        guard position < end else { return nil }
        defer { position += 1 }
        return buffer[position]
    }

    private mutating func refill() {
        while !isAtEnd, position == end {
            passed += position
            position = 0
            end = 0
            do throws(SystemFault) {
                // A signal asks the importer to stop, which it finds out between rows.
                guard let count = try file?.read(into: &buffer) else { continue }
                end = count
                isAtEnd = count == 0
            } catch {
                fault = error
                isAtEnd = true
            }
        }
    }
}
