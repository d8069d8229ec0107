package import Ledger
import Store

/// The ten or so accounts with the greatest numbers, best first.
package struct BestAccounts: Sendable, Equatable {
    package struct Entry: Sendable, Equatable {
        package var account: AccountNumber
        package var number: Int64
    }

    package private(set) var entries: [Entry] = []
    private let countMax: Int

    package init(countMax: Int = 10) { self.countMax = countMax }

    /// Of equal numbers the one that is added first stays first.
    package mutating func add(_ account: AccountNumber, _ number: Int64) {
        guard number > 0 else { return }
        if entries.count == countMax {
            guard number > entries[countMax - 1].number else { return }
            entries.removeLast()
        }
        let position = entries.firstIndex { $0.number < number } ?? entries.count
        entries.insert(Entry(account: account, number: number), at: position)
    }
}

/// What was done and who did most of it: since the beginning, or since some time.
package struct Activity: Sendable {
    /// Earned less what was taken back of it, by currency.
    package var awarded: [Word: Int64] = [:]
    /// By the number of their events.
    package var active = BestAccounts()
    /// By what they earned.
    package var earners: [Word: BestAccounts] = [:]

    package init() {}
}

/// STATS while it is counted: account after account, some in each turn of the front, each as it is
/// then.
package struct StatisticsScan: Sendable {
    /// A ladder, or a facet's share of it.
    package struct Climb: Hashable, Sendable {
        package var ladder: Word
        package var facet: Word

        package init(ladder: Word, facet: Word) {
            self.ladder = ladder
            self.facet = facet
        }
    }

    /// How many stand on each rung; those who never climbed are not among them.
    package private(set) var rungs: [Climb: [Int64: Int]] = [:]
    package private(set) var accountCount = 0
    /// Since the beginning.
    package var activity = Activity()
    package fileprivate(set) var next: UInt32 = 1

    package init() {}

    fileprivate mutating func add(_ account: AccountNumber, _ glance: AccountGlance) {
        accountCount += 1
        activity.active.add(account, Int64(glance.eventCount))
        var earned: [Word: Int64] = [:]
        for cell in glance.cells {
            switch cell.key.kind {
            case .rung:
                let climb = Climb(ladder: cell.key.word, facet: Word(cell.key.qualifier))
                rungs[climb, default: [:]][cell.value.a, default: 0] += 1
            case .balance:
                _ = State.add(cell.value.earned, to: &earned[cell.key.word, default: 0])
            default: break
            }
        }
        for (currency, amount) in earned {
            activity.earners[currency, default: BestAccounts()].add(account, amount)
        }
    }
}

extension Engine {
    /// Counts some more accounts in; returns whether there are more. Who was forgotten doesn't count.
    package func count(into scan: inout StatisticsScan, accountsMax: Int) -> Bool {
        let end = UInt32(min(Int(ledger.state.accountCount), Int(scan.next) + accountsMax - 1))
        while scan.next <= end {
            let account = AccountNumber(scan.next)
            scan.next += 1
            let glance = ledger.state.glance(account)
            if !glance.isForgotten { scan.add(account, glance) }
        }
        guard scan.next > ledger.state.accountCount else { return true }
        scan.activity.awarded = [:]
        for cell in ledger.state.cells(.ledger, .balance) {
            scan.activity.awarded[cell.key.word] = cell.value.a
        }
        return false
    }
}

/// Adds up what the log says since some time.
struct ActivityCount {
    private var awarded: [Word: Int64] = [:]
    private var events: [AccountNumber: Int64] = [:]
    private var earned: [Earner: Int64] = [:]

    /// Forgotten accounts, which the log's reader can't tell, are left out of these later.
    private static let bestMax = 50

    private struct Earner: Hashable {
        var account: AccountNumber
        var currency: Word
    }

    mutating func add(_ event: Event) {
        for link in event.accounts { events[link.account, default: 0] += 1 }
        for posting in event.postings where posting.side == .earn {
            let account = event.accounts[posting.account].account
            let currency = posting.balance.currency
            _ = State.add(posting.amount, to: &awarded[currency, default: 0])
            let earner = Earner(account: account, currency: currency)
            _ = State.add(posting.amount, to: &earned[earner, default: 0])
        }
    }

    /// Of equal accounts the older one comes first.
    var activity: Activity {
        var activity = Activity()
        activity.awarded = awarded
        activity.active = BestAccounts(countMax: Self.bestMax)
        for (account, count) in events.sorted(by: { $0.key < $1.key }) {
            activity.active.add(account, count)
        }
        for (earner, amount) in earned.sorted(by: { $0.key.account < $1.key.account }) {
            activity.earners[earner.currency, default: BestAccounts(countMax: Self.bestMax)]
                .add(earner.account, amount)
        }
        return activity
    }
}

extension LogQuery {
    /// What was recorded since some time, read in bounded transactions.
    static func activity<Log: LogStorage>(
        since: Instant, through last: SequenceNumber, _ reader: LogReader<Log>
    ) throws -> Activity {
        var count = ActivityCount()
        var event = Event()
        var bytes: [UInt8] = []
        var damage: OpeningError?
        var next: UInt64? = try first(since: since, through: last, reader)
        while let start = next, start <= last {
            next = try reader.fold(from: start, batchCountMax: 16) { sequence, span in
                guard sequence <= last else { return false }
                bytes.removeAll(keepingCapacity: true)
                for index in span.indices { bytes.append(span[index]) }
                do throws(DecodingError) {
                    try event.decode(bytes, bytes.indices)
                } catch {
                    damage = .event(sequence, "it can't be decoded: \(error.reason)")
                    return false
                }
                count.add(event)
                return true
            }
            if let damage { throw damage }
        }
        return count.activity
    }

    /// The first event recorded at that time or later, found by halving: time never goes back.
    private static func first<Log: LogStorage>(
        since: Instant, through last: SequenceNumber, _ reader: LogReader<Log>
    ) throws -> SequenceNumber {
        var low: SequenceNumber = 1
        var high = last + 1
        while low < high {
            let middle = low + (high - low) / 2
            guard let event = try event(middle, reader) else {
                throw StoreError.batchMissing(sequence: middle)
            }
            if event.time < since { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
