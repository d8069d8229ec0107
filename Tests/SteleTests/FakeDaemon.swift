import CLinux
import Foundation
import Glibc
import Synchronization
import Wire

@testable import stele

/// A daemon of a few lines: answers commands as a script tells it to, on a socket of its own.
final class FakeDaemon: Sendable {
    let path: String
    private let listener: Int32
    private let state: Mutex<State>

    struct State {
        /// Commands received, in order.
        var commands: [[String]] = []
        var keys: Set<String> = []
        var sequence = 0
    }

    /// - Parameter answer: the bytes to answer a command with.
    init(_ answer: @escaping @Sendable ([String], inout State) -> String) {
        path = "/tmp/stele-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max)).sock"
        listener = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        state = Mutex(State())
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = self.path
        // A test's path is short, and the address outlives the call.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.copyBytes(from: path.utf8)
        }
        let bound = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        precondition(bound == 0 && Glibc.listen(listener, 16) == 0, "no socket for the test")
        Thread.detachNewThread { [self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread { [self] in serve(Descriptor(owning: connection), answer) }
            }
        }
    }

    deinit {
        close(listener)
        unsafe unlink(path)
    }

    var commands: [[String]] { state.withLock(\.commands) }

    private func serve(
        _ connection: consuming Descriptor, _ answer: @Sendable ([String], inout State) -> String
    ) {
        var input: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while let count = try? connection.read(into: &piece), count > 0 {
            input += piece[..<count]
            var output: [UInt8] = []
            while let (words, end) = Self.frame(input) {
                input.removeSubrange(..<end)
                output += state.withLock { state in
                    if words[0] == "HELLO" { return Array("%1\r\n+server\r\n+stele\r\n".utf8) }
                    state.commands.append(words)
                    return Array(answer(words, &state).utf8)
                }
            }
            if !output.isEmpty { try? connection.write(output) }
        }
    }

    private static func frame(_ bytes: [UInt8]) -> ([String], Int)? {
        // A request has the shape of a reply, so the reader of replies reads it.
        guard let end = try? ReplyReader.length(of: bytes.span, limits: ReplyLimits()),
            let reply = try? ReplyReader.parse(bytes.span.extracting(..<end), limits: ReplyLimits())
        else { return nil }
        return ((reply.elements ?? []).compactMap(\.string), end)
    }

    /// The answer to a write that may carry a KEY.
    static func receipt(_ words: [String], _ state: inout State) -> String {
        let key = words.firstIndex(of: "KEY").map { words[$0 + 1] }
        let isDuplicate = key.map { !state.keys.insert($0).inserted } ?? false
        if !isDuplicate { state.sequence += 1 }
        return
            "%4\r\n$3\r\nseq\r\n:\(state.sequence)\r\n$9\r\nduplicate\r\n#\(isDuplicate ? "t" : "f")\r\n"
            + "$7\r\nchanges\r\n%1\r\n$2\r\nxp\r\n:7\r\n$8\r\nbalances\r\n%1\r\n$2\r\nxp\r\n:7\r\n"
    }
}
