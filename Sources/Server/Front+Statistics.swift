import Engine
import Ledger
import Wire

/// A STATS that is being counted.
struct Counting {
    var scan = StatisticsScan()
    var since: Instant?
    var slot: Int
    var generation: UInt32
}

// STATS: accounts are counted in slices; what happened since some time is read from the log.

extension Front {
    private static let accountsPerSlice = 512
    private static let countingsMax = 64

    func count(_ since: Instant?, _ connection: Connection) throws(Refusal) -> Dispatched {
        guard countings.count < Self.countingsMax else {
            throw Refusal(
                .busy, [.init("stats", "\(countings.count)")],
                "too many STATS are being counted: try again")
        }
        connection.pause = .answer
        countings.append(
            Counting(since: since, slot: connection.slot, generation: connection.generation))
        return .answersLater
    }

    /// The first one goes on; those that have come to their end are answered.
    func goOnCounting() {
        guard !engine.count(into: &countings[0].scan, accountsMax: Self.accountsPerSlice) else {
            return
        }
        let counting = countings.removeFirst()
        guard let connection = table[counting.slot, counting.generation] else { return }
        connection.pause = .none
        connection.output.prepare(&pool)
        if let since = counting.since {
            do throws(Refusal) {
                let query = logQuery(.activity(since: since), nil)
                let pending = PendingAnswer.statistics(counting.scan, since: since)
                _ = try ask([query], for: pending, connection)
                return
            } catch {
                _ = refuse(error, connection)
            }
        } else {
            statistics(counting.scan, counting.scan.activity, since: nil, on: connection)
        }
        hold(connection)
        enqueue(connection)
    }

    func statistics(
        _ scan: StatisticsScan, _ activity: Activity, since: Instant?, on connection: Connection
    ) {
        values(on: connection) { writer in
            writer.map { writer in
                if let since {
                    writer.key("since")
                    writer.instant(since)
                }
                writer.key("accounts")
                writer.number(Int64(scan.accountCount))
                writer.key("awarded")
                writer.map { writer in
                    for (currency, amount) in activity.awarded.sorted(by: { $0.key < $1.key }) {
                        writer.key { engine.appendText(of: currency, to: &$0) }
                        writer.number(amount)
                    }
                }
                writer.key("ladders")
                writer.map { writer in ladders(scan, &writer) }
                writer.key("active")
                best(activity.active, "events", &writer)
                writer.key("earners")
                writer.map { writer in
                    for (currency, best) in activity.earners.sorted(by: { $0.key < $1.key }) {
                        writer.key { engine.appendText(of: currency, to: &$0) }
                        self.best(best, "amount", &writer)
                    }
                }
            }
        }
    }

    private func best(_ best: BestAccounts, _ name: String, _ writer: inout RESPValues) {
        let shown = best.entries.lazy
            .filter { !self.engine.ledger.state.isForgotten($0.account) }.prefix(10)
        writer.list { writer in
            for entry in shown {
                writer.map { writer in
                    writer.key("account")
                    writer.account(entry.account, engine)
                    writer.key(name)
                    writer.number(entry.number)
                }
            }
        }
    }

    /// How many accounts stand on each rung that anybody stands on.
    private func ladders(_ scan: StatisticsScan, _ writer: inout RESPValues) {
        for ladder in engine.ledger.rules.ladders {
            var climbs = scan.rungs.filter { $0.key.ladder == ladder.name }
            if !ladder.isScoped {
                // Who never climbed stands where it begins.
                let whole = StatisticsScan.Climb(ladder: ladder.name, facet: .none)
                var rungs = climbs[whole] ?? [:]
                let climbed = rungs.values.reduce(0, +)
                if scan.accountCount > climbed {
                    rungs[ladder.start, default: 0] += scan.accountCount - climbed
                }
                climbs[whole] = rungs
            }
            for (climb, rungs) in climbs.sorted(by: { $0.key.facet < $1.key.facet }) {
                writer.key { text in
                    text.append(contentsOf: ladder.text.utf8)
                    guard climb.facet != .none else { return }
                    text.append(UInt8(ascii: ":"))
                    self.engine.appendText(of: climb.facet, to: &text)
                }
                writer.map { writer in self.rungs(rungs, ladder, &writer) }
            }
        }
    }

    private func rungs(_ rungs: [Int64: Int], _ ladder: LadderRule, _ writer: inout RESPValues) {
        for (rung, count) in rungs.sorted(by: { $0.key < $1.key }) {
            writer.key { text in
                if let name = ladder.name(of: rung) {
                    self.engine.appendText(of: name, to: &text)
                } else {
                    text.append(contentsOf: String(rung).utf8)
                }
            }
            writer.number(Int64(count))
        }
    }
}
