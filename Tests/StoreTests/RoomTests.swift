import Glibc
import LMDB
import Store
import Testing

/// A file system of 16 MiB, gone with the test; nil where mounting isn't allowed.
private final class SmallDisk {
    let scratch = Scratch()

    init?() {
        guard shell("mount -t tmpfs -o size=16M,mode=700 tmpfs '\(scratch.path)' 2>/dev/null") == 0
        else { return nil }
    }

    deinit { shell("umount -l '\(scratch.path)'") }
}

@Test("nothing is promised before it is reserved, and what is reserved is kept")
func reserving() throws {
    let scratch = Scratch()
    let ledger = try openLedger(scratch)
    #expect(!ledger.log.hasRoom(batchBytes: 1, highestAccount: 0))
    #expect(try ledger.log.reserveRoom(batchBytes: 8 << 20, highestAccount: 100_000))
    #expect(ledger.log.hasRoom(batchBytes: 8 << 20, highestAccount: 100_000))
    #expect(!ledger.log.hasRoom(batchBytes: 8 << 20, highestAccount: 10_000_000))
    try extend(ledger, by: [2_000, 2_000])
    #expect(ledger.log.hasRoom(batchBytes: 8 << 20, highestAccount: 100_000))
    #expect(!ledger.log.hasRoom(batchBytes: 1 << 30, highestAccount: 0))
}

@Test("a disk fills up without a commit failing, reads go on, and writes do once there is room")
func fullDisk() throws {
    guard let disk = SmallDisk() else { return }
    let ledger = try openLedger(disk.scratch)
    shell("dd if=/dev/zero of='\(disk.scratch.path)/ballast' bs=1M count=8 2>/dev/null")
    var writer = LogWriter(head: try LogReader(ledger.log).resume())
    func append() throws -> Bool {
        let batch = pendingBatch(first: writer.head.sequence + 1, count: 1_000)
        let size = batch.storedSizeMax
        guard
            try ledger.log.hasRoom(batchBytes: size, highestAccount: 10)
                || ledger.log.reserveRoom(batchBytes: size, highestAccount: 10)
        else { return false }
        try writer.append(batch, to: ledger.log)
        return true
    }
    var count = 0
    while try append() { count += 1 }
    #expect(count > 50)
    // Whatever else takes the rest, what was reserved is ours and what is there can be read.
    shell("dd if=/dev/zero of='\(disk.scratch.path)/rest' bs=4k 2>/dev/null")
    #expect(try !append())
    #expect(
        try LogReader(ledger.log).event(writer.head.sequence) == eventBytes(writer.head.sequence))
    shell("rm '\(disk.scratch.path)/ballast'")
    #expect(try append())
    let audited = try LogReader(ledger.log).audit(from: .empty, batchCountMax: 10_000) { _, _ in }
    #expect(audited == writer.head)
}

@Test("state that the disk has no room for is refused before anything is written")
func fullState() throws {
    guard let disk = SmallDisk() else { return }
    let ledger = try openLedger(disk.scratch)
    let store = StateStore(try #require(ledger.state)) { checksum($0, $1) }
    try store.write([StateChange(.words, key: [1], value: [1])])
    let large = StateChange(.words, key: [2], value: [UInt8](repeating: 1, count: 20 << 20))
    guard case .stateFull? = storeError({ () throws(StoreError) in try store.write([large]) })
    else {
        Issue.record("it was written")
        return
    }
    #expect(try store.value(in: .words, forKey: [1]) == [1])
}

@Test("after a failed append nothing is appended any more")
func faultedLog() throws {
    let scratch = Scratch()
    let ledger = try openLedger(scratch)
    try extend(ledger, by: [5])
    // A key that isn't greater than all others: LMDB refuses.
    var stale = LogWriter(head: .empty)
    #expect(
        storeError { () throws(StoreError) in
            try stale.append(pendingBatch(first: 1, count: 1), to: ledger.log)
        } != nil)
    guard case .faulted? = storeError({ () throws(StoreError) in try extend(ledger, by: [1]) })
    else {
        Issue.record("it went on")
        return
    }
    #expect(try LogReader(ledger.log).lastSequence() == 8)
}
