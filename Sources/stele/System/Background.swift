import Glibc
import Synchronization

/// A thread of its own for work that the calling one goes on beside.
@safe final class Background {
    private var handle = pthread_t()

    /// Starts the thread. `body` and what it holds belong to it from now on.
    init(_ body: sending @escaping () -> Void) throws(SystemFault) {
        let pointer = unsafe Unmanaged.passRetained(Body(body)).toOpaque()
        let code = unsafe pthread_create(
            &handle, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                // It was retained for us.
                unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, pointer)
        guard code == 0 else { throw SystemFault(operation: "pthread_create", code: code) }
    }

    /// Waits for its end. Call it once.
    func join() { _ = pthread_join(handle, nil) }

    private final class Body {
        let run: () -> Void
        init(_ run: @escaping () -> Void) { self.run = run }
    }
}

/// Hands values from one thread to another in their order; who is ahead by `capacity` waits.
@safe final class Relay<Element: Sendable>: @unchecked Sendable {
    // Sendable: the queue is behind a lock, and the rest are constants that point to semaphores, which POSIX
    // lets any thread use; they are freed with the last reference.
    private struct Queue {
        var elements: [Element] = []
        var isClosed = false
    }

    private let queue = Mutex(Queue())
    private let room: UnsafeMutablePointer<sem_t>
    private let filled: UnsafeMutablePointer<sem_t>

    init(capacity: UInt32) {
        unsafe room = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
        unsafe filled = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
        _ = unsafe sem_init(room, 0, capacity)
        _ = unsafe sem_init(filled, 0, 0)
    }

    deinit {
        _ = unsafe sem_destroy(room)
        _ = unsafe sem_destroy(filled)
        unsafe room.deallocate()
        unsafe filled.deallocate()
    }

    /// Adds a value; false once the relay is closed.
    @discardableResult
    func put(_ element: sending Element) -> Bool {
        unsafe Self.wait(room)
        let isOpen = queue.withLock { queue in
            if !queue.isClosed { queue.elements.append(element) }
            return !queue.isClosed
        }
        _ = unsafe sem_post(isOpen ? filled : room)
        return isOpen
    }

    /// The next value, once there is one; nil when the relay is closed and empty.
    func take() -> Element? {
        unsafe Self.wait(filled)
        let element = queue.withLock { queue in
            queue.elements.isEmpty ? nil : queue.elements.removeFirst()
        }
        // Whoever asks again after the end must find out, too.
        _ = unsafe sem_post(element == nil ? filled : room)
        return element
    }

    /// Nothing more is put in; what is there can still be taken.
    func close() {
        queue.withLock { $0.isClosed = true }
        _ = unsafe sem_post(filled)
        _ = unsafe sem_post(room)
    }

    /// A signal may come first, and says nothing here.
    private static func wait(_ semaphore: UnsafeMutablePointer<sem_t>) {
        while unsafe sem_wait(semaphore) != 0 {}
    }
}
