import Glibc

/// The two clocks: one to measure with, one to tell the time.
enum Clock {
    /// Nanoseconds that only ever grow, since no particular moment.
    static var nanoseconds: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Microseconds since 1970.
    static var microseconds: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }

    static func pause(milliseconds: UInt32) { usleep(milliseconds * 1_000) }
}

/// Measures how long something has taken.
struct Stopwatch {
    private let start = Clock.nanoseconds

    var seconds: Double { Double(Clock.nanoseconds - start) / 1e9 }
}
