import Testing
import Wire

@testable import Rows
@testable import stele

@Suite("Migrating")
struct MigrateTests {
    static func rows(_ text: String) throws(RowFault) -> [[String]] {
        var source = ByteSource(Array(text.utf8))
        var decoder = JSONLinesDecoder(allowsLists: true)
        var row = Row()
        var rows: [[String]] = []
        while try decoder.next(&row, from: &source) {
            rows.append(
                row.names.indices.map {
                    row.names[$0] + "=" + String(decoding: row[$0], as: UTF8.self)
                })
        }
        return rows
    }

    @Test("lists of plain values are values with commas")
    func lists() throws {
        #expect(
            try Self.rows(
                #"{"a": [ 1 ,2.5,"x", true ],"b":[],"c":"[1,2]","d":["\u00e9"] }"#)
                == [["a=1,2.5,x,1", "b=", "c=[1,2]", "d=é"]])
    }

    @Test(
        "what can't be a list of a command is refused",
        arguments: [
            #"{"a":[1,[2]]}"#, #"{"a":[{}]}"#, #"{"a":[null]}"#, #"{"a":["x,y"]}"#, #"{"a":[""]}"#,
            #"{"a":[1,]}"#, #"{"a":[1"#, #"{"a":[1}"#, #"{"a":[,1]}"#, #"{"a":{}}"#, #"[1]"#,
        ])
    func noLists(text: String) {
        #expect(throws: RowFault.self) { try Self.rows(text) }
    }

    static let text = """
        {"who":"ada","tier":0,"claimed":[1,2],"name":null}
        {"who":"bad","tier":0}
        {"who":"old","tier":3}
        not json
        {"tier":1}
        {"who":"bob","tier":7,"skip":"this"}
        """

    static func run(_ options: [String], _ daemon: FakeDaemon) throws -> ImportSummary {
        let parsed = try OptionParser(declarations: MigrateCommand.declaration.options).parse(
            ["--migration", "zero", "--account", "who", "--ignore", "skip"] + options)
        var source = ByteSource(Array(text.utf8))
        var progress = Progress("migrating", unit: "accounts", console: .memory())
        var importer = Importer(
            try DaemonConnection(path: daemon.path), plan: try MigrateCommand.plan(from: parsed),
            windowMax: 2, decoder: JSONLinesDecoder(allowsLists: true))
        try importer.run(&source, size: nil, progress: &progress)
        return importer.summary
    }

    static func daemon() -> FakeDaemon {
        FakeDaemon { words, _ in
            if words.contains("bad") { return "-REQUIREMENT unmet=1: no\r\n" }
            if words.contains("old") { return "-TAKEN migration=zero: was migrated before\r\n" }
            if words[0] == "HELLO" { return "%1\r\n+proto\r\n:3\r\n" }
            return "%4\r\n$3\r\nseq\r\n:5\r\n$7\r\nchanges\r\n%2\r\n$2\r\nxp\r\n:10\r\n"
                + "$9\r\nguild xp \r\n:1\r\n$7\r\nreached\r\n*1\r\n%3\r\n$6\r\nladder\r\n$4\r\ntier\r\n"
                + "$4\r\nfrom\r\n:0\r\n$2\r\nto\r\n:12\r\n$7\r\ngranted\r\n*1\r\n$4\r\nskin\r\n"
        }
    }

    @Test("rows become MIGRATEs, those that are there already are no failures, the rest go on")
    func rows() throws {
        let daemon = Self.daemon()
        let summary = try Self.run([], daemon)
        #expect((summary.imported, summary.duplicates, summary.refused) == (2, 1, 3))
        #expect(summary.codes == ["REQUIREMENT": 1, "UNREADABLE": 2])
        #expect(summary.exitCode == .refused)
        #expect(
            daemon.commands.filter { $0[0] == "MIGRATE" } == [
                ["MIGRATE", "zero", "ada", "tier=0", "claimed=1,2"],
                ["MIGRATE", "zero", "bad", "tier=0"], ["MIGRATE", "zero", "old", "tier=3"],
                ["MIGRATE", "zero", "bob", "tier=7"],
            ])
        let dry = Self.daemon()
        _ = try Self.run(["--dry-run"], dry)
        #expect(dry.commands.filter { $0[0] == "MIGRATE" }.allSatisfy { $0.last == "DRYRUN" })
    }

    @Test("what it comes to is added up")
    func tally() throws {
        let tally = try #require(try Self.run([], Self.daemon()).tally)
        #expect(
            tally.balanceLines == [
                ChangeTally.Line(name: "xp", accounts: 4, sum: 22)
            ])
        #expect(tally.rungLines == [ChangeTally.Line(name: "tier 12", accounts: 2, sum: nil)])
        #expect(tally.itemLines == [ChangeTally.Line(name: "skin", accounts: 2, sum: nil)])
    }

    @Test("sums that leave 64 bits aren't shown, names beyond the limit are counted")
    func bounds() {
        var tally = ChangeTally()
        func receipt(_ name: String, _ amount: Int64) -> Reply {
            .map([
                ReplyPair(
                    name: .text("changes"),
                    value: .map([ReplyPair(name: .text(name), value: .integer(amount))]))
            ])
        }
        tally.add(receipt("xp", .max))
        tally.add(receipt("xp", 1))
        #expect(tally.balanceLines == [ChangeTally.Line(name: "xp", accounts: 2, sum: nil)])
        for index in 0..<ChangeTally.namesMax { tally.add(receipt("x:\(index)", 1)) }
        #expect(tally.balanceLines.count == ChangeTally.namesMax)
        #expect(tally.leftOut == 1)
    }
}
