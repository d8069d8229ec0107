import Proof
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

/// The keys and values of a table, without checksums.
private func rows(_ store: StateStore<LMDBState>) throws -> [(key: [UInt8], value: [UInt8])] {
    var rows: [(key: [UInt8], value: [UInt8])] = []
    try store.scan(.keys, from: []) { key, value in
        rows.append((key.indices.map { key[$0] }, value.indices.map { value[$0] }))
        return true
    }
    return rows
}

private func mark(_ sequence: UInt64) -> LogMark {
    LogMark(sequence: sequence, identity: Digest(sequence, 2, 3, 4))
}

@Test("a run is stored as the page on formats says")
func goldenRun() throws {
    let scratch = Scratch()
    let store = try openStore(scratch)
    let low = KeyEntry(token: KeyToken(0x0102_0304_0506_0708, 0), sequence: 0x1122)
    let high = KeyEntry(token: KeyToken(0xFF00_0000_0000_0000, 0x8081), sequence: 7)
    try store.writeRun(
        [low, high], through: LogMark(sequence: 300, identity: Digest(1, 2, 3, 0xFF)))
    let rows = try rows(store)
    let number: [UInt8] = [0, 0, 0, 1]
    #expect(
        rows.map(\.key) == [
            number + [0, 0, 0, 0], number + [0x80, 0, 0, 0], number + [255, 255, 255, 255],
        ])
    let zeros = [UInt8](repeating: 0, count: 8)
    let first: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8] + zeros + [0x22, 0x11, 0, 0, 0, 0, 0, 0]
    let second: [UInt8] =
        [255, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0, 0, 0, 0, 0x80, 0x81] + [7, 0, 0, 0, 0, 0, 0, 0]
    #expect(rows[0].value == first + second)
    // One block, in which the first token sets bit 0 of word 0 six times over, and the second one, by
    // nine bits at a time from the lowest: bits 1 of word 2, 0 of word 1, and 0 of word 0.
    var filter = [UInt8](repeating: 0, count: 64)
    filter[0] = 1
    filter[16] = 2
    filter[8] = 1
    #expect(rows[1].value == filter)
    let identity: [UInt8] = [1, 2, 3, 255].flatMap { [0, 0, 0, 0, 0, 0, 0, $0] }
    #expect(rows[2].value == [2, 8, 0, 0xAC, 0x02] + identity)
}

@Test("runs say up to where they have every token, and so does what they are merged into")
func marks() throws {
    let scratch = Scratch()
    do {
        let store = try openStore(scratch)
        #expect(try store.keysMark() == nil)
        try store.writeRun(entries(0..<300))
        #expect(try store.keysMark() == nil)
        for run in 1..<UInt64(12) {
            try store.writeRun(entries((run * 300)..<(run * 300 + 300)), through: mark(run * 300))
            #expect(try store.keysMark() == mark(run * 300))
        }
        while try store.mergeRuns(entryCount: 1_000) {}
        #expect(try store.keysMark() == mark(3_300))
    }
    let store = try openStore(scratch)
    #expect(try store.keysMark() == mark(3_300))
    // Cut short it is damage, or says nothing of the log any more.
    let words: [UInt32] = [3_300, 2, 3, 4]
    let ending: [UInt8] = words.flatMap { word -> [UInt8] in
        [0, 0, 0, 0] + [UInt8](bigEndian: word)
    }
    for row in try rows(store) where row.value.suffix(32) == ending[...] {
        for count in 0..<row.value.count {
            let cut = StateChange(.keys, key: row.key, value: Array(row.value.prefix(count)))
            try store.write([cut])
            let mark = try? store.keysMark()
            #expect(mark == nil || (mark?.sequence ?? 0) < 3_300)
        }
        try store.write([StateChange(.keys, key: row.key, value: row.value)])
    }
    #expect(try store.keysMark() == mark(3_300))
}

@Test(
    "however runs are written and merged, they come to the same as one dictionary",
    arguments: [UInt64](1...6))
func runsAgainstModel(seed: UInt64) throws {
    let scratch = Scratch()
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    func random(_ bound: UInt64) -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) % bound
    }
    var model: [KeyToken: UInt64] = [:]
    var store = try openStore(scratch)
    for step in UInt64(0)..<40 {
        switch random(8) {
        case 0: _ = try store.mergeRuns(entryCount: Int(random(5_000)))
        case 1: store = StateStore(store.storage) { checksum($0, $1) }
        default:
            // Some that are new, and some that are stored already.
            let count = [0, 1, 169, 170, 40, 1_700][Int(random(6))]
            var entries = (0..<UInt64(count)).map {
                KeyEntry(token: token(step << 20 | $0), sequence: step << 20 | $0 + 1)
            }
            for (token, sequence) in model.prefix(Int(random(60))) {
                entries.append(KeyEntry(token: token, sequence: sequence))
            }
            entries.sort { $0.token < $1.token }
            try store.writeRun(entries)
            for entry in entries { model[entry.token] = entry.sequence }
        }
    }
    for (token, sequence) in model { #expect(try store.sequence(ofToken: token) == sequence) }
    for number in UInt64(0)..<2_000 {
        #expect(try store.sequence(ofToken: token(number | 1 << 60)) == nil)
    }
    while try store.mergeRuns(entryCount: 10_000) {}
    // Each run's chunks are full but for the last, and in ascending order from one to the next.
    var last: (run: [UInt8], token: [UInt8], count: Int)?
    for row in try rows(store) where row.key[4] < 0x80 {
        for start in stride(from: 0, to: row.value.count, by: 24) {
            let token = Array(row.value[start..<(start + 16)])
            if let last, last.run == Array(row.key.prefix(4)) {
                #expect(last.token.lexicographicallyPrecedes(token))
                #expect(start > 0 || last.count == 169 * 24)
            }
            last = (Array(row.key.prefix(4)), token, row.value.count)
        }
    }
}

@Test(
    "of many tokens asked for together none is denied that is stored, and few that aren't are not")
func manyTogether() throws {
    let scratch = Scratch()
    let store = try openStore(scratch)
    #expect(try store.mayHave((0..<64).map { token($0) }) == 0)
    var version = store.keysVersion
    for run in 0..<UInt64(5) {
        try store.writeRun(entries((run * 700)..<(run * 700 + 700)))
        #expect(store.keysVersion > version)
        version = store.keysVersion
    }
    var mistaken = 0
    for start in stride(from: UInt64(0), to: 3_500, by: 32) {
        // Stored ones, and as many that aren't, in turn.
        let tokens = (0..<64).map {
            token($0 % 2 == 0 ? (start + $0 / 2) % 3_500 : start << 20 | $0)
        }
        let found = try store.mayHave(tokens)
        for index in stride(from: 0, to: 64, by: 2) { #expect(found >> UInt64(index) & 1 == 1) }
        mistaken += (found & 0xAAAA_AAAA_AAAA_AAAA).nonzeroBitCount
    }
    #expect(mistaken < 350)
    #expect(try store.mayHave([]) == 0)
}
