import Foundation
import Ledger
import Testing

@testable import stele

@Suite("On a ledger's directory", .serialized)
struct OfflineTests {
    @Test("a ledger as it was written is right, and its root is told")
    func verify() throws {
        let fixture = try LedgerFixture()
        let (code, output) = try fixture.run(["verify"])
        #expect(code == .done)
        #expect(output.contains("all is right"))
        #expect(output.contains(fixture.head))
        let json = try fixture.run(["verify", "--json"]).output
        #expect(json.hasPrefix(#"{"right":true,"wrong":null,"head_seq":"#))
        #expect(json.contains(#"{"currency":"coins","issued":500,"burned":20,"in_accounts":480}"#))
    }

    @Test("a root known from elsewhere is met, another one isn't")
    func witness() throws {
        let fixture = try LedgerFixture()
        let sequence = try Self.headSequence(fixture)
        let head = try #require(sequence)
        #expect(try fixture.run(["verify", "--head", head, "--root", fixture.head]).code == .done)
        let wrong = String(repeating: "0", count: 64)
        let (code, output) = try fixture.run(["verify", "--head", head, "--root", wrong])
        #expect(code == .no)
        #expect(output.contains("the root isn't the one given"))
        let early = try fixture.run(["verify", "--head", "5", "--root", wrong])
        #expect(early.output.contains("wrong: seq=5: the root isn't the one given"))
        #expect(early.output.contains("  4 events before it are right"))
        for root in ["5f3c", String(repeating: "x", count: 64)] {
            #expect(
                throws: Failure.usage("--root wants 64 hexadecimal digits, not '\(root)'")
            ) { try fixture.run(["verify", "--head", "5", "--root", root]) }
        }
        #expect(try fixture.run(["verify", "--head", "99999", "--root", wrong]).code == .no)
    }

    static func headSequence(_ fixture: LedgerFixture) throws -> String? {
        let json = try fixture.run(["verify", "--json"]).output
        let tail = json.split(separator: #""head_seq":"#).last
        return tail.map { String($0.prefix { $0.isNumber }) }
    }

    @Test("decided again, a lawful log is right, and a forged one isn't though every hash is")
    func decide() throws {
        let commands = LedgerFixture.commands + ["RECORD cleo work hours=2 MEMO rain"]
        let lawful = try LedgerFixture(commands: commands)
        let (code, output) = try lawful.run(["verify", "--decide"])
        #expect(code == .done)
        #expect(output.contains("decided again, all the same"))

        let forged = try LedgerFixture(commands: commands) { $0.postings[0].amount = 2_000 }
        #expect(try forged.run(["verify"]).code == .done)
        let found = try forged.run(["verify", "--decide"])
        #expect(found.code == .no)
        #expect(found.output.contains("the rules come to other postings\n"))
        #expect(found.output.contains("amount 2,000"))
        #expect(found.output.contains("amount 20"))
        #expect(found.output.contains("cleo"))
        #expect(found.output.contains("1 of "))
        let json = try forged.run(["verify", "--decide", "--json"])
        #expect(json.output.contains(#""right":false,"wrong":null"#))
        #expect(json.output.contains(#""deviations":1,"deviating":[{"seq":"#))
        let counted = try forged.run(["verify", "--decide", "--show", "0"])
        #expect(counted.output.contains("1 of them not shown"))
    }

    @Test("other rules are tried on the files, and who would gain by them is told")
    func whatIf() throws {
        let fixture = try LedgerFixture()
        let rules = fixture.path + "-rules.json5"
        defer { try? FileManager.default.removeItem(atPath: rules) }
        let text = LedgerFixture.rulebook.replacing("10 * hours", with: "7 * hours")
        try Data(text.utf8).write(to: URL(fileURLWithPath: rules))
        let (code, output) = try fixture.run(["whatif", "--rules", rules])
        #expect(code == .done)
        #expect(output.contains("1 of 2 accounts would differ"))
        #expect(output.contains("ada         120     84     -36"))
        #expect(output.contains("RECORD work"))
        #expect(throws: Failure.self) { try fixture.run(["whatif"]) }
    }

    @Test("a changed byte is found and named")
    func damage() throws {
        let fixture = try LedgerFixture()
        // The rulebook's text stands in the log as it is.
        try fixture.damage("log/data.mdb", at: Array("never_decreases".utf8))
        let (code, output) = try fixture.run(["verify"])
        #expect(code == .no)
        #expect(output.contains("wrong: log damaged: seq="))
        #expect(throws: Failure.self) { try fixture.run(["replay"]) }
    }

    @Test("a key that is gone is found")
    func missingKey() throws {
        let fixture = try LedgerFixture()
        let keys = fixture.path + "/keys"
        var content = Array(try Data(contentsOf: URL(fileURLWithPath: keys)))
        for index in 32..<64 { content[index] = 0 }
        try Data(content).write(to: URL(fileURLWithPath: keys))
        let (code, output) = try fixture.run(["verify"])
        #expect(code == .no)
        #expect(output.contains("account 1 has no key"))
    }

    @Test("replay folds everything and tells how fast")
    func replay() throws {
        let fixture = try LedgerFixture()
        let (code, output) = try fixture.run(["replay", "--json"])
        #expect(code == .done)
        #expect(output.contains(#""accounts":2,"#))
    }

    @Test("events are exported as JSON Lines with their names and texts")
    func exportLines() throws {
        let fixture = try LedgerFixture()
        let lines = try fixture.run(["export"]).output.split(separator: "\n")
        #expect(
            lines.allSatisfy { (try? JSONSerialization.jsonObject(with: Data($0.utf8))) != nil })
        let award = try #require(lines.first { $0.contains(#""kind":"award""#) })
        #expect(award.contains(#""account":"ada""#))
        #expect(award.contains(#""memo":"first""#))
        #expect(lines.contains { $0.contains(#""ladder":"tier""#) && $0.contains(#""to":"old""#) })
        let some = try fixture.run(["export", "--from", "2", "--to", "3"]).output
        #expect(some.split(separator: "\n").count == 2)
    }

    @Test("a range that ends before it begins is a mistake of the command line")
    func exportOfNothing() throws {
        let fixture = try LedgerFixture()
        #expect(throws: Failure.usage("--from 3 lies behind --to 2")) {
            try fixture.run(["export", "--from", "3", "--to", "2"])
        }
        let one = try fixture.run(["export", "--from", "3", "--to", "3"]).output
        #expect(one.split(separator: "\n").count == 1)
    }

    @Test("postings are exported as CSV")
    func exportPostings() throws {
        let fixture = try LedgerFixture()
        let lines = try fixture.run(["export", "--format", "csv"]).output.split(separator: "\n")
        #expect(lines[0] == "seq,time,at,kind,account,balance,side,amount,cause,why")
        #expect(lines.contains { $0.hasSuffix("award,ada,coins,earn,500,award,raw") })
        #expect(lines.contains { $0.hasSuffix("spend,ada,coins,spend,20,hat,raw") })
    }

    @Test("each entry of the journal adds up to nothing, currency by currency")
    func exportJournal() throws {
        let fixture = try LedgerFixture()
        let text = try fixture.run(["export", "--format", "ledger"]).output
        var entries = 0
        for entry in text.components(separatedBy: "\n\n") where !entry.isEmpty {
            var sums: [Substring: Int] = [:]
            for line in entry.split(separator: "\n").dropFirst() {
                let words = line.split(separator: " ")
                sums[words[2], default: 0] += Int(words[1]) ?? 1
            }
            #expect(sums.values.allSatisfy { $0 == 0 })
            entries += 1
        }
        #expect(entries == 5)
    }

    @Test("a rebuilt state equals the old one")
    func rebuild() throws {
        let fixture = try LedgerFixture()
        let first = try fixture.run(["rebuild"])
        #expect(first.code == .done)
        #expect(first.output.contains("no readable state to compare with"))
        let second = try fixture.run(["rebuild", "--json"])
        #expect(second.code == .done)
        #expect(second.output.contains(#""compared":true,"equal":true,"differences":[]"#))
    }

    @Test("what is salvaged verifies, also when the file's first pages are gone")
    func salvage() throws {
        let fixture = try LedgerFixture()
        let log = URL(fileURLWithPath: fixture.path + "/log/data.mdb")
        var content = Array(try Data(contentsOf: log))
        for index in 0..<8192 { content[index] = 0xEE }
        try Data(content).write(to: log)
        #expect(throws: Failure.self) { try fixture.run(["verify"]) }
        let target = fixture.path + "/rescued"
        let (code, output) = try fixture.run(["salvage", "--into", target])
        #expect(code == .done, "\(output)")
        let console = Console.memory()
        let parsed = try OptionParser(declarations: VerifyCommand.declaration.options)
            .parse(["--data", target])
        #expect(try VerifyCommand.declaration.run(parsed, Context(console: console)) == .done)
        #expect(console.output.text.contains(fixture.head))
        #expect(throws: Failure.self) { try fixture.run(["salvage", "--into", target]) }
    }

    @Test("where there is no ledger, that is what is said")
    func missing() throws {
        let fixture = try LedgerFixture()
        for name in ["verify", "replay", "export", "rebuild"] {
            let command = try #require(LocalCommands.find(name))
            let parsed = try OptionParser(declarations: command.options)
                .parse(["--data", fixture.path + "/nothing"])
            #expect(throws: Failure.self) { try command.run(parsed, Context(console: .memory())) }
        }
    }
}
