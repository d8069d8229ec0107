/// Says of most tokens that a run doesn't have them, without reading the run: nearly every command
/// comes with a new key. A Bloom filter in blocks of 512 bits, so that asking it costs one cache
/// line.
struct KeyFilter: Equatable, Sendable {
    private var words: [UInt64]
    private let blockCount: UInt64

    static let wordsPerBlock = 8
    /// With six bits set for each token, about one new token in six hundred is looked for in vain: some chunks
    /// of the run are read and checked then. With ten bits it would be one in a hundred, for each of several runs.
    private static let bitsPerToken: UInt64 = 16
    private static let probeCount = 6

    /// Room for that many tokens.
    init(tokenCount: UInt64) {
        let bitsPerBlock = UInt64(KeyFilter.wordsPerBlock * 64)
        blockCount = max(1, (tokenCount * KeyFilter.bitsPerToken + bitsPerBlock - 1) / bitsPerBlock)
        words = [UInt64](repeating: 0, count: Int(blockCount) * KeyFilter.wordsPerBlock)
    }

    /// The filter with these words; nil unless they are whole blocks.
    init?(words: [UInt64]) {
        guard !words.isEmpty, words.count % KeyFilter.wordsPerBlock == 0 else { return nil }
        self.words = words
        blockCount = UInt64(words.count / KeyFilter.wordsPerBlock)
    }

    var wordCount: Int { words.count }

    mutating func insert(_ token: KeyToken) {
        let start = blockStart(token)
        var bits = token.word1
        for _ in 0..<KeyFilter.probeCount {
            words[start + Int(bits >> 6 & 7)] |= 1 << (bits & 63)
            bits >>= 9
        }
    }

    /// False only if the token was never inserted.
    func mayContain(_ token: KeyToken) -> Bool {
        let start = blockStart(token)
        var bits = token.word1
        for _ in 0..<KeyFilter.probeCount {
            guard words[start + Int(bits >> 6 & 7)] & 1 << (bits & 63) != 0 else { return false }
            bits >>= 9
        }
        return true
    }

    /// The bits of the tokens that it may contain. The first probe of all of them takes no turn by what it
    /// finds, so that they don't wait for one another's memory.
    func mayContain(_ tokens: [KeyToken]) -> UInt64 {
        var found: UInt64 = 0
        for index in tokens.indices {
            let bits = tokens[index].word1
            let word = words[blockStart(tokens[index]) + Int(bits >> 6 & 7)]
            found |= (word >> (bits & 63) & 1) << UInt64(index)
        }
        var left = found
        while left != 0 {
            let index = left.trailingZeroBitCount
            if !mayContain(tokens[index]) { found &= ~(1 << UInt64(index)) }
            left &= left - 1
        }
        return found
    }

    /// Tokens are evenly spread hashes: the first word picks the block, the second the bits.
    private func blockStart(_ token: KeyToken) -> Int {
        Int(token.word0.multipliedFullWidth(by: blockCount).high) * KeyFilter.wordsPerBlock
    }
}

extension KeyFilter {
    /// As many words as make a value, with its checksum, fill one of LMDB's overflow pages and no
    /// second.
    static let wordsPerChunk = 504

    var chunkCount: UInt32 { UInt32((words.count + Self.wordsPerChunk - 1) / Self.wordsPerChunk) }

    /// The words of a part of it.
    func words(ofChunk chunk: UInt32) -> [UInt64] {
        let start = Int(chunk) * KeyFilter.wordsPerChunk
        return Array(words[start..<min(start + KeyFilter.wordsPerChunk, words.count)])
    }

    /// Reads a run's filter, every part checked.
    init<Storage>(
        run: UInt32, wordCount: Int, from store: StateStore<Storage>
    ) throws(StoreError) {
        var words: [UInt64] = []
        words.reserveCapacity(wordCount)
        var chunk = KeyChunk.filterNumber
        while words.count < wordCount {
            let key = KeyChunk.key(run: run, chunk: chunk)
            let count = min(wordCount - words.count, KeyFilter.wordsPerChunk)
            let isWhole = try store.withValue(in: .keys, forKey: key) { value in
                guard value.count == 8 * count else { return false }
                for index in 0..<count { words.append(value.u64(at: 8 * index)) }
                return true
            }
            guard isWhole == true else { throw .stateDamaged(table: .keys, key: key) }
            chunk += 1
        }
        guard let filter = KeyFilter(words: words) else {
            throw .stateDamaged(
                table: .keys, key: KeyChunk.key(run: run, chunk: KeyChunk.headNumber))
        }
        self = filter
    }
}
