import Testing

@testable import Ledger
@testable import Wire

@Test("account reads take a state of the past")
func accountReads() throws {
    let account = ByteRange(start: 7, count: 5)
    #expect(try query("PROFILE alice").get() == .profile(account: account, asOf: nil))
    #expect(
        try query("PROFILE alice asof 12").get() == .profile(account: account, asOf: .sequence(12)))
    #expect(
        try query("BALANCE alice xp ASOF @5").get()
            == .balance(
                account: account, balance: ByteRange(start: 12, count: 2),
                asOf: .time(Instant(microseconds: 5))))
    #expect(try query("EVENT 3").get() == .event(3))
    #expect(throws: Never.self) { try query("PROFILE ~12").get() }
}

@Test("HISTORY takes its filters in any order")
func history() throws {
    guard case .history(let all) = try query("HISTORY *").get() else { return }
    #expect(all == HistoryQuery())
    guard
        case .history(let some) = try query(
            "HISTORY alice SINCE @9 KIND Award BEFORE 8 COUNT 5000 CURRENCY xp BY bob"
        ).get()
    else { return }
    #expect(some.account != nil && some.currency != nil && some.by != nil)
    #expect(some.count == WireLimits.pageRowsMax)
    #expect(some.before == 8)
    #expect(some.kind == 5)
    #expect(some.since == Instant(microseconds: 9))
}

@Test(
    "ids of streams become sequence numbers",
    arguments: [
        ("- +", 0, UInt64.max), ("5 9", 5, 9), ("5-0 9-0", 5, 9), ("5-1 9-1", 6, 9),
        ("(5 (9", 6, 8), ("(5-0 (9-0", 6, 8), ("0 18446744073709551615", 0, .max),
        ("(0-0 (0-0", 1, 0), ("5-18446744073709551615 +", 6, .max), ("1 (9-1", 1, 9),
    ] as [(String, UInt64, UInt64)])
func streamIDs(ids: String, first: UInt64, last: UInt64) throws {
    guard case .streamRange(.log, let slice) = try query("XRANGE log \(ids)").get() else {
        Issue.record("not a range")
        return
    }
    #expect(slice.first == first && slice.last == last && !slice.isReversed)
    let back = ids.split(separator: " ").reversed().joined(separator: " ")
    guard case .streamRange(.log, let reversed) = try query("XREVRANGE log \(back) COUNT 3").get()
    else { return }
    #expect(reversed.first == first && reversed.last == last && reversed.isReversed)
    #expect(reversed.count == 3)
}

@Test("XREAD takes as many ids as streams")
func streamRead() throws {
    guard
        case .streamRead(let read) = try query(
            "XREAD BLOCK 0 COUNT 2 STREAMS log log:alice log $ 7-0 +"
        ).get()
    else { return }
    #expect(read.count == 2 && read.blockMilliseconds == 0)
    #expect(read.sources.map(\.position) == [.new, .after(7), .last])
    #expect(read.sources[0].stream == .log)
}

@Test(
    "what is misspelt is BADARG",
    arguments: [
        "BALANCE alice", "BALANCE alice xp 5", "PROFILE alice ASOF", "PROFILE alice ASOF 0",
        "PROFILE alice ASOF 1 ASOF 2", "PROFILE alice KEY k", "PROFILE ~0", "PROFILE ~x", "EVENT 0",
        "EVENT 1 2", "HISTORY", "HISTORY alice COUNT 0", "HISTORY alice KIND nonsense",
        "HISTORY alice CURRENCY a:b", "XRANGE log 1", "XRANGE other - +", "XRANGE log: - +",
        "XRANGE log x +", "XRANGE log 1-x +", "XRANGE log - + COUNT", "XREAD STREAMS log",
        "XREAD STREAMS log log 0", "XREAD COUNT 1", "XREAD BLOCK -1 STREAMS log 0",
        "XREAD GROUP g STREAMS log 0", "XLEN", "XINFO GROUPS log", "XINFO STREAM", "RULES",
        "RULES EDIT", "RULES GET x", "RULES GET 0", "RULES CHECK", "RULES PUT a b", "PROJECTION",
        "PROJECTION REBUILD",
    ])
func misspeltQueries(line: String) {
    guard case .failure(let refusal) = query(line) else {
        Issue.record("\(line) was accepted")
        return
    }
    #expect(refusal.code == .badArgument)
}

@Test("rulebooks and projections are asked for by subcommands")
func subcommands() throws {
    #expect(try query("RULES LIST").get() == .rulesList)
    #expect(try query("rules get").get() == .rulesGet(nil))
    #expect(try query("RULES GET 3").get() == .rulesGet(3))
    #expect(try query("RULES PUT {}").get() == .rulesPut(text: ByteRange(start: 8, count: 2)))
    #expect(try query("RULES DIFF {}").get() == .rulesDiff(text: ByteRange(start: 9, count: 2)))
    #expect(try query("PROJECTION LIST").get() == .projectionList)
    #expect(try query("INFO").get() == .info([]))
}
