/// What a run of the load generator tells.
struct BenchReport {
    var settings: BenchCommand.Settings
    var statistics: LoadStatistics
    var info: InfoReply

    private static let percentiles: [(name: String, share: Double)] = [
        ("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999),
    ]

    func print(to console: Console) {
        guard !console.isJSON else { return console.output.line(json) }
        let style = console.style
        console.output.line(style.heading(description))
        var table = Table(indent: 2)
        func row(_ name: String, _ value: String, dress: ((String) -> String)? = nil) {
            table.rows.append([
                Table.Cell(name, dress: style.faint), Table.Cell(value, dress: dress),
            ])
        }
        row("commands", NumberFormat.grouped(statistics.answered))
        row("seconds", NumberFormat.decimal(statistics.seconds, places: 3))
        row("throughput", NumberFormat.grouped(Int(statistics.rate)) + " /s", dress: style.good)
        for percentile in Self.percentiles {
            row(
                percentile.name,
                NumberFormat.latency(statistics.latencies.percentile(percentile.share)))
        }
        row("max", NumberFormat.latency(statistics.latencies.maximum))
        if statistics.refused > 0 { row("refused", NumberFormat.grouped(statistics.refused)) }
        row(
            "wrong answers", NumberFormat.grouped(statistics.wrong),
            dress: statistics.wrong > 0 ? { style.bad($0) } : nil)
        row("head", info["head_seq"] ?? "?")
        row("root", info["root"] ?? "?")
        table.print(to: console)
        for mistake in statistics.mistakes {
            console.output.line("  " + style.bad("wrong: ") + Escape.forTerminal(mistake))
        }
    }

    private var description: String {
        var words = [
            settings.workload.rawValue, "\(settings.connections) × \(settings.pipeline)",
            "\(NumberFormat.grouped(settings.accounts)) accounts", settings.distribution.rawValue,
        ]
        if settings.hasKeys { words.append("with keys") }
        return words.joined(separator: ", ")
    }

    private var json: String {
        let latencies = statistics.latencies
        var nanoseconds = Self.percentiles.map { ($0.name, String(latencies.percentile($0.share))) }
        nanoseconds += [("max", String(latencies.maximum)), ("mean", String(latencies.mean))]
        return JSONWriter.object([
            ("workload", JSONWriter.string(settings.workload.rawValue)),
            ("connections", String(settings.connections)),
            ("pipeline", String(settings.pipeline)),
            ("accounts", String(settings.accounts)),
            ("distribution", JSONWriter.string(settings.distribution.rawValue)),
            ("with_keys", settings.hasKeys ? "true" : "false"),
            ("commands", String(statistics.answered)),
            ("seconds", String(statistics.seconds)),
            ("per_second", String(Int(statistics.rate))),
            ("latency_ns", JSONWriter.object(nanoseconds)),
            ("refused", String(statistics.refused)),
            ("wrong", String(statistics.wrong)),
            ("mistakes", JSONWriter.array(statistics.mistakes.map(JSONWriter.string))),
            ("head_seq", info["head_seq"] ?? "null"),
            ("root", info["root"].map(JSONWriter.string) ?? "null"),
        ])
    }
}
