import Glibc
import Wire

/// A connection to the daemon that speaks RESP3 and waits for its answers.
final class DaemonConnection {
    let path: String
    private let descriptor: Descriptor
    private var reader = ReplyReader()
    private var received: [UInt8]
    private var output: [UInt8] = []

    /// The socket, for who moves bytes by themselves once nothing is unanswered here.
    var number: Int32 { descriptor.number }

    /// Connects, and agrees on RESP3.
    init(path: String, receiveBytes: Int = 1 << 17) throws(Failure) {
        self.path = path
        received = [UInt8](repeating: 0, count: receiveBytes)
        do throws(SystemFault) {
            descriptor = try UnixSocket.connect(to: path)
        } catch {
            throw DaemonConnection.failure(connecting: path, error)
        }
        if case .failure(let failure) = try call(["HELLO", "3"]) {
            throw Failure(code: failure.exitCode, message: failure.line, hint: nil)
        }
    }

    /// Sends one command and waits for its reply.
    func call(_ arguments: [String]) throws(Failure) -> Reply {
        enqueue(arguments)
        try flush()
        while true {
            if let reply = try receive() { return reply }
        }
    }

    /// Adds a command to what the next `flush` sends.
    func enqueue(_ arguments: [String]) { RequestWriter.append(arguments, to: &output) }

    func enqueue(_ arguments: [[UInt8]]) { RequestWriter.append(arguments, to: &output) }

    /// Bytes of commands waiting for `flush`.
    var queuedBytes: Int { output.count }

    func flush() throws(Failure) {
        guard !output.isEmpty else { return }
        do throws(SystemFault) {
            try descriptor.write(output)
        } catch {
            throw lost(error.reason)
        }
        output.removeAll(keepingCapacity: true)
    }

    /// The next reply; waits for bytes at most once, and returns `nil` if none was whole after that
    /// or a signal came first.
    func receive() throws(Failure) -> Reply? {
        if let reply = try next() { return reply }
        let count: Int?
        do throws(SystemFault) {
            count = try descriptor.read(into: &received)
        } catch {
            throw lost(error.reason)
        }
        guard let count else { return nil }
        guard count > 0 else { throw lost("the daemon closed the connection") }
        reader.append(received[..<count])
        return try next()
    }

    /// The next reply that has already come.
    func next() throws(Failure) -> Reply? {
        do throws(ReplyFault) {
            return try reader.next()
        } catch {
            throw lost(error.description)
        }
    }

    private func lost(_ reason: String) -> Failure {
        Failure(
            code: .noDaemon, message: "connection to \(path) lost: \(reason)",
            hint:
                "What was sent and not answered may have happened or not; a retry with the same KEY settles it."
        )
    }

    private static func failure(connecting path: String, _ fault: SystemFault) -> Failure {
        switch fault.code {
        case EACCES, EPERM:
            Failure(
                code: .notPermitted, message: "not permitted to connect to \(path)",
                hint: "The socket's group may; `ls -l \(path)` tells which one it is.")
        case ENAMETOOLONG:
            .usage(
                "a socket's path has 1 to \(UnixSocket.pathBytesMax) bytes, this one \(path.utf8.count)"
            )
        default:
            Failure(
                code: .noDaemon, message: "no daemon at \(path): \(fault.reason)",
                hint: "Is steled running? Its first lines on standard error name its socket.")
        }
    }
}

extension ReplyFailure {
    /// How the program ends when this is the answer.
    var exitCode: ExitCode {
        switch code {
        case "NOPERM", "NOAUTH": .notPermitted
        default: .refused
        }
    }
}
