/// A file as a process and as the disk see it: what is written is seen at once, and is on disk for
/// sure only once it was synchronized.
final class SimFile {
    /// What a process reads.
    private(set) var bytes: [UInt8] = []
    /// What was written since the last flush, oldest first.
    private var unsynced: [Write] = []

    /// A write, with what it would leave behind if it never reached the disk.
    private struct Write {
        var offset: Int
        var new: [UInt8]
        var old: [UInt8]
        var sizeBefore: Int
    }

    static let sectorSize = 512

    func write(_ new: [UInt8], at offset: Int) {
        let end = offset + new.count
        let old = offset < bytes.count ? Array(bytes[offset..<min(end, bytes.count)]) : []
        unsynced.append(Write(offset: offset, new: new, old: old, sizeBefore: bytes.count))
        put(new, at: offset)
    }

    private func put(_ new: [UInt8], at offset: Int) {
        let end = offset + new.count
        if bytes.count < end {
            bytes.append(contentsOf: repeatElement(0, count: end - bytes.count))
        }
        bytes.replaceSubrange(offset..<end, with: new)
    }

    func synchronize() { unsynced.removeAll(keepingCapacity: true) }

    /// The power fails: of what wasn't flushed, each write is on disk wholly, not at all, or sector by
    /// sector one or the other. Sectors behind the file's end may come out as garbage; others are
    /// written whole or not at all, as disks promise.
    func cut(_ tape: inout Tape) {
        let writes = unsynced
        unsynced = []
        for write in writes.reversed() {
            put(write.old, at: write.offset)
            bytes.removeLast(bytes.count - write.sizeBefore)
        }
        for write in writes {
            switch tape.below(4) {
            case 0: put(write.new, at: write.offset)
            case 1: break
            default: tear(write, &tape)
            }
        }
    }

    private func tear(_ write: Write, _ tape: inout Tape) {
        let end = write.offset + write.new.count
        var start = write.offset
        while start < end {
            let sectorEnd = min((start / Self.sectorSize + 1) * Self.sectorSize, end)
            let range = (start - write.offset)..<(sectorEnd - write.offset)
            switch tape.below(5) {
            case 0, 1: put(Array(write.new[range]), at: start)
            case 2 where start >= bytes.count: put(tape.bytes(sectorEnd - start), at: start)
            default: break
            }
            start = sectorEnd
        }
    }

    /// Makes the file a copy of another.
    func copy(_ other: SimFile) {
        bytes = other.bytes
        unsynced = []
    }
}
