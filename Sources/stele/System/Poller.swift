import CLinux
import Glibc

/// Tells which of many descriptors can be read or written (epoll, level-triggered).
///
/// Safe, although an event could hold a pointer: ours hold numbers.
@safe struct Poller: ~Copyable {
    private let descriptor: Descriptor
    private var events: [epoll_event]

    init(eventsMax: Int) throws(SystemFault) {
        let number = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard number >= 0 else { throw .last("epoll_create1") }
        descriptor = Descriptor(owning: number)
        unsafe events = [epoll_event](repeating: epoll_event(), count: max(1, eventsMax))
    }

    func add(_ number: Int32, token: Int) throws(SystemFault) {
        try control(EPOLL_CTL_ADD, number, token: token, wantsWrite: false)
    }

    /// Whether to wake also when `number` can be written.
    func change(_ number: Int32, token: Int, wantsWrite: Bool) throws(SystemFault) {
        try control(EPOLL_CTL_MOD, number, token: token, wantsWrite: wantsWrite)
    }

    /// Waits, and returns how many descriptors are ready; `token(at:)` tells which.
    mutating func wait(milliseconds: Int32) throws(SystemFault) -> Int {
        // The kernel writes at most as many events as the array holds.
        let count = unsafe events.withUnsafeMutableBufferPointer {
            unsafe epoll_wait(descriptor.number, $0.baseAddress, Int32($0.count), milliseconds)
        }
        if count >= 0 { return Int(count) }
        if errno == EINTR { return 0 }
        throw .last("epoll_wait")
    }

    func token(at index: Int) -> Int { unsafe Int(events[index].data.u64) }

    private func control(
        _ operation: Int32, _ number: Int32, token: Int, wantsWrite: Bool
    ) throws(SystemFault) {
        var event = unsafe epoll_event()
        unsafe event.events = EPOLLIN.rawValue | (wantsWrite ? EPOLLOUT.rawValue : 0)
        // The token is all that comes back with an event.
        unsafe event.data.u64 = UInt64(token)
        guard unsafe epoll_ctl(descriptor.number, operation, number, &event) == 0 else {
            throw .last("epoll_ctl")
        }
    }
}
