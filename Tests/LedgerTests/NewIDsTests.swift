import Testing

@testable import Ledger

/// Ids in few pieces of memory, held against a dictionary.
@Suite("New ids") struct NewIDsTests {
    private static func text(_ random: inout PlainRandom) -> [UInt8] {
        let count: UInt64 =
            switch random.next() % 50 {
            case 0: 0
            case 1: 70_000
            default: 16 + random.next() % 65
            }
        return (0..<count).map { UInt8(truncatingIfNeeded: $0 &+ random.state) }
    }

    @Test("whatever is set, changed and taken back", arguments: 1...UInt64(10))
    func model(seed: UInt64) {
        var random = PlainRandom(state: seed)
        var ids = NewIDs()
        var expected: [UInt32: (opened: UInt64, sealed: [UInt8])] = [:]
        // An old account whose id changes first is not where the new ones begin.
        var next = UInt32(1_000 * (seed % 2) + 1)
        for sequence in 1...UInt64(3_000) {
            switch random.next() % 10 {
            case 0:
                let old = UInt32(1 + random.next() % UInt64(next + 3))
                let id = (sequence, random.next() % 2 == 0 ? [] : Self.text(&random))
                ids[AccountNumber(old)] = State.NewID(opened: id.0, sealed: id.1)
                expected[old] = id
            case 1 where next > 1:
                next -= 1
                ids[AccountNumber(next)] = nil
                expected[next] = nil
            default:
                let id = (sequence, Self.text(&random))
                ids[AccountNumber(next)] = State.NewID(opened: id.0, sealed: id.1)
                expected[next] = id
                next += 1
            }
        }
        for account in 0..<(next + 9) {
            let id = ids[AccountNumber(account)]
            #expect(id?.opened == expected[account]?.opened)
            #expect(id?.sealed == expected[account]?.sealed)
        }
        var seen: Set<UInt32> = []
        for index in 0..<ids.entryCount {
            guard let (account, id) = ids.entry(at: index) else { continue }
            #expect(seen.insert(account.rawValue).inserted)
            #expect(id.sealed == expected[account.rawValue]?.sealed)
        }
        #expect(seen.count == expected.count)
    }

    @Test("a copy doesn't change with what it was copied from")
    func copies() {
        var ids = NewIDs()
        ids[AccountNumber(1)] = State.NewID(opened: 7, sealed: [1, 2])
        let copy = ids
        ids[AccountNumber(1)] = nil
        ids[AccountNumber(1)] = State.NewID(opened: 8, sealed: [3])
        #expect(copy[AccountNumber(1)]?.sealed == [1, 2])
        #expect(ids[AccountNumber(1)]?.sealed == [3])
    }
}
