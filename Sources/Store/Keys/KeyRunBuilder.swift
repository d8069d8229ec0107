/// Writes a run in bounded transactions. It exists once it is finished; what a crash leaves of it
/// before is found by nobody.
struct KeyRunBuilder: Sendable {
    let number: UInt32
    private var entryCount: UInt64 = 0
    private var chunk: [UInt8] = []
    private var chunkCount: UInt32 = 0
    private var changes: [StateChange] = []
    private var lastToken: KeyToken? = nil
    private var filter: KeyFilter

    /// - Parameters:
    ///   - number: larger than every run's, and than what is left of any.
    ///   - entryCountMax: how many entries there will be at most.
    init(number: UInt32, entryCountMax: UInt64) {
        self.number = number
        filter = KeyFilter(tokenCount: entryCountMax)
    }

    /// Adds entries, in the order of their tokens; of a token's entries only the first counts.
    mutating func append<Storage>(
        _ entries: [KeyEntry], to store: StateStore<Storage>
    ) throws(StoreError) {
        for entry in entries {
            if let lastToken {
                guard entry.token != lastToken else { continue }
                precondition(lastToken < entry.token, "a run's entries are sorted")
            }
            lastToken = entry.token
            entryCount += 1
            filter.insert(entry.token)
            KeyChunk.append(entry, to: &chunk)
            if chunk.count == KeyChunk.entrySize * KeyChunk.entryCountMax {
                try endChunk(in: store)
            }
        }
    }

    /// Writes the rest, and the head that makes it a run.
    /// - Parameter replaced: the runs whose entries are all in it.
    mutating func finish<Storage>(
        replacing replaced: [UInt32] = [], in store: StateStore<Storage>
    ) throws(StoreError) -> KeyRun {
        if !chunk.isEmpty { try endChunk(in: store) }
        for part in 0..<filter.chunkCount {
            try add(filter.change(chunk: part, run: number), in: store)
        }
        let head = KeyRunHead(
            number: number, entryCount: entryCount, filterWordCount: filter.wordCount,
            replaced: replaced)
        try store.write(changes + [head.change])
        changes.removeAll()
        return KeyRun(head: head, filter: filter)
    }

    private mutating func endChunk<Storage>(in store: StateStore<Storage>) throws(StoreError) {
        let key = KeyChunk.key(run: number, chunk: chunkCount)
        try add(StateChange(.keys, key: key, value: chunk), in: store)
        chunk.removeAll(keepingCapacity: true)
        chunkCount += 1
    }

    private mutating func add<Storage>(
        _ change: StateChange, in store: StateStore<Storage>
    ) throws(StoreError) {
        changes.append(change)
        guard changes.count == keyChunksPerTransaction else { return }
        try store.write(changes)
        changes.removeAll(keepingCapacity: true)
    }
}

/// A mebibyte: well below what LMDB holds in one transaction, and flushed in some milliseconds.
let keyChunksPerTransaction = 256
