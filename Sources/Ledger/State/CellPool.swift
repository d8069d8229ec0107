/// Where an account's cells lie: a block of 2^`sizeClass` cells.
struct CellBlock: Sendable, Equatable {
    var index: UInt32 = 0
    var sizeClass: UInt8 = 0
    /// Cells in use, from the block's start, in ascending order of keys.
    var count: UInt32 = 0
}

/// Memory for the cells of all accounts: blocks of powers of two, given out again when an account
/// outgrows its own.
///
/// An account with one balance costs one cell; one with thousands of facets is still searched by
/// halving. Chunks never move, so growth copies nothing.
struct CellPool: Sendable {
    private struct SizeClass: Sendable {
        var chunks: [ContiguousArray<Cell>] = []
        var blockCount: UInt32 = 0
        var free: [UInt32] = []
    }

    private static let chunkBits = 13
    private static let empty = Cell(key: CellKey(rawValue: 0), value: .zero)
    private var classes: [SizeClass] = Array(repeating: SizeClass(), count: 32)

    /// Blocks in a chunk of this class, as a power of two; large blocks have a chunk each.
    @inline(__always)
    private func shift(_ sizeClass: UInt8) -> Int { max(0, Self.chunkBits - Int(sizeClass)) }

    /// The chunk, and where in it the block begins.
    @inline(__always)
    private func place(_ block: CellBlock) -> (chunk: Int, start: Int) {
        let shift = shift(block.sizeClass)
        let index = Int(block.index)
        return (index >> shift, (index & (1 << shift - 1)) << Int(block.sizeClass))
    }

    /// Where the key is (`isFound`) or would be inserted.
    @inline(__always)
    private func search(
        _ chunk: borrowing ContiguousArray<Cell>, _ start: Int, _ count: Int, _ key: CellKey
    ) -> (offset: Int, isFound: Bool) {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) >> 1
            if chunk[start + middle].key < key { low = middle + 1 } else { high = middle }
        }
        return (low, low < count && chunk[start + low].key == key)
    }

    func value(_ block: CellBlock, _ key: CellKey) -> CellValue? {
        guard block.count > 0 else { return nil }
        let (chunk, start) = place(block)
        let sizeClass = Int(block.sizeClass)
        let (offset, isFound) = search(
            classes[sizeClass].chunks[chunk], start, Int(block.count), key)
        return isFound ? classes[sizeClass].chunks[chunk][start + offset].value : nil
    }

    func hasCells(_ block: CellBlock, _ kind: CellKind) -> Bool {
        guard block.count > 0 else { return false }
        let (chunk, start) = place(block)
        let sizeClass = Int(block.sizeClass)
        let count = Int(block.count)
        let (offset, _) = search(
            classes[sizeClass].chunks[chunk], start, count, CellKey(startOf: kind))
        return offset < count
            && classes[sizeClass].chunks[chunk][start + offset].key.kind == kind
    }

    /// The cells of a block in ascending order of keys, from the first not below `key`.
    func cells(_ block: CellBlock, from key: CellKey = CellKey(rawValue: 0)) -> ArraySlice<Cell> {
        guard block.count > 0 else { return [] }
        let (chunk, start) = place(block)
        let cells = classes[Int(block.sizeClass)].chunks[chunk]
        let (offset, _) = search(cells, start, Int(block.count), key)
        return ArraySlice(cells[(start + offset)..<(start + Int(block.count))])
    }

    /// Sets the cell and answers the value that it had.
    @discardableResult
    mutating func set(_ block: inout CellBlock, _ key: CellKey, _ value: CellValue) -> CellValue? {
        if block.count > 0 {
            let (chunk, start) = place(block)
            let sizeClass = Int(block.sizeClass)
            let (offset, isFound) = search(
                classes[sizeClass].chunks[chunk], start, Int(block.count), key)
            if isFound {
                let old = classes[sizeClass].chunks[chunk][start + offset].value
                classes[sizeClass].chunks[chunk][start + offset].value = value
                return old
            }
        }
        insert(&block, Cell(key: key, value: value))
        return nil
    }

    private mutating func insert(_ block: inout CellBlock, _ cell: Cell) {
        if block.count == 0 {
            block = allocate(0)
        } else if Int(block.count) == 1 << Int(block.sizeClass) {
            grow(&block)
        }
        let (chunk, start) = place(block)
        let sizeClass = Int(block.sizeClass)
        let count = Int(block.count)
        let (offset, _) = search(classes[sizeClass].chunks[chunk], start, count, cell.key)
        var index = start + count
        while index > start + offset {
            classes[sizeClass].chunks[chunk][index] = classes[sizeClass].chunks[chunk][index - 1]
            index -= 1
        }
        classes[sizeClass].chunks[chunk][index] = cell
        block.count += 1
    }

    /// Removes the cell and answers the value that it had. An emptied block is given back.
    @discardableResult
    mutating func remove(_ block: inout CellBlock, _ key: CellKey) -> CellValue? {
        guard block.count > 0 else { return nil }
        let (chunk, start) = place(block)
        let sizeClass = Int(block.sizeClass)
        let (offset, isFound) = search(
            classes[sizeClass].chunks[chunk], start, Int(block.count), key)
        guard isFound else { return nil }
        let old = classes[sizeClass].chunks[chunk][start + offset].value
        for index in (start + offset)..<(start + Int(block.count) - 1) {
            classes[sizeClass].chunks[chunk][index] = classes[sizeClass].chunks[chunk][index + 1]
        }
        block.count -= 1
        if block.count == 0 { release(&block) }
        return old
    }

    /// Gives the block's memory back; the block is empty afterwards.
    mutating func release(_ block: inout CellBlock) {
        classes[Int(block.sizeClass)].free.append(block.index)
        block = CellBlock()
    }

    private mutating func allocate(_ sizeClass: UInt8) -> CellBlock {
        let index = Int(sizeClass)
        if let free = classes[index].free.popLast() {
            return CellBlock(index: free, sizeClass: sizeClass, count: 0)
        }
        let block = classes[index].blockCount
        if Int(block) >> shift(sizeClass) == classes[index].chunks.count {
            let size = 1 << (shift(sizeClass) + Int(sizeClass))
            classes[index].chunks.append(ContiguousArray(repeating: Self.empty, count: size))
        }
        classes[index].blockCount += 1
        return CellBlock(index: block, sizeClass: sizeClass, count: 0)
    }

    private mutating func grow(_ block: inout CellBlock) {
        var larger = allocate(block.sizeClass + 1)
        let source = place(block)
        let target = place(larger)
        let cells = classes[Int(block.sizeClass)].chunks[source.chunk]
        for index in 0..<Int(block.count) {
            classes[Int(larger.sizeClass)].chunks[target.chunk][target.start + index] =
                cells[source.start + index]
        }
        larger.count = block.count
        classes[Int(block.sizeClass)].free.append(block.index)
        block = larger
    }
}
