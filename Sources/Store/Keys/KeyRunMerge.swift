import LMDB

/// Makes one run of several, a step at a time, while tokens are still looked for in the old ones.
struct KeyRunMerge: Sendable {
    private let runs: [KeyRun]
    private var builder: KeyRunBuilder
    private var sources: MergeSources

    /// - Parameters:
    ///   - runs: what to merge, oldest first; they must stay until the result is in use.
    ///   - number: that of the new run, larger than every run's.
    init(_ runs: [KeyRun], number: UInt32) {
        self.runs = runs
        builder = KeyRunBuilder(
            number: number, entryCountMax: runs.reduce(0) { $0 + $1.entryCount })
        sources = MergeSources(runs)
    }

    /// Moves about `entryCount` entries on.
    /// - Returns: the new run once it is whole, nil before. Look in it from then on, and then
    ///   remove the old ones.
    mutating func step<Storage>(
        entryCount: Int, in store: StateStore<Storage>
    ) throws(StoreError) -> KeyRun? {
        var entries: [KeyEntry] = []
        entries.reserveCapacity(entryCount)
        while entries.count < entryCount {
            for index in 0..<sources.count where sources.isDrained(index) {
                try load(index, from: store)
            }
            sources.dropEnded()
            guard sources.count > 0 else {
                try builder.append(entries, to: store)
                // The latest of several marks is that of the latest run which has one.
                return try builder.finish(
                    replacing: runs.map(\.number), through: runs.compactMap(\.through).last,
                    in: store)
            }
            sources.take(into: &entries, countMax: entryCount)
        }
        try builder.append(entries, to: store)
        return nil
    }

    private mutating func load<Storage>(
        _ index: Int, from store: StateStore<Storage>
    ) throws(StoreError) {
        guard let (run, chunk) = sources.nextChunk(index) else { return }
        let key = KeyChunk.key(run: run, chunk: chunk)
        let isWhole = try store.withValue(in: .keys, forKey: key) { value in
            sources.load(index, value)
        }
        guard isWhole == true else { throw .stateDamaged(table: .keys, key: key) }
    }
}

/// How far each of the runs that are being merged was read, with a chunk of each at hand.
///
/// All in flat lists, one place for each run: an entry is moved with a look at the next token of each.
private struct MergeSources: Sendable {
    private var runs: [KeyRun]
    /// The next chunk to read of each.
    private var chunks: [UInt32]
    /// The entries at hand: room for a chunk of each run, where it begins, which entry in it comes next,
    /// and where those at hand end.
    private var loaded: [KeyEntry]
    private var rooms: [Int]
    private var nexts: [Int]
    private var ends: [Int]

    /// - Parameter runs: oldest first.
    init(_ runs: [KeyRun]) {
        self.runs = runs
        chunks = runs.map { _ in 0 }
        let empty = KeyEntry(token: KeyToken(0, 0), sequence: 0)
        loaded = [KeyEntry](repeating: empty, count: runs.count * KeyChunk.entryCountMax)
        rooms = runs.indices.map { $0 * KeyChunk.entryCountMax }
        nexts = rooms
        ends = rooms
    }

    var count: Int { runs.count }

    /// True if there is no entry at hand; there may be more to load.
    func isDrained(_ index: Int) -> Bool { nexts[index] == ends[index] }

    /// What to load next; nil if that was all.
    func nextChunk(_ index: Int) -> (run: UInt32, chunk: UInt32)? {
        guard chunks[index] < runs[index].chunkCount else { return nil }
        return (runs[index].number, chunks[index])
    }

    /// Takes the next chunk of a run; false if it isn't one.
    mutating func load(_ index: Int, _ value: Span<UInt8>) -> Bool {
        let count = value.count / KeyChunk.entrySize
        guard count > 0, count <= KeyChunk.entryCountMax,
            value.count == count * KeyChunk.entrySize
        else { return false }
        for entry in 0..<count {
            loaded[rooms[index] + entry] = KeyChunk.entry(entry, of: value)
        }
        nexts[index] = rooms[index]
        ends[index] = rooms[index] + count
        chunks[index] += 1
        return true
    }

    /// Leaves those out that have nothing at hand and nothing to load.
    mutating func dropEnded() {
        for index in runs.indices.reversed() where isDrained(index) && nextChunk(index) == nil {
            runs.remove(at: index)
            chunks.remove(at: index)
            rooms.remove(at: index)
            nexts.remove(at: index)
            ends.remove(at: index)
        }
    }

    /// Moves entries in the order of their tokens, of equal ones the oldest run's first, until there are
    /// `countMax` or a run has none at hand. Each must have one before.
    mutating func take(into entries: inout [KeyEntry], countMax: Int) {
        var tokens = nexts.map { loaded[$0].token }
        while entries.count < countMax {
            var least = 0
            var token = tokens[0]
            for index in 1..<tokens.count where tokens[index] < token {
                least = index
                token = tokens[index]
            }
            let next = nexts[least]
            entries.append(loaded[next])
            nexts[least] = next + 1
            guard next + 1 < ends[least] else { return }
            tokens[least] = loaded[next + 1].token
        }
    }
}
