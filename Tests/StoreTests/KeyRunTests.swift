import Store
import Testing

private func openStore(_ scratch: Scratch) throws -> StateStore<LMDBState> {
    StateStore(try #require(try openLedger(scratch).state)) { checksum($0, $1) }
}

/// Evenly spread, as hashes are.
private func token(_ number: UInt64) -> KeyToken {
    var word = number &* 0x9E37_79B9_7F4A_7C15
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return KeyToken(word ^ word >> 31, number)
}

private func entries(_ numbers: Range<UInt64>) -> [KeyEntry] {
    numbers.map { KeyEntry(token: token($0), sequence: $0 + 1) }.sorted { $0.token < $1.token }
}

@Test(
    "tokens are found in the runs that hold them, others in none",
    arguments: [0, 1, 168, 169, 170, 5_000, 50_000])
func lookups(count: UInt64) throws {
    let scratch = Scratch()
    let store = try openStore(scratch)
    #expect(try store.sequence(ofToken: token(1)) == nil)
    try store.writeRun(entries(0..<count))
    for number in stride(from: UInt64(0), to: count, by: 7) {
        #expect(try store.sequence(ofToken: token(number)) == number + 1)
    }
    for number in count..<(count + 500) {
        #expect(try store.sequence(ofToken: token(number)) == nil)
    }
    #expect(try store.sequence(ofToken: KeyToken(0, 0)) == (count > 0 ? 1 : nil))
    #expect(try store.sequence(ofToken: KeyToken(.max, .max)) == nil)
}

@Test("tokens that aren't evenly spread are found too")
func crowdedTokens() throws {
    let scratch = Scratch()
    let store = try openStore(scratch)
    let crowded = (0..<UInt64(3_000)).map {
        KeyEntry(token: KeyToken($0 < 2_900 ? 5 : .max - 3_000 + $0, $0), sequence: $0 + 1)
    }
    try store.writeRun(crowded)
    for entry in crowded { #expect(try store.sequence(ofToken: entry.token) == entry.sequence) }
    #expect(try store.sequence(ofToken: KeyToken(5, 2_900)) == nil)
    #expect(try store.sequence(ofToken: KeyToken(6, 0)) == nil)
}

@Test("many runs become few, lose nothing, and are the same after opening again")
func merging() throws {
    let scratch = Scratch()
    do {
        let store = try openStore(scratch)
        for run in 0..<UInt64(30) { try store.writeRun(entries((run * 400)..<(run * 400 + 400))) }
        while try store.mergeRuns(entryCount: 1_000) {}
        for number in stride(from: UInt64(0), to: 12_000, by: 11) {
            #expect(try store.sequence(ofToken: token(number)) == number + 1)
        }
    }
    let store = try openStore(scratch)
    for number in 0..<UInt64(12_000) {
        #expect(try store.sequence(ofToken: token(number)) == number + 1)
    }
    #expect(try store.sequence(ofToken: token(12_000)) == nil)
    var chunkCount = 0
    try store.scan(.keys, from: []) { _, _ in
        chunkCount += 1
        return true
    }
    // 71 full chunks and 4 of filters at least, a few part ones and heads, and nothing of old runs.
    #expect((76...100).contains(chunkCount))
}

@Test("the same token in two runs is one entry after merging")
func repeatedTokens() throws {
    let scratch = Scratch()
    let store = try openStore(scratch)
    for _ in 0..<4 { try store.writeRun(entries(0..<1_000)) }
    while try store.mergeRuns(entryCount: 1_000) {}
    for number in 0..<UInt64(1_000) {
        #expect(try store.sequence(ofToken: token(number)) == number + 1)
    }
    var chunkCount = 0
    try store.scan(.keys, from: []) { _, _ in
        chunkCount += 1
        return true
    }
    // Six of entries, two of a filter for four times as many, a head.
    #expect(chunkCount == 9)
}

@Test("a run whose writing was cut is found by nobody, and its remains go with the next one")
func cutRun() throws {
    let scratch = Scratch()
    let store = try openStore(scratch)
    let cut = StateChange(
        .keys, key: [0, 0, 0, 9, 0, 0, 0, 0], value: [UInt8](repeating: 1, count: 24))
    try store.write([cut])
    #expect(try store.sequence(ofToken: KeyToken(bytes: [UInt8](repeating: 1, count: 16))) == nil)
    try store.writeRun(entries(0..<10))
    #expect(try store.value(in: .keys, forKey: cut.key) == nil)
    #expect(try store.sequence(ofToken: token(3)) == 4)
}

@Test("a chunk that is missing or changed is damage, never an answer")
func damagedRun() throws {
    let scratch = Scratch()
    let store = try openStore(scratch)
    try store.writeRun(entries(0..<1_000))
    var keys: [[UInt8]] = []
    try store.scan(.keys, from: []) { key, _ in
        keys.append((0..<key.count).map { key[$0] })
        return true
    }
    for key in keys.dropLast() { try store.write([StateChange(.keys, key: key, value: nil)]) }
    for number in 0..<UInt64(50) {
        #expect(
            storeError { () throws(StoreError) in try store.sequence(ofToken: token(number)) }
                != nil)
    }
}

@Test("tokens are looked for while runs are written and merged")
func lookupsBeside() async throws {
    let scratch = Scratch()
    let store = try openStore(scratch)
    try store.writeRun(entries(0..<2_000))
    let looking = Task.detached {
        var count = 0
        repeat {
            for number in stride(from: UInt64(0), to: 2_000, by: 37) {
                guard try store.sequence(ofToken: token(number)) == number + 1 else { return -1 }
            }
            count += 1
        } while !Task.isCancelled
        return count
    }
    for run in 5..<UInt64(40) { try store.writeRun(entries((run * 400)..<(run * 400 + 400))) }
    while try store.mergeRuns(entryCount: 1_000) {}
    looking.cancel()
    #expect(try await looking.value > 0)
}
