import CLinux
import Glibc

/// A system call that failed: which, and why.
package struct SystemFault: Error, Equatable, Sendable, CustomStringConvertible {
    package var operation: String
    package var code: Int32

    package var description: String {
        "\(operation): \(Syscall.describe(code))"
    }
}

/// The system calls that a server needs, with EINTR and errno handled in this one place.
///
/// All pointers lead into Swift values that outlive the call: the kernel keeps none of them.
enum Syscall {
    /// What became of an attempt to move bytes.
    enum Transfer: Equatable {
        case bytes(Int)
        case wouldBlock
        case failed(Int32)
    }

    static func describe(_ code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "errno \(code)" }
        return unsafe String(cString: text)
    }

    /// Repeats a call while a signal interrupts it.
    private static func retrying(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }

    private static func transfer(_ call: () -> Int) -> Transfer {
        let result = retrying(call)
        if result >= 0 { return .bytes(result) }
        return errno == EAGAIN ? .wouldBlock : .failed(errno)
    }

    static func check(_ result: Int32, _ operation: String) throws(SystemFault) {
        if result < 0 { throw SystemFault(operation: operation, code: errno) }
    }

    // MARK: Bytes

    /// Reads into `buffer[offset...]`. Plain `recv`: passed file descriptors are dropped.
    static func receive(
        _ descriptor: Int32, into buffer: inout [UInt8], from offset: Int
    ) -> Transfer {
        let room = buffer.count - offset
        return unsafe buffer.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return .bytes(0) }
            return transfer { unsafe recv(descriptor, base + offset, room, clinux_receive_flags) }
        }
    }

    static func send(_ descriptor: Int32, _ buffer: [UInt8], _ range: Range<Int>) -> Transfer {
        unsafe buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return .bytes(0) }
            return transfer {
                unsafe Glibc.send(
                    descriptor, base + range.lowerBound, range.count, clinux_send_flags)
            }
        }
    }

    /// Writes a whole text to a file descriptor, as far as it goes: for messages on stderr.
    static func write(_ descriptor: Int32, _ text: [UInt8]) {
        _ = unsafe text.withUnsafeBytes { bytes in
            retrying { unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count) }
        }
    }

    /// The content of a small file.
    static func readFile(_ path: String, limit: Int) throws(SystemFault) -> [UInt8] {
        let descriptor = FileDescriptor(unsafe open(path, O_RDONLY | O_CLOEXEC))
        try check(descriptor.rawValue, "open \(path)")
        var content = [UInt8](repeating: 0, count: limit)
        var filled = 0
        while filled < limit {
            let room = limit - filled
            let count = unsafe content.withUnsafeMutableBytes { bytes in
                guard let base = bytes.baseAddress else { return 0 }
                return retrying { unsafe Glibc.read(descriptor.rawValue, base + filled, room) }
            }
            guard count >= 0 else { throw SystemFault(operation: "read \(path)", code: errno) }
            if count == 0 { break }
            filled += count
        }
        content.removeLast(limit - filled)
        return content
    }

    // MARK: Clocks and process

    /// Milliseconds that never go backwards.
    static func monotonicMilliseconds() -> Int64 { monotonicMicroseconds() / 1_000 }

    static func monotonicMicroseconds() -> Int64 {
        let time = clock(CLOCK_MONOTONIC)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }

    /// Microseconds since 1970, as the wall clock has them.
    static func wallMicroseconds() -> Int64 {
        let time = clock(CLOCK_REALTIME)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }

    private static func clock(_ id: clockid_t) -> timespec {
        var time = timespec()
        let result = unsafe clock_gettime(id, &time)
        precondition(result == 0, "the clock can't be read")
        return time
    }

    /// Memory resident now, in bytes; 0 if the kernel won't say.
    static func residentBytes() -> Int {
        guard let text = try? readFile("/proc/self/statm", limit: 256) else { return 0 }
        let fields = text.split(separator: UInt8(ascii: " "))
        guard fields.count > 1 else { return 0 }
        return (Int(String(decoding: fields[1], as: UTF8.self)) ?? 0) * Int(getpagesize())
    }

    /// Raises the limit of open files as far as it goes, and answers it.
    static func raiseOpenFiles() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return 0
        }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }

    /// No core dumps and no debugger: the account keys are in this process's memory.
    static func forbidDumps() {
        _ = clinux_forbid_dumps()
    }

    static var processID: Int32 { getpid() }

    /// Waits until something can be read, or for so long.
    static func waitReadable(_ descriptor: borrowing FileDescriptor, milliseconds: Int32) {
        var entry = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&entry, 1, milliseconds)
    }

    static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    // MARK: Signals

    /// Blocks the signals for this thread and those that it starts, and answers a descriptor that
    /// becomes readable with each.
    static func signalDescriptor(_ signals: [Int32]) throws(SystemFault) -> FileDescriptor {
        var set = sigset_t()
        _ = unsafe sigemptyset(&set)
        for signal in signals { _ = unsafe sigaddset(&set, signal) }
        let code = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        guard code == 0 else { throw SystemFault(operation: "pthread_sigmask", code: code) }
        let descriptor = unsafe signalfd(-1, &set, Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK))
        try check(descriptor, "signalfd")
        return FileDescriptor(descriptor)
    }

    /// A peer or a pipe that is gone, and a file that may not grow, are errors of the call that
    /// meets them and no reason to die.
    static func ignoreBrokenPipes() {
        _ = signal(SIGPIPE, SIG_IGN)
        _ = signal(SIGXFSZ, SIG_IGN)
    }

    /// Has the process leave a mark in the file `note` when it dies of a damaged page, and end with a line
    /// and a code of its own where a mapped page can't be had.
    static func noteMemoryFaults(_ note: String) {
        _ = unsafe clinux_note_memory_faults(note)
    }

    static func isReload(_ signal: Int32) -> Bool { signal == SIGHUP }

    /// Takes one signal from such a descriptor; `nil` if there is none.
    static func nextSignal(_ descriptor: borrowing FileDescriptor) -> Int32? {
        var info = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        let raw = descriptor.rawValue
        let count = retrying { unsafe Glibc.read(raw, &info, size) }
        return count == size ? Int32(info.ssi_signo) : nil
    }
}

/// A file descriptor that is closed when its owner ends.
struct FileDescriptor: ~Copyable, Sendable {
    let rawValue: Int32

    init(_ rawValue: Int32) { self.rawValue = rawValue }

    deinit {
        if rawValue >= 0 { close(rawValue) }
    }
}
