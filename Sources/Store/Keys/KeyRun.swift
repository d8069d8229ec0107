import Proof

/// One run of entries in the order of their tokens.
struct KeyRun: Equatable, Sendable {
    let head: KeyRunHead
    let filter: KeyFilter

    /// Larger for later runs.
    var number: UInt32 { head.number }
    var entryCount: UInt64 { head.entryCount }
    var chunkCount: UInt32 { head.chunkCount }
    /// The runs that went into it, which it makes superfluous.
    var replaced: [UInt32] { head.replaced }
    /// Up to where in the log it and the runs before it have every token; nil if that isn't known.
    var through: LogMark? { head.through }

    /// Runs never change: those of one number are the same.
    static func == (a: KeyRun, b: KeyRun) -> Bool { a.number == b.number }
}

/// What makes a run exist, once all its chunks do.
struct KeyRunHead: Equatable, Sendable {
    let number: UInt32
    let entryCount: UInt64
    let filterWordCount: Int
    let replaced: [UInt32]
    let through: LogMark?

    var chunkCount: UInt32 {
        let size = UInt64(KeyChunk.entryCountMax)
        return UInt32((entryCount + size - 1) / size)
    }

    /// The change that writes it.
    var change: StateChange {
        var value: [UInt8] = []
        value.append(varint: entryCount)
        value.append(varint: UInt64(filterWordCount))
        value.append(varint: UInt64(replaced.count))
        for number in replaced { value.append(varint: UInt64(number)) }
        if let through {
            value.append(varint: through.sequence)
            through.identity.append(to: &value)
        }
        return StateChange(
            .keys, key: KeyChunk.key(run: number, chunk: KeyChunk.headNumber), value: value)
    }

    init(
        number: UInt32, entryCount: UInt64, filterWordCount: Int, replaced: [UInt32],
        through: LogMark?
    ) {
        self.number = number
        self.entryCount = entryCount
        self.filterWordCount = filterWordCount
        self.replaced = replaced
        self.through = through
    }

    /// Nil unless these are a head's bytes and nothing else.
    init?(number: UInt32, decoding value: Span<UInt8>) {
        guard let entryCount = value.varint(at: 0),
            let wordCount = value.varint(at: entryCount.end),
            let count = value.varint(at: wordCount.end),
            entryCount.value <= KeyRunHead.entryCountMax,
            wordCount.value <= KeyRunHead.entryCountMax, count.value <= UInt64(value.count)
        else { return nil }
        var replaced: [UInt32] = []
        var offset = count.end
        for _ in 0..<count.value {
            guard let next = value.varint(at: offset), let number = UInt32(exactly: next.value)
            else { return nil }
            replaced.append(number)
            offset = next.end
        }
        var through: LogMark?
        if offset < value.count {
            guard let sequence = value.varint(at: offset),
                value.count == sequence.end + Digest.byteCount
            else { return nil }
            through = LogMark(
                sequence: sequence.value,
                identity: Digest(value.extracting(sequence.end..<value.count)))
        }
        self.init(
            number: number, entryCount: entryCount.value, filterWordCount: Int(wordCount.value),
            replaced: replaced, through: through)
    }

    /// Chunks are numbered below the filter's.
    private static let entryCountMax =
        UInt64(KeyChunk.filterNumber) * UInt64(KeyChunk.entryCountMax)
}
