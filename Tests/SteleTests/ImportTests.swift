import Testing

@testable import Rows
@testable import stele

@Suite("Importing")
struct ImportTests {
    static let csv = """
        time,id,account,project,files,merge
        2011-06-28T05:39:24Z,k1,ada,lmdb,3,0
        2011-06-28T07:15:15Z,k2,bad,lmdb,1,0
        2011-06-28T07:15:40Z,k3,ada,,1,1
        2011-06-28T07:15:41Z,,ada,x,1,1
        short,row
        2011-06-28T07:16:05Z,k4,bob,lmdb,1,0

        """

    static func daemon() -> FakeDaemon {
        FakeDaemon { words, state in
            if words.contains("bad") { return "-FROZEN account=bad: bad is frozen\r\n" }
            if words.contains("root") { return "-NOPERM role=game: AT needs operate\r\n" }
            return FakeDaemon.receipt(words, &state)
        }
    }

    static let options = [
        "--action", "contribution", "--account", "account", "--key", "id", "--time", "time",
    ]

    static func run(
        _ text: String, _ daemon: FakeDaemon, _ options: [String] = Self.options, window: Int = 2
    ) throws -> ImportSummary {
        let parsed = try OptionParser(declarations: ImportCommand.declaration.options).parse(
            options)
        let plan = try ImportCommand.plan(from: parsed)
        var source = ByteSource(Array(text.utf8))
        var progress = Progress("importing", unit: "rows", console: .memory())
        var importer = Importer(
            try DaemonConnection(path: daemon.path), plan: plan, windowMax: window,
            decoder: CSVDecoder())
        try importer.run(&source, size: nil, progress: &progress)
        return importer.summary
    }

    @Test("rows become commands, refusals are told by line, a second run changes nothing")
    func twice() throws {
        let daemon = Self.daemon()
        let first = try Self.run(Self.csv, daemon)
        // What can't be read is a row, too: the counts add up to it.
        #expect(first.rows == 6)
        #expect((first.imported, first.duplicates, first.refused) == (3, 0, 3))
        #expect(first.firstRefused.map(\.line).sorted() == [3, 5, 6])
        #expect(first.codes == ["FROZEN": 1, "UNREADABLE": 2])
        #expect(first.exitCode == .refused)
        #expect(
            daemon.commands.first == [
                "RECORD", "ada", "contribution", "project=lmdb", "files=3", "merge=0",
                "AT", "2011-06-28T05:39:24Z", "KEY", "k1",
            ])
        // An empty cell is no input.
        #expect(daemon.commands[2].contains("files=1"))
        #expect(!daemon.commands[2].contains { $0.hasPrefix("project") })
        let second = try Self.run(Self.csv, daemon)
        #expect((second.imported, second.duplicates, second.refused) == (0, 3, 3))
    }

    @Test("amounts can be awarded instead")
    func awards() throws {
        let daemon = Self.daemon()
        let text = "who,grant,coins\nada,g1,100\n"
        let options = [
            "--award", "coin", "--amount", "coins", "--account", "who", "--key", "grant",
            "--dry-run",
        ]
        let summary = try Self.run(text, daemon, options)
        #expect(summary.imported == 1)
        #expect(daemon.commands == [["AWARD", "ada", "coin", "100", "KEY", "g1", "DRYRUN"]])
    }

    @Test("a missing permission ends the import at once")
    func notPermitted() throws {
        let summary = try Self.run(
            "account,id\nroot,k1\nada,k2\n", Self.daemon(),
            ["--action", "a", "--account", "account", "--key", "id"], window: 1)
        #expect(summary.exitCode == .notPermitted)
        #expect(summary.stopped != nil)
    }

    @Test("a column that isn't there is a mistake of the command line")
    func missingColumn() {
        let options = ["--action", "a", "--account", "acount", "--key", "id"]
        do {
            _ = try Self.run("account,id\nada,k\n", Self.daemon(), options)
            Issue.record("was imported")
        } catch let failure as Failure {
            #expect(
                failure == .usage("the file has no column 'acount'", hint: "Did you mean account?"))
        } catch {
            Issue.record(error)
        }
    }

    @Test("memory stays flat: rows are sent before the file has been read")
    func window() throws {
        let daemon = Self.daemon()
        let rows = (0..<5_000).map { "ada,key\($0)\n" }.joined()
        let summary = try Self.run(
            "account,id\n" + rows, daemon,
            ["--action", "a", "--account", "account", "--key", "id"], window: 64)
        #expect(summary.imported == 5_000)
        #expect(daemon.commands.count == 5_000)
    }
}
