import Glibc
import LMDB
import Store
import Testing

@Test("a second opener is told who holds the directory, and disturbs nothing")
func heldDirectory() throws {
    let scratch = Scratch()
    let ledger = try openLedger(scratch)
    let before = contents(scratch.ledger + "/log/data.mdb")
    guard case .held(let holder)? = storeError({ () throws(StoreError) in try openLedger(scratch) })
    else {
        Issue.record("it opened twice")
        return
    }
    #expect(holder == "pid \(getpid()) (steled)")
    #expect(contents(scratch.ledger + "/log/data.mdb") == before)
    try extend(ledger, by: [1])
}

@Test("nothing is made where nothing may be")
func nothingThere() {
    let scratch = Scratch()
    for isThere in [false, true] {
        if isThere { shell("mkdir -m 700 '\(scratch.ledger)'") }
        guard
            case .missing? = storeError({ () throws(StoreError) in
                try openLedger(scratch, mayCreate: false)
            })
        else {
            Issue.record("something was opened")
            return
        }
        guard
            case .missing? = storeError({ () throws(StoreError) in
                try DataDirectory.openForReading(scratch.ledger)
            })
        else {
            Issue.record("something was opened for reading")
            return
        }
    }
}

@Test(
    "paths that others could have a hand in are refused",
    arguments: [
        ("chmod 750 @L", PathFlaw.openToOthers), ("chmod 604 @L/keys", .openToOthers),
        ("chown 1 @L", .otherOwner), ("chown 1 @L/log/data.mdb", .otherOwner),
        ("mv @L/log @X && ln -s @X @L/log", .link), ("mv @L/keys @X && ln -s @X @L/keys", .link),
        ("mv @L @X && ln -s @X @L", .link), ("rm @L/keys && mkdir -m 700 @L/keys", .notAFile),
        ("mv @L/log @X && touch @L/log && chmod 600 @L/log", .notADirectory),
    ] as [(String, PathFlaw)])
func unsafePaths(command: String, flaw: PathFlaw) throws {
    let scratch = Scratch()
    do { _ = try openLedger(scratch) }
    let script = command.replacing("@L", with: scratch.ledger).replacing(
        "@X", with: scratch.path + "/x")
    try #require(shell(script) == 0)
    guard
        case .unsafePath(_, let why)? = storeError({ () throws(StoreError) in
            try openLedger(scratch)
        })
    else {
        Issue.record("it was opened")
        return
    }
    #expect(why == flaw)
}

@Test("a first start that was cut begins anew")
func cutFirstStart() throws {
    let scratch = Scratch()
    shell("mkdir -m 700 '\(scratch.ledger)' '\(scratch.ledger)/log.tmp'")
    replaceContents(scratch.ledger + "/log.tmp/data.mdb", [1, 2, 3])
    replaceContents(scratch.ledger + "/keys", [UInt8](repeating: 3, count: 32))
    shell("chmod 600 '\(scratch.ledger)/keys'")
    let ledger = try openLedger(scratch)
    #expect(ledger.wasCreated)
    #expect(try ledger.log.key(of: 0) == [UInt8](repeating: 9, count: 32))
    #expect(shell("test ! -e '\(scratch.ledger)/log.tmp'") == 0)
}

@Test("keys without a log are never overwritten by a new ledger")
func lostLog() throws {
    let scratch = Scratch()
    do {
        let ledger = try openLedger(scratch)
        try ledger.log.write(keys: [KeySlot(account: 1, bytes: [UInt8](repeating: 4, count: 32))])
    }
    shell("rm -r '\(scratch.ledger)/log'")
    guard case .logMissing? = storeError({ () throws(StoreError) in try openLedger(scratch) })
    else {
        Issue.record("a new ledger was made")
        return
    }
}

@Test("a genesis that can't be made leaves no ledger")
func failingGenesis() throws {
    let scratch = Scratch()
    let error = storeError { () throws(StoreError) in
        try DataDirectory.open(scratch.ledger) { () throws(StoreError) in throw .faulted }
    }
    guard case .faulted? = error else {
        Issue.record("another error: \(String(describing: error))")
        return
    }
    #expect(try openLedger(scratch).wasCreated)
}

@Test("a log whose file was cut is an error, not a signal")
func truncatedLog() throws {
    let scratch = Scratch()
    do { try extend(openLedger(scratch), by: [500, 500, 500]) }
    shell("truncate -s 40960 '\(scratch.ledger)/log/data.mdb'")
    guard
        case .truncated(size: 40_960, _)? = storeError({ () throws(StoreError) in
            try openLedger(scratch)
        })
    else {
        Issue.record("the cut is not found")
        return
    }
}

@Test(
    "each damage to a meta page is found and the log opens again once it is mended",
    arguments: [0, 1])
func metaPages(page: Int) throws {
    let scratch = Scratch()
    do { try extend(openLedger(scratch), by: [5, 5]) }
    let path = scratch.ledger + "/log/data.mdb"
    let sound = contents(path)
    // Page number, flags, magic, version, page size.
    for offset in [0, 7, 10, 16, 20, 40] {
        overwrite(path, [sound[page * 4096 + offset] ^ 0x40], at: page * 4096 + offset)
        guard
            case .metaDamaged(.page(number: page))? = storeError({ () throws(StoreError) in
                try openLedger(scratch)
            })
        else {
            Issue.record("damage at \(offset) is not found")
            continue
        }
        #expect(try MetaRepair.repair(path: path) == page)
        #expect(try MetaRepair.repair(path: path) == nil)
        do {
            // Three commits: the newest is in page 1; without it the batch lies out of reach.
            let ledger = try openLedger(scratch)
            #expect(ledger.rescuedCount == page)
            #expect(try LogReader(ledger.log).lastSequence() == 13)
        }
        replaceContents(path, sound)
    }
    overwrite(path, [0xFF], at: 4096 * page + 144)
    guard
        case .metaDamaged(.contradiction)? = storeError({ () throws(StoreError) in
            try openLedger(scratch)
        })
    else {
        Issue.record("the contradiction is not found")
        return
    }
}

@Test("a mended log takes new batches")
func appendAfterRepair() throws {
    let scratch = Scratch()
    do { try extend(openLedger(scratch), by: [5, 5]) }
    let path = scratch.ledger + "/log/data.mdb"
    overwrite(path, [0], at: 16)
    try #require(try MetaRepair.repair(path: path) == 0)
    do { #expect(try extend(openLedger(scratch), by: [7, 7]).sequence == 27) }
    let reader = LogReader(try openLedger(scratch).log)
    #expect(try reader.audit(from: .empty, batchCountMax: 100) { _, _ in }.sequence == 27)
}

@Test("a ledger is read beside its writer, also after its map has grown")
func readingBeside() throws {
    let scratch = Scratch()
    do { try extend(openLedger(scratch, logMapSize: 1 << 20), by: [10]) }
    do {
        // One process may open an environment only once, so the reader comes after the writer here;
        // the end-to-end tests read beside a daemon.
        let ledger = try DataDirectory.openForReading(scratch.ledger)
        #expect(try LogReader(ledger.log).event(13) == eventBytes(13))
        #expect(ledger.state != nil)
        #expect(!ledger.log.hasRoom(batchBytes: 1, highestAccount: 0))
    }
    let before = contents(scratch.ledger + "/log/data.mdb")
    do { _ = try DataDirectory.openForReading(scratch.ledger) }
    #expect(contents(scratch.ledger + "/log/data.mdb") == before)
}
