import Engine
import Foundation
import Ledger
import Proof
import Secrets
import Store
import Wire

@testable import stele

/// A small ledger on disk, written as the daemon writes one, in a directory of its own.
final class LedgerFixture {
    let path: String
    private(set) var head = ""

    static let rulebook = """
        {
          edition: 1, title: 'Test',
          currencies: {
            xp: { never_decreases: true, raw: ['game', 'operate'] },
            coins: { transferable: true, raw: ['game', 'operate'] },
          },
          ladders: { tier: { of: "earned('xp')", rungs: { new: 0, old: 100 } } },
          actions: { work: { inputs: { hours: { type: 'int', min: 0, max: 24 } },
                             posts: [{ balance: 'xp', amount: '10 * hours' }] } },
        }
        """

    static let commands = [
        "AWARD ada coins 500 KEY k1 MEMO first", "RECORD ada work hours=12 KEY k2",
        "SPEND ada coins 20 FOR hat",
        "TRANSFER ada bob coins 30", "HOLD bob coins 5", "FREEZE bob",
    ]

    /// - Parameter forge: changes the last command's event before it is written, as somebody could
    ///   who has the file, and hashes it as he left it.
    init(
        commands: [String] = LedgerFixture.commands, forge: ((inout Event) -> Void)? = nil
    ) throws {
        path = "/tmp/stele-test-ledger-\(UInt64.random(in: 0...UInt64.max))"
        let time = Instant(microseconds: 1_700_000_000_000_000)
        let directory = try DataDirectory.open(path) { () throws(StoreError) in
            Genesis.batch(id: Array(0..<16), key: LedgerFixture.key(), at: time)
        }
        guard let stored = directory.state else { throw StoreError.missing(path: path) }
        let state = StateStore(stored, checksum: RebuildCommand.checksum)
        let opening = try Opening.open(
            log: directory.log, state: state,
            random: { () throws(RandomnessUnavailable) in try AccountKey.random() },
            progress: { _ in })
        let engine = opening.engine
        var writer = opening.writer
        let peer = Peer(uid: 1000, role: .all)
        let text = Array(Self.rulebook.utf8)
        _ = try engine.ledger.adopt(
            text, hash: SHA256.hash(text).bytes, file: "test.json5", from: peer, at: time)
        var receipt = Receipt()
        for (index, line) in commands.enumerated() {
            var request = Request(line.split(separator: " ").map(String.init))
            var command = Command()
            let name = CommandTable.lookup(request.text(0))
            try WriteParser.parse(name ?? .award, &request, into: &command)
            let wall = Instant(microseconds: time.microseconds + Int64(index + 1) * 1_000_000)
            _ = try engine.write(command, from: peer, at: wall, into: &receipt)
            if var batch = engine.takeBatch() {
                if let forge, index == commands.count - 1 { try Self.forge(&batch, forge) }
                engine.committed(batch, try writer.append(batch, to: directory.log))
            }
        }
        head = writer.head.root.hex
    }

    private static func forge(_ batch: inout PendingBatch, _ change: (inout Event) -> Void) throws {
        let start = batch.count > 1 ? Int(batch.eventEnds[batch.count - 2]) : 0
        var reader = ByteReader(batch.body, start..<batch.body.count)
        var event = Event()
        try event.decode(batch.body, try reader.bytes().range)
        change(&event)
        var writer = ByteWriter(capacity: Limits.eventBytesMax)
        event.encode(into: &writer)
        batch.body.removeLast(batch.body.count - start)
        batch.eventEnds.removeLast()
        batch.append(event: writer.bytes.span, time: UInt64(event.time.microseconds))
    }

    private static func key() -> AccountKey { AccountKey(random: [UInt8](repeating: 7, count: 28)) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Runs a command of the program on the directory.
    func run(_ words: [String]) throws(Failure) -> (code: ExitCode, output: String) {
        let console = Console.memory(isJSON: words.contains("--json"))
        guard let command = LocalCommands.find(words[0]) else { throw .usage("no \(words[0])") }
        let options = words.dropFirst().filter { $0 != "--json" } + ["--data", path]
        let parsed = try OptionParser(declarations: command.options).parse(Array(options))
        let code = try command.run(parsed, Context(console: console))
        return (code, console.output.text)
    }

    /// Changes one byte of a file, wherever `bytes` first stand in it.
    func damage(_ file: String, at bytes: [UInt8], offset: Int = 0) throws {
        var content = Array(try Data(contentsOf: URL(fileURLWithPath: path + "/" + file)))
        let place = content.indices.first { content[$0...].starts(with: bytes) }
        guard let place else { throw StoreError.missing(path: file) }
        content[place + offset] ^= 0x40
        try Data(content).write(to: URL(fileURLWithPath: path + "/" + file))
    }
}
