import Testing

@testable import stele

@Suite("Formats")
struct FormatTests {
    @Test(
        "numbers are grouped by thousands",
        arguments: [
            (0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567"),
            (Int64.min, "-9,223,372,036,854,775,808"),
        ])
    func grouped(value: Int64, text: String) { #expect(NumberFormat.grouped(value) == text) }

    @Test(
        "decimals are rounded",
        arguments: [
            (0.0, 2, "0.00"), (1.005, 1, "1.0"), (1234.56, 1, "1,234.6"), (-0.04, 1, "0.0"),
            (2.5, 0, "3"),
        ])
    func decimals(value: Double, places: Int, text: String) {
        #expect(NumberFormat.decimal(value, places: places) == text)
    }

    @Test("units fit their numbers")
    func units() {
        #expect(NumberFormat.rate(1_250_000) == "1.25 M")
        #expect(NumberFormat.rate(17_300) == "17.3 k")
        #expect(NumberFormat.bytes(3_670_016) == "3.5 MiB")
        #expect(NumberFormat.latency(151_000) == "151 µs")
        #expect(NumberFormat.latency(999) == "999 ns")
        #expect(NumberFormat.duration(seconds: 3723) == "1:02:03")
        #expect(NumberFormat.duration(seconds: .infinity) == "–:––")
    }

    @Test(
        "times are RFC 3339",
        arguments: [
            (Int64(0), "1970-01-01T00:00:00Z"), (951_782_400_000_000, "2000-02-29T00:00:00Z"),
            (1_795_323_310_123_456, "2026-11-22T04:55:10.123456Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
            (4_102_444_799_000_000, "2099-12-31T23:59:59Z"),
        ])
    func times(microseconds: Int64, text: String) {
        #expect(TimeFormat.rfc3339(microseconds: microseconds) == text)
    }

    @Test("tables align text to the left and numbers to the right")
    func tables() {
        var table = Table(header: ["name", "n"], indent: 1)
        table.rows = [
            [Table.Cell("a"), .number(5)], [Table.Cell("longer"), .number(1_000)],
        ]
        #expect(
            table.lines(style: Style(isColoured: false)) == [
                " name        n", " a           5", " longer  1,000",
            ])
    }

    @Test("what comes from outside can't command the terminal")
    func escapes() {
        #expect(Escape.forTerminal("a\u{1B}[31mb\u{202E}") == "a\\u{1b}[31mb\\u{202e}")
        #expect(Escape.forTerminal("Ål 😀") == "Ål 😀")
        #expect(JSONWriter.string("a\"\\\n\u{1}") == "\"a\\\"\\\\\\n\\u0001\"")
    }

    @Test("progress tells share, rate and what is left")
    func progress() {
        let line = Progress.line(
            title: "importing", unit: "rows", count: 500, share: 0.25, seconds: 10, width: 79,
            hasBar: false)
        #expect(line == "importing  25%  500 rows, 50/s, 0:30 left")
        let bar = Progress.line(
            title: "importing", unit: "rows", count: 500, share: 0.5, seconds: 10, width: 79,
            hasBar: true)
        #expect(bar.contains("███") && bar.contains("░░░"))
        #expect(bar.count < 80)
    }
}
