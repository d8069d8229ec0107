/// Memory for runs of neighbouring cells, in chunks that never move.
///
/// A run that is given back is joined with the free ones on either side of it. So what accounts leave
/// behind when they outgrow it serves others of any size: when a million accounts get a second balance,
/// memory grows by that balance and not by all that an account has then.
struct CellSpace: ~Copyable, Sendable {
    /// Cells of a chunk, as a power of two. A longer run has a chunk of its own.
    static let chunkBits = 13
    private static let chunkSize = 1 << chunkBits
    private static let empty = Cell(key: CellKey(rawValue: 0), value: .zero)
    private static let none = Int64(-1)

    /// Those beyond `chunkCount`, and the vacant ones, are empty.
    private(set) var chunks = Flat<Flat<Cell>>()
    private var chunkCount = 0
    private var vacant: [Int] = []
    /// A bit for each cell: set for the first and the last of a free run. Of a free run the first cell has
    /// the length as its key and the runs before and behind it in its list as `a` and `b`; the last one
    /// has the length as `c`.
    private var ends = Flat<UInt64>()
    /// The first free run of those that have room for a class and for none above it.
    private var lists = Flat(repeating: CellSpace.none, count: CellSpace.classCount)
    /// A bit for each list that isn't empty.
    private var filled: UInt64 = 0

    // MARK: Sizes

    /// Classes whose runs share chunks.
    private static let classCount = 64

    /// How many cells a run of a class has: 1 to 32, then in four steps to twice as many.
    @inline(__always)
    static func size(_ sizeClass: Int) -> Int {
        if sizeClass < 32 { return sizeClass + 1 }
        let (octave, step) = ((sizeClass - 32) >> 2, (sizeClass - 32) & 3)
        return (32 << octave) + (step + 1) * (8 << octave)
    }

    /// The greatest class for which there is room.
    private static func largestClass(within length: Int) -> Int {
        if length <= 32 { return length - 1 }
        let octave = length.bitWidth - 1 - length.leadingZeroBitCount - 5
        return 31 + 4 * octave + (length - (32 << octave)) / (8 << octave)
    }

    /// The least class that has room for so many.
    static func smallestClass(for count: Int) -> Int {
        let largest = largestClass(within: count)
        return size(largest) == count ? largest : largest + 1
    }

    // MARK: Cells

    @inline(__always)
    static func chunk(_ start: UInt32) -> Int { Int(start >> UInt32(chunkBits)) }

    @inline(__always)
    static func offset(_ start: UInt32) -> Int { Int(start) & (chunkSize - 1) }

    subscript(chunk: Int, offset: Int) -> Cell {
        @inline(__always) _read { yield chunks[chunk][offset] }
        @inline(__always) _modify { yield &chunks[chunk][offset] }
    }

    private subscript(start: Int) -> Cell {
        get { chunks[start >> Self.chunkBits][start & (Self.chunkSize - 1)] }
        _modify { yield &chunks[start >> Self.chunkBits][start & (Self.chunkSize - 1)] }
    }

    /// Cells of free runs.
    var freeCount: Int {
        var sum = 0
        for sizeClass in 0..<Self.classCount {
            var next = lists[sizeClass]
            while next != Self.none {
                sum += length(Int(next))
                next = self[Int(next)].value.b
            }
        }
        return sum
    }

    /// All cells that there are.
    var cellCount: Int {
        var sum = 0
        for index in 0..<chunkCount { sum += chunks[index].count }
        return sum
    }

    // MARK: Giving out and taking back

    /// Gives out a run of a class: the smallest free one that has room, or the beginning of it.
    mutating func take(_ sizeClass: Int) -> UInt32 {
        let size = Self.size(sizeClass)
        guard sizeClass < Self.classCount else { return UInt32(addChunk(size)) }
        let fitting = UInt64.max << UInt64(sizeClass)
        if filled & fitting == 0 { addFree(addChunk(Self.chunkSize), Self.chunkSize) }
        let list = (filled & fitting).trailingZeroBitCount
        let start = Int(lists[list])
        let length = length(start)
        removeFree(start, length)
        if length > size { addFree(start + size, length - size) }
        return UInt32(start)
    }

    /// Makes a run larger where it lies, if what follows is free.
    mutating func extend(_ start: UInt32, from old: Int, to new: Int) -> Bool {
        let (next, limit) = (Int(start) + old, Self.offset(start) + new)
        guard new <= Self.chunkSize, limit <= Self.chunkSize, isEnd(next) else { return false }
        let length = length(next)
        guard length >= new - old else { return false }
        removeFree(next, length)
        if length > new - old { addFree(Int(start) + new, length - (new - old)) }
        return true
    }

    /// Takes a run back.
    mutating func give(_ start: UInt32, _ sizeClass: Int) {
        guard sizeClass < Self.classCount else { return drop(Self.chunk(start)) }
        var (start, length) = (Int(start), Self.size(sizeClass))
        let end = start + length
        if end & (Self.chunkSize - 1) != 0, isEnd(end) {
            let behind = self.length(end)
            removeFree(end, behind)
            length += behind
        }
        if start & (Self.chunkSize - 1) != 0, isEnd(start - 1) {
            let before = Int(self[start - 1].value.c)
            removeFree(start - before, before)
            start -= before
            length += before
        }
        // One chunk without anything in it is kept, so that none comes and goes again and again.
        if length == Self.chunkSize, lists[Self.classCount - 1] != Self.none {
            drop(start >> Self.chunkBits)
        } else {
            addFree(start, length)
        }
    }

    // MARK: Free runs

    private func length(_ start: Int) -> Int { Int(self[start].key.rawValue) }

    private func isEnd(_ cell: Int) -> Bool { ends[cell >> 6] & 1 << UInt64(cell & 63) != 0 }

    private mutating func setEnds(_ start: Int, _ length: Int) {
        ends[start >> 6] |= 1 << UInt64(start & 63)
        ends[(start + length - 1) >> 6] |= 1 << UInt64((start + length - 1) & 63)
    }

    private mutating func clearEnds(_ start: Int, _ length: Int) {
        ends[start >> 6] &= ~(1 << UInt64(start & 63))
        ends[(start + length - 1) >> 6] &= ~(1 << UInt64((start + length - 1) & 63))
    }

    private mutating func addFree(_ start: Int, _ length: Int) {
        let list = Self.largestClass(within: length)
        let next = lists[list]
        self[start].key = CellKey(rawValue: UInt64(length))
        self[start].value.a = Self.none
        self[start].value.b = next
        self[start + length - 1].value.c = Int64(length)
        if next != Self.none { self[Int(next)].value.a = Int64(start) }
        lists[list] = Int64(start)
        filled |= 1 << UInt64(list)
        setEnds(start, length)
    }

    private mutating func removeFree(_ start: Int, _ length: Int) {
        let list = Self.largestClass(within: length)
        let (before, next) = (self[start].value.a, self[start].value.b)
        if before == Self.none {
            lists[list] = next
            if next == Self.none { filled &= ~(1 << UInt64(list)) }
        } else {
            self[Int(before)].value.b = next
        }
        if next != Self.none { self[Int(next)].value.a = before }
        clearEnds(start, length)
    }

    // MARK: Chunks

    /// Answers where its first cell is.
    private mutating func addChunk(_ size: Int) -> Int {
        let index = vacant.popLast() ?? chunkCount
        if index == chunks.count { growTable() }
        chunkCount = max(chunkCount, index + 1)
        chunks[index] = Flat(repeating: Self.empty, count: size)
        return index << Self.chunkBits
    }

    private mutating func growTable() {
        let count = max(1, chunks.count * 2)
        // Cells are numbered in 32 bits.
        precondition(count * Self.chunkSize <= 1 << 32, "no room for more cells")
        chunks.grow(to: count) { Flat() }
        ends.grow(to: count * Self.chunkSize / 64) { 0 }
    }

    private mutating func drop(_ chunk: Int) {
        chunks[chunk] = Flat()
        vacant.append(chunk)
    }
}
