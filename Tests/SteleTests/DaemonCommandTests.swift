import Testing
import Wire

@testable import stele

@Suite("Commands of the daemon")
struct DaemonCommandTests {
    static func run(
        _ words: [String], isJSON: Bool = false,
        answer: @escaping @Sendable ([String]) -> String = { _ in "+OK\r\n" }
    ) throws -> (code: ExitCode, output: String, errors: String, sent: [[String]]) {
        let daemon = FakeDaemon { words, _ in answer(words) }
        let console = Console.memory(isJSON: isJSON)
        let command = DaemonCommand(name: words[0], arguments: Array(words.dropFirst()))
        let code = try command.run(Context(console: console, socket: daemon.path))
        return (code, console.output.text, console.errors.text, daemon.commands)
    }

    @Test("a command is sent as it was typed")
    func sent() throws {
        let run = try Self.run(["award", "alice", "xp", "5", "MEMO", "two words"])
        #expect(run.sent == [["AWARD", "alice", "xp", "5", "MEMO", "two words"]])
        #expect(run.code == .done)
    }

    @Test(
        "how it ends tells scripts how it went",
        arguments: [
            (["award", "a", "xp", "5"], "-FROZEN account=a: a is frozen\r\n", ExitCode.refused),
            (["award", "a", "xp", "5"], "-NOPERM role=audit: not here\r\n", .notPermitted),
            (["event", "9"], "-NOTFOUND seq=9: there is no event 9\r\n", .no),
            (["reverse", "9"], "-NOTFOUND seq=9: there is no event 9\r\n", .refused),
        ])
    func exitCodes(words: [String], answer: String, code: ExitCode) throws {
        let run = try Self.run(words) { _ in answer }
        #expect(run.code == code)
        #expect(run.errors.contains(answer.dropLast(2).split(separator: ": ")[1]))
        let json = try Self.run(words, isJSON: true) { _ in answer }
        #expect(json.code == code)
        #expect(json.output.hasPrefix(#"{"error":{"code":"#))
    }

    @Test(
        "what is mistyped is told without a daemon",
        arguments: [
            (["blance", "a", "xp"], "unknown command 'blance'", "Did you mean balance?"),
            (
                ["award", "a"], "too few arguments",
                "Usage: stele award account currency[:facet] amount"
            ),
            (["rules", "put"], "too few arguments", "Usage: stele rules put FILE"),
            (["rules", "lst"], "rules has no 'lst'", "Did you mean rules list?"),
        ])
    func usage(words: [String], message: String, hint: String) {
        do throws(Failure) {
            _ = try DaemonCommand(name: words[0], arguments: Array(words.dropFirst()))
                .run(Context(console: .memory(), socket: "/nowhere"))
            Issue.record("was run")
        } catch {
            #expect(error.code == .usage)
            #expect(error.message == message)
            #expect(error.hint?.hasPrefix(hint) == true)
        }
    }

    @Test("a section of INFO that isn't there is told, with those that are")
    func sections() {
        let error = #expect(throws: Failure.self) {
            try Self.run(["info", "lgo"]) { words in
                words.count > 1 ? "$0\r\n\r\n" : "$17\r\n# Server\r\na:1\r\n\r\n\r\n"
            }
        }
        #expect(
            error == Failure.usage("info has no section 'lgo'", hint: "It has: server."))
    }

    @Test("no daemon is told apart from a refusal")
    func noDaemon() {
        do throws(Failure) {
            _ = try DaemonCommand(name: "ping", arguments: [])
                .run(Context(console: .memory(), socket: "/tmp/no-such-socket"))
            Issue.record("was run")
        } catch {
            #expect(error.code == .noDaemon)
        }
    }
}
