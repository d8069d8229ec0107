import Foundation
import Testing
import Wire

@testable import stele

@Suite("Rulebooks from files")
struct RulesCommandTests {
    static func run(
        _ verb: String, text: String = "{ edition: 1 }", answers: [String: String]
    ) throws -> (code: ExitCode, output: String, sent: [[String]], path: String) {
        let path = "/tmp/stele-test-rules-\(UInt64.random(in: 0...UInt64.max)).json5"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let daemon = FakeDaemon { words, _ in answers[words[1]] ?? "-ERR\r\n" }
        let console = Console.memory()
        let command = DaemonCommand(name: "rules", arguments: [verb, path])
        let code = try command.run(Context(console: console, socket: daemon.path))
        return (code, console.output.text, daemon.commands, path)
    }

    static let mistakes =
        "%2\r\n+valid\r\n#f\r\n+mistakes\r\n*1\r\n%3\r\n+line\r\n:3\r\n+column\r\n:7\r\n+message\r\n+no such ladder\r\n"

    @Test("a file is checked without a daemon, and each mistake told with its place")
    func check() throws {
        let right = try Self.run("check", answers: [:])
        #expect(right.code == .done)
        #expect(right.sent == [])
        #expect(right.output == "no mistakes in \(right.path)\n")
        let wrong = try Self.run("check", text: "{ edition: 1,\n  currency: {} }", answers: [:])
        #expect(wrong.code == .no)
        #expect(wrong.output.hasPrefix("\(wrong.path):2:3: a rulebook has no 'currency'"))
    }

    @Test("a rulebook that isn't adopted has its mistakes listed as well")
    func put() throws {
        let answers = ["PUT": "-RULES mistakes=1: 3:7: no such ladder\r\n", "CHECK": Self.mistakes]
        let wrong = try Self.run("put", answers: answers)
        #expect(wrong.code == .refused)
        #expect(wrong.output == "\(wrong.path):3:7: no such ladder\n")
        let right = try Self.run("put", answers: ["PUT": "%1\r\n+rules\r\n:2\r\n"])
        #expect(right.code == .done)
        #expect(right.output == "adopted\n  rules  2\n")
    }
}
