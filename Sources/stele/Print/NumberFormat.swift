/// Numbers as people read them.
enum NumberFormat {
    /// `-1,234,567`.
    static func grouped(_ value: some BinaryInteger) -> String {
        let digits = String(value.magnitude)
        var result = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result += "," }
            result.append(digit)
        }
        return result
    }

    /// With a sign also where it is plus: `+5`.
    static func signed(_ value: Int64) -> String {
        (value > 0 ? "+" : "") + grouped(value)
    }

    /// `digits` places after the point, rounded half up.
    static func decimal(_ value: Double, places: Int) -> String {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let scaled = (value.magnitude * scale).rounded()
        guard scaled < 9e18 else { return "\(value)" }
        let whole = Int64(scaled) / Int64(scale)
        let rest = String(Int64(scaled) % Int64(scale))
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return sign + grouped(whole) }
        return sign + grouped(whole) + "." + String(repeating: "0", count: places - rest.count)
            + rest
    }

    /// `1.25 M`, `17.3 k`, `812`.
    static func rate(_ value: Double) -> String {
        switch value {
        case 1e6...: decimal(value / 1e6, places: 2) + " M"
        case 1e4...: decimal(value / 1e3, places: 1) + " k"
        default: decimal(value, places: 0)
        }
    }

    /// Bytes in binary units: `3.5 MiB`.
    static func bytes(_ count: some BinaryInteger) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(count)
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        return decimal(value, places: unit == 0 ? 0 : 1) + " " + units[unit]
    }

    /// A latency in nanoseconds in its natural unit: `151 µs`.
    static func latency(_ nanoseconds: UInt64) -> String {
        let value = Double(nanoseconds)
        return switch nanoseconds {
        case ..<1_000: decimal(value, places: 0) + " ns"
        case ..<10_000: decimal(value / 1e3, places: 2) + " µs"
        case ..<1_000_000: decimal(value / 1e3, places: 0) + " µs"
        case ..<1_000_000_000: decimal(value / 1e6, places: 2) + " ms"
        default: decimal(value / 1e9, places: 2) + " s"
        }
    }

    /// How long something takes, to the second: `1:02:03`, `4:05`.
    static func duration(seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "–:––" }
        let whole = Int(seconds.rounded())
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let minutes = whole / 60 % 60
        let tail = ":" + two(whole % 60)
        return whole >= 3600 ? "\(whole / 3600):" + two(minutes) + tail : "\(minutes)" + tail
    }
}
