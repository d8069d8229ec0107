import Testing

@testable import Rows

@Suite("Reading comma-separated values")
struct CSVDecoderTests {
    static func rows(_ bytes: [UInt8]) throws(RowFault) -> [[String]] {
        var source = ByteSource(bytes)
        var decoder = CSVDecoder()
        var row = Row()
        var rows: [[String]] = []
        while try decoder.next(&row, from: &source) {
            rows.append((0..<row.count).map { String(decoding: row[$0], as: UTF8.self) })
        }
        return rows
    }

    static func fault(_ text: String) -> RowFault? {
        do throws(RowFault) {
            _ = try rows(Array(text.utf8))
            return nil
        } catch {
            return error
        }
    }

    static let golden = "a,b\r\n1,\"x,\"\"y\"\"\nz\"\r\n\r\n,\"\"\n3,4"

    @Test("quotes, commas, line ends and empty values are read as RFC 4180 has them")
    func golden() throws {
        let rows = try Self.rows(Array(Self.golden.utf8))
        #expect(rows == [["1", "x,\"y\"\nz"], ["", ""], ["3", "4"]])
        #expect(try Self.rows(Array("\u{FEFF}a\n1\n".utf8)) == [["1"]])
    }

    @Test(
        "mistakes are told with line and column",
        arguments: [
            ("a,b\n1\n", 2, "1 values where the header has 2", false),
            ("a,b\n1,2,3\n", 2, "3 values where the header has 2", false),
            ("a\nx\"y\n", 2, "a quote inside a value that doesn't begin with one", true),
            ("a\n\"x\"y\n", 2, "text after a closing quote", true),
            ("a\n\n\"x", 3, "the file ends inside quotes that were opened in line 3", true),
            ("a\rb\n", 1, "a carriage return without a line feed", true),
            ("", 1, "no header line", true),
            ("a,a\n", 2, "a column is named twice", true),
        ])
    func mistakes(text: String, line: Int, message: String, isFinal: Bool) {
        let fault = Self.fault(text)
        #expect(fault?.line == line)
        #expect(fault?.message == message)
        #expect(fault?.isFinal == isFinal)
    }

    @Test("rows and columns have limits")
    func limits() {
        let long = String(repeating: "x", count: RowLimits.rowBytesMax)
        #expect(Self.fault("a\n\(long)\n") == nil)
        #expect(Self.fault("a\n\(long)x\n")?.isFinal == true)
        let wide = String(repeating: ",", count: RowLimits.columnsMax)
        #expect(Self.fault(wide + "\n")?.isFinal == true)
    }

    @Test("every truncation and every changed byte reads the same however it comes in")
    func damage() {
        for bytes in damaged(Self.golden) {
            let whole = Reading(bytes, CSVDecoder())
            for size in [1, 2, 7] {
                #expect(Reading(bytes, CSVDecoder(), pieceBytes: size) == whole)
            }
            #expect(Reading(csv(whole), CSVDecoder()).rows == whole.rows)
        }
    }

    @Test("random text never traps", arguments: 0..<10)
    func random(seed: UInt64) {
        var random = SplitMix(seed: seed)
        let alphabet = Array("\"\",,\r\n\nab\u{FEFF}".utf8)
        for _ in 0..<3_000 {
            let count = Int(random.next() % 24)
            _ = try? Self.rows((0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 })
        }
    }
}

@Suite("Reading JSON Lines")
struct JSONLinesDecoderTests {
    static func rows(_ bytes: [UInt8]) throws(RowFault) -> [[String]] {
        var source = ByteSource(bytes)
        var decoder = JSONLinesDecoder()
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

    static let golden =
        #"{"a":"x\"\\\n\u00e9\ud83d\ude00","n":-1.5e3,"t":true, "f" : false,"z":null}"#
        + "\n\n{}\r\n"

    @Test("texts, numbers and booleans are values; null is none")
    func golden() throws {
        let rows = try Self.rows(Array(Self.golden.utf8))
        #expect(rows == [["a=x\"\\\né😀", "n=-1.5e3", "t=1", "f=0"], []])
    }

    @Test(
        "what isn't a flat object is refused",
        arguments: [
            "[]", "{", "{}x", "{\"a\"}", "{\"a\":}", "{\"a\":01}", "{\"a\":[1]}", "{\"a\":{}}",
            "{\"a\":1,}", "{\"a\":1 \"b\":2}", "{\"a\":\"x}", "{\"a\":\"\\x\"}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":\"\\u12\"}", "{\"a\":tru}", "{\"a\":1,\"a\":2}", "{\"a\":-}", "{\"a\":1.}",
            "{'a':1}",
        ])
    func malformed(text: String) {
        do throws(RowFault) {
            _ = try Self.rows(Array(text.utf8))
            Issue.record("was read")
        } catch {
            #expect(!error.isFinal)
            #expect(error.line == 1)
        }
    }

    @Test("every truncation and every changed byte reads the same however it comes in")
    func damage() {
        for bytes in damaged(Self.golden) {
            let whole = Reading(bytes, JSONLinesDecoder())
            for size in [1, 2, 7] {
                #expect(Reading(bytes, JSONLinesDecoder(), pieceBytes: size) == whole)
            }
        }
    }
}
