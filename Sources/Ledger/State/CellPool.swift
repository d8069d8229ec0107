/// Where an account's cells lie: a block of its class's size.
struct CellBlock: Sendable, Equatable {
    var index: UInt32 = 0
    /// Cells in use, from the block's start, in ascending order of keys.
    var count: UInt32 = 0
    var sizeClass: UInt8 = 0
}

/// Memory for the cells of all accounts: blocks of 1, 2, 3, 4, 6, 8, 12, 16 … cells, given out again
/// when an account outgrows its own.
///
/// An account with one balance costs one cell; one with thousands of facets is still searched by
/// halving. Chunks never move, so growth copies nothing.
struct CellPool: ~Copyable, Sendable {
    // Not private: Swift 6.3 fails on a private type within a generic one, in a debug build.
    struct SizeClass: ~Copyable, Sendable {
        /// How many cells a block has.
        let size: Int
        /// Blocks in a chunk, as a power of two; large blocks have a chunk each.
        let shift: Int
        /// Those beyond `chunkCount` are empty.
        var chunks = Flat<Flat<Cell>>()
        var chunkCount = 0
        var blockCount: UInt32 = 0
        var free: [UInt32] = []

        init(_ number: Int) {
            // Powers of two, and what is halfway to the next one.
            let half = number >> 1
            size = number == 0 ? 1 : number & 1 == 1 ? 2 << half : 3 << (half - 1)
            shift = max(0, CellPool.chunkBits - (half + 1))
        }
    }

    private static let chunkBits = 13
    private static let empty = Cell(key: CellKey(rawValue: 0), value: .zero)
    private var classes: Flat<SizeClass>

    init() {
        // The largest has as many cells as an account can have.
        var number = 0
        classes = Flat(count: 64) {
            defer { number += 1 }
            return SizeClass(number)
        }
    }

    /// The chunk, and where in it the block begins.
    @inline(__always)
    private func place(_ block: CellBlock) -> (chunk: Int, start: Int) {
        let index = Int(block.index)
        let shift = classes[Int(block.sizeClass)].shift
        return (index >> shift, (index & (1 << shift - 1)) &* size(block))
    }

    /// How many cells a block has room for.
    @inline(__always)
    func size(_ block: CellBlock) -> Int { classes[Int(block.sizeClass)].size }

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

    /// Where a cell lies, for as long as no cell of its block is added or removed.
    struct Place {
        fileprivate var sizeClass: Int
        fileprivate var chunk: Int
        fileprivate var index: Int
    }

    @inline(__always)
    func find(_ block: CellBlock, _ key: CellKey) -> Place? {
        guard block.count > 0 else { return nil }
        let (chunk, start) = place(block)
        let sizeClass = Int(block.sizeClass)
        let (offset, isFound) = search(
            classes[sizeClass].chunks[chunk], start, Int(block.count), key)
        return isFound ? Place(sizeClass: sizeClass, chunk: chunk, index: start + offset) : nil
    }

    /// Lends the cells of a block, which are in ascending order of keys.
    @inline(__always)
    func withCells<R>(_ block: CellBlock, _ body: (Span<Cell>) -> R) -> R {
        // An empty block has no memory of its own: it lends none of what would be the first one's.
        guard block.count > 0 else { return body(Span()) }
        let (chunk, start) = place(block)
        return classes[Int(block.sizeClass)].chunks[chunk].withSpan(
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
            classes[place.sizeClass].chunks[place.chunk][place.index].value
        }
        @inline(__always) set {
            classes[place.sizeClass].chunks[place.chunk][place.index].value = newValue
        }
    }

    /// Changes the value of the cell at an offset.
    @inline(__always)
    mutating func setValue(_ block: CellBlock, _ offset: Int, _ value: CellValue) {
        precondition(offset < Int(block.count))
        let (chunk, start) = place(block)
        classes[Int(block.sizeClass)].chunks[chunk][start + offset].value = value
    }

    /// Has the first and the last cell of a block fetched: of a small one that is all of them.
    @inline(__always)
    func prefetch(_ block: CellBlock) {
        guard block.count > 0 else { return }
        let (chunk, start) = place(block)
        classes[Int(block.sizeClass)].chunks[chunk].prefetch(start)
        classes[Int(block.sizeClass)].chunks[chunk].prefetch(start + Int(block.count) - 1)
    }

    /// The cells of a block in ascending order of keys; of one kind, or all.
    func cells(_ block: CellBlock, _ kind: CellKind? = nil) -> ArraySlice<Cell> {
        guard block.count > 0 else { return [] }
        let (chunk, start) = place(block)
        let sizeClass = Int(block.sizeClass)
        let count = Int(block.count)
        var offset = 0
        if let kind {
            (offset, _) = search(
                classes[sizeClass].chunks[chunk], start, count, CellKey(startOf: kind))
        }
        var cells: [Cell] = []
        if kind == nil { cells.reserveCapacity(count) }
        while offset < count {
            let cell = classes[sizeClass].chunks[chunk][start + offset]
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
        } else if Int(block.count) == size(block) {
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
    private mutating func release(_ block: inout CellBlock) {
        classes[Int(block.sizeClass)].free.append(block.index)
        block = CellBlock()
    }

    private mutating func allocate(_ sizeClass: UInt8) -> CellBlock {
        let index = Int(sizeClass)
        if let free = classes[index].free.popLast() {
            return CellBlock(index: free, count: 0, sizeClass: sizeClass)
        }
        let block = classes[index].blockCount
        if Int(block) >> classes[index].shift == classes[index].chunkCount { addChunk(sizeClass) }
        classes[index].blockCount += 1
        return CellBlock(index: block, count: 0, sizeClass: sizeClass)
    }

    private mutating func addChunk(_ sizeClass: UInt8) {
        let index = Int(sizeClass)
        let count = classes[index].chunkCount
        if count == classes[index].chunks.count {
            classes[index].chunks.grow(to: max(1, count * 2)) { Flat() }
        }
        let size = classes[index].size << classes[index].shift
        classes[index].chunks[count] = Flat(repeating: Self.empty, count: size)
        classes[index].chunkCount += 1
    }

    private mutating func grow(_ block: inout CellBlock) {
        var larger = allocate(block.sizeClass + 1)
        let source = place(block)
        let target = place(larger)
        for index in 0..<Int(block.count) {
            let cell = classes[Int(block.sizeClass)].chunks[source.chunk][source.start + index]
            classes[Int(larger.sizeClass)].chunks[target.chunk][target.start + index] = cell
        }
        larger.count = block.count
        classes[Int(block.sizeClass)].free.append(block.index)
        block = larger
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
