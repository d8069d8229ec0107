import CLinux
import Glibc

/// Connecting to a daemon on this machine.
enum UnixSocket {
    /// The longest path that the kernel takes for a socket, without the zero behind it.
    static let pathBytesMax = 107

    static func connect(to path: String) throws(SystemFault) -> Descriptor {
        guard path.utf8.count <= pathBytesMax, !path.isEmpty else {
            throw SystemFault(operation: path, code: ENAMETOOLONG)
        }
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw .last("socket") }
        let descriptor = Descriptor(owning: number)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // The path and its zero fit: it was measured above, and `sun_path` holds 108 bytes.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.copyBytes(from: path.utf8)
        }
        // The kernel reads the address during the call only.
        let result = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw .last(path) }
        return descriptor
    }
}

/// Moving bytes through a connected socket without waiting.
extension UnixSocket {
    /// Receives what has come into `buffer`, from `offset` on.
    /// - Returns: how many bytes, 0 when the other side closed, `nil` when nothing is there (or, when
    ///   waiting, a signal came first).
    static func receive(
        _ number: Int32, into buffer: inout [UInt8], at offset: Int, upTo end: Int, waits: Bool
    ) throws(SystemFault) -> Int? {
        precondition(offset <= end && end <= buffer.count, "receiving outside the buffer")
        let flags = waits ? 0 : Int32(MSG_DONTWAIT)
        // The range lies within the buffer, as was just made sure.
        let count = unsafe buffer.withUnsafeMutableBytes {
            unsafe recv(number, $0.baseAddress! + offset, end - offset, flags)
        }
        if count >= 0 { return count }
        if errno == EAGAIN || errno == EINTR { return nil }
        throw .last("recv")
    }

    /// Sends what the socket takes of `buffer[range]`, and returns how many bytes that were.
    static func send(
        _ number: Int32, _ buffer: [UInt8], _ range: Range<Int>
    ) throws(SystemFault) -> Int {
        precondition(range.upperBound <= buffer.count, "sending from outside the buffer")
        let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
        // The range lies within the buffer, as was just made sure.
        let count = unsafe buffer.withUnsafeBytes {
            unsafe Glibc.send(number, $0.baseAddress! + range.lowerBound, range.count, flags)
        }
        if count >= 0 { return count }
        if errno == EAGAIN || errno == EINTR { return 0 }
        throw .last("send")
    }
}
