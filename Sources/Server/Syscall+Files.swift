import Glibc

extension Syscall {
    static func openFile(_ path: String) throws(SystemFault) -> FileDescriptor {
        let descriptor = FileDescriptor(unsafe open(path, O_RDONLY | O_CLOEXEC))
        try check(descriptor.rawValue, "open \(path)")
        return descriptor
    }

    /// Reads what stands at a place in a file, as much as `buffer` holds, and returns how much that
    /// was: less only at the file's end.
    static func readFile(
        _ descriptor: borrowing FileDescriptor, into buffer: inout [UInt8], at offset: UInt64
    ) throws(SystemFault) -> Int {
        let raw = descriptor.rawValue
        var filled = 0
        while filled < buffer.count {
            let start = filled
            // The pointer is used within the call only, and `start` stays below the count.
            let count = unsafe buffer.withUnsafeMutableBytes { bytes in
                guard let base = bytes.baseAddress else { return 0 }
                return unsafe pread(
                    raw, base + start, bytes.count - start, off_t(offset) + off_t(start))
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemFault(operation: "read", code: errno) }
            if count == 0 { break }
            filled += count
        }
        return filled
    }
}
