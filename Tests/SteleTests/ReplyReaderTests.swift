import Testing

@testable import Wire

@Suite("Reading replies")
struct ReplyReaderTests {
    /// One of everything the daemon may send, nested.
    static let golden = [
        "+OK\r\n", ":-42\r\n", ":0\r\n", "$5\r\nhello\r\n", "$0\r\n\r\n", "$-1\r\n", "*-1\r\n",
        "_\r\n", "#t\r\n", "#f\r\n", ",1.5\r\n", "(123456789012345678901\r\n",
        "=7\r\ntxt:abc\r\n", "!6\r\nBUSY a\r\n", "*0\r\n", "%0\r\n",
        "-INSUFFICIENT balance=xp needs=100 has=80: alice has 80 xp available, 100 are needed\r\n",
        "%2\r\n$3\r\nseq\r\n:17\r\n$7\r\nchanges\r\n%1\r\n$2\r\nxp\r\n:5\r\n",
        "*2\r\n*2\r\n+a\r\n*0\r\n~1\r\n:9223372036854775807\r\n", ">1\r\n:-9223372036854775808\r\n",
    ]

    static func readAll(_ bytes: [UInt8], in pieces: Int) throws -> [Reply] {
        var reader = ReplyReader()
        var replies: [Reply] = []
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            reader.append(bytes[start..<min(start + pieces, bytes.count)])
            while let reply = try reader.next() { replies.append(reply) }
        }
        return replies
    }

    @Test("replies are the same however the bytes are cut", arguments: [1, 2, 3, 7, 64, 100_000])
    func pieces(size: Int) throws {
        let bytes = Array(Self.golden.joined().utf8)
        let replies = try Self.readAll(bytes, in: size)
        #expect(replies.count == Self.golden.count)
        #expect(replies == (try Self.readAll(bytes, in: bytes.count)))
    }

    @Test("each type is understood")
    func types() throws {
        let replies = try Self.readAll(Array(Self.golden.joined().utf8), in: 1000)
        #expect(replies[0] == .status(Array("OK".utf8)))
        #expect(replies[1] == .integer(-42))
        #expect(replies[5] == .null)
        #expect(replies[6] == .null)
        #expect(replies[9] == .boolean(false))
        #expect(replies[12] == .text("abc"))
        #expect(replies[17]["changes"]?["xp"] == .integer(5))
        #expect(replies[19] == .push([.integer(.min)]))
        guard case .failure(let failure) = replies[16] else {
            Issue.record("not an error reply")
            return
        }
        #expect(failure.code == "INSUFFICIENT")
        #expect(failure.facts.map(\.name) == ["balance", "needs", "has"])
        #expect(failure.sentence == "alice has 80 xp available, 100 are needed")
        let bare = ReplyFailure("BADARG: expected a=b: not that")
        #expect(bare.code == "BADARG" && bare.facts.isEmpty)
        #expect(bare.sentence == "expected a=b: not that")
    }

    @Test("no truncation is taken for a reply")
    func truncations() throws {
        for reply in Self.golden {
            let bytes = Array(reply.utf8)
            for length in 0..<bytes.count {
                var reader = ReplyReader()
                reader.append(bytes[..<length])
                #expect(try reader.next() == nil)
            }
        }
    }

    @Test("no single changed byte traps")
    func changes() {
        for reply in Self.golden {
            for index in reply.utf8.indices {
                let offset = reply.utf8.distance(from: reply.utf8.startIndex, to: index)
                for change in 0...255 {
                    var bytes = Array(reply.utf8)
                    bytes[offset] = UInt8(change)
                    var reader = ReplyReader()
                    reader.append(bytes[...])
                    while let read = try? reader.next() { _ = read }
                }
            }
        }
    }

    @Test("random bytes never trap", arguments: 0..<20)
    func random(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let alphabet = Array("+-:$*%~>_#,(=!0123456789\r\ntfx ".utf8)
        for _ in 0..<2_000 {
            var reader = ReplyReader()
            let count = Int(random.next() % 40)
            let bytes = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            reader.append(bytes[...])
            while let read = try? reader.next() { _ = read }
        }
    }

    @Test(
        "what isn't strict RESP is refused",
        arguments: [
            "x\r\n", ":+1\r\n", ":01\r\n", ":-0\r\n", ":\r\n", ":1a\r\n",
            ":9223372036854775808\r\n",
            "$-2\r\n", "%-1\r\n", "+a\rb\r\n", "+a\n", "$1\r\nab\r\n", "#x\r\n", "_x\r\n",
            "=2\r\nab\r\n", "|1\r\n+a\r\n+b\r\n", "$?\r\n",
        ])
    func malformed(text: String) {
        #expect(throws: ReplyFault.self) { try Self.readAll(Array(text.utf8), in: 100) }
    }

    @Test("limits hold at, and one over")
    func limits() throws {
        var limits = ReplyLimits()
        limits.depthMax = 3
        limits.elementsMax = 4
        limits.replyBytesMax = 64
        limits.lineBytesMax = 8
        func fault(_ text: String) -> ReplyFault? {
            var reader = ReplyReader(limits: limits)
            reader.append(Array(text.utf8)[...])
            do throws(ReplyFault) {
                _ = try reader.next()
                return nil
            } catch {
                return error
            }
        }
        #expect(fault("*1\r\n*1\r\n*1\r\n:1\r\n") == nil)
        #expect(fault("*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n") == .tooDeep)
        #expect(fault("*4\r\n:1\r\n:1\r\n:1\r\n:1\r\n") == nil)
        #expect(fault("*5\r\n") == .tooManyElements)
        #expect(fault("%3\r\n:1\r\n") == .tooManyElements)
        #expect(fault("+12345678\r\n") == nil)
        #expect(fault("+1234567890") == .lineTooLong)
        #expect(fault("$65\r\n") == .replyTooLong)
        #expect(fault("$64\r\n") == nil)
    }

    @Test("a fault is final")
    func poisoned() {
        var reader = ReplyReader()
        reader.append(Array("?\r\n".utf8)[...])
        #expect(throws: ReplyFault.self) { try reader.next() }
        reader.append(Array("+OK\r\n".utf8)[...])
        #expect(throws: ReplyFault.self) { try reader.next() }
    }

    @Test("requests are arrays of bulk strings")
    func requests() {
        var output: [UInt8] = []
        RequestWriter.append(["AWARD", "ål", ""], to: &output)
        let text = String(decoding: output, as: UTF8.self)
        #expect(text == "*3\r\n$5\r\nAWARD\r\n$3\r\nål\r\n$0\r\n\r\n")
    }
}

/// A small seeded generator, so that a failing run can be had again.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
