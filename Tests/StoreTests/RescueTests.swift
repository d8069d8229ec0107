import Glibc
import LMDB
import Store
import Testing

/// A ledger and, of each of its commits, what a power cut right after it may leave on disk.
private struct CrashedLedger {
    let scratch = Scratch()
    private(set) var image = Scratch()
    private var ledger: DataDirectory?
    private(set) var head: LogHead

    init(by counts: [Int] = []) throws {
        let ledger = try openLedger(scratch)
        self.ledger = ledger
        head = try extend(ledger, by: counts)
    }

    var data: String { image.ledger + "/log/data.mdb" }

    /// Commits a batch and copies the files with the meta page that was there before.
    mutating func commitAndCut(_ count: Int) throws {
        let ledger = try #require(ledger)
        let log = scratch.ledger + "/log/data.mdb"
        let before = contents(log)[..<(2 * 4096)]
        head = try extend(ledger, by: [count])
        let start = Int(ledger.log.info.lastTransaction & 1) * 4096
        image = Scratch()
        copyLedger(from: scratch.ledger, to: image.ledger)
        overwrite(data, Array(before[start..<(start + 4096)]), at: start)
    }

    /// The bytes of the last batch, which the image's log doesn't lead to.
    func lastBatch() throws -> [UInt8] {
        var bytes: [UInt8] = []
        try ledger?.log.scan(from: .max, .backward) { _, value in
            for index in value.indices { bytes.append(value[index]) }
            return false
        }
        return bytes
    }

    /// Where in the image's file these bytes lie.
    func places(of bytes: [UInt8]) -> [Int] {
        let file = contents(data)
        return (0...(file.count - bytes.count)).filter { place in
            file[place] == bytes[0] && file[place..<(place + bytes.count)].elementsEqual(bytes)
        }
    }
}

private func audit(_ ledger: DataDirectory) throws -> LogHead {
    try LogReader(ledger.log).audit(from: .empty, batchCountMax: 100_000) { _, _ in }
}

@Test("a batch whose meta page never reached the disk is found, wherever it lies")
func lostMetaPages() throws {
    var random = SystemRandomNumberGenerator()
    let seed = random.next()
    var draws = Draws(state: seed)
    let fixed = [1, 1, 2, 64, 300, 1, 3_000, 1, 1, 40, 1, 7, 7, 7, 1, 1]
    let drawn = (0..<24).map { _ in draws.next(1...(draws.next(0...3) == 0 ? 500 : 30)) }
    var crashed = try CrashedLedger()
    for (round, count) in (fixed + drawn).enumerated() {
        try crashed.commitAndCut(count)
        let ledger = try openLedger(crashed.image)
        #expect(ledger.rescuedCount == 1, "round \(round) of seed \(seed)")
        #expect(
            try LogReader(ledger.log).resume() == crashed.head, "round \(round) of seed \(seed)")
        #expect(contents(crashed.image.ledger + "/log.rescue").isEmpty)
        // It is a log like any other from then on.
        let extended = try extend(ledger, by: [1, 200, 1])
        #expect(try audit(ledger) == extended)
    }
}

@Test("nothing is found where nothing was lost")
func nothingLost() throws {
    let scratch = Scratch()
    var head = LogHead.empty
    for counts in [[1, 1, 1], [5_000, 1], [1], [], [300]] {
        let ledger = try openLedger(scratch)
        #expect(ledger.rescuedCount == 0)
        head = try extend(ledger, by: counts)
    }
    #expect(try audit(openLedger(scratch)) == head)
}

@Test("of a batch that isn't on disk whole nothing is taken", arguments: [1, 30, 2_000])
func tornBatches(count: Int) throws {
    var crashed = try CrashedLedger(by: [3, 40])
    let before = crashed.head
    try crashed.commitAndCut(count)
    let batch = try crashed.lastBatch()
    let places = crashed.places(of: batch)
    try #require(!places.isEmpty)
    for place in places {
        overwrite(crashed.data, [batch[batch.count - 1] ^ 1], at: place + batch.count - 1)
    }
    let ledger = try openLedger(crashed.image)
    #expect(ledger.rescuedCount == 0)
    #expect(try audit(ledger) == before)
    let extended = try extend(ledger, by: [count, 1])
    #expect(try audit(ledger) == extended)
}

@Test("a rescue that was cut is taken up from what it saved", arguments: [1, 2_000])
func cutRescues(count: Int) throws {
    var crashed = try CrashedLedger(by: [3, 40])
    try crashed.commitAndCut(count)
    let batch = try crashed.lastBatch()
    let rescue = crashed.image.ledger + "/log.rescue"
    for place in crashed.places(of: batch) {
        overwrite(crashed.data, [UInt8](repeating: 0, count: batch.count), at: place)
    }
    replaceContents(rescue, batch)
    unsafe chmod(rescue, 0o600)
    do {
        let ledger = try openLedger(crashed.image)
        #expect(ledger.rescuedCount == 1)
        #expect(try audit(ledger) == crashed.head)
    }
    #expect(contents(rescue).isEmpty)
    // One that was done, but for its removal.
    replaceContents(rescue, batch)
    unsafe chmod(rescue, 0o600)
    let ledger = try openLedger(crashed.image)
    #expect(ledger.rescuedCount == 0)
    #expect(try audit(ledger) == crashed.head)
    #expect(contents(rescue).isEmpty)
}

@Test("a saved batch that is cut short leaves what the pages have")
func cutSaving() throws {
    var crashed = try CrashedLedger(by: [3, 40])
    try crashed.commitAndCut(300)
    let batch = try crashed.lastBatch()
    for length in [0, 1, 183, 184, batch.count - 1] {
        let copy = Scratch()
        copyLedger(from: crashed.image.ledger, to: copy.ledger)
        replaceContents(copy.ledger + "/log.rescue", Array(batch[..<length]))
        unsafe chmod(copy.ledger + "/log.rescue", 0o600)
        let ledger = try openLedger(copy)
        #expect(ledger.rescuedCount == 1)
        #expect(try audit(ledger) == crashed.head)
    }
}

@Test("pages out of reach may hold anything: it is the batch that was written, or nothing")
func hostilePages() throws {
    var random = SystemRandomNumberGenerator()
    let seed = random.next()
    var draws = Draws(state: seed)
    for count in [1, 30] {
        var crashed = try CrashedLedger(by: [3, 40, 1, 1])
        let before = crashed.head
        try crashed.commitAndCut(count)
        let batch = try crashed.lastBatch()
        let page = try #require(crashed.places(of: batch).first) / 4096 * 4096
        for round in 0..<60 {
            let copy = Scratch()
            copyLedger(from: crashed.image.ledger, to: copy.ledger)
            // The page's own numbers are where harm could be done.
            for _ in 0..<draws.next(1...6) {
                let place = page + draws.next(0...(draws.next(0...1) == 0 ? 63 : 4_095))
                overwrite(
                    copy.ledger + "/log/data.mdb", [UInt8(draws.next(0...255))], at: place)
            }
            let ledger = try openLedger(copy)
            let found = try audit(ledger)
            #expect(
                found == (ledger.rescuedCount == 1 ? crashed.head : before),
                "round \(round) of seed \(seed)")
        }
    }
}

/// Numbers from a seed, which a failing test names.
private struct Draws {
    var state: UInt64

    mutating func next(_ range: ClosedRange<Int>) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return range.lowerBound + Int((state >> 33) % UInt64(range.count))
    }
}

/// Copies what a ledger's log and keys are. No program is run for it: other tests' locks would be open
/// in that for an instant.
private func copyLedger(from source: String, to target: String) {
    unsafe mkdir(target, 0o700)
    unsafe mkdir(target + "/log", 0o700)
    for name in ["/keys", "/log/data.mdb"] {
        replaceContents(target + name, contents(source + name))
        unsafe chmod(target + name, 0o600)
    }
}
