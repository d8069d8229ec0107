import Testing

@testable import Ledger

/// Blocks of all sizes, held against dictionaries.
@Suite("Cells") struct CellPoolTests {
    @Test("accounts of all sizes keep to themselves", arguments: 1...UInt64(6))
    func model(seed: UInt64) {
        var random = PlainRandom(state: seed)
        var pool = CellPool()
        var blocks = [CellBlock](repeating: CellBlock(), count: 40)
        var expected = [[UInt64: CellValue]](repeating: [:], count: 40)
        for _ in 0..<6_000 {
            // A few have thousands, most have a handful.
            let account = Int(random.next() % 40)
            let key = 1 + random.next() % (account < 3 ? 900 : 1 + UInt64(account))
            let value = CellValue(Int64(random.next() >> 1), Int64(random.next() >> 1), 3)
            switch random.next() % 40 {
            case 0:
                // Emptied, its block is somebody else's.
                for key in expected[account].keys {
                    pool.remove(&blocks[account], CellKey(rawValue: key))
                }
                expected[account] = [:]
            case 1:
                // As where a row is read from the disk.
                let cells = Array(pool.cells(blocks[account]))
                for cell in cells { pool.remove(&blocks[account], cell.key) }
                blocks[account] = pool.take(cells)
                #expect(pool.size(blocks[account]) >= cells.count || cells.isEmpty)
            case 2...9:
                let old = pool.remove(&blocks[account], CellKey(rawValue: key))
                #expect(old == expected[account].removeValue(forKey: key))
            default:
                let old = pool.set(&blocks[account], CellKey(rawValue: key), value)
                #expect(old == expected[account].updateValue(value, forKey: key))
            }
        }
        let taken = blocks.reduce(0) { $0 + ($1.count > 0 ? pool.size($1) : 0) }
        #expect(pool.cellCounts.all - pool.cellCounts.free == taken)
        for account in blocks.indices {
            let cells = pool.cells(blocks[account])
            #expect(cells.map(\.key.rawValue) == expected[account].keys.sorted())
            for cell in cells {
                #expect(cell.value == expected[account][cell.key.rawValue])
                #expect(pool.value(blocks[account], cell.key) == cell.value)
            }
        }
    }

    @Test("a block has room for what it was made for, and little more")
    func sizes() {
        for count in [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 5_000, 20_000] {
            var pool = CellPool()
            var block = CellBlock()
            for key in 1...count { pool.set(&block, CellKey(rawValue: UInt64(key)), .zero) }
            #expect(Int(block.count) == count)
            let size = pool.size(block)
            #expect(size >= count && 4 * size <= max(4 * min(count, 32), 5 * count + 3))
            // One chunk has them all, unless they need one of their own.
            #expect(pool.cellCounts.all <= max(16_384, 2 * size))
        }
    }

    @Test("what accounts outgrow serves them all", arguments: [false, true])
    func reuse(isShuffled: Bool) {
        var random = PlainRandom(state: 7)
        var pool = CellPool()
        var blocks = [CellBlock](repeating: CellBlock(), count: 20_000)
        for account in blocks.indices {
            for key in 1...3 {
                pool.set(&blocks[account], CellKey(rawValue: UInt64(key)), CellValue(1))
            }
        }
        #expect(pool.cellCounts.all < 60_000 + 8_192)
        var order = Array(blocks.indices)
        if isShuffled {
            for index in order.indices.reversed() {
                order.swapAt(index, Int(random.next() % UInt64(index + 1)))
            }
        }
        for account in order {
            for key in 4...5 {
                pool.set(&blocks[account], CellKey(rawValue: UInt64(key)), CellValue(2))
            }
        }
        // Without reuse it would be 160,000 and more.
        #expect(pool.cellCounts.all < (isShuffled ? 120_000 : 100_000) + 3 * 8_192)
        for account in order {
            #expect(pool.cells(blocks[account]).map(\.value.a) == [1, 1, 1, 2, 2])
            for key in 1...5 { pool.remove(&blocks[account], CellKey(rawValue: UInt64(key))) }
        }
        #expect(pool.cellCounts.all == 8_192 && pool.cellCounts.free == 8_192)
    }

    @Test("runs of all lengths never overlap, and all of them come back", arguments: 1...UInt64(4))
    func space(seed: UInt64) {
        var random = PlainRandom(state: seed)
        var space = CellSpace()
        var runs: [(start: UInt32, sizeClass: Int)] = []
        for step in 0..<4_000 {
            // Few at the end of the run of numbers: those have chunks of their own.
            let sizeClass = Int(random.next() % 4 == 0 ? random.next() % 67 : random.next() % 12)
            switch random.next() % 8 {
            case 0...3:
                runs.append((space.take(sizeClass), sizeClass))
            case 4 where !runs.isEmpty:
                let index = Int(random.next() % UInt64(runs.count))
                let old = runs[index]
                let (from, to) = (CellSpace.size(old.sizeClass), CellSpace.size(old.sizeClass + 1))
                if space.extend(old.start, from: from, to: to) { runs[index].sizeClass += 1 }
            case 5...(step < 2_000 ? 6 : 7) where !runs.isEmpty:
                let run = runs.remove(at: Int(random.next() % UInt64(runs.count)))
                space.give(run.start, run.sizeClass)
            default: break
            }
        }
        let ordered = runs.sorted { $0.start < $1.start }
        for (run, next) in zip(ordered, ordered.dropFirst()) {
            #expect(
                CellSpace.chunk(run.start) < CellSpace.chunk(next.start)
                    || Int(run.start) + CellSpace.size(run.sizeClass) <= Int(next.start))
        }
        let taken = runs.reduce(0) { $0 + CellSpace.size($1.sizeClass) }
        #expect(space.cellCount - space.freeCount == taken)
        for run in runs { space.give(run.start, run.sizeClass) }
        #expect(space.cellCount == 8_192 && space.freeCount == 8_192)
    }
}
