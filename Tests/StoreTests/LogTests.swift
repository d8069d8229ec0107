import LMDB
import Proof
import Store
import Testing

@Test("a new ledger holds its genesis and opens again")
func creation() throws {
    let scratch = Scratch()
    do {
        let ledger = try openLedger(scratch)
        #expect(ledger.wasCreated)
        #expect(try LogReader(ledger.log).lastSequence() == 3)
        #expect(try ledger.log.key(of: 0) == [UInt8](repeating: 9, count: 32))
        #expect(try ledger.log.key(of: 1) == [UInt8](repeating: 0, count: 32))
    }
    let ledger = try openLedger(scratch)
    #expect(!ledger.wasCreated)
    #expect(try LogReader(ledger.log).event(2) == eventBytes(2))
}

@Test("what was appended is read back by event, by page and by folding")
func appendAndRead() throws {
    let scratch = Scratch()
    let ledger = try openLedger(scratch)
    let head = try extend(ledger, by: [1, 64, 300, 2, 1000, 1])
    #expect(head.sequence == 1371)
    let reader = LogReader(ledger.log)
    #expect(try reader.lastSequence() == 1371)
    for sequence in stride(from: UInt64(1), through: 1371, by: 13) {
        #expect(try reader.event(sequence) == eventBytes(sequence))
    }
    #expect(try reader.event(0) == nil)
    #expect(try reader.event(1372) == nil)
    let page = try reader.page(from: 60, .forward, countMax: 100, byteMax: 1 << 20)
    #expect(page.map(\.sequence) == Array(60..<160))
    #expect(page.allSatisfy { $0.bytes == eventBytes($0.sequence) })
    let back = try reader.page(from: 400, .backward, countMax: 390, byteMax: 1 << 20)
    #expect(back.map(\.sequence) == (11...400).reversed())
    #expect(
        try reader.page(from: 9999, .backward, countMax: 2, byteMax: 1).map(\.sequence) == [1371])
    #expect(try reader.page(from: 9999, .forward, countMax: 2, byteMax: 1).isEmpty)
    var seen: [UInt64] = []
    var next: UInt64? = 5
    while let start = next {
        next = try reader.fold(from: start, batchCountMax: 2) { sequence, _ in
            seen.append(sequence)
            return true
        }
    }
    #expect(seen == Array(5...1371))
}

@Test(
    "the log goes on from any batch's end with the same tree",
    arguments: [0, 3, 4, 68, 368, 370, 1370])
func resuming(mark: UInt64) throws {
    let scratch = Scratch()
    let ledger = try openLedger(scratch)
    let reader = LogReader(ledger.log)
    var writer = LogWriter(head: try reader.resume())
    var marks: [UInt64: StateHead] = [0: .empty, 3: StateHead(writer.head)]
    for count in [1, 64, 300, 2, 1000, 1] {
        try writer.append(
            pendingBatch(first: writer.head.sequence + 1, count: count), to: ledger.log)
        marks[writer.head.sequence] = StateHead(writer.head)
    }
    let known = try #require(marks[mark])
    #expect(try reader.resume(from: known) == writer.head)
    #expect(writer.head.tree.root == writer.head.root)
}

@Test("a log that ends before a known batch, or holds another there, is refused")
func regression() throws {
    let scratch = Scratch()
    let ledger = try openLedger(scratch)
    let reader = LogReader(ledger.log)
    var writer = LogWriter(head: try reader.resume())
    let old = contents(scratch.ledger + "/log/data.mdb")
    try writer.append(pendingBatch(first: 4, count: 10), to: ledger.log)
    let mark = StateHead(writer.head)
    let other = Scratch()
    do { _ = try openLedger(other) }
    replaceContents(other.ledger + "/log/data.mdb", old)
    let regressed = LogReader(try openLedger(other).log)
    guard
        case .logRegressed(head: 3, mark: 13)? = storeError({ () throws(StoreError) in
            try regressed.resume(from: mark)
        })
    else {
        Issue.record("the regression is not found")
        return
    }
    var changed = mark
    changed.identity.word0 ^= 1
    guard
        case .logDiverged(sequence: 13)? = storeError({ () throws(StoreError) in
            try reader.resume(from: changed)
        })
    else {
        Issue.record("the divergence is not found")
        return
    }
    // A known end in the middle of a batch is another history too.
    var tree = MerkleTree()
    for sequence in 1...UInt64(9) {
        tree.append(leafHash: MerkleTree.leafHash(eventBytes(sequence)))
    }
    guard
        case .logDiverged(sequence: 9)? = storeError({ () throws(StoreError) in
            try reader.resume(from: StateHead(identity: mark.identity, tree: tree))
        })
    else {
        Issue.record("the divergence within a batch is not found")
        return
    }
}

@Test("an audit recomputes everything in bounded steps and ends at the head")
func auditing() throws {
    let scratch = Scratch()
    let ledger = try openLedger(scratch)
    let expected = try extend(ledger, by: [1, 64, 300, 2, 1000, 1])
    let reader = LogReader(ledger.log)
    var head = LogHead.empty
    var sequences: [UInt64] = []
    while case let next = try reader.audit(
        from: head, batchCountMax: 2, { sequence, _ in sequences.append(sequence) }), next != head
    {
        head = next
    }
    #expect(head == expected)
    #expect(sequences == Array(1...1371))
}

@Test("every kind of damage to a stored batch is found by an audit, which names the event")
func damagedLog() throws {
    let scratch = Scratch()
    do { try extend(openLedger(scratch), by: [200, 200]) }
    let path = scratch.ledger + "/log/data.mdb"
    let sound = contents(path)
    // With its length before it, which makes it the only such place.
    let needle = [UInt8(eventBytes(150).count)] + eventBytes(150)
    let place = try #require(
        (0..<(sound.count - needle.count)).last {
            Array(sound[$0..<($0 + needle.count)]) == needle
        })
    overwrite(path, [sound[place + 1] ^ 0x10], at: place + 1)
    let reader = LogReader(try openLedger(scratch).log)
    guard
        case .batchDamaged(let damage)? = storeError({ () throws(StoreError) in
            try reader.audit(from: .empty, batchCountMax: 100) { _, _ in }
        })
    else {
        Issue.record("the damage is not found")
        return
    }
    #expect(damage.what == .blockChanged && damage.sequence == 132)
    #expect(storeError { () throws(StoreError) in try reader.event(150) } != nil)
    #expect(try reader.event(131) == eventBytes(131))
    #expect(try reader.event(300) == eventBytes(300))
}

@Test("keys are written with their batch, read by another thread's eyes, and wiped after it")
func keys() throws {
    let scratch = Scratch()
    let ledger = try openLedger(scratch)
    var writer = LogWriter(head: try LogReader(ledger.log).resume())
    var batch = pendingBatch(first: 4, count: 1)
    batch.newKeys = [7, 5, 6, 900].map {
        KeySlot(account: $0, bytes: [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: 32))
    }
    try writer.append(batch, to: ledger.log)
    for account: UInt32 in [5, 6, 7, 900] {
        #expect(
            try ledger.log.key(of: account)
                == [UInt8](repeating: UInt8(truncatingIfNeeded: account), count: 32))
    }
    #expect(try ledger.log.key(of: 8) == [UInt8](repeating: 0, count: 32))
    var forgetting = pendingBatch(first: 5, count: 1)
    forgetting.wipedAccounts = [6]
    try writer.append(forgetting, to: ledger.log)
    #expect(try ledger.log.key(of: 6) == [UInt8](repeating: 0, count: 32))
    #expect(try ledger.log.key(of: 7) == [UInt8](repeating: 7, count: 32))
}

@Test("the map grows with readers around, who see what they saw")
func mapGrowth() async throws {
    let scratch = Scratch()
    let ledger = try openLedger(scratch, logMapSize: 1 << 20)
    let reader = LogReader(ledger.log)
    let reading = Task.detached {
        var pageCount = 0
        repeat {
            let page = try reader.page(from: 1, .forward, countMax: 50, byteMax: 1 << 20)
            guard page.allSatisfy({ $0.bytes == eventBytes($0.sequence) }) else { return -1 }
            pageCount += 1
        } while !Task.isCancelled
        return pageCount
    }
    try extend(ledger, by: [Int](repeating: 2_000, count: 100))
    reading.cancel()
    #expect(try await reading.value > 0)
    #expect(ledger.log.info.mapSize > 4 << 20)
    #expect(try reader.lastSequence() == 200_003)
}

@Test("two snapshots of one log can be read while it is appended to")
func readersBeside() throws {
    let scratch = Scratch()
    let ledger = try openLedger(scratch)
    var seen: [UInt64] = []
    var writer = LogWriter(head: try LogReader(ledger.log).resume())
    try ledger.log.scan(from: 1, .forward) { first, _ in
        seen.append(first)
        return true
    }
    try writer.append(pendingBatch(first: 4, count: 4), to: ledger.log)
    try ledger.log.scan(from: .max, .backward) { first, _ in
        seen.append(first)
        return true
    }
    #expect(seen == [1, 4, 1])
}
