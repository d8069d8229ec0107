import LMDB

/// Makes one run of several, a step at a time, while tokens are still looked for in the old ones.
struct KeyRunMerge: Sendable {
    private let runs: [KeyRun]
    private var builder: KeyRunBuilder
    private var sources: [Source]

    /// - Parameters:
    ///   - runs: what to merge; they must stay until the result is in use.
    ///   - number: that of the new run, larger than every run's.
    init(_ runs: [KeyRun], number: UInt32) {
        self.runs = runs
        builder = KeyRunBuilder(
            number: number, entryCountMax: runs.reduce(0) { $0 + $1.entryCount })
        sources = runs.map { Source(run: $0) }
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
            guard let index = try leastSource(in: store) else {
                try builder.append(entries, to: store)
                return try builder.finish(replacing: runs.map(\.number), in: store)
            }
            entries.append(sources[index].entries[sources[index].position])
            sources[index].position += 1
        }
        try builder.append(entries, to: store)
        return nil
    }

    /// The source whose next entry comes first; nil when all are through.
    private mutating func leastSource<Storage>(
        in store: StateStore<Storage>
    ) throws(StoreError) -> Int? {
        var least: Int? = nil
        var leastToken = KeyToken(.max, .max)
        for index in sources.indices {
            if sources[index].isDrained { try sources[index].load(from: store) }
            guard !sources[index].isDrained else { continue }
            let token = sources[index].entries[sources[index].position].token
            if least == nil || token < leastToken { (least, leastToken) = (index, token) }
        }
        return least
    }

    /// One of the old runs and how far it has been read.
    private struct Source {
        let run: KeyRun
        var chunk: UInt32 = 0
        var entries: [KeyEntry] = []
        var position = 0

        /// True if there is no entry at hand; there may be more to load.
        var isDrained: Bool { position == entries.count }

        mutating func load<Storage>(from store: StateStore<Storage>) throws(StoreError) {
            guard chunk < run.chunkCount else { return }
            let key = KeyChunk.key(run: run.number, chunk: chunk)
            let loaded = try store.withValue(in: .keys, forKey: key) { value in
                (0..<(value.count / KeyChunk.entrySize)).map { KeyChunk.entry($0, of: value) }
            }
            guard let loaded, !loaded.isEmpty else { throw .stateDamaged(table: .keys, key: key) }
            entries = loaded
            position = 0
            chunk += 1
        }
    }
}
