import Testing

@testable import Ledger
@testable import Wire

private let goldens: [[UInt8]] = [
    frame("PING"), frame("AWARD alice xp 100 KEY k-1 MEMO hello"), frame("FACT alice class ''"),
    frame("XREAD COUNT 2 STREAMS log log:bob 0-0 $"), frame("RULES PUT {currencies:{}}"),
    frame(["RECORD", "älïce/knight", "win", "text=\u{1F600} ok", "n=1"]),
]

private func parseAll(
    _ bytes: [UInt8], feeding chunks: [Int]
) -> (requests: [[String]], fault: Malformed?) {
    var result: [[String]] = []
    var request = Request()
    var start = 0
    for end in chunks {
        while true {
            switch RequestParser.parse(bytes, from: start, to: end, into: &request) {
            case .complete(let next):
                result.append(request.arguments.indices.map { request.text($0) })
                start = next
                continue
            case .malformed(let fault): return (result, fault)
            case .incomplete: break
            }
            break
        }
    }
    return (result, nil)
}

@Test("a frame is read the same however it is cut into two")
func everySplitPoint() {
    let stream = goldens.reduce([], +)
    let whole = parseAll(stream, feeding: [stream.count])
    #expect(whole.requests.count == goldens.count)
    for split in 0...stream.count {
        let parts = parseAll(stream, feeding: [split, stream.count])
        #expect(parts.requests == whole.requests)
        #expect(parts.fault == nil)
    }
    let bytewise = parseAll(stream, feeding: Array(0...stream.count))
    #expect(bytewise.requests == whole.requests)
}

@Test("every truncation of a frame waits for more")
func everyTruncation() {
    var request = Request()
    for golden in goldens {
        for end in 0..<golden.count {
            #expect(RequestParser.parse(golden, from: 0, to: end, into: &request) == .incomplete)
        }
    }
}

@Test("every change of a single byte is another frame, an incomplete one, or malformed")
func everySingleByteChange() {
    var request = Request()
    for golden in goldens {
        for index in golden.indices {
            for value in UInt8.min...UInt8.max where value != golden[index] {
                var changed = golden
                changed[index] = value
                switch RequestParser.parse(changed, from: 0, to: changed.count, into: &request) {
                case .complete(let next):
                    #expect(next <= changed.count)
                    #expect(request.arguments.allSatisfy { $0.range.upperBound <= next })
                case .incomplete, .malformed: break
                }
            }
        }
    }
}

@Test("seeded random input never traps and never reads past its end")
func randomInput() {
    var random = Random(state: 7)
    let alphabet = Array("*$0123456789\r\n-+:PINGawxp{}".utf8)
    var request = Request()
    for _ in 0..<20_000 {
        var bytes = goldens.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
            let at = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0...2, using: &random) {
            case 0: bytes[at] = alphabet.randomElement(using: &random) ?? 0
            case 1: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: at)
            default: bytes.remove(at: at)
            }
        }
        var start = 0
        while case .complete(let next) = RequestParser.parse(
            bytes, from: start, to: bytes.count, into: &request)
        {
            #expect(next > start && next <= bytes.count)
            start = next
        }
    }
}

@Test(
    "what no client of ours sends is malformed at once",
    arguments: [
        ("GET / HTTP/1.1\r\n", Malformed.notAnArray), ("PING\r\n", .notAnArray),
        ("\r\n", .notAnArray), ("%1\r\n", .notAnArray),
        ("*0\r\n", .noArguments), ("*-1\r\n", .badLength), ("*+1\r\n", .badLength),
        ("*01\r\n", .badLength), ("*129\r\n", .tooManyArguments),
        ("*2147483647\r\n", .badLength), ("*18446744073709551617\r\n", .badLength),
        ("*99999999", .badLength), ("*?\r\n", .badLength), ("*\r\n", .badLength),
        ("*1\n", .badLength), ("*1\r\r", .badLength),
        ("*1\r\n*1\r\n", .notABulkString), ("*1\r\n:1\r\n", .notABulkString),
        ("*1\r\n+PING\r\n", .notABulkString), ("*1\r\n$-1\r\n", .badLength),
        ("*1\r\n$-2\r\n", .badLength), ("*1\r\n$?\r\n", .badLength),
        ("*1\r\n$65536\r\n", .tooBig), ("*1\r\n$1048576\r\n", .tooBig),
        ("*1\r\n$9999999\r\n", .tooBig), ("*1\r\n$4\r\nPINGxx", .missingLineEnd),
        ("*1\r\n$4\r\nPING\rx", .missingLineEnd),
        ("*2\r\n$5\r\nRULES\r\n$1049577\r\n", .tooBig),
        ("*2\r\n$5\r\nAWARD\r\n$70000\r\n", .tooBig),
    ])
func malformed(text: String, fault: Malformed) {
    let bytes = Array(text.utf8)
    var request = Request()
    #expect(
        RequestParser.parse(bytes, from: 0, to: bytes.count, into: &request) == .malformed(fault))
}

@Test("a frame may be exactly as long as the limit, RULES longer than others")
func frameLimits() {
    for (name, limit) in [
        ("AWARD", WireLimits.frameBytesMax), ("rules", WireLimits.rulesFrameBytesMax),
    ] {
        let overhead = "*2\r\n$5\r\nAWARD\r\n$\r\n\r\n".utf8.count + String(limit).count
        for (extra, fits) in [(-1, true), (0, true), (1, false)] {
            let body = limit - overhead + extra
            let bytes = frame([name, String(repeating: "x", count: body)])
            var request = Request()
            let outcome = RequestParser.parse(bytes, from: 0, to: bytes.count, into: &request)
            #expect((outcome == .complete(next: bytes.count)) == fits, "\(name) \(bytes.count)")
        }
    }
}

@Test("128 arguments are read, 129 refused")
func argumentLimit() {
    var request = Request()
    let most = frame(Array(repeating: "x", count: 128))
    #expect(
        RequestParser.parse(most, from: 0, to: most.count, into: &request)
            == .complete(next: most.count))
    let tooMany = frame(Array(repeating: "x", count: 129))
    #expect(
        RequestParser.parse(tooMany, from: 0, to: tooMany.count, into: &request)
            == .malformed(.tooManyArguments))
}
