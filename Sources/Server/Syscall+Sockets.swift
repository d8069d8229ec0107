import CLinux
import Glibc

/// What the kernel knows of a peer; fixed when it connected.
struct PeerCredentials: Equatable, Sendable {
    var uid: UInt32
    var gid: UInt32
    var pid: Int32
}

extension Syscall {
    /// Longest path of a Unix-domain socket: `sun_path` less its final zero.
    static let socketPathBytesMax = 107

    /// Refuses a path that no socket can have.
    static func checkSocketPath(_ path: String) throws(SystemFault) {
        guard !path.isEmpty, path.utf8.count <= socketPathBytesMax else {
            throw SystemFault(
                operation: "socket path \(path): it may have \(socketPathBytesMax) bytes",
                code: ENAMETOOLONG)
        }
    }

    private static func address(_ path: String) throws(SystemFault) -> sockaddr_un {
        try checkSocketPath(path)
        let bytes = Array(path.utf8)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { target in
            unsafe target.copyBytes(from: bytes)
        }
        return address
    }

    private static func withAddress(
        _ path: String, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws(SystemFault) -> Int32 {
        var address = try address(path)
        // An abstract name begins with a zero byte and ends with its length.
        var size = socklen_t(MemoryLayout<sockaddr_un>.size)
        if path.utf8.first == UInt8(ascii: "@") {
            address.sun_path.0 = 0
            size = socklen_t(MemoryLayout<sa_family_t>.size + path.utf8.count)
        }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe call(generic, size)
            }
        }
    }

    /// A listening socket at `path`, only for its owner unless the mode is widened later.
    static func listen(at path: String) throws(SystemFault) -> FileDescriptor {
        let descriptor = FileDescriptor(clinux_stream_socket(Int32(O_NONBLOCK)))
        let raw = descriptor.rawValue
        try check(raw, "socket")
        let mask = umask(0o177)
        let bound = try unsafe withAddress(path) { unsafe bind(raw, $0, $1) }
        let code = errno
        umask(mask)
        guard bound == 0 else { throw SystemFault(operation: "bind \(path)", code: code) }
        try check(Glibc.listen(raw, 4_096), "listen \(path)")
        return descriptor
    }

    /// The process that listens at `path` right now, as far as the kernel says; `nil` if none does.
    static func holder(of path: String) throws(SystemFault) -> Int32? {
        do throws(SystemFault) {
            // unix(7): to who connects, SO_PEERCRED tells of whoever called listen.
            return credentials(of: try connect(to: path))?.pid ?? 0
        } catch {
            // A socket that may not be connected to may still be somebody's.
            if error.code == ECONNREFUSED || error.code == ENOENT { return nil }
            throw error
        }
    }

    static func connect(to path: String) throws(SystemFault) -> FileDescriptor {
        let descriptor = FileDescriptor(clinux_stream_socket(0))
        let raw = descriptor.rawValue
        try check(raw, "socket")
        try check(unsafe withAddress(path) { unsafe Glibc.connect(raw, $0, $1) }, "connect \(path)")
        return descriptor
    }

    enum PathKind: Equatable {
        case nothing, socket, other
    }

    static func kind(of path: String) -> PathKind {
        var info = stat()
        guard unsafe lstat(path, &info) == 0 else { return .nothing }
        return info.st_mode & S_IFMT == S_IFSOCK ? .socket : .other
    }

    static func remove(_ path: String) throws(SystemFault) {
        try check(unsafe unlink(path), "unlink \(path)")
    }

    static func hasGroup(_ name: String) -> Bool { unsafe getgrnam(name) != nil }

    /// Lets a group connect.
    static func admit(group: String, to path: String) throws(SystemFault) {
        guard let entry = unsafe getgrnam(group) else {
            throw SystemFault(operation: "group \(group)", code: ENOENT)
        }
        let gid = unsafe entry.pointee.gr_gid
        try check(unsafe chown(path, uid_t.max, gid), "chown \(path)")
        try check(unsafe chmod(path, 0o660), "chmod \(path)")
    }

    enum Accepted: ~Copyable {
        case connection(FileDescriptor)
        case none
        /// The process or the system has no file descriptor left.
        case exhausted
        case failed
    }

    static func accept(_ listener: borrowing FileDescriptor) -> Accepted {
        while true {
            let raw = clinux_accept(listener.rawValue)
            if raw >= 0 { return .connection(FileDescriptor(raw)) }
            switch errno {
            case EINTR, ECONNABORTED: continue
            case EAGAIN: return .none
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
            default: return .failed
            }
        }
    }

    static func credentials(of descriptor: borrowing FileDescriptor) -> PeerCredentials? {
        var result = clinux_credentials()
        guard unsafe clinux_peer(descriptor.rawValue, &result) == 0 else { return nil }
        return PeerCredentials(uid: result.uid, gid: result.gid, pid: result.pid)
    }

    static func setSendBuffer(_ descriptor: borrowing FileDescriptor, bytes: Int) {
        var value = Int32(bytes)
        _ = unsafe setsockopt(
            descriptor.rawValue, SOL_SOCKET, SO_SNDBUF, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Makes an inherited listener like one of our own.
    static func adoptListener(_ raw: Int32) throws(SystemFault) -> FileDescriptor {
        try check(fcntl(raw, F_SETFD, FD_CLOEXEC), "fcntl")
        try check(fcntl(raw, F_SETFL, fcntl(raw, F_GETFL) | O_NONBLOCK), "fcntl")
        return FileDescriptor(raw)
    }

    /// Sends one datagram to a socket by name; failure is of no consequence.
    static func notify(_ path: String, _ message: String) {
        let descriptor = FileDescriptor(clinux_datagram_socket())
        let raw = descriptor.rawValue
        guard raw >= 0 else { return }
        let bytes = Array(message.utf8)
        _ = try? unsafe withAddress(path) { address, size in
            unsafe bytes.withUnsafeBytes { content in
                Int32(
                    unsafe sendto(
                        raw, content.baseAddress, content.count, clinux_send_flags, address,
                        size))
            }
        }
    }

    static func reserve() -> FileDescriptor {
        FileDescriptor(unsafe open("/dev/null", O_RDONLY | O_CLOEXEC))
    }
}
