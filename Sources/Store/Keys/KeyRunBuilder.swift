/// Writes a run in bounded transactions. It exists once it is finished; what a crash leaves of it
/// before is found by nobody.
struct KeyRunBuilder: Sendable {
    let number: UInt32
    private var entryCount: UInt64 = 0
    private var chunk: [UInt8] = []
    private var chunkCount: UInt32 = 0
    private var changes: [StateChange] = []
    private var lastToken: KeyToken? = nil

    /// - Parameter number: larger than every run's, and than what is left of any.
    init(number: UInt32) {
        self.number = number
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
        let run = KeyRun(number: number, entryCount: entryCount, replaced: replaced)
        try store.write(changes + [run.change])
        changes.removeAll()
        return run
    }

    private mutating func endChunk<Storage>(in store: StateStore<Storage>) throws(StoreError) {
        let key = KeyChunk.key(run: number, chunk: chunkCount)
        changes.append(StateChange(.keys, key: key, value: chunk))
        chunk.removeAll(keepingCapacity: true)
        chunkCount += 1
        guard changes.count == keyChunksPerTransaction else { return }
        try store.write(changes)
        changes.removeAll(keepingCapacity: true)
    }
}

/// A mebibyte: well below what LMDB holds in one transaction, and flushed in some milliseconds.
let keyChunksPerTransaction = 256
