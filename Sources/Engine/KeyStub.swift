import Store
struct KeyToken { init(bytes: [UInt8]) {} }
struct KeyEntry { init(token: KeyToken, sequence: UInt64) {} }
extension StateStore {
    func sequence(ofToken: KeyToken) throws(StoreError) -> UInt64? { nil }
    func writeRun(_ e: [KeyEntry]) throws(StoreError) {}
}
