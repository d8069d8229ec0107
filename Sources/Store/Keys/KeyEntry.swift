/// The token of an idempotency key, as two big-endian words: comparing words is comparing bytes.
package struct KeyToken: Hashable, Comparable, Sendable {
    package var word0: UInt64
    package var word1: UInt64

    package init(_ word0: UInt64, _ word1: UInt64) {
        self.word0 = word0
        self.word1 = word1
    }

    /// The token whose 16 bytes are those of `low` and then `high`, each least significant byte
    /// first.
    package init(littleEndianLow low: UInt64, high: UInt64) {
        self.init(low.byteSwapped, high.byteSwapped)
    }

    /// The token of 16 bytes; another count is a bug of the caller's.
    package init(bytes: [UInt8]) {
        precondition(bytes.count == 16, "a token has 16 bytes")
        self.init(littleEndianLow: bytes.span.u64(at: 0), high: bytes.span.u64(at: 8))
    }

    package static func < (a: KeyToken, b: KeyToken) -> Bool {
        (a.word0, a.word1) < (b.word0, b.word1)
    }
}

/// A token and the event that carries it.
package struct KeyEntry: Hashable, Sendable {
    package var token: KeyToken
    package var sequence: UInt64

    package init(token: KeyToken, sequence: UInt64) {
        self.token = token
        self.sequence = sequence
    }
}

/// How a run's entries are laid out; `ops/formats.md`, section 6, has the table.
enum KeyChunk {
    static let entrySize = 24
    static let wordsPerEntry = 3
    /// As many as make a value, with its checksum, fill one of LMDB's overflow pages and no second.
    static let entryCountMax = 169
    /// The chunk number of the first part of a run's filter, behind its entries.
    static let filterNumber: UInt32 = 0x8000_0000
    /// The chunk number of a run's head, behind all others.
    static let headNumber = UInt32.max

    static func key(run: UInt32, chunk: UInt32) -> [UInt8] {
        [UInt8](bigEndian: run) + [UInt8](bigEndian: chunk)
    }

    /// The same as a number, most significant byte first.
    static func number(run: UInt32, _ chunk: UInt32) -> UInt64 {
        UInt64(run) << 32 | UInt64(chunk)
    }

    /// Appends the words of an entry, least significant byte first each.
    @inline(__always)
    static func append(_ entry: KeyEntry, to words: inout [UInt64]) {
        words.append(entry.token.word0.byteSwapped)
        words.append(entry.token.word1.byteSwapped)
        words.append(entry.sequence)
    }

    static func token(_ index: Int, of value: Span<UInt8>) -> KeyToken {
        let start = index * entrySize
        return KeyToken(
            littleEndianLow: value.u64(at: start), high: value.u64(at: start + 8))
    }

    static func entry(_ index: Int, of value: Span<UInt8>) -> KeyEntry {
        KeyEntry(token: token(index, of: value), sequence: value.u64(at: index * entrySize + 16))
    }

    /// The index of the first entry that isn't less than `token`.
    static func lowerBound(of token: KeyToken, in value: Span<UInt8>) -> Int {
        var (low, high) = (0, value.count / entrySize)
        while low < high {
            let middle = (low + high) / 2
            if self.token(middle, of: value) < token { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
