/// The accounts' keys, one 32-byte slot each, in a flat file: what must be overwritten can't be in
/// a log.
struct KeyFile: ~Copyable {
    private let file: File

    init(_ path: String, _ mode: File.Mode) throws(StoreError) {
        file = try File(path, mode)
    }

    /// Fills the slots; they are on disk when this returns.
    func write(_ slots: [KeySlot]) throws(StoreError) {
        // Accounts are mostly opened in the order of their numbers: neighbours go in one write.
        let sorted = slots.sorted { $0.account < $1.account }
        var start = 0
        while start < sorted.count {
            var end = start + 1
            while end < sorted.count, sorted[end].account == sorted[end - 1].account + 1 {
                end += 1
            }
            let bytes = sorted[start..<end].flatMap(\.bytes)
            try file.write(bytes, at: Int(sorted[start].account) * KeySlot.size)
            start = end
        }
        try file.synchronizeData()
    }

    /// The slot's 32 bytes; zeros behind the file's end.
    func slot(_ account: UInt32) throws(StoreError) -> [UInt8] {
        var bytes = try file.read(count: KeySlot.size, at: Int(account) * KeySlot.size)
        bytes.append(contentsOf: repeatElement(0, count: KeySlot.size - bytes.count))
        return bytes
    }

    func size() throws(StoreError) -> Int { try file.size() }

    func synchronize() throws(StoreError) { try file.synchronize() }

    func allocate(count: Int, at offset: Int) throws(StoreError) -> File.Allocation {
        try file.allocate(count: count, at: offset)
    }
}
