import Ledger
import Proof
import Store

/// What the stored idempotency tokens come to, in whatever runs they lie.
///
/// How they are spread over runs depends on when checkpoints were made, and a token whose event was
/// newer than its checkpoint is stored again by the next one: neither says anything.
enum TokenFingerprint {
    private struct Entry: Comparable {
        var token: (UInt64, UInt64)
        var sequence: UInt64

        static func == (a: Entry, b: Entry) -> Bool {
            a.token == b.token && a.sequence == b.sequence
        }

        static func < (a: Entry, b: Entry) -> Bool {
            a.token == b.token ? a.sequence < b.sequence : a.token < b.token
        }
    }

    /// A token's 16 bytes and its event's sequence number.
    private static let entrySize = 24
    /// Chunks with smaller numbers hold entries; the others a run's filter, the last one its head.
    private static let firstFilterPart: UInt64 = 0x8000_0000
    private static let headNumber: UInt64 = 0xFFFF_FFFF
    /// Entries sorted at a time. More of them are sorted part by part, by how their tokens begin.
    private static let partSizeMax: UInt64 = 8_000_000

    /// The hash of all tokens with their events, each once, in their order.
    static func take<Stored: StateStorage>(
        _ state: StateStore<Stored>
    ) throws(StoreError) -> Digest {
        let (runs, count) = try liveRuns(state)
        let parts = 1 + count / partSizeMax
        var hasher = SHA256()
        for part in 0..<parts {
            var entries: [Entry] = []
            try scan(state, runs) { entry in
                // The high half of the product spreads what tokens begin with over the parts.
                if entry.token.0.multipliedFullWidth(by: parts).high == part {
                    entries.append(entry)
                }
            }
            entries.sort()
            var previous: Entry?
            for entry in entries where entry != previous {
                hasher.update([entry.token.0, entry.token.1, entry.sequence])
                previous = entry
            }
        }
        return hasher.finish()
    }

    private static func scan<Stored: StateStorage>(
        _ state: StateStore<Stored>, _ runs: Set<UInt32>, _ body: (Entry) -> Void
    ) throws(StoreError) {
        try state.scan(.keys, from: []) { key, chunk in
            guard key.count == 8, runs.contains(UInt32(number(key, 0..<4))),
                number(key, 4..<8) < firstFilterPart
            else { return true }
            for start in stride(from: 0, to: chunk.count - chunk.count % entrySize, by: entrySize) {
                body(
                    Entry(
                        token: (
                            number(chunk, start..<(start + 8)),
                            number(chunk, (start + 8)..<(start + 16))
                        ),
                        sequence: number(chunk, (start + 16)..<(start + 24))))
            }
            return true
        }
    }

    /// The runs that count, and how many entries they have: finished ones, which is what a head says,
    /// that aren't replaced by another one.
    private static func liveRuns<Stored: StateStorage>(
        _ state: StateStore<Stored>
    ) throws(StoreError) -> (runs: Set<UInt32>, entryCount: UInt64) {
        var finished: [UInt32: UInt64] = [:]
        var replaced: Set<UInt32> = []
        try state.scan(.keys, from: []) { key, value in
            guard key.count == 8, number(key, 4..<8) == headNumber else { return true }
            var bytes: [UInt8] = []
            for index in value.indices { bytes.append(value[index]) }
            var reader = ByteReader(bytes)
            // Entries, words of the filter, then how many runs it replaces, then those.
            finished[UInt32(number(key, 0..<4))] = (try? reader.varint()) ?? 0
            _ = try? reader.varint()
            for _ in 0..<((try? reader.count()) ?? 0) {
                if let run = try? reader.varint32() { replaced.insert(run) }
            }
            return true
        }
        let live = finished.filter { !replaced.contains($0.key) }
        return (Set(live.keys), live.values.reduce(0, &+))
    }

    private static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt64 {
        range.reduce(0) { $0 << 8 | UInt64(bytes[$1]) }
    }
}

extension SHA256 {
    fileprivate mutating func update(_ words: [UInt64]) {
        var bytes: [UInt8] = []
        for word in words {
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        update(bytes.span)
    }
}
