import Store

/// The log in a file with LMDB's observable contract: what a commit adds is written to fresh pages and
/// flushed, then one of two first pages, in turn, is written, and flushed with the next commit. The
/// newer of the two says what there is; nothing has a checksum.
final class SimLog: RescueStorage, @unchecked Sendable {
    private let disk: SimDisk
    private var index: [Entry] = []
    private var transaction: UInt64 = 0
    private var end = 2 * pageSize
    private var hasFailed = false
    private var isFirst = true

    private struct Entry {
        var first: UInt64
        var offset: Int
        var size: Int
    }

    private static let pageSize = 4096
    /// Values begin at multiples of it.
    private static let step = 64
    /// Of a value's first page: its key, its size, where the one before it begins.
    private static let entryHeadSize = 32
    private static let magic: UInt64 = 0x4D49_534C_4F47_0001

    /// Opens what is on the disk.
    init(_ disk: SimDisk) throws(StoreError) {
        self.disk = disk
        var newest: (transaction: UInt64, last: Int, end: Int)?
        for slot in 0..<2 {
            let start = slot * Self.pageSize
            guard number(at: start) == Self.magic else { continue }
            let found = (number(at: start + 8), offset(at: start + 16), offset(at: start + 24))
            if newest == nil || found.0 > newest?.transaction ?? 0 { newest = found }
        }
        guard let newest else { return }
        transaction = newest.transaction
        end = newest.end
        var next = newest.last
        while next != 0 {
            let entry = Entry(
                first: number(at: next), offset: next + Self.entryHeadSize,
                size: offset(at: next + 8))
            guard entry.size > 0, entry.size <= disk.log.bytes.count - entry.offset else {
                throw .truncated(size: disk.log.bytes.count, needed: entry.offset)
            }
            index.append(entry)
            let before = offset(at: next + 16)
            guard before < next else { throw .metaDamaged(.page(number: next / Self.pageSize)) }
            next = before
        }
        index.reverse()
    }

    private func number(at offset: Int) -> UInt64 {
        guard offset + 8 <= disk.log.bytes.count else { return 0 }
        var value: UInt64 = 0
        for byte in 0..<8 { value |= UInt64(disk.log.bytes[offset + byte]) << UInt64(8 * byte) }
        return value
    }

    /// A number that should be a place in the file.
    private func offset(at place: Int) -> Int { Int(truncatingIfNeeded: number(at: place)) }

    private static func numbers(_ values: UInt64...) -> [UInt8] {
        values.flatMap { value in
            (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
        }
    }

    // MARK: LogStorage

    func append(
        head: Span<UInt8>, body: Span<UInt8>, first: UInt64
    ) throws(StoreError) {
        guard !hasFailed else { throw .faulted }
        hasFailed = true
        let size = head.count + body.count
        var value = Self.numbers(
            first, UInt64(size), UInt64(index.last.map { $0.offset - Self.entryHeadSize } ?? 0), 0)
        value.reserveCapacity(Self.entryHeadSize + size)
        for position in head.indices { value.append(head[position]) }
        for position in body.indices { value.append(body[position]) }
        // A commit after another one's loss doesn't lay things out as that one did.
        let start = end + disk.tape.below(8) * Self.step
        let newEnd = (start + value.count + Self.pageSize - 1) / Self.pageSize * Self.pageSize
        if disk.mutant == .headBeforeData { try writeHead(last: start, end: newEnd) }
        try disk.run("write of the log") { disk.log.write(value, at: start) }
        try disk.run("fsync of the log's data") { disk.log.synchronize() }
        if disk.mutant == .commitIsLost, disk.tape.chance(3_000) {
            disk.log.write([], at: start)
        } else if disk.mutant != .headBeforeData {
            try writeHead(last: start, end: newEnd)
            if isFirst { try synchronize() }
        }
        isFirst = false
        index.append(Entry(first: first, offset: start + Self.entryHeadSize, size: size))
        end = newEnd
        transaction += 1
        hasFailed = false
    }

    /// A write of less than a sector: it is done or not.
    private func writeHead(last: Int, end: Int) throws(StoreError) {
        let slot = Int((transaction + 1) % 2)
        try disk.run("write of the log's head") {
            disk.log.write(
                Self.numbers(Self.magic, transaction + 1, UInt64(last), UInt64(end)),
                at: slot * Self.pageSize)
        }
    }

    // MARK: RescueStorage

    func synchronize() throws(StoreError) {
        try disk.run("fsync of the log") { disk.log.synchronize() }
    }

    func lendUnreached(
        _ first: UInt64, _ take: (Span<UInt8>) -> Bool
    ) throws(StoreError) {
        if disk.mutant == .unreachedIsForgotten { return }
        let bytes = disk.log.bytes
        for start in stride(from: end, to: bytes.count, by: Self.step)
        where number(at: start) == first {
            let value = start + Self.entryHeadSize
            let size = offset(at: start + 8)
            guard size > 0, value <= bytes.count, size <= bytes.count - value else { continue }
            if take(bytes.span.extracting(value..<(value + size))) { return }
        }
    }

    func save(_ bytes: [UInt8]) throws(StoreError) {
        disk.count("batch out of reach")
        if disk.mutant == .rescueIsNotSaved { return }
        try disk.run("save of a rescue") { disk.rescue = bytes }
    }

    func saved() throws(StoreError) -> [UInt8]? {
        if disk.rescue != nil { disk.count("rescue after a rescue") }
        return disk.rescue
    }

    func removeSaved() throws(StoreError) {
        try disk.run("removal of a rescue") { disk.rescue = nil }
    }

    func scan(
        from sequence: UInt64, _ direction: ScanDirection,
        _ body: (_ first: UInt64, _ value: Span<UInt8>) -> Bool
    ) throws(StoreError) {
        var position = self.position(atOrBefore: sequence)
        if position < 0, direction == .forward { position = 0 }
        let bytes = disk.log.bytes
        while index.indices.contains(position) {
            let entry = index[position]
            let range = entry.offset..<(entry.offset + entry.size)
            guard body(entry.first, bytes.span.extracting(range)) else { return }
            position += direction == .forward ? 1 : -1
        }
    }

    private func position(atOrBefore sequence: UInt64) -> Int {
        var low = 0
        var high = index.count
        while low < high {
            let middle = (low + high) / 2
            if index[middle].first <= sequence { low = middle + 1 } else { high = middle }
        }
        return low - 1
    }

    func write(keys: [KeySlot]) throws(StoreError) {
        for slot in keys {
            if disk.mutant == .keysAreKept, slot.bytes.allSatisfy({ $0 == 0 }) { continue }
            try disk.run("write of keys") {
                disk.keys.write(slot.bytes, at: Int(slot.account) * KeySlot.size)
            }
        }
        if disk.mutant == .keysAreLost { return }
        try disk.run("fsync of the keys") { disk.keys.synchronize() }
    }

    func key(of account: UInt32) throws(StoreError) -> [UInt8] {
        try keys(from: account, count: 1)
    }

    func keys(from account: UInt32, count: Int) throws(StoreError) -> [UInt8] {
        let start = Int(account) * KeySlot.size
        let size = count * KeySlot.size
        let bytes = disk.keys.bytes
        guard start < bytes.count else { return [UInt8](repeating: 0, count: size) }
        let found = bytes[start..<min(start + size, bytes.count)]
        return Array(found) + [UInt8](repeating: 0, count: size - found.count)
    }

    func hasRoom(batchBytes: Int, highestAccount: UInt32) -> Bool {
        !disk.tape.chance(disk.faults.isFull)
    }

    func reserveRoom(batchBytes: Int, highestAccount: UInt32) throws(StoreError) -> Bool {
        disk.tape.below(2) == 0
    }
}
