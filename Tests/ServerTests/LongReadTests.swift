import Testing

@testable import Engine
@testable import Ledger

private func query(
    events: Int, account: UInt32? = 7, last: UInt64 = 90_000,
    isReversed: Bool = true, _ change: (inout LogPage) -> Void = { _ in }
) -> LogQuery {
    var page = LogPage(
        account: account.map { AccountNumber($0) }, countMax: 10, isReversed: isReversed)
    change(&page)
    var query = LogQuery(.page(page), waitsFor: 100_000, last: last)
    query.accountEvents = events
    return query
}

@Test("a read is long if it passes over many events that it doesn't answer with")
func longReads() {
    // The newest page of however long a history, and any page of a short one.
    #expect(!query(events: 1_000_000).isLong)
    #expect(!query(events: 2_000) { $0.kind = .account }.isLong)
    #expect(!query(events: 2_000) { $0.to = 5 }.isLong)
    // An old page, a filter, an account's beginning.
    #expect(query(events: 2_001) { $0.to = 89_999 }.isLong)
    #expect(!query(events: 2_001) { $0.to = 90_000 }.isLong)
    #expect(query(events: 2_001) { $0.kind = .account }.isLong)
    #expect(query(events: 2_001) { $0.until = Instant(microseconds: 1) }.isLong)
    #expect(query(events: 2_001, isReversed: false).isLong)
    // Who follows a stream is never far behind.
    #expect(!query(events: 1_000_000, isReversed: false) { $0.from = 88_000 }.isLong)
    #expect(!query(events: 1_000_000, isReversed: false) { $0.from = 90_001 }.isLong)
    // The log itself is read where it is wanted.
    #expect(!query(events: 0, account: nil).isLong)
    #expect(!query(events: 0, account: nil, isReversed: false) { $0.from = 3 }.isLong)
    #expect(query(events: 0, account: nil) { $0.currency = Word(3) }.isLong)
    #expect(query(events: 0, account: nil) { $0.actors = [1] }.isLong)
}

@Test("a state of the past is long for a long history")
func longViews() {
    for (events, isLong) in [(0, false), (2_000, false), (2_001, true)] {
        var view = LogQuery(.view(AccountNumber(7), asOf: .sequence(5)), waitsFor: 9, last: 9)
        view.accountEvents = events
        #expect(view.isLong == isLong)
    }
    #expect(!LogQuery(.event(5), waitsFor: 9).isLong)
}
