private import CLinux
private import Glibc

/// An open file, closed when it is let go of. With `Directory` the one place of this module that
/// makes system calls; each is tried again when a signal interrupts it.
struct File: ~Copyable {
    let path: String
    private let descriptor: Int32

    enum Mode {
        case read
        case readWrite
        /// Read and write, creating it for its owner alone.
        case create
        /// Write past the page cache, whole blocks of a `ZeroBlock`.
        case direct
    }

    /// open(2), never through a symbolic link, never left open across exec.
    init(_ path: String, _ mode: Mode) throws(StoreError) {
        let access =
            switch mode {
            case .read: O_RDONLY
            case .readWrite: O_RDWR
            case .create: O_RDWR | O_CREAT
            case .direct: O_RDWR | clinux_direct
            }
        // The string's bytes live for the call.
        descriptor = try retrying("open", path) {
            unsafe open(path, access | O_CLOEXEC | O_NOFOLLOW, 0o600)
        }
        self.path = path
    }

    deinit { close(descriptor) }

    /// fstat(2): bytes in the file.
    func size() throws(StoreError) -> Int {
        var status = stat()
        try retrying("fstat", path) { unsafe fstat(descriptor, &status) }
        return status.st_size
    }

    /// pread(2): up to `count` bytes at `offset`, fewer only at the file's end.
    func read(count: Int, at offset: Int) throws(StoreError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = try retrying("pread", path) {
                // At most the bytes that the buffer has left.
                unsafe bytes.withUnsafeMutableBytes {
                    unsafe pread(descriptor, $0.baseAddress! + done, count - done, offset + done)
                }
            }
            guard got > 0 else { break }
            done += got
        }
        bytes.removeLast(count - done)
        return bytes
    }

    /// pwrite(2): all of the bytes, at `offset`.
    func write(_ bytes: [UInt8], at offset: Int) throws(StoreError) {
        var done = 0
        while done < bytes.count {
            done += try retrying("pwrite", path) {
                // At most the bytes that the buffer has left.
                unsafe bytes.withUnsafeBytes {
                    unsafe pwrite(
                        descriptor, $0.baseAddress! + done, bytes.count - done, offset + done)
                }
            }
        }
    }

    /// pwrite(2): all of the zeros, at `offset`, a multiple of their alignment.
    func write(_ zeros: borrowing ZeroBlock, at offset: Int) throws(StoreError) {
        var done = 0
        while done < zeros.count {
            done += try retrying("pwrite", path) {
                // At most the bytes that the block has left.
                unsafe pwrite(descriptor, zeros.memory + done, zeros.count - done, offset + done)
            }
        }
    }

    /// ftruncate(2)
    func truncate(to size: Int) throws(StoreError) {
        try retrying("ftruncate", path) { ftruncate(descriptor, size) }
    }

    /// fsync(2): the bytes and the size are on disk. Never to be tried again after a failure: the
    /// kernel may have dropped what it could not write.
    func synchronize() throws(StoreError) {
        try retrying("fsync", path) { fsync(descriptor) }
    }

    /// fdatasync(2): the bytes, and the size if it grew, are on disk.
    func synchronizeData() throws(StoreError) {
        try retrying("fdatasync", path) { fdatasync(descriptor) }
    }

    /// posix_fallocate(3): makes sure that the file system has blocks for the range, and the file
    /// that size.
    func allocate(count: Int, at offset: Int) throws(StoreError) -> Allocation {
        while true {
            let code = posix_fallocate(descriptor, offset, count)
            switch code {
            case 0: return .done
            case EINTR: continue
            case ENOSPC, EDQUOT, EFBIG: return .full
            case EOPNOTSUPP, ENOSYS, EINVAL: return .unsupported
            default: throw .system(operation: "posix_fallocate", code: code, path: path)
            }
        }
    }

    enum Allocation {
        case done
        case full
        case unsupported
    }

    /// flock(2), exclusively and without waiting; false if another process has it.
    func lock() throws(StoreError) -> Bool {
        do throws(StoreError) {
            try retrying("flock", path) { flock(descriptor, LOCK_EX | LOCK_NB) }
            return true
        } catch .system(_, EWOULDBLOCK, _) {
            return false
        } catch {
            throw error
        }
    }
}

/// Zeros that lie as open(2) wants it of what is written past the page cache.
@safe struct ZeroBlock: ~Copyable, @unchecked Sendable {
    // Sendable: its memory is filled before anybody else sees it, only read from then on, reached through
    // this value alone, which can't be copied, and freed with it.
    fileprivate let memory: UnsafeMutableRawPointer
    let count: Int

    static let alignment = 4_096

    /// - Parameter count: a multiple of the alignment.
    init(count: Int) {
        precondition(count > 0 && count % Self.alignment == 0)
        unsafe memory = .allocate(byteCount: count, alignment: Self.alignment)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: count)
        self.count = count
    }

    deinit { unsafe memory.deallocate() }
}

/// Calls until it isn't interrupted, and throws its errno if it returned a negative number.
@discardableResult
func retrying<Result: SignedInteger>(
    _ operation: StaticString, _ path: String, _ call: () -> Result
) throws(StoreError) -> Result {
    while true {
        let result = call()
        guard result < 0 else { return result }
        let code = errno
        guard code == EINTR else {
            throw .system(operation: operation, code: code, path: path)
        }
    }
}
