import Store
import Testing

/// Keys that look random and follow from a number.
private func key(_ number: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var mixed = number
    for _ in 0..<2 {
        mixed = (mixed &+ 0x9E37_79B9_7F4A_7C15) &* 0xBF58_476D_1CE4_E5B9
        mixed ^= mixed >> 31
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: mixed >> shift))
        }
    }
    return bytes
}

private func value(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number &+ $0) }
}

private let count: UInt64 = 3_000

private func fill(_ scratch: Scratch) throws {
    let ledger = try openLedger(scratch)
    let state = try #require(ledger.state)
    let store = StateStore(state) { checksum($0, $1) }
    try store.write(
        (0..<count).map { StateChange(.directory, key: key($0), value: value($0)) })
    try state.noteRead()
}

private func find(_ needle: [UInt8], in content: [UInt8]) -> [Int] {
    content.indices.filter {
        content[$0] == needle[0] && content[$0...].starts(with: needle)
    }
}

@Test("what isn't there is proven not to be, and what is there is found")
func provenAbsence() throws {
    let scratch = Scratch()
    try fill(scratch)
    let ledger = try openLedger(scratch)
    let store = StateStore(try #require(ledger.state)) { checksum($0, $1) }
    for number in 0..<count {
        #expect(try store.value(in: .directory, orProvenAbsent: key(number)) == value(number))
        #expect(try store.value(in: .directory, orProvenAbsent: key(number + count)) == nil)
    }
    for edge in [[0], [UInt8](repeating: 255, count: 20), [], Array(key(5).dropLast())] {
        // LMDB has no empty key to look for.
        guard !edge.isEmpty else { continue }
        #expect(try store.value(in: .directory, orProvenAbsent: edge) == nil)
    }
    #expect(try store.value(in: .ids, orProvenAbsent: [1]) == nil)
}

@Test("a key that was changed in the file hides no entry", arguments: 1...UInt64(6))
func changedKeys(seed: UInt64) throws {
    let scratch = Scratch()
    try fill(scratch)
    let path = scratch.ledger + "/state/data.mdb"
    let intact = contents(path)
    // Every place where some of the keys stand: leaves, branches, pages no longer in use.
    for round in 0..<4 {
        let victim = (seed &* 613 &+ UInt64(round) &* 977) % count
        for place in find(key(victim), in: intact) {
            let bit = Int(seed &* 7 &+ UInt64(round) &* 31) % 128
            overwrite(path, [intact[place + bit / 8] ^ 1 << UInt8(bit % 8)], at: place + bit / 8)
            try expectNothingHidden(scratch)
            replaceContents(path, intact)
        }
    }
}

private func expectNothingHidden(_ scratch: Scratch) throws {
    let ledger = try openLedger(scratch)
    let state = try #require(ledger.state)
    let store = StateStore(state) { checksum($0, $1) }
    var foundCount = 0
    for number in 0..<count {
        do throws(StoreError) {
            let found = try store.value(in: .directory, orProvenAbsent: key(number))
            #expect(found == value(number), "entry \(number)")
            foundCount += 1
        } catch {
            if case .stateDamaged = error { continue }
            Issue.record("\(error)")
        }
    }
    #expect(foundCount > count / 2)
    try state.noteRead()
}

@Test("a state that wasn't read to its end is read first, and then made anew")
func doubt() throws {
    let scratch = Scratch()
    try fill(scratch)
    let mark = scratch.ledger + "/state/unread"
    func open() throws -> (isDoubted: Bool, isThere: Bool, mark: [UInt8]) {
        let ledger = try openLedger(scratch)
        let state = try #require(ledger.state)
        let store = StateStore(state) { checksum($0, $1) }
        return (
            state.isDoubted, try store.value(in: .directory, forKey: key(1)) != nil,
            contents(mark)
        )
    }
    #expect(try open() == (false, true, [1]))
    #expect(try open() == (true, true, [2]))
    let anew = try open()
    #expect(!anew.isThere)
    try fill(scratch)
    #expect(contents(mark) == [])
    #expect(try open() == (false, true, [1]))
    do {
        let state = try #require(try openLedger(scratch).state)
        #expect(state.isDoubted)
        try state.noteRead()
        #expect(contents(mark) == [])
        try state.distrust()
    }
    #expect(try !open().isThere)
    // A mark of another make says the most.
    try fill(scratch)
    replaceContents(mark, [])
    let ledger = try openLedger(scratch)
    #expect(ledger.warnings.contains { $0.contains("will be rebuilt") })
}
