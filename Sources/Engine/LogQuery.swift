package import Ledger
package import Store

/// A read that needs the log. It runs on a thread of its own, once `waitsFor` is durable, and knows
/// numbers only: its user resolves names before and prints after.
package struct LogQuery: Sendable {
    package enum Kind: Sendable {
        case event(SequenceNumber)
        case page(LogPage)
        case view(AccountNumber, asOf: AsOf)
        case why(AccountNumber, BalanceName, asOf: AsOf?)
        /// Runs over all that was recorded since then.
        case activity(since: Instant)
    }

    package var kind: Kind
    /// Everything that the answer might see is on disk from here on.
    package var waitsFor: SequenceNumber
    /// The account's newest event, from which its history is walked backwards.
    package var last: SequenceNumber
    /// How many events the account has.
    package var accountEvents = 0

    package init(_ kind: Kind, waitsFor: SequenceNumber, last: SequenceNumber = 0) {
        self.kind = kind
        self.waitsFor = waitsFor
        self.last = last
    }

    /// Whether it has to look at many more events than it answers with: a filter over the whole log,
    /// all of a long history. Nobody's short read should wait for one of these.
    package var isLong: Bool {
        switch kind {
        case .event: false
        case .activity: true
        case .view, .why: accountEvents > Self.shortEventsMax
        case .page(let page):
            if page.account == nil {
                page.isFiltered
            } else if accountEvents <= Self.shortEventsMax {
                false
            } else if page.isReversed {
                // An older part is reached along all that came after it.
                page.isFiltered || page.to < last
            } else {
                page.from < last && last - page.from > UInt64(Self.shortEventsMax)
            }
        }
    }

    /// Some milliseconds' worth of going from event to event.
    private static let shortEventsMax = 2_000
}

/// A point in the log: events up to it count.
package enum AsOf: Sendable, Equatable {
    case sequence(SequenceNumber)
    case time(Instant)

    func includes(_ event: Event) -> Bool {
        switch self {
        case .sequence(let sequence): event.sequence <= sequence
        case .time(let time): event.time <= time
        }
    }
}

/// What a balance came from: its postings, gathered by cause.
package struct WhyLine: Sendable {
    package var kind: EventKind
    package var causeKind: CauseKind
    package var cause: Word
    package var why: Event.Why?
    package var count = 0
    package var earned: Int64 = 0
    package var spent: Int64 = 0
    package var held: Int64 = 0
    package var first: SequenceNumber = 0
    package var last: SequenceNumber = 0
}

package struct LogAnswer: Sendable {
    package var events: [Event] = []
    package var view: AccountView?
    /// The time of which the view is.
    package var moment: Instant?
    package var why: [WhyLine] = []
    package var activity: Activity?
    /// The events that were asked for don't fit into one page: TOOBIG.
    package var isTooBig = false
    /// Damage that was met: CORRUPT.
    package var fault: String?

    package init() {}
}

extension LogQuery {
    /// Answers the query from the log; each read of the log is a bounded transaction.
    package func run<Log: LogStorage>(_ reader: LogReader<Log>) -> LogAnswer {
        var answer = LogAnswer()
        do {
            switch kind {
            case .event(let sequence):
                if let event = try Self.event(sequence, reader) { answer.events = [event] }
            case .page(let page):
                answer.events =
                    page.account == nil
                    ? try Self.logPage(page, reader) : try accountPage(page, reader)
            case .view(let account, let asOf):
                answer.view = try view(account, asOf, reader)
                switch asOf {
                case .time(let time): answer.moment = time
                case .sequence(let sequence):
                    answer.moment = try Self.event(sequence, reader)?.time
                }
            case .why(let account, let balance, let asOf):
                (answer.view, answer.why) = try why(account, balance, asOf, reader)
            case .activity(let since):
                answer.activity = try Self.activity(since: since, through: waitsFor, reader)
            }
        } catch is PageTooBig {
            answer.isTooBig = true
        } catch {
            answer.fault = "\(error)"
        }
        return answer
    }

    static func event<Log: LogStorage>(
        _ sequence: SequenceNumber, _ reader: LogReader<Log>
    ) throws -> Event? {
        guard let bytes = try reader.event(sequence) else { return nil }
        var event = Event()
        try event.decode(bytes, bytes.indices)
        return event
    }

    /// The account's events from the newest to the first, while `body` wants more.
    func walk<Log: LogStorage>(
        _ account: AccountNumber, _ reader: LogReader<Log>, _ body: (Event) throws -> Bool
    ) throws {
        var next = last
        while next != 0 {
            guard let event = try Self.event(next, reader) else {
                throw StoreError.batchMissing(sequence: next)
            }
            guard let link = event.accounts.first(where: { $0.account == account }) else {
                throw OpeningError.event(next, "account \(account.rawValue) isn't part of it")
            }
            guard try body(event) else { return }
            next = link.previous
        }
    }

    private func history<Log: LogStorage>(
        _ account: AccountNumber, _ asOf: AsOf?, _ reader: LogReader<Log>
    ) throws -> [SequenceNumber] {
        var sequences: [SequenceNumber] = []
        try walk(account, reader) { event in
            if asOf?.includes(event) ?? true { sequences.append(event.sequence) }
            return true
        }
        return sequences.reversed()
    }

    private func view<Log: LogStorage>(
        _ account: AccountNumber, _ asOf: AsOf, _ reader: LogReader<Log>
    ) throws -> AccountView {
        var view = AccountView()
        view.account = account
        for sequence in try history(account, asOf, reader) {
            if let event = try Self.event(sequence, reader) { try view.apply(event) }
        }
        return view
    }

    private func why<Log: LogStorage>(
        _ account: AccountNumber, _ balance: BalanceName, _ asOf: AsOf?, _ reader: LogReader<Log>
    ) throws -> (AccountView, [WhyLine]) {
        var view = AccountView()
        view.account = account
        var lines: [WhyLine] = []
        for sequence in try history(account, asOf, reader) {
            guard let event = try Self.event(sequence, reader) else { continue }
            try view.apply(event)
            for posting in event.postings
            where posting.balance == balance
                && event.accounts[posting.account].account == account
            {
                Self.gather(posting, event, into: &lines)
            }
        }
        return (view, lines)
    }

    private static func gather(
        _ posting: Event.Posting, _ event: Event, into lines: inout [WhyLine]
    ) {
        let index =
            lines.firstIndex {
                $0.kind == event.kind && $0.causeKind == event.causeKind
                    && $0.cause == event.causeName && $0.why == posting.why
            } ?? lines.count
        if index == lines.count {
            lines.append(
                WhyLine(
                    kind: event.kind, causeKind: event.causeKind, cause: event.causeName,
                    why: posting.why, first: event.sequence))
        }
        if lines[index].last != event.sequence { lines[index].count += 1 }
        lines[index].last = event.sequence
        // The view has applied the posting: sums of parts can't leave what the whole fits.
        switch posting.side {
        case .earn, .receive: _ = State.add(posting.amount, to: &lines[index].earned)
        case .spend: _ = State.add(posting.amount, to: &lines[index].spent)
        case .hold: _ = State.add(posting.amount, to: &lines[index].held)
        }
    }
}
