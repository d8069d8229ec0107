import Ledger

/// The wall clock, held against one that can't be set.
///
/// Backwards steps are harmless: the ledger's time stands still until they are made up for. A step
/// forwards is not: days would end, holds and offers expire, and no event could be recorded at the
/// right time again. So one of more than a minute isn't taken over until an operator says so, by
/// SIGHUP or a new start; meanwhile time goes on from where it was, at the pace of the other clock.
struct WallClock {
    /// Microseconds; more than any clock is corrected by in one go, less than anything in the rules.
    static let stepMax: Int64 = 60_000_000

    /// The wall clock's time less the monotonic one's, as last taken over.
    private var offset: Int64
    /// By how much the wall clock is ahead of the time given out, while that is too much.
    private(set) var heldBack: Int64 = 0

    enum Change: Equatable {
        case none
        /// A step of so many microseconds was met and not taken over.
        case held(Int64)
        /// The wall clock has come back by itself.
        case back
    }

    /// - Parameter monotonic: microseconds, as `wall`.
    init(wall: Int64, monotonic: Int64) {
        offset = wall - monotonic
    }

    /// The time to go by, and what has changed about it.
    mutating func read(wall: Int64, monotonic: Int64) -> (Instant, Change) {
        let expected = monotonic + offset
        let ahead = wall - expected
        let wasHeld = heldBack > 0
        guard ahead > Self.stepMax else {
            offset = wall - monotonic
            heldBack = 0
            return (Instant(microseconds: wall), wasHeld ? .back : .none)
        }
        heldBack = ahead
        return (Instant(microseconds: expected), wasHeld ? .none : .held(ahead))
    }

    /// Takes the wall clock's time over, whatever it is: an operator has said so.
    mutating func adopt(wall: Int64, monotonic: Int64) {
        offset = wall - monotonic
        heldBack = 0
    }
}

extension Front {
    /// Reads both clocks for this turn of the loop.
    func readClocks() {
        let monotonic = Syscall.monotonicMicroseconds()
        now = monotonic / 1_000
        let change: WallClock.Change
        (wall, change) = wallClock.read(wall: Syscall.wallMicroseconds(), monotonic: monotonic)
        switch change {
        case .none: break
        case .held(let step):
            Report.line(
                "warning: the clock went forward by \(step / 1_000_000) seconds at once; the ledger's "
                    + "time goes on as before until SIGHUP or a new start takes the clock's over")
        case .back: Report.line("the clock is back at the ledger's time")
        }
    }

    func adoptClock() {
        guard wallClock.heldBack > 0 else { return }
        Report.line("the clock is taken over, \(wallClock.heldBack / 1_000_000) seconds ahead")
        wallClock.adopt(
            wall: Syscall.wallMicroseconds(), monotonic: Syscall.monotonicMicroseconds())
    }
}
