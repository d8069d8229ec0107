import LMDB

extension StateStore {
    /// Up to where in the log the runs have every token; nil if they don't say.
    /// - Throws: `.stateDamaged` if a run's head isn't what was written.
    package func keysMark() throws(StoreError) -> LogMark? {
        try keyRunHeads().heads.compactMap(\.through).max { $0.sequence < $1.sequence }
    }

    /// The runs that there are, oldest first, and what is left of others.
    func keyRuns() throws(StoreError) -> KeyRunList {
        let (heads, remains) = try keyRunHeads()
        var runs: [KeyRun] = []
        for head in heads {
            let filter = try KeyFilter(
                run: head.number, wordCount: head.filterWordCount, from: self)
            runs.append(KeyRun(head: head, filter: filter))
        }
        return KeyRunList(runs: runs, remains: remains)
    }

    /// The heads of the runs that count, oldest first, and the numbers of those that don't.
    private func keyRunHeads() throws(StoreError) -> (heads: [KeyRunHead], remains: [UInt32]) {
        var heads: [KeyRunHead] = []
        var remains: [UInt32] = []
        var next: UInt32? = 0
        while let number = next {
            // From one run to the next, by their heads.
            guard let found = try firstRunNumber(from: number) else { break }
            let key = KeyChunk.key(run: found, chunk: KeyChunk.headNumber)
            let head = try withValue(in: .keys, forKey: key) { value in
                KeyRunHead(number: found, decoding: value)
            }
            if let head {
                guard let head else { throw .stateDamaged(table: .keys, key: key) }
                heads.append(head)
            } else {
                remains.append(found)
            }
            next = found < UInt32.max ? found + 1 : nil
        }
        let replaced = Set(heads.flatMap(\.replaced))
        remains += heads.map(\.number).filter(replaced.contains)
        return (heads.filter { !replaced.contains($0.number) }, remains)
    }

    /// The event that carries the token, if one of the runs has it.
    ///
    /// Tokens are hashes, evenly spread, so that a guess by proportion finds the chunk in two or
    /// three steps. Every chunk that a step depends on is checked: a wrong turn would make a
    /// repeated command a new one.
    func sequence(
        of token: KeyToken, in runs: [KeyRun]
    ) throws(StoreError) -> UInt64? {
        for run in runs.reversed() where run.filter.mayContain(token) {
            if let sequence = try sequence(of: token, in: run) { return sequence }
        }
        return nil
    }

    /// Removes a run, its head first and then at most `countMax` of its chunks. Only once nobody
    /// looks for tokens in it any more.
    /// - Returns: true when nothing of it is left.
    func removeKeyRun(_ number: UInt32, countMax: Int) throws(StoreError) -> Bool {
        var keys: [[UInt8]] = []
        var isAtEnd = true
        let start = KeyChunk.key(run: number, chunk: 0)
        try storage.scan(.keys, from: start.span) { key, _ in
            guard key.count == 8, key.u32(at: 0).byteSwapped == number else { return false }
            isAtEnd = keys.count < countMax
            if isAtEnd { keys.append([UInt8](copying: key)) }
            return isAtEnd
        }
        guard !keys.isEmpty else { return true }
        // Without a head it is no run, so that a crash leaves none that lacks chunks.
        keys.append(KeyChunk.key(run: number, chunk: KeyChunk.headNumber))
        try write(keys.map { StateChange(.keys, key: $0, value: nil) })
        return isAtEnd
    }

    /// The number of the first run from `number` on of which there is anything.
    private func firstRunNumber(from number: UInt32) throws(StoreError) -> UInt32? {
        var found: UInt32? = nil
        let start = KeyChunk.key(run: number, chunk: 0)
        try storage.scan(.keys, from: start.span) { key, _ in
            if key.count == 8 { found = key.u32(at: 0).byteSwapped }
            return false
        }
        return found
    }

    private func sequence(of token: KeyToken, in run: KeyRun) throws(StoreError) -> UInt64? {
        guard run.chunkCount > 0 else { return nil }
        var search = ChunkSearch(chunkCount: run.chunkCount)
        while let chunk = search.guess(token.word0) {
            switch try probe(token, run: run.number, chunk: chunk) {
            case .before(let first): search.goBefore(chunk, first: first)
            case .after(let last): search.goAfter(chunk, last: last)
            case .here(let sequence): return sequence
            }
        }
        return nil
    }

    private func probe(
        _ token: KeyToken, run: UInt32, chunk: UInt32
    ) throws(StoreError) -> Probe {
        let key = KeyChunk.key(run: run, chunk: chunk)
        let probe = try withValue(in: .keys, forKey: key) { value -> Probe? in
            let count = value.count / KeyChunk.entrySize
            guard count > 0, value.count % KeyChunk.entrySize == 0 else { return nil }
            let index = KeyChunk.lowerBound(of: token, in: value)
            guard index < count else {
                return .after(last: KeyChunk.token(count - 1, of: value).word0)
            }
            let entry = KeyChunk.entry(index, of: value)
            if entry.token == token { return .here(entry.sequence) }
            return index == 0 ? .before(first: entry.token.word0) : .here(nil)
        }
        // A chunk of a run that has a head must be there.
        guard let probe, let probe else { throw .stateDamaged(table: .keys, key: key) }
        return probe
    }
}

/// What the table of keys holds.
struct KeyRunList: Equatable, Sendable {
    /// Where tokens are to be looked for, oldest first.
    var runs: [KeyRun]
    /// Runs that were replaced, or that a crash kept from being finished or removed: to be removed.
    var remains: [UInt32]
}

private enum Probe {
    /// The token can only be in an earlier chunk than this, which begins there.
    case before(first: UInt64)
    /// The token can only be in a later chunk than this, which ends there.
    case after(last: UInt64)
    /// The token can only be in this chunk: its event, or nil.
    case here(UInt64?)
}

/// Where in a run a token can still be, and where to look next.
private struct ChunkSearch {
    private var low: UInt32 = 0
    private var high: UInt32
    /// Tokens that surely lie at or outside the chunks that are left.
    private var lowest: UInt64 = 0
    private var highest: UInt64 = .max
    private var guessCount = 0

    init(chunkCount: UInt32) {
        high = chunkCount
    }

    mutating func goBefore(_ chunk: UInt32, first: UInt64) {
        (high, highest) = (chunk, first)
    }

    mutating func goAfter(_ chunk: UInt32, last: UInt64) {
        (low, lowest) = (chunk + 1, last)
    }

    /// By proportion at first; halving later bounds the number of steps whatever the tokens are.
    mutating func guess(_ token: UInt64) -> UInt32? {
        guard low < high else { return nil }
        let count = high - low
        guessCount += 1
        guard guessCount <= 4, lowest <= token, token <= highest, lowest < highest else {
            return low + count / 2
        }
        let product = (token - lowest).multipliedFullWidth(by: UInt64(count))
        // token − lowest ≤ highest − lowest, so the quotient is at most count.
        let width = highest - lowest
        guard product.high < width else { return high - 1 }
        let (quotient, _) = width.dividingFullWidth(product)
        return low + min(UInt32(quotient), count - 1)
    }
}
