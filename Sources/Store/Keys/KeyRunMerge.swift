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
        builder = KeyRunBuilder(number: number)
        sources = runs.map { Source(run: $0) }
    }

    /// Moves about `entryCount` entries on.
    /// - Returns: the new run once it is whole, nil before. Look in it from then on, and then remove
    ///   the old ones.
    mutating func step<Storage>(
        entryCount: Int, in store: StateStore<Storage>
    ) throws(StoreError) -> KeyRun? {
        var entries: [KeyEntry] = []
        entries.reserveCapacity(entryCount)
        while entries.count < entryCount {
            for index in sources.indices { try sources[index].load(from: store) }
            let least = sources.indices.compactMap { index in
                sources[index].next.map { (entry: $0, index: index) }
            }.min { $0.entry.token < $1.entry.token }
            guard let least else {
                try builder.append(entries, to: store)
                return try builder.finish(replacing: runs.map(\.number), in: store)
            }
            entries.append(least.entry)
            sources[least.index].advance()
        }
        try builder.append(entries, to: store)
        return nil
    }

    /// One of the old runs and how far it has been read.
    private struct Source {
        let run: KeyRun
        var chunk: UInt32 = 0
        var entries: [KeyEntry] = []
        var position = 0

        var next: KeyEntry? { position < entries.count ? entries[position] : nil }

        mutating func advance() { position += 1 }

        mutating func load<Storage>(from store: StateStore<Storage>) throws(StoreError) {
            guard position == entries.count, chunk < run.chunkCount else { return }
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
