import Glibc
import Synchronization

/// Whether somebody wants the program to stop: Ctrl-C or SIGTERM, once told, for good.
enum Interrupt {
    private static let flag = Atomic<Bool>(false)

    /// Relaxed: the flag stands for itself, no other memory is read because of it.
    static var isRequested: Bool { flag.load(ordering: .relaxed) }

    /// Ends what is under way if somebody wants the program to stop. It says neither yes nor no then.
    static func check() throws(Failure) {
        if isRequested { throw Failure(code: .interrupted, message: "interrupted") }
    }

    /// From here on Ctrl-C sets the flag instead of ending the program; the second one ends it.
    static func listen() {
        var action = sigaction()
        // Storing an atomic is one of the few things that a signal handler may do.
        unsafe action.__sigaction_handler.sa_handler = { _ in
            Interrupt.flag.store(true, ordering: .relaxed)
        }
        // No SA_RESTART: a blocked read must return, so that the flag is seen at once.
        action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
        unsafe sigaction(SIGINT, &action, nil)
        unsafe sigaction(SIGTERM, &action, nil)
    }
}
