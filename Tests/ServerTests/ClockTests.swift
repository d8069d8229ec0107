import Testing

@testable import Ledger
@testable import Server
@testable import Store

private let second: Int64 = 1_000_000

@Test("a clock that goes forward by a minute is believed, by more it is not")
func clockSteps() {
    var clock = WallClock(wall: 1_000 * second, monotonic: 5 * second)
    func read(_ wall: Int64, _ monotonic: Int64) -> (Int64, WallClock.Change) {
        let (instant, change) = clock.read(wall: wall, monotonic: monotonic)
        return (instant.microseconds, change)
    }
    #expect(read(1_001 * second, 6 * second) == (1_001 * second, .none))
    // At the limit, and by a microsecond more.
    #expect(read(1_062 * second, 7 * second) == (1_062 * second, .none))
    #expect(read(1_123 * second + 1, 8 * second) == (1_063 * second, .held(60 * second + 1)))
    #expect(clock.heldBack == 60 * second + 1)
    // Time goes on at the other clock's pace, and says so once.
    #expect(read(1_130 * second, 10 * second) == (1_065 * second, .none))
    // Corrected, it is believed again.
    #expect(read(1_070 * second, 15 * second) == (1_070 * second, .back))
    #expect(clock.heldBack == 0)
    // Backwards it may go; the ledger's own time stands still then.
    #expect(read(10 * second, 16 * second) == (10 * second, .none))
    #expect(read(1_000 * second, 17 * second) == (11 * second, .held(989 * second)))
    clock.adopt(wall: 1_001 * second, monotonic: 18 * second)
    #expect(read(1_002 * second, 19 * second) == (1_002 * second, .none))
}

@Test("a slow clock drifts as far as it likes")
func clockDrift() {
    var clock = WallClock(wall: 0, monotonic: 0)
    for turn in 1...1_000 {
        let wall = Int64(turn) * 51 * second
        #expect(clock.read(wall: wall, monotonic: Int64(turn) * second).1 == .none)
    }
}

@Test("who holds on to an old commit for a second is told of once")
func slowReaders() {
    var watch = ReaderWatch()
    let one = LogReaderPlace(process: 7, transaction: 3)
    #expect(watch.look(nil, now: 0) == .fine)
    #expect(watch.oldest(now: 0) == nil)
    #expect(watch.look(one, now: 1_000) == .fine)
    #expect(watch.look(one, now: 1_999) == .fine)
    #expect(watch.look(one, now: 2_000) == .slow(1_000))
    #expect(watch.look(one, now: 9_000) == .stillSlow)
    #expect(watch.oldest(now: 9_500)?.age == 8_500)
    // The same process at another commit has begun anew.
    #expect(watch.look(LogReaderPlace(process: 7, transaction: 4), now: 10_000) == .fine)
    #expect(watch.look(nil, now: 10_500) == .fine)
    #expect(watch.look(one, now: 11_000) == .fine)
    #expect(watch.look(one, now: 12_500) == .slow(1_500))
    #expect(watch.slowCount == 2)
}
