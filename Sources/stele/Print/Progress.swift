/// Shows how far a long piece of work has come: a bar drawn over itself on a terminal, a line now and
/// then elsewhere.
struct Progress {
    private let console: Console
    private let title: String
    /// What is counted, in the plural: `rows`, `events`.
    private let unit: String
    private let watch = Stopwatch()
    private var lastShown = 0.0
    private var hasBar = false

    private static let barSecondsBetween = 0.1
    private static let lineSecondsBetween = 10.0

    init(_ title: String, unit: String, console: Console) {
        self.title = title
        self.unit = unit
        self.console = console
    }

    var seconds: Double { watch.seconds }

    /// Tells that `count` units are done, which is `share` of the whole where that is known.
    mutating func update(count: Int, share: Double?) {
        let now = watch.seconds
        let pause = console.isErrorTerminal ? Self.barSecondsBetween : Self.lineSecondsBetween
        guard now - lastShown >= pause else { return }
        lastShown = now
        let text = Progress.line(
            title: title, unit: unit, count: count, share: share, seconds: now,
            width: Environment.columns - 1, hasBar: console.isErrorTerminal)
        if console.isErrorTerminal {
            console.errors.write("\r\u{1B}[K" + text)
            hasBar = true
        } else {
            console.errors.line(text)
        }
        console.errors.flush()
    }

    /// Takes the bar away, so that what is printed next begins a line.
    mutating func finish() {
        guard hasBar else { return }
        console.errors.write("\r\u{1B}[K")
        console.errors.flush()
        hasBar = false
    }

    static func line(
        title: String, unit: String, count: Int, share: Double?, seconds: Double, width: Int,
        hasBar: Bool
    ) -> String {
        let rate = seconds > 0 ? Double(count) / seconds : 0
        var tail = "\(NumberFormat.grouped(count)) \(unit), \(NumberFormat.rate(rate))/s"
        guard let share = share.map({ max(0, min(1, $0)) }) else {
            return "\(title)  \(tail), \(NumberFormat.duration(seconds: seconds))"
        }
        let left = share > 0 ? seconds / share - seconds : .infinity
        tail += ", \(NumberFormat.duration(seconds: left)) left"
        let percent = "\(Int(share * 100))%"
        let room = width - title.count - percent.count - tail.count - 6
        guard hasBar, room >= 8 else { return "\(title)  \(percent)  \(tail)" }
        let bar = min(room, 30)
        let filled = Int(share * Double(bar))
        return title + "  " + String(repeating: "█", count: filled)
            + String(repeating: "░", count: bar - filled) + "  \(percent)  \(tail)"
    }
}
