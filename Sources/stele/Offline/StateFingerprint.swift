import Ledger
import Proof
import Store

/// What a stored state comes to, table by table: two states with the same prints say the same.
struct StateFingerprint: Equatable {
    var tables: [StateTable: Digest] = [:]

    init<Stored: StateStorage>(_ state: StateStore<Stored>) throws(StoreError) {
        for table in StateTable.allCases {
            tables[table] = table == .keys ? try Self.keys(state) : try Self.entries(table, state)
        }
    }

    /// The tables in which two states differ.
    func differences(from other: StateFingerprint) -> [String] {
        StateTable.allCases.filter { tables[$0] != other.tables[$0] }.map { "\($0)" }
    }

    /// Of all keys and values in their order, each checked against its checksum on the way.
    private static func entries<Stored: StateStorage>(
        _ table: StateTable, _ state: StateStore<Stored>
    ) throws(StoreError) -> Digest {
        var digest = Digest.zero
        var bytes: [UInt8] = []
        try state.scan(table, from: []) { key, value in
            bytes.removeAll(keepingCapacity: true)
            digest.append(to: &bytes)
            // A length in front, so that no byte can move from a key to its value.
            bytes.append(UInt8(truncatingIfNeeded: key.count))
            append(key, to: &bytes)
            append(value, to: &bytes)
            digest = SHA256.hash(bytes)
            return true
        }
        return digest
    }

    /// Of all idempotency tokens with their events, in whatever runs they lie: how they are spread over
    /// runs depends on when they were written, and says nothing.
    private static func keys<Stored: StateStorage>(
        _ state: StateStore<Stored>
    ) throws(StoreError) -> Digest {
        var sum = Digest.zero
        let runs = try liveRuns(state)
        try state.scan(.keys, from: []) { key, chunk in
            guard key.count == 8, runs.contains(number(key, at: 0)), number(key, at: 4) != .max
            else {
                return true
            }
            for start in stride(from: 0, to: chunk.count - chunk.count % entrySize, by: entrySize) {
                sum = added(SHA256.hash(chunk.extracting(start..<(start + entrySize))), to: sum)
            }
            return true
        }
        return sum
    }

    /// The runs that count: finished, which is what a head says, and not replaced by another one.
    private static func liveRuns<Stored: StateStorage>(
        _ state: StateStore<Stored>
    ) throws(StoreError) -> Set<UInt32> {
        var finished: Set<UInt32> = []
        var replaced: Set<UInt32> = []
        try state.scan(.keys, from: []) { key, value in
            guard key.count == 8, number(key, at: 4) == .max else { return true }
            finished.insert(number(key, at: 0))
            var bytes: [UInt8] = []
            append(value, to: &bytes)
            var reader = ByteReader(bytes)
            // Entries, then how many runs it replaces, then those.
            _ = try? reader.varint()
            for _ in 0..<((try? reader.count()) ?? 0) {
                if let run = try? reader.varint32() { replaced.insert(run) }
            }
            return true
        }
        return finished.subtracting(replaced)
    }

    /// A token's 16 bytes and its event's sequence number.
    private static let entrySize = 24

    private static func number(_ key: Span<UInt8>, at offset: Int) -> UInt32 {
        (offset..<(offset + 4)).reduce(0) { $0 << 8 | UInt32(key[$1]) }
    }

    /// Sums don't depend on the order; hashes that add up to a given sum can't be found.
    private static func added(_ digest: Digest, to sum: Digest) -> Digest {
        Digest(
            sum.word0 &+ digest.word0, sum.word1 &+ digest.word1, sum.word2 &+ digest.word2,
            sum.word3 &+ digest.word3)
    }

    private static func append(_ span: Span<UInt8>, to bytes: inout [UInt8]) {
        for index in span.indices { bytes.append(span[index]) }
    }
}
