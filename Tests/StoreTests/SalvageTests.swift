import Proof
import Store
import Testing

/// The log of a ledger with batches of many sizes, within one page and over several.
private let counts = [1, 64, 300, 2, 1000, 1, 5, 5, 5, 700]

private func salvaged(_ scratch: Scratch) throws -> Salvage {
    try Salvage(path: scratch.ledger + "/log/data.mdb")
}

@Test("every batch is found without LMDB's trees, and a new log made of them is the old one")
func wholeLog() throws {
    let scratch = Scratch()
    let head = try extend(openLedger(scratch), by: counts)
    // Not even the first pages are needed.
    overwrite(scratch.ledger + "/log/data.mdb", [UInt8](repeating: 0xFF, count: 8192), at: 0)
    let salvage = try salvaged(scratch)
    #expect(salvage.chain.map(\.header.eventCount) == [3] + counts)
    #expect(salvage.damages.isEmpty)
    let target = scratch.ledger + "/log.new"
    shell("mkdir -m 700 '\(target)'")
    #expect(try salvage.rebuild(in: target) == head.sequence)
    shell("cd '\(scratch.ledger)' && rm -r log && mv log.new log && chmod 600 log/data.mdb")
    let reader = LogReader(try openLedger(scratch).log)
    #expect(try reader.audit(from: .empty, batchCountMax: 100) { _, _ in } == head)
}

@Test("a damaged batch is named, and the chain ends before it")
func brokenChain() throws {
    let scratch = Scratch()
    do { try extend(openLedger(scratch), by: counts) }
    let path = scratch.ledger + "/log/data.mdb"
    let found = try #require(try salvaged(scratch).batches.first { $0.header.eventCount == 1000 })
    overwrite(path, [0, 0], at: found.offset + found.header.size / 2)
    let salvage = try salvaged(scratch)
    #expect(salvage.chain.last?.header.last == found.header.first - 1)
    #expect(salvage.batches.count == counts.count)
    #expect(salvage.damages.map(\.header.first) == [found.header.first])
    #expect(salvage.damages.first?.damage.what == .blockChanged)
}

@Test("a file of anything is salvaged to nothing")
func noise() throws {
    let scratch = Scratch()
    let path = scratch.path + "/noise"
    for bytes in [[], [1], Array("STLB".utf8), (0..<50_000).map { _ in UInt8.random(in: 0...255) }]
    {
        replaceContents(path, bytes + Array("STLB".utf8) + bytes)
        let salvage = try Salvage(path: path)
        #expect(salvage.chain.isEmpty && salvage.damages.isEmpty)
    }
}
