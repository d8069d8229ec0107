/// Counts durations in buckets whose width grows with them: any percentile of any number of
/// durations, within 0.8 %, in 30 KiB.
struct LatencyHistogram {
    /// Each power of two is divided into this many buckets.
    private static let divisions = 128
    private static let divisionBits = 7
    /// Durations from here on (2^38 ns, over four minutes) share the last bucket.
    private static let bitsMax = 38

    private var counts: [UInt64]
    private(set) var count: UInt64 = 0
    private(set) var maximum: UInt64 = 0
    private var sum: UInt64 = 0

    init() {
        counts = [UInt64](
            repeating: 0, count: (Self.bitsMax - Self.divisionBits + 1) * Self.divisions)
    }

    /// Adds `times` durations of `nanoseconds` each.
    mutating func record(_ nanoseconds: UInt64, times: Int) {
        counts[Self.bucket(of: nanoseconds)] &+= UInt64(times)
        count &+= UInt64(times)
        sum &+= nanoseconds &* UInt64(times)
        maximum = max(maximum, nanoseconds)
    }

    var mean: UInt64 { count == 0 ? 0 : sum / count }

    /// The duration that `share` of all durations don't exceed: the upper end of its bucket.
    func percentile(_ share: Double) -> UInt64 {
        let wanted = UInt64((Double(count) * share).rounded(.up))
        var seen: UInt64 = 0
        for (bucket, count) in counts.enumerated() {
            seen += count
            if seen >= wanted, seen > 0 { return min(Self.upperEnd(of: bucket), maximum) }
        }
        return maximum
    }

    static func bucket(of value: UInt64) -> Int {
        guard value >= UInt64(divisions) else { return Int(value) }
        let shift = min(63 - value.leadingZeroBitCount, bitsMax - 1) - divisionBits
        let division = min(value >> UInt64(shift), UInt64(2 * divisions - 1))
        return shift * divisions + Int(division)
    }

    static func upperEnd(of bucket: Int) -> UInt64 {
        guard bucket >= divisions else { return UInt64(bucket) }
        let shift = UInt64(bucket / divisions - 1)
        let division = UInt64(bucket % divisions + divisions)
        return (division + 1) << shift - 1
    }
}
