/// What `stele bench --build-log` has made.
struct LogBuildResult {
    var events: UInt64
    var accounts: UInt32
    var seconds: Double
    /// How long it took to store the state, after that.
    var storeSeconds: Double
    var logBytes: Int
    var root: String

    func print(to console: Console) {
        let rate = Double(events) / max(seconds, 1e-9)
        if console.isJSON {
            console.output.line(
                JSONWriter.object([
                    ("events", String(events)), ("accounts", String(accounts)),
                    ("seconds", String(seconds)), ("per_second", String(Int(rate))),
                    ("store_seconds", String(storeSeconds)), ("log_bytes", String(logBytes)),
                    ("root", JSONWriter.string(root)),
                ]))
            return
        }
        console.output.line(
            console.style.heading("\(NumberFormat.grouped(events)) events")
                + " of \(NumberFormat.grouped(accounts)) accounts in "
                + "\(NumberFormat.decimal(seconds, places: 3)) s, "
                + console.style.good(NumberFormat.rate(rate) + " a second")
                + ", \(NumberFormat.bytes(logBytes)) of log")
        console.output.line("  root  " + root)
    }
}
