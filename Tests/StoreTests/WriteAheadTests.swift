import Dispatch
import Synchronization
import Testing

@testable import Store

@Suite("Filling the log's file ahead of the commits")
struct WriteAheadTests {
    /// SplitMix64: the same throws for the same seed.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var bits = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
            bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
            return bits ^ bits >> 31
        }
    }

    @Test("a piece never lies where a commit may write", arguments: 1...UInt64(8))
    func apart(seed: UInt64) {
        var dice = Dice(state: seed)
        var ahead = WriteAhead()
        // What the last commit reached to, and what the one under way may reach to.
        var used = Int.random(in: 0...(300 << 20), using: &dice)
        var reach: Int?
        var (filled, refused) = (0, 0)
        for _ in 0..<20_000 {
            switch Int.random(in: 0..<4, using: &dice) {
            case 0 where reach == nil:
                let end = used + Int.random(in: 4_096...(9 << 20), using: &dice)
                if ahead.mayCommit(upTo: end) {
                    reach = end
                } else {
                    refused += 1
                    #expect(ahead.piece.map { $0.lowerBound < end } == true)
                }
            case 1:
                guard let end = reach else { continue }
                used = Int.random(in: used...end, using: &dice)
                #expect(ahead.wasClear(committed: used))
                reach = nil
            case 2:
                guard let piece = ahead.next(used: used) else { continue }
                #expect(ahead.piece == nil)
                #expect(piece.lowerBound >= max(used, reach ?? 0))
                #expect(piece.lowerBound % ZeroBlock.alignment == 0)
                #expect(piece.lowerBound >= ahead.end)
                #expect(piece.upperBound <= used + Room.logAhead(used: used))
                ahead.begin(piece)
            default:
                guard let piece = ahead.piece else { continue }
                if let reach { #expect(reach <= piece.lowerBound) }
                ahead.finish(.filled, used: used)
                #expect(ahead.end == piece.upperBound)
                filled += 1
            }
        }
        #expect(filled > 100 && refused > 10)
    }

    @Test("a commit that reached into a piece is found out")
    func reachingFurther() throws {
        var ahead = WriteAhead()
        let mayCommit = ahead.mayCommit(upTo: 1 << 20)
        #expect(mayCommit)
        let piece = try #require(ahead.next(used: 900 << 10))
        ahead.begin(piece)
        ahead.finish(.filled, used: 900 << 10)
        #expect(ahead.wasClear(committed: piece.lowerBound))
        #expect(!ahead.wasClear(committed: piece.lowerBound + 1))
    }

    @Test("on a full disk nothing is tried before the log has grown, after a failure never")
    func pauses() throws {
        var ahead = WriteAhead()
        ahead.begin(try #require(ahead.next(used: 1 << 20)))
        ahead.finish(.hasNoRoom, used: 1 << 20)
        #expect(ahead.next(used: 1 << 20) == nil)
        let piece = try #require(ahead.next(used: 2 << 20))
        ahead.begin(piece)
        ahead.finish(.failed, used: 2 << 20)
        #expect(ahead.next(used: 1 << 30) == nil)
    }

    @Test("what is committed while the file is filled is all there")
    func besideCommits() throws {
        let scratch = Scratch()
        let ledger = try openLedger(scratch)
        let log = ledger.log
        let isDone = Atomic(false)
        let filledCount = Atomic(0)
        let filling = DispatchGroup()
        // A thread of its own: tests that run beside this one keep those of tasks busy.
        DispatchQueue(label: "filling").async(group: filling) {
            while !isDone.load(ordering: .relaxed) {
                guard log.wantsWriteAhead else { continue }
                log.writeAhead()
                filledCount.add(1, ordering: .relaxed)
            }
        }
        var dice = Dice(state: 5)
        var writer = LogWriter(head: try LogReader(log).resume())
        var count = 0
        while count < 300 || filledCount.load(ordering: .relaxed) < 4 && count < 10_000 {
            // Batches that lie in the trees, and some that reach far beyond the gap.
            let events =
                count % 50 == 49
                ? 16_000 : Int.random(in: 1...(count % 3 == 0 ? 900 : 9), using: &dice)
            try writer.append(
                pendingBatch(first: writer.head.sequence + 1, count: events), to: log)
            count += 1
        }
        isDone.store(true, ordering: .relaxed)
        filling.wait()
        #expect(filledCount.load(ordering: .relaxed) > 3)
        let audited = try LogReader(log).audit(from: .empty, batchCountMax: 10_000) { _, _ in }
        #expect(audited == writer.head)
    }
}
