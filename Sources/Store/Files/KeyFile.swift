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
            var bytes: [UInt8] = []
            bytes.reserveCapacity((end - start) * KeySlot.size)
            for slot in sorted[start..<end] { slot.append(to: &bytes) }
            try file.write(bytes, at: Int(sorted[start].account) * KeySlot.size)
            start = end
        }
        try file.synchronizeData()
    }

    /// The 32 bytes of each slot, one behind the other; zeros behind the file's end.
    func slots(from account: UInt32, count: Int) throws(StoreError) -> [UInt8] {
        let size = count * KeySlot.size
        var bytes = try file.read(count: size, at: Int(account) * KeySlot.size)
        bytes.append(contentsOf: repeatElement(0, count: size - bytes.count))
        return bytes
    }

    func size() throws(StoreError) -> Int { try file.size() }

    func synchronize() throws(StoreError) { try file.synchronize() }

    func allocate(count: Int, at offset: Int) throws(StoreError) -> File.Allocation {
        try file.allocate(count: count, at: offset)
    }
}
