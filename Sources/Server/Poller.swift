import CLinux
import Glibc

/// What a file descriptor is to the loop: travels with its events, so that one for a connection
/// that was closed meanwhile is told from one for its successor.
struct PollToken: Equatable, Sendable {
    enum Kind: UInt8 {
        case listener, signals, committer, reader, storekeeper, rebuilder, trier, checker, ahead
        case connection
    }

    var kind: Kind
    var slot: UInt32
    var generation: UInt32

    init(_ kind: Kind, slot: Int = 0, generation: UInt32 = 0) {
        self.kind = kind
        self.slot = UInt32(slot)
        self.generation = generation
    }

    fileprivate var packed: UInt64 {
        UInt64(kind.rawValue) << 56 | UInt64(slot) << 32 | UInt64(generation)
    }

    fileprivate init(packed: UInt64) {
        // Only `packed` above writes these.
        kind = Kind(rawValue: UInt8(packed >> 56)) ?? .connection
        slot = UInt32(truncatingIfNeeded: packed >> 32) & 0x00FF_FFFF
        generation = UInt32(truncatingIfNeeded: packed)
    }
}

/// epoll: which of many file descriptors have something to do.
struct Poller: ~Copyable {
    struct Event: Sendable {
        var token: PollToken
        var isReadable: Bool
        var isWritable: Bool
        /// Both directions are shut, or the socket failed.
        var isHungUp: Bool
    }

    private let descriptor: FileDescriptor
    private var raw: [clinux_event]
    private(set) var events: [Event] = []

    init(capacity: Int = 1_024) throws(SystemFault) {
        let result = epoll_create1(Int32(O_CLOEXEC))
        try Syscall.check(result, "epoll_create1")
        descriptor = FileDescriptor(result)
        raw = Array(repeating: clinux_event(), count: capacity)
        events.reserveCapacity(capacity)
    }

    /// Reports reading until there is nothing left to read.
    func add(_ target: borrowing FileDescriptor, _ token: PollToken) throws(SystemFault) {
        try add(target.rawValue, token, clinux_readable)
    }

    /// Reports reading and writing once each time it becomes possible again, so that a connection
    /// is registered once and never changed.
    func addConnection(_ target: Int32, _ token: PollToken) throws(SystemFault) {
        try add(target, token, clinux_connection)
    }

    private func add(
        _ target: Int32, _ token: PollToken, _ flags: UInt32
    ) throws(SystemFault) {
        try Syscall.check(
            clinux_poll_add(descriptor.rawValue, target, flags, token.packed), "epoll_ctl")
    }

    /// Waits and fills `events`. A signal that interrupts counts as none.
    mutating func wait(milliseconds: Int) throws(SystemFault) {
        events.removeAll(keepingCapacity: true)
        let capacity = Int32(raw.count)
        let timeout = Int32(clamping: milliseconds)
        let own = descriptor.rawValue
        let count = unsafe raw.withUnsafeMutableBufferPointer { buffer in
            unsafe clinux_poll_wait(own, buffer.baseAddress, capacity, timeout)
        }
        if count < 0 {
            if errno == EINTR { return }
            throw SystemFault(operation: "epoll_wait", code: errno)
        }
        for index in 0..<Int(count) {
            let flags = raw[index].flags
            let isHungUp = flags & clinux_ended != 0
            events.append(
                Event(
                    token: PollToken(packed: raw[index].token),
                    isReadable: isHungUp || flags & (clinux_readable | clinux_half_closed) != 0,
                    isWritable: flags & clinux_writable != 0, isHungUp: isHungUp))
        }
    }
}

/// A file descriptor that one thread raises and another one sees or waits for.
final class Wakeup: Sendable {
    let descriptor: FileDescriptor

    init(isBlocking: Bool) throws(SystemFault) {
        let result = eventfd(0, Int32(isBlocking ? O_CLOEXEC : O_CLOEXEC | O_NONBLOCK))
        try Syscall.check(result, "eventfd")
        descriptor = FileDescriptor(result)
    }

    func raise() {
        // The counter can't overflow: it is read back long before 2^64 raises.
        _ = eventfd_write(descriptor.rawValue, 1)
    }

    /// Takes what was raised; waits for it if the descriptor blocks.
    func clear() {
        var value: eventfd_t = 0
        while unsafe eventfd_read(descriptor.rawValue, &value) < 0, errno == EINTR {}
    }
}
