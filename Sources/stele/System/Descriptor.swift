import Glibc

/// An open file or socket, closed once, when the value ends.
struct Descriptor: ~Copyable {
    let number: Int32
    private let isOwned: Bool

    /// Takes over `number`, which somebody else must not close.
    init(owning number: Int32) {
        self.number = number
        isOwned = true
    }

    private init(borrowing number: Int32) {
        self.number = number
        isOwned = false
    }

    deinit {
        if isOwned { close(number) }
    }

    static var standardInput: Descriptor { Descriptor(borrowing: STDIN_FILENO) }

    /// Opens a file for reading.
    static func open(_ path: String) throws(SystemFault) -> Descriptor {
        let number = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw .last(path) }
        return Descriptor(owning: number)
    }

    /// Makes a file, or empties the one that is there.
    static func create(_ path: String) throws(SystemFault) -> Descriptor {
        let number = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard number >= 0 else { throw .last(path) }
        return Descriptor(owning: number)
    }

    /// Reads what is there, at most as much as `buffer` holds, over its first bytes.
    /// - Returns: how many bytes were read, 0 at the end, `nil` when a signal came first.
    func read(into buffer: inout [UInt8]) throws(SystemFault) -> Int? {
        // The pointer is used within the call only, and the length is the buffer's own.
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe Glibc.read(number, $0.baseAddress, $0.count)
        }
        if count >= 0 { return count }
        if errno == EINTR { return nil }
        throw .last("read")
    }

    /// Writes all of `bytes`, waiting as long as it takes.
    func write(_ bytes: [UInt8]) throws(SystemFault) {
        var written = 0
        while written < bytes.count {
            // The pointer is used within the call only, and `written` stays below the count.
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(number, $0.baseAddress! + written, $0.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                throw .last("write")
            }
        }
    }

    /// Copies a file, for its owner only, and flushes the copy.
    static func copy(_ source: String, to target: String) throws(SystemFault) {
        let from = try open(source)
        let number = unsafe Glibc.open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw .last(target) }
        let to = Descriptor(owning: number)
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            guard let count = try from.read(into: &piece) else { continue }
            if count == 0 { break }
            try to.write(Array(piece[..<count]))
        }
        guard fsync(to.number) == 0 else { throw .last(target) }
    }

    /// The size of a file; `nil` for pipes and the like.
    var fileSize: Int? {
        var status = stat()
        guard unsafe fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        return Int(status.st_size)
    }
}
