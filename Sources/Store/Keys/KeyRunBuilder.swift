import LMDB

/// Writes a run in bounded transactions. It exists once it is finished; what a crash leaves of it
/// before is found by nobody.
struct KeyRunBuilder: Sendable {
    let number: UInt32
    private var entryCount: UInt64 = 0
    /// The chunk being filled, as words.
    private var chunk: [UInt64] = []
    private var chunkCount: UInt32 = 0
    private var changes = StateChanges()
    private var lastToken: KeyToken? = nil
    private var filter: KeyFilter

    /// - Parameters:
    ///   - number: larger than every run's, and than what is left of any.
    ///   - entryCountMax: how many entries there will be at most.
    init(number: UInt32, entryCountMax: UInt64) {
        self.number = number
        filter = KeyFilter(tokenCount: entryCountMax)
        chunk.reserveCapacity(KeyChunk.wordsPerEntry * KeyChunk.entryCountMax)
    }

    /// Adds entries, in the order of their tokens; of a token's entries only the first counts.
    mutating func append<Storage>(
        _ entries: [KeyEntry], to store: StateStore<Storage>
    ) throws(StoreError) {
        var start = 0
        while start < entries.count {
            start = take(entries, from: start)
            if changes.count >= keyChunksPerTransaction { try flush(to: store) }
        }
    }

    /// Takes entries up to the one that fills a transaction.
    ///
    /// - Returns: the index of the first that wasn't taken. Apart from the storage, so that it is one
    ///   piece of code, whatever that is.
    private mutating func take(_ entries: [KeyEntry], from start: Int) -> Int {
        var index = start
        while index < entries.count, changes.count < keyChunksPerTransaction {
            let entry = entries[index]
            index += 1
            if let lastToken {
                guard entry.token != lastToken else { continue }
                precondition(lastToken < entry.token, "a run's entries are sorted")
            }
            lastToken = entry.token
            entryCount += 1
            filter.insert(entry.token)
            KeyChunk.append(entry, to: &chunk)
            if chunk.count == KeyChunk.wordsPerEntry * KeyChunk.entryCountMax { endChunk() }
        }
        return index
    }

    /// Writes the rest, and the head that makes it a run.
    /// - Parameters:
    ///   - replaced: the runs whose entries are all in it.
    ///   - through: up to where in the log this run and those before it have every token.
    mutating func finish<Storage>(
        replacing replaced: [UInt32] = [], through: LogMark?, in store: StateStore<Storage>
    ) throws(StoreError) -> KeyRun {
        if !chunk.isEmpty { endChunk() }
        for part in 0..<filter.chunkCount {
            if changes.count >= keyChunksPerTransaction { try flush(to: store) }
            changes.set(
                .keys, bigEndian: KeyChunk.number(run: number, KeyChunk.filterNumber + part),
                to: filter.words(ofChunk: part))
        }
        let head = KeyRunHead(
            number: number, entryCount: entryCount, filterWordCount: filter.wordCount,
            replaced: replaced, through: through)
        changes.append(head.change)
        try flush(to: store)
        return KeyRun(head: head, filter: filter)
    }

    private mutating func endChunk() {
        changes.set(.keys, bigEndian: KeyChunk.number(run: number, chunkCount), to: chunk)
        chunk.removeAll(keepingCapacity: true)
        chunkCount += 1
    }

    private mutating func flush<Storage>(
        to store: StateStore<Storage>
    ) throws(StoreError) {
        try store.write(changes)
        changes.removeAll()
    }
}

/// A mebibyte: well below what LMDB holds in one transaction, and flushed in some milliseconds.
let keyChunksPerTransaction = 256
