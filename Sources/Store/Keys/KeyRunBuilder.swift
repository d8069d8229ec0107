/// Writes a run in bounded transactions. It exists once it is finished; what a crash leaves of it
/// before is found by nobody and removed when a run takes its number.
package struct KeyRunBuilder<Storage: StateStorage>: Sendable {
    private let store: StateStore<Storage>
    private let number: UInt32
    private var entryCount: UInt64 = 0
    private var chunk: [UInt8] = []
    private var chunkCount: UInt32 = 0
    private var changes: [StateChange] = []
    private var lastToken: KeyToken? = nil

    /// - Parameter number: larger than every run's.
    package init(_ store: StateStore<Storage>, number: UInt32) throws(StoreError) {
        self.store = store
        self.number = number
        while try !store.removeKeyRun(number, countMax: keyChunksPerTransaction) {}
    }

    /// Adds entries, in the order of their tokens; of a token's entries only the first counts.
    package mutating func append(_ entries: [KeyEntry]) throws(StoreError) {
        for entry in entries {
            if let lastToken {
                guard entry.token != lastToken else { continue }
                precondition(lastToken < entry.token, "a run's entries are sorted")
            }
            lastToken = entry.token
            entryCount += 1
            KeyChunk.append(entry, to: &chunk)
            if chunk.count == KeyChunk.entrySize * KeyChunk.entryCountMax { try endChunk() }
        }
    }

    /// Writes the rest, and the head that makes it a run.
    /// - Parameter replaced: the runs whose entries are all in it.
    package mutating func finish(replacing replaced: [UInt32] = []) throws(StoreError) -> KeyRun {
        if !chunk.isEmpty { try endChunk() }
        let run = KeyRun(number: number, entryCount: entryCount, replaced: replaced)
        try store.write(changes + [run.change])
        changes.removeAll()
        return run
    }

    private mutating func endChunk() throws(StoreError) {
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
private let keyChunksPerTransaction = 256
