import Foundation
import Testing

@testable import stele

@Suite("Ledgers that are made up", .serialized)
struct LogBuildTests {
    private static func run(_ words: [String]) throws(Failure) -> (code: ExitCode, output: String) {
        let console = Console.memory(isJSON: words.contains("--json"))
        guard let command = LocalCommands.find(words[0]) else { throw .usage("no \(words[0])") }
        let options = words.dropFirst().filter { $0 != "--json" }
        let parsed = try OptionParser(declarations: command.options).parse(Array(options))
        let code = try command.run(parsed, Context(console: console))
        return (code, console.output.text)
    }

    /// A directory that isn't there yet, and a rulebook.
    private static func prepare() throws -> (path: String, rules: String) {
        let path = "/tmp/stele-test-build-\(UInt64.random(in: 0...UInt64.max))"
        try Data(LedgerFixture.rulebook.utf8).write(to: URL(fileURLWithPath: path + ".json5"))
        return (path, path + ".json5")
    }

    @Test(
        "are lawful to their last event, and replay to what was awarded",
        arguments: [
            ["--workload", "award", "--distribution", "zipf"],
            ["--workload", "award", "--with-keys", "--batch", "7"],
            ["--workload", "spend", "--currency", "coins", "--with-keys"],
            ["--workload", "record", "--record", "work hours=3", "--batch", "1"],
        ])
    func builds(options: [String]) throws {
        let (path, rules) = try Self.prepare()
        defer {
            try? FileManager.default.removeItem(atPath: path)
            try? FileManager.default.removeItem(atPath: rules)
        }
        let count = ["--accounts", "40", "--count", "500"]
        let common = ["bench", "--build-log", path, "--rules", rules] + count
        let built = try Self.run(common + options + ["--json"])
        #expect(built.code == .done)
        let verified = try Self.run(["verify", "--data", path, "--decide"])
        #expect(verified.code == .done)
        #expect(verified.output.contains("decided again, all the same"))
        let replayed = try Self.run(["replay", "--data", path, "--json"])
        #expect(replayed.output.contains(#""accounts":40"#))
        let isSpending = options.contains("spend")
        let (name, issued, burned) =
            isSpending
            ? ("coins", 40_000_000, 1_500)
            : ("xp", options.contains("record") ? 540 * 30 : 540 * 7, 0)
        #expect(
            replayed.output.contains(
                #"{"currency":"\#(name)","issued":\#(issued),"burned":\#(burned),"#
                    + #""in_accounts":\#(issued - burned)}"#))
        let rebuilt = try Self.run(["rebuild", "--data", path])
        #expect(rebuilt.code == .done)
        #expect(rebuilt.output.contains("equal to the old state in every table"))
        // What is there is never added to.
        #expect(throws: Failure.self) { try Self.run(common) }
    }

    @Test("what it can't make is refused before anything is made")
    func refusals() throws {
        let (path, rules) = try Self.prepare()
        defer { try? FileManager.default.removeItem(atPath: rules) }
        let common = ["bench", "--build-log", path]
        for options in [
            [], ["--rules", rules + ".no"], ["--rules", rules, "--workload", "mixed"],
            ["--rules", rules, "--batch", "0"],
            ["--rules", rules, "--workload", "record", "--record", "work hours"],
        ] {
            #expect(throws: Failure.self) { try Self.run(common + options) }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }
}

@Suite("From one thread to another")
struct RelayTests {
    @Test("values come in their order, however fast either side is")
    func order() throws {
        let relay = Relay<Int>(capacity: 3)
        let thread = try Background {
            for value in 0..<10_000 { relay.put(value) }
            relay.close()
        }
        var next = 0
        while let value = relay.take() {
            #expect(value == next)
            next += 1
        }
        thread.join()
        #expect(next == 10_000)
        // The end stays the end.
        #expect(relay.take() == nil)
        #expect(relay.take() == nil)
    }

    @Test("closing wakes who waits for room, and who waits for a value")
    func closing() throws {
        let full = Relay<Int>(capacity: 1)
        let empty = Relay<Int>(capacity: 1)
        full.put(1)
        let putting = try Background {
            #expect(!full.put(2))
            #expect(!full.put(3))
        }
        let taking = try Background { #expect(empty.take() == nil) }
        full.close()
        empty.close()
        putting.join()
        taking.join()
        #expect(full.take() == 1)
        #expect(full.take() == nil)
    }
}
