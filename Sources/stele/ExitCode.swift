/// How the program ends; part of the contract with scripts.
enum ExitCode: Int32 {
    case done = 0
    /// The answer is no: not found, mistakes in a rulebook, a log that doesn't verify.
    case no = 1
    case usage = 2
    case refused = 3
    case noDaemon = 4
    case notPermitted = 5
    /// Stopped by Ctrl-C or SIGTERM before there was an answer: what shells say of who dies of one.
    case interrupted = 130
}

/// Why the program can't go on, as it is told on standard error.
struct Failure: Error, Equatable {
    var code: ExitCode
    var message: String
    /// What to do about it, on a line of its own.
    var hint: String?

    static func usage(_ message: String, hint: String? = nil) -> Failure {
        Failure(code: .usage, message: message, hint: hint)
    }
}
