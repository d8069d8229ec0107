import LMDB
import Proof
import Store
import Testing

/// Any function of key and value will do for a checksum here.
func checksum(_ key: Span<UInt8>, _ value: Span<UInt8>) -> UInt64 {
    var sum: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in key.indices { sum = (sum ^ UInt64(key[index])) &* 0x100_0000_01B3 }
    for index in value.indices { sum = (sum ^ UInt64(value[index])) &* 0x100_0000_01B3 }
    return sum
}

private func openState(_ ledger: DataDirectory) throws -> StateStore<LMDBState> {
    StateStore(try #require(ledger.state)) { checksum($0, $1) }
}

@Test("entries are read back, overwritten, removed and scanned in order")
func entries() throws {
    let scratch = Scratch()
    let store = try openState(openLedger(scratch))
    try store.write(
        (0..<500).map {
            StateChange(.accounts, key: [UInt8](bigEndian: $0), value: [UInt8($0 % 251)])
        })
    try store.write([
        StateChange(.accounts, key: [UInt8](bigEndian: UInt32(7)), value: []),
        StateChange(.accounts, key: [UInt8](bigEndian: UInt32(8)), value: nil),
        StateChange(.words, key: [UInt8](bigEndian: UInt32(7)), value: [1, 2, 3]),
    ])
    #expect(try store.value(in: .accounts, forKey: [UInt8](bigEndian: UInt32(6))) == [6])
    #expect(try store.value(in: .accounts, forKey: [UInt8](bigEndian: UInt32(7))) == [])
    #expect(try store.value(in: .accounts, forKey: [UInt8](bigEndian: UInt32(8))) == nil)
    #expect(try store.value(in: .words, forKey: [UInt8](bigEndian: UInt32(7))) == [1, 2, 3])
    var keys: [[UInt8]] = []
    try store.scan(.accounts, from: [UInt8](bigEndian: UInt32(495))) { key, value in
        keys.append([UInt8](copying: key))
        return value.count == 1
    }
    #expect(keys == (495..<500).map { [UInt8](bigEndian: UInt32($0)) })
}

@Test("an entry that was changed is damage, wherever it was changed")
func damagedEntries() throws {
    let scratch = Scratch()
    let storage = try #require(try openLedger(scratch).state)
    let store = StateStore(storage) { checksum($0, $1) }
    let key: [UInt8] = [1, 2, 3, 4]
    try store.write([StateChange(.accounts, key: key, value: [9, 8, 7])])
    let stored = try #require(
        try storage.withValue(in: .accounts, forKey: key.span) { [UInt8](copying: $0) })
    #expect(stored.count == 11)
    for index in stored.indices {
        var changed = stored
        changed[index] ^= 4
        try storage.apply(StateChanges([StateChange(.accounts, key: key, value: changed)]))
        let isFound =
            if case .stateDamaged(.accounts, key)? = storeError({ () throws(StoreError) in
                try store.value(in: .accounts, forKey: key)
            }) { true } else { false }
        #expect(isFound)
    }
    for count in 0..<stored.count {
        try storage.apply(
            StateChanges([StateChange(.accounts, key: key, value: Array(stored[..<count]))]))
        #expect(
            storeError { () throws(StoreError) in try store.value(in: .accounts, forKey: key) }
                != nil)
        #expect(
            storeError { () throws(StoreError) in
                try store.scan(.accounts, from: []) { _, _ in true }
            } != nil)
    }
}

@Test("the head comes back, and a head that isn't its own bytes is damage")
func heads() throws {
    let scratch = Scratch()
    let storage = try #require(try openLedger(scratch).state)
    let store = StateStore(storage) { checksum($0, $1) }
    #expect(try store.head() == nil)
    var tree = MerkleTree()
    for leaf in 0..<UInt8(77) { tree.append(leafHash: MerkleTree.leafHash([leaf])) }
    let head = StateHead(identity: SHA256.hash([1]), tree: tree)
    try store.write(head: head)
    #expect(try store.head() == head)
    let value = try #require(head.change.value)
    for count in 0..<value.count {
        try store.write([StateChange(.meta, key: head.change.key, value: Array(value[..<count]))])
        #expect(storeError { () throws(StoreError) in try store.head() } != nil)
    }
    for index in value.indices where !(2..<34).contains(index) {
        var changed = value
        changed[index] ^= 1
        try store.write([StateChange(.meta, key: head.change.key, value: changed)])
        #expect(storeError { () throws(StoreError) in try store.head() } != nil)
    }
    try store.wipe()
    #expect(try store.head() == nil)
}

@Test("state that LMDB can't open is made anew, with a warning")
func unusableState() throws {
    let scratch = Scratch()
    do {
        let store = try openState(openLedger(scratch))
        try store.write([StateChange(.words, key: [1], value: [1])])
    }
    overwrite(scratch.ledger + "/state/data.mdb", [UInt8](repeating: 0x55, count: 200), at: 0)
    let ledger = try openLedger(scratch)
    #expect(ledger.warnings.contains { $0.contains("its first pages are damaged") })
    #expect(try openState(ledger).value(in: .words, forKey: [1]) == nil)
    shell("rm -rf '\(scratch.ledger)/state'")
}

@Test("a ledger without state is one with an empty state")
func missingState() throws {
    let scratch = Scratch()
    do { _ = try openLedger(scratch) }
    shell("rm -rf '\(scratch.ledger)/state'")
    #expect(try openState(openLedger(scratch)).head() == nil)
}
