/// What came back.
struct LoadStatistics {
    var answered = 0
    /// Refusals that the workload allows for.
    var refused = 0
    var wrong = 0
    /// The first few things that were wrong.
    private(set) var mistakes: [String] = []
    var latencies = LatencyHistogram()
    var seconds = 0.0

    static let mistakesMax = 5

    mutating func addMistake(_ text: String) {
        wrong += 1
        if mistakes.count < Self.mistakesMax, !mistakes.contains(text) { mistakes.append(text) }
    }

    var rate: Double { seconds > 0 ? Double(answered) / seconds : 0 }
}

/// A run of answers to commands made at the same time, recorded at once.
struct LatencyRun {
    private var made: UInt64 = 0
    private var count = 0

    mutating func add(made time: UInt64, now: UInt64, to histogram: inout LatencyHistogram) {
        if time != made { flush(now: now, to: &histogram) }
        made = time
        count += 1
    }

    mutating func flush(now: UInt64, to histogram: inout LatencyHistogram) {
        if count > 0 { histogram.record(now &- made, times: count) }
        count = 0
    }
}
