package import Ledger
import Store

/// Part of a history: of one account, or of the whole log.
package struct LogPage: Sendable {
    package var account: AccountNumber?
    /// Both included.
    package var from: SequenceNumber = 1
    package var to: SequenceNumber = .max
    package var countMax: Int
    /// Newest first, as HISTORY and XREVRANGE answer.
    package var isReversed: Bool
    package var kind: EventKind?
    package var currency: Word?
    /// Actors, ascending; `nil`: any.
    package var actors: [UInt32]?
    package var since: Instant?
    /// Events recorded at that time are included.
    package var until: Instant?

    /// Bytes that the events of one page may come to in a reply, roughly: sixteen times those of a
    /// thousand ordinary ones.
    package static let bytesMax = 8 << 20

    package init(account: AccountNumber?, countMax: Int, isReversed: Bool) {
        self.account = account
        self.countMax = countMax
        self.isReversed = isReversed
    }

    /// Whether events may have to be passed over.
    var isFiltered: Bool {
        kind != nil || currency != nil || actors != nil || until != nil
    }

    func admits(_ event: Event) -> Bool {
        if let kind, event.kind != kind { return false }
        if let actors, !actors.contains(event.actor) { return false }
        if let since, event.time < since { return false }
        if let until, event.time > until { return false }
        if let currency, !event.postings.contains(where: { $0.balance.currency == currency }) {
            return false
        }
        return true
    }
}

/// The events of a page are too long for one answer.
struct PageTooBig: Error {}

extension LogQuery {
    /// Events of the whole log, read page by page until enough are admitted.
    static func logPage<Log: LogStorage>(
        _ page: LogPage, _ reader: LogReader<Log>
    ) throws -> [Event] {
        var events: [Event] = []
        var bytes = 0
        let last = min(page.to, try reader.lastSequence())
        guard page.from <= last, page.countMax > 0 else { return [] }
        var next = page.isReversed ? last : max(page.from, 1)
        while true {
            let logged = try reader.page(
                from: next, page.isReversed ? .backward : .forward,
                countMax: min(max(page.countMax, 16), 1_000), byteMax: 1 << 20)
            guard let final = logged.last else { return events }
            for entry in logged {
                guard entry.sequence >= page.from, entry.sequence <= last else { return events }
                var event = Event()
                try event.decode(entry.bytes, entry.bytes.indices)
                if page.isReversed, let since = page.since, event.time < since { return events }
                if page.admits(event) {
                    try count(event, in: &bytes)
                    events.append(event)
                }
                if events.count == page.countMax { return events }
            }
            guard page.isReversed ? final.sequence > page.from : final.sequence < last else {
                return events
            }
            next = page.isReversed ? final.sequence - 1 : final.sequence + 1
        }
    }

    /// Events of one account, along its back-pointers.
    func accountPage<Log: LogStorage>(
        _ page: LogPage, _ reader: LogReader<Log>
    ) throws -> [Event] {
        guard let account = page.account, page.countMax > 0 else { return [] }
        var events: [Event] = []
        var bytes = 0
        try walk(account, reader) { event in
            if event.sequence < page.from { return false }
            if let since = page.since, event.time < since { return false }
            if event.sequence <= page.to, page.admits(event) {
                if page.isReversed { try Self.count(event, in: &bytes) }
                events.append(event)
                // Forwards, the earliest are wanted: they come last on this way.
                if !page.isReversed, events.count >= page.countMax * 2 {
                    events.removeFirst(events.count - page.countMax)
                }
            }
            return !page.isReversed || events.count < page.countMax
        }
        if page.isReversed { return events }
        events = events.suffix(page.countMax).reversed()
        for event in events { try Self.count(event, in: &bytes) }
        return events
    }

    private static func count(_ event: Event, in bytes: inout Int) throws {
        bytes += event.printedBytes
        guard bytes <= LogPage.bytesMax else { throw PageTooBig() }
    }
}

extension Event {
    /// How long it is in a reply, roughly.
    fileprivate var printedBytes: Int {
        let parts = postings.count + marks.count + rungs.count + inputs.count + shown.count
        // The text of a rulebook isn't shown.
        return 300 + 100 * parts + (kind == .rules ? 0 : text.count)
    }
}
