import Testing
import Wire

@testable import stele

@Suite("Load generation")
struct BenchTests {
    @Test(
        "eight digits",
        arguments: [0, 1, 9, 10, 99, 100, 9_999, 10_000, 12_345_678, 99_999_999] as [UInt32])
    func digits(value: UInt32) {
        let word = EightDigits.encode(value)
        let text = (0..<8).map {
            Character(Unicode.Scalar(UInt8(truncatingIfNeeded: word >> (8 * $0))))
        }
        let digits = String(value)
        #expect(String(text) == String(repeating: "0", count: 8 - digits.count) + digits)
    }

    @Test("a histogram's percentiles are within a hundredth")
    func histogram() {
        var histogram = LatencyHistogram()
        for value in 1...100_000 { histogram.record(UInt64(value) * 100, times: 1) }
        for share in [0.5, 0.99, 0.999] {
            let exact = share * 10_000_000
            #expect(abs(Double(histogram.percentile(share)) - exact) < exact / 100)
        }
        #expect(histogram.maximum == 10_000_000)
        #expect(histogram.percentile(1) == 10_000_000)
        var empty = LatencyHistogram()
        #expect(empty.percentile(0.5) == 0)
        empty.record(.max, times: 1)
        #expect(empty.count == 1)
    }

    @Test("every value falls into a bucket that holds it")
    func buckets() {
        var random = SplitMix(seed: 7)
        for _ in 0..<100_000 {
            let value = random.next() >> (26 + random.next() % 38)
            let bucket = LatencyHistogram.bucket(of: value)
            #expect(LatencyHistogram.upperEnd(of: bucket) >= value)
            if bucket > 0 { #expect(LatencyHistogram.upperEnd(of: bucket - 1) < value) }
        }
    }

    @Test("draws stay within the accounts; zipf prefers few, uniform none")
    func draws() {
        for distribution in AccountDraw.Distribution.allCases {
            var draw = AccountDraw(accounts: 1_000, distribution: distribution, seed: 3)
            var counts = [Int](repeating: 0, count: 1_000)
            for _ in 0..<100_000 { counts[Int(draw.nextAccount())] += 1 }
            let most = counts.max() ?? 0
            switch distribution {
            // The first of a thousand ranks has about 1 / 7.6 of a Zipf distribution of exponent 0.99.
            case .zipf: #expect((11_000...15_000).contains(most))
            case .uniform: #expect(most < 200)
            }
        }
        var inTurn = AccountDraw.inTurn(accounts: 3)
        #expect((0..<4).map { _ in inTurn.nextAccount() } == [0, 1, 2, 0])
    }

    static func reply(seq: Int, xp: Int = 7, duplicate: Bool = false) -> String {
        "%5\r\n$3\r\nseq\r\n:\(seq)\r\n$4\r\ntime\r\n$4\r\n\(1000 + seq % 1000)\r\n$9\r\nduplicate\r\n"
            + "#\(duplicate ? "t" : "f")\r\n$7\r\nchanges\r\n%1\r\n$2\r\nxp\r\n:\(xp)\r\n"
            + "$8\r\nbalances\r\n%1\r\n$2\r\nxp\r\n:\(seq * 7)\r\n"
    }

    /// Checks answers one after another; returns what was found wrong, or `nil`.
    static func check(
        _ text: String, _ expected: ExpectedReply = .receipt(balance: "xp", amount: 7)
    ) -> String? {
        var checker = ReplyChecker(expected)
        let bytes = Array(text.utf8)
        let padded = bytes + [UInt8](repeating: 0x39, count: ReplyPattern.marginBytes)
        var position = 0
        var sequence: UInt64 = 0
        while position < bytes.count {
            switch checker.check(
                padded.span, from: position, limit: bytes.count, sequence: &sequence)
            {
            case .right(let end), .refused(let end): position = end
            case .wrong(_, let mistake): return mistake
            case .incomplete: return "incomplete"
            case .broken(let reason): return reason
            }
        }
        return nil
    }

    @Test("right answers pass, by pattern as well as the first time")
    func right() {
        #expect(Self.check((1...500).map { Self.reply(seq: $0 * 3) }.joined()) == nil)
    }

    @Test("wrong answers are found, also after many right ones")
    func wrong() {
        let right = (1...20).map { Self.reply(seq: $0) }.joined()
        for before in ["", right] {
            #expect(Self.check(before + Self.reply(seq: 30, xp: 8)) == "changed xp by 8, not 7")
            #expect(
                Self.check(before + Self.reply(seq: 30, duplicate: true)) == "taken for a duplicate"
            )
            #expect(Self.check(before + "-FROZEN a=b: no\r\n") == "FROZEN a=b: no")
            #expect(Self.check(before + "?") != nil)
        }
        #expect(Self.check(right + Self.reply(seq: 20)) == "sequence number 20 after 20")
        #expect(Self.check(right + Self.reply(seq: 0)) != nil)
    }

    @Test("an answer cut short anywhere is incomplete, never wrong")
    func truncations() {
        let first = Self.reply(seq: 1)
        let second = Array(Self.reply(seq: 2).utf8)
        for length in 1..<second.count {
            let cut = String(decoding: second[..<length], as: UTF8.self)
            #expect(Self.check(first + cut) == "incomplete")
        }
    }

    @Test("balances must add up, refusals of spends are allowed where said")
    func otherKinds() {
        func balance(_ available: Int) -> String {
            "%4\r\n$6\r\nearned\r\n:10\r\n$5\r\nspent\r\n:3\r\n$4\r\nheld\r\n:2\r\n$9\r\navailable\r\n:\(available)\r\n"
        }
        #expect(Self.check(balance(5) + balance(5), .balance) == nil)
        #expect(Self.check(balance(5) + balance(6), .balance) == "the balance doesn't add up")
        let refusal = "-INSUFFICIENT needs=3 has=0: no\r\n"
        #expect(Self.check(refusal, .receiptOrInsufficient(balance: "xp", amount: -3)) == nil)
        #expect(Self.check(refusal) != nil)
    }

    /// One balance, one rung that has a name, and one that may be any number.
    static func profile(_ earned: Int, _ available: Int? = nil, tier: String = "core") -> String {
        "%3\r\n$8\r\nbalances\r\n%1\r\n$2\r\nxp\r\n%4\r\n$6\r\nearned\r\n:\(earned)\r\n$5\r\nspent\r\n"
            + ":0\r\n$4\r\nheld\r\n:0\r\n$9\r\navailable\r\n:\(available ?? earned)\r\n$7\r\nladders\r\n"
            + "%2\r\n$5\r\nlevel\r\n%1\r\n$4\r\nrung\r\n:\(earned / 10)\r\n$4\r\ntier\r\n%1\r\n$4\r\nrung\r\n"
            + "$\(tier.count)\r\n\(tier)\r\n$3\r\nseq\r\n:7\r\n"
    }

    @Test("profiles may differ in every number, but their balances add up")
    func profiles() {
        let numbers = [1, 0, -5, 12, 123_456, 1_234_567, 12_345_678, 123_456_789, .max, .min]
        let right = numbers.map { Self.profile($0) + Self.profile($0, tier: "legend") }.joined()
        #expect(Self.check(right, .profile) == nil)
        for before in ["", right] {
            #expect(
                Self.check(before + Self.profile(7, 8), .profile) == "the balance doesn't add up")
            let cut = Self.profile(1_234_567).dropLast(2)
            #expect(Self.check(before + cut, .profile) == "incomplete")
            for wrong in ["-ERR no\r\n", "*0\r\n", "%0\r\n", "%1\r\n$8\r\nbalances\r\n%0\r\n"] {
                #expect(Self.check(before + wrong, .profile) != nil)
            }
            let word = Self.profile(1_234_567).replacing(":1234567", with: ":12x4567")
            #expect(Self.check(before + word, .profile) != nil)
        }
    }

    @Test("a whole run: everything is sent, answered and counted", arguments: Workload.allCases)
    func run(workload: Workload) throws {
        let daemon = FakeDaemon { words, state in
            switch words[0] {
            case "BALANCE":
                return "%4\r\n+earned\r\n:1\r\n+spent\r\n:0\r\n+held\r\n:0\r\n+available\r\n:1\r\n"
            case "PROFILE":
                state.sequence += 1
                return Self.profile(state.sequence)
            default:
                return FakeDaemon.receipt(words, &state).replacing(
                    ":7\r\n$8", with: words[0] == "SPEND" ? ":-3\r\n$8" : ":7\r\n$8")
            }
        }
        let sockets = try (0..<3).map { _ in try DaemonConnection(path: daemon.path) }
        var generator = try LoadGenerator(
            connections: sockets,
            templates: {
                workload.templates(currency: "xp", record: ["a", "b=1"], key: "run-\($0)-")
            },
            pipeline: 20, draw: AccountDraw(accounts: 100, distribution: .uniform, seed: 1),
            count: 1_000,
            seconds: nil)
        let statistics = try generator.run { _ in }
        #expect(statistics.answered == 1_000)
        #expect(statistics.mistakes == [])
        #expect(statistics.latencies.count == 1_000)
        #expect(daemon.commands.count == 1_000)
    }
}
