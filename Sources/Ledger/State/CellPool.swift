/// Where an account's cells lie: a block of its class's size.
struct CellBlock: Sendable, Equatable {
    var index: UInt32 = 0
    /// Cells in use, from the block's start, in ascending order of keys.
    var count: UInt32 = 0
    var sizeClass: UInt8 = 0
}

/// Memory for the cells of all accounts: blocks with room for just as many cells as an account has, up to
/// 32, and little more beyond.
///
/// An account with one balance costs one cell; one with thousands of facets is still searched by
/// halving. Memory never moves, so growth copies no more than the account's own cells.
struct CellPool: ~Copyable, Sendable {
    private var space = CellSpace()

    /// The chunk, and where in it the block begins.
    @inline(__always)
    private func place(_ block: CellBlock) -> (chunk: Int, start: Int) {
        (CellSpace.chunk(block.index), CellSpace.offset(block.index))
    }

    /// How many cells a block has room for.
    func size(_ block: CellBlock) -> Int { CellSpace.size(Int(block.sizeClass)) }

    /// How many cells there is memory for, and how many of them are in no block.
    var cellCounts: (all: Int, free: Int) { (space.cellCount, space.freeCount) }

    /// Where the key is (`isFound`) or would be inserted.
    @inline(__always)
    private func search(
        _ chunk: borrowing Flat<Cell>, _ start: Int, _ count: Int, _ key: CellKey
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
        let (offset, isFound) = search(
            space.chunks[chunk], start, Int(block.count), key)
        return isFound ? space[chunk, start + offset].value : nil
    }

    func hasCells(_ block: CellBlock, _ kind: CellKind) -> Bool {
        guard block.count > 0 else { return false }
        let (chunk, start) = place(block)
        let count = Int(block.count)
        let (offset, _) = search(
            space.chunks[chunk], start, count, CellKey(startOf: kind))
        return offset < count
            && space[chunk, start + offset].key.kind == kind
    }

    /// Where a cell lies, for as long as no cell of its block is added or removed.
    struct Place {
        fileprivate var chunk: Int
        fileprivate var index: Int
    }

    @inline(__always)
    func find(_ block: CellBlock, _ key: CellKey) -> Place? {
        guard block.count > 0 else { return nil }
        let (chunk, start) = place(block)
        let (offset, isFound) = search(
            space.chunks[chunk], start, Int(block.count), key)
        return isFound ? Place(chunk: chunk, index: start + offset) : nil
    }

    /// Lends the cells of a block, which are in ascending order of keys.
    @inline(__always)
    func withCells<R>(_ block: CellBlock, _ body: (Span<Cell>) -> R) -> R {
        // An empty block has no memory of its own: it lends none of what would be the first one's.
        guard block.count > 0 else { return body(Span()) }
        let (chunk, start) = place(block)
        return space.chunks[chunk].withSpan(
            start..<(start + Int(block.count)), body)
    }

    /// Appends the cells of a block.
    @inline(__always)
    func append(_ block: CellBlock, to cells: inout [Cell]) {
        withCells(block) { there in
            cells.append(addingCapacity: there.count) { (span: inout OutputSpan<Cell>) in
                for index in there.indices { span.append(there[index]) }
            }
        }
    }

    subscript(place: Place) -> CellValue {
        @inline(__always) get {
            space[place.chunk, place.index].value
        }
        @inline(__always) set {
            space[place.chunk, place.index].value = newValue
        }
    }

    /// Changes the value of the cell at an offset.
    @inline(__always)
    mutating func setValue(_ block: CellBlock, _ offset: Int, _ value: CellValue) {
        precondition(offset < Int(block.count))
        let (chunk, start) = place(block)
        space[chunk, start + offset].value = value
    }

    /// Has the first and the last cell of a block fetched: of a small one that is all of them.
    @inline(__always)
    func prefetch(_ block: CellBlock) {
        guard block.count > 0 else { return }
        let (chunk, start) = place(block)
        space.chunks[chunk].prefetch(start)
        space.chunks[chunk].prefetch(start + Int(block.count) - 1)
    }

    /// The cells of a block in ascending order of keys; of one kind, or all.
    func cells(_ block: CellBlock, _ kind: CellKind? = nil) -> ArraySlice<Cell> {
        guard block.count > 0 else { return [] }
        let (chunk, start) = place(block)
        let count = Int(block.count)
        var offset = 0
        if let kind {
            (offset, _) = search(
                space.chunks[chunk], start, count, CellKey(startOf: kind))
        }
        var cells: [Cell] = []
        if kind == nil { cells.reserveCapacity(count) }
        while offset < count {
            let cell = space[chunk, start + offset]
            if let kind, cell.key.kind != kind { break }
            cells.append(cell)
            offset += 1
        }
        return cells[...]
    }

    /// Sets the cell and answers the value that it had.
    @discardableResult
    mutating func set(_ block: inout CellBlock, _ key: CellKey, _ value: CellValue) -> CellValue? {
        if block.count > 0 {
            let (chunk, start) = place(block)
            let (offset, isFound) = search(
                space.chunks[chunk], start, Int(block.count), key)
            if isFound {
                let old = space[chunk, start + offset].value
                space[chunk, start + offset].value = value
                return old
            }
        }
        insert(&block, Cell(key: key, value: value))
        return nil
    }

    /// A block of cells that are in ascending order of keys.
    mutating func take(_ cells: [Cell]) -> CellBlock {
        guard !cells.isEmpty else { return CellBlock() }
        let sizeClass = CellSpace.smallestClass(for: cells.count)
        let block = CellBlock(
            index: space.take(sizeClass), count: UInt32(cells.count), sizeClass: UInt8(sizeClass))
        let (chunk, start) = place(block)
        for index in cells.indices { space[chunk, start + index] = cells[index] }
        return block
    }

    private mutating func insert(_ block: inout CellBlock, _ cell: Cell) {
        if block.count == 0 {
            block = CellBlock(index: space.take(0), count: 0, sizeClass: 0)
        } else if Int(block.count) == size(block) {
            grow(&block)
        }
        let (chunk, start) = place(block)
        let count = Int(block.count)
        let (offset, _) = search(space.chunks[chunk], start, count, cell.key)
        var index = start + count
        while index > start + offset {
            space[chunk, index] = space[chunk, index - 1]
            index -= 1
        }
        space[chunk, index] = cell
        block.count += 1
    }

    /// Removes the cell and answers the value that it had. An emptied block is given back.
    @discardableResult
    mutating func remove(_ block: inout CellBlock, _ key: CellKey) -> CellValue? {
        guard block.count > 0 else { return nil }
        let (chunk, start) = place(block)
        let (offset, isFound) = search(
            space.chunks[chunk], start, Int(block.count), key)
        guard isFound else { return nil }
        let old = space[chunk, start + offset].value
        for index in (start + offset)..<(start + Int(block.count) - 1) {
            space[chunk, index] = space[chunk, index + 1]
        }
        block.count -= 1
        if block.count == 0 { release(&block) }
        return old
    }

    /// Gives the block's memory back; the block is empty afterwards.
    private mutating func release(_ block: inout CellBlock) {
        space.give(block.index, Int(block.sizeClass))
        block = CellBlock()
    }

    private mutating func grow(_ block: inout CellBlock) {
        let larger = Int(block.sizeClass) + 1
        if space.extend(block.index, from: size(block), to: CellSpace.size(larger)) {
            block.sizeClass = UInt8(larger)
            return
        }
        let target = CellBlock(
            index: space.take(larger), count: block.count, sizeClass: UInt8(larger))
        let (from, to) = (place(block), place(target))
        for index in 0..<Int(block.count) {
            space[to.chunk, to.start + index] = space[from.chunk, from.start + index]
        }
        space.give(block.index, Int(block.sizeClass))
        block = target
    }
}

extension Span<Cell> {
    /// Where the cell of a key is.
    @inline(__always)
    package func offset(of key: CellKey) -> Int? {
        var low = 0
        var high = count
        // Few are gone through faster than halved.
        while high - low > 8 {
            let middle = (low + high) >> 1
            if self[middle].key <= key { low = middle } else { high = middle }
        }
        while low < high, self[low].key < key { low &+= 1 }
        guard low < high else { return nil }
        return self[low].key == key ? low : nil
    }

    @inline(__always)
    package func value(of key: CellKey) -> CellValue? { offset(of: key).map { self[$0].value } }

    /// Where the cells of a kind are.
    @inline(__always)
    package func range(of kind: CellKind) -> Range<Int> {
        let key = CellKey(startOf: kind)
        guard count > 0, self[count &- 1].key >= key else { return count..<count }
        var low = 0
        var high = count
        while high - low > 8 {
            let middle = (low + high) >> 1
            if self[middle].key < key { low = middle + 1 } else { high = middle }
        }
        while self[low].key < key { low &+= 1 }
        var end = low
        while end < count, self[end].key.kind == kind { end &+= 1 }
        return low..<end
    }
}
