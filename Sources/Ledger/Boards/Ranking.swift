/// Entries in order, each found by its rank and each rank by its entry: sorted blocks, with how many
/// entries and how many different keys each block has beside them.
///
/// To look up or change one is a search among the blocks' first entries and one within a block; a rank is
/// a sum over the blocks before. At a million entries that is some 2,500 small numbers in a row, less
/// than a microsecond, and it saves the inner nodes of a tree.
struct Ranking<Entry: RankedEntry>: Sendable {
    /// Entries of a block at most. To insert moves all of them at worst: a few kilobytes.
    static var blockMax: Int { 512 }

    private var blocks: [RankedBlock<Entry>] = []
    /// What searches and sums run over, without a look at the blocks themselves.
    private var firsts: ContiguousArray<Entry> = []
    private var sizes: ContiguousArray<Int32> = []
    /// Entries whose keys differ from those of the entry before, the last of another block too.
    private var leads: ContiguousArray<Int32> = []
    private(set) var count = 0

    init() {}

    /// Bytes that all entries take together.
    var byteCount: Int {
        blocks.reduce(0) { $0 + $1.byteCount }
            + blocks.count * (MemoryLayout<RankedBlock<Entry>>.stride + MemoryLayout<Entry>.stride)
    }

    /// An entry's block and its place in it.
    struct Place: Equatable {
        var block: Int
        var index: Int
    }

    // MARK: Changing

    /// - Returns: false if it is there already.
    @discardableResult
    mutating func insert(_ entry: Entry) -> Bool {
        guard !blocks.isEmpty else {
            blocks = [RankedBlock(CollectionOfOne(entry))]
            (firsts, sizes, leads, count) = ([entry], [1], [1], 1)
            return true
        }
        var place = lowerBound(entry)
        // What belongs between two blocks goes to the end of the former.
        if place.index == 0, place.block > 0 {
            place = Place(block: place.block - 1, index: Int(sizes[place.block - 1]))
        }
        if place.index < blocks[place.block].count, blocks[place.block][place.index] == entry {
            return false
        }
        if let next = self.entry(at: place), place.index == blocks[place.block].count,
            next == entry
        {
            return false
        }
        count(entry, at: place, by: 1)
        blocks[place.block].insert(entry, at: place.index)
        sizes[place.block] += 1
        count += 1
        if place.index == 0 { firsts[place.block] = entry }
        if blocks[place.block].count == Self.blockMax { relieve(place.block) }
        return true
    }

    /// - Returns: false if it isn't there.
    @discardableResult
    mutating func remove(_ entry: Entry) -> Bool {
        let place = lowerBound(entry)
        guard place.block < blocks.count, place.index < blocks[place.block].count,
            blocks[place.block][place.index] == entry
        else { return false }
        blocks[place.block].remove(at: place.index)
        sizes[place.block] -= 1
        count -= 1
        count(entry, at: place, by: -1)
        if blocks[place.block].isEmpty {
            drop(place.block)
        } else {
            if place.index == 0 { firsts[place.block] = blocks[place.block][0] }
            if blocks[place.block].count < Self.blockMax / 4 { join(place.block) }
        }
        return true
    }

    /// Counts the different keys anew around an entry that is about to stand at a place, or that stood
    /// there before.
    private mutating func count(_ entry: Entry, at place: Place, by change: Int32) {
        let before = self.entry(before: place)
        if before.map({ !$0.isLevel(with: entry) }) ?? true { leads[place.block] += change }
        guard let (next, block) = following(place) else { return }
        let led = before.map { !$0.isLevel(with: next) } ?? true
        let leadsBehind = !entry.isLevel(with: next)
        if led != leadsBehind { leads[block] += leadsBehind ? change : -change }
    }

    private func entry(before place: Place) -> Entry? {
        if place.index > 0 { return blocks[place.block][place.index - 1] }
        return place.block > 0 ? blocks[place.block - 1].last : nil
    }

    /// The first entry from a place on, and its block.
    private func following(_ place: Place) -> (entry: Entry, block: Int)? {
        if place.index < blocks[place.block].count {
            return (blocks[place.block][place.index], place.block)
        }
        let next = place.block + 1
        return next < blocks.count ? (firsts[next], next) : nil
    }

    private func entry(at place: Place) -> Entry? { following(place)?.entry }

    // MARK: Blocks

    /// Makes room in a full block: gives to a neighbour that has room, else makes a new one.
    private mutating func relieve(_ block: Int) {
        let roomy = Int32(Self.blockMax * 3 / 4)
        if block + 1 < blocks.count, sizes[block + 1] < roomy {
            level(block)
        } else if block > 0, sizes[block - 1] < roomy {
            level(block - 1)
        } else {
            let entries = blocks[block].entries
            let half = entries.count / 2
            firsts.insert(entries[half], at: block + 1)
            sizes.insert(0, at: block + 1)
            leads.insert(0, at: block + 1)
            blocks.insert(RankedBlock(entries[half...]), at: block + 1)
            blocks[block] = RankedBlock(entries[..<half])
            note(block)
            note(block + 1)
        }
    }

    /// Levels a block out with the next one.
    private mutating func level(_ block: Int) {
        let entries = blocks[block].entries + blocks[block + 1].entries
        let half = entries.count / 2
        blocks[block] = RankedBlock(entries[..<half])
        blocks[block + 1] = RankedBlock(entries[half...])
        note(block)
        note(block + 1)
    }

    /// Joins a block that has become small with a neighbour, if they fit with room to spare.
    private mutating func join(_ block: Int) {
        let fits = Int32(Self.blockMax * 3 / 4)
        var front = block
        if block + 1 >= blocks.count || sizes[block] + sizes[block + 1] > fits {
            guard block > 0, sizes[block - 1] + sizes[block] <= fits else { return }
            front = block - 1
        }
        blocks[front] = RankedBlock(blocks[front].entries + blocks[front + 1].entries)
        drop(front + 1)
        note(front)
    }

    private mutating func drop(_ block: Int) {
        blocks.remove(at: block)
        firsts.remove(at: block)
        sizes.remove(at: block)
        leads.remove(at: block)
    }

    /// Notes anew what stands beside a block.
    private mutating func note(_ block: Int) {
        firsts[block] = blocks[block][0]
        sizes[block] = Int32(blocks[block].count)
        var before = block > 0 ? blocks[block - 1].last : nil
        var sum: Int32 = 0
        for entry in blocks[block].entries {
            if before.map({ !$0.isLevel(with: entry) }) ?? true { sum += 1 }
            before = entry
        }
        leads[block] = sum
    }

    // MARK: Looking up

    /// The first place whose entry isn't before the given one; behind a block's end never but at the
    /// very end.
    func lowerBound(_ entry: Entry) -> Place {
        // The last block whose first entry is before it, or the first of all.
        var low = 0
        var high = firsts.count
        while low < high {
            let middle = (low + high) / 2
            if firsts[middle] < entry { low = middle + 1 } else { high = middle }
        }
        let block = max(0, low - 1)
        guard block < blocks.count else { return Place(block: 0, index: 0) }
        var start = 0
        var end = blocks[block].count
        while start < end {
            let middle = (start + end) / 2
            if blocks[block][middle] < entry { start = middle + 1 } else { end = middle }
        }
        if start == blocks[block].count, block + 1 < blocks.count {
            return Place(block: block + 1, index: 0)
        }
        return Place(block: block, index: start)
    }

    func contains(_ entry: Entry) -> Bool {
        let place = lowerBound(entry)
        return place.block < blocks.count && place.index < blocks[place.block].count
            && blocks[place.block][place.index] == entry
    }

    /// How many entries stand before a place.
    func position(of place: Place) -> Int {
        var sum = place.index
        for block in 0..<place.block { sum += Int(sizes[block]) }
        return sum
    }

    /// The place of the entry that so many stand before; at most `count`.
    func place(at position: Int) -> Place {
        var rest = position
        for block in sizes.indices {
            if rest < Int(sizes[block]) { return Place(block: block, index: rest) }
            rest -= Int(sizes[block])
        }
        return end
    }

    /// How many different keys there are up to a place, its own included.
    func keys(through place: Place) -> Int {
        var sum = 0
        for block in 0..<place.block { sum += Int(leads[block]) }
        var before = place.block > 0 ? blocks[place.block - 1].last : nil
        for index in 0...place.index {
            let entry = blocks[place.block][index]
            if before.map({ !$0.isLevel(with: entry) }) ?? true { sum += 1 }
            before = entry
        }
        return sum
    }

    /// The place of the first entry with the key that is so many, from 1.
    func place(ofKey number: Int) -> Place {
        var rest = number
        for block in leads.indices {
            if rest > Int(leads[block]) {
                rest -= Int(leads[block])
                continue
            }
            var before = block > 0 ? blocks[block - 1].last : nil
            for index in 0..<blocks[block].count {
                let entry = blocks[block][index]
                if before.map({ !$0.isLevel(with: entry) }) ?? true {
                    rest -= 1
                    if rest == 0 { return Place(block: block, index: index) }
                }
                before = entry
            }
        }
        return end
    }

    /// Behind the last entry.
    var end: Place { Place(block: max(0, blocks.count - 1), index: blocks.last?.count ?? 0) }

    /// Whether it has the same accounts with the same values, in one pass over both: to look each up would
    /// take ten times as long.
    func isEqual<Other: RankedEntry>(to other: Ranking<Other>) -> Bool {
        guard count == other.count else { return false }
        var place = Ranking<Other>.Place(block: 0, index: 0)
        var isEqual = true
        visit(from: Place(block: 0, index: 0)) { entry in
            let twin = other.blocks[place.block][place.index]
            isEqual = entry.account == twin.account && entry.value == twin.value
            place.index += 1
            if place.index == other.blocks[place.block].count {
                place = .init(block: place.block + 1, index: 0)
            }
            return isEqual
        }
        return isEqual
    }

    /// Lends the entries from a place on to `body`, until it answers false.
    func visit(from place: Place, _ body: (Entry) -> Bool) {
        var start = place.index
        for block in place.block..<max(place.block, blocks.count) {
            for index in start..<max(start, blocks[block].count) {
                guard body(blocks[block][index]) else { return }
            }
            start = 0
        }
    }
}
