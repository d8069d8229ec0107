import Ledger
import Proof
import Store

/// What a stored state comes to, table by table: two states with the same prints say the same.
struct StateFingerprint: Equatable {
    var tables: [StateTable: Digest] = [:]

    init<Stored: StateStorage>(_ state: StateStore<Stored>) throws(StoreError) {
        for table in StateTable.allCases {
            tables[table] =
                table == .keys
                ? try TokenFingerprint.take(state) : try Self.entries(table, state)
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

    private static func append(_ span: Span<UInt8>, to bytes: inout [UInt8]) {
        for index in span.indices { bytes.append(span[index]) }
    }
}
