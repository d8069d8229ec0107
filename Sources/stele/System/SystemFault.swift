import Glibc

/// A system call that failed.
struct SystemFault: Error, Equatable, CustomStringConvertible {
    var operation: String
    var code: Int32

    /// Takes the code of the call that has just failed on this thread.
    static func last(_ operation: String) -> SystemFault {
        SystemFault(operation: operation, code: errno)
    }

    var reason: String {
        // strerror's text is valid until its next call, and is copied here at once.
        unsafe String(cString: strerror(code))
    }

    var description: String { "\(operation): \(reason)" }
}
