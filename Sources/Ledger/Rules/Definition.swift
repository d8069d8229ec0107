extension JSON5Value {
    /// A number that stays the same however the value is laid out, and differs where it says something
    /// else: for telling whether a new rulebook has changed a part.
    var definition: UInt64 {
        var hash = SipHash(key: .checksum, isWide: false)
        hash.append(canonical, canonical.indices)
        return hash.finish64()
    }

    private var canonical: [UInt8] {
        switch kind {
        case .null, .broken: return Array("null".utf8)
        case .bool(let truth): return Array("\(truth)".utf8)
        case .number(let number): return Array("\(number)".utf8)
        case .string(let string):
            return Array("'\(string.bytes.count):".utf8) + string.bytes
        case .array(let values):
            return Array("[\(values.count):".utf8) + values.flatMap(\.canonical)
        case .object(let members):
            let sorted = members.sorted { $0.key < $1.key }
            return Array("{\(members.count):".utf8)
                + sorted.flatMap {
                    Array("\($0.key.utf8.count):\($0.key)".utf8) + $0.value.canonical
                }
        }
    }
}
