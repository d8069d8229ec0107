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
            case 1...8:
                let old = pool.remove(&blocks[account], CellKey(rawValue: key))
                #expect(old == expected[account].removeValue(forKey: key))
            default:
                let old = pool.set(&blocks[account], CellKey(rawValue: key), value)
                #expect(old == expected[account].updateValue(value, forKey: key))
            }
        }
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
            #expect(size >= count && 2 * size <= max(2, 3 * count), "\(size) for \(count)")
        }
    }
}
