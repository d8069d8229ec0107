import Ledger

/// What one user's connections together may do in a second; 0: as much as they like.
package struct RationLimits: Equatable, Sendable {
    package var eventsPerSecond = 0
    package var bytesPerSecond = 0
    package var connections = 0

    package init() {}

    var areAnyPerSecond: Bool { eventsPerSecond > 0 || bytesPerSecond > 0 }
}

/// Each user's events and bytes as buckets that fill up again while time goes by, up to a second's
/// worth. What is done is paid afterwards, so that a bucket may owe something for a while; who owes
/// isn't read, and nothing is refused.
struct Rations {
    private struct Bucket {
        /// In thousandths, so that a millisecond is worth something.
        var left: Int64
        let perSecond: Int64

        init(_ perSecond: Int) {
            self.perSecond = Int64(perSecond)
            left = self.perSecond * 1_000
        }

        var isEmpty: Bool { perSecond > 0 && left <= 0 }

        mutating func fill(milliseconds: Int64) {
            left = min(left + perSecond * milliseconds, perSecond * 1_000)
        }

        mutating func pay(_ count: Int) {
            if perSecond > 0 { left -= Int64(count) * 1_000 }
        }
    }

    private struct Ration {
        var events: Bucket
        var bytes: Bucket
        var filledAt: Int64
    }

    private let limits: RationLimits
    private var users: [UInt32: Ration] = [:]

    init(_ limits: RationLimits) { self.limits = limits }

    /// Whether the user has to wait, as of that monotonic millisecond.
    mutating func isSpent(_ user: UInt32, now: Int64) -> Bool {
        guard limits.areAnyPerSecond else { return false }
        var ration =
            users[user]
            ?? Ration(
                events: Bucket(limits.eventsPerSecond), bytes: Bucket(limits.bytesPerSecond),
                filledAt: now)
        // Bounded, so that the product fits.
        let passed = min(now - ration.filledAt, 60_000)
        ration.events.fill(milliseconds: passed)
        ration.bytes.fill(milliseconds: passed)
        ration.filledAt = now
        users[user] = ration
        return ration.events.isEmpty || ration.bytes.isEmpty
    }

    mutating func pay(_ user: UInt32, events: Int, bytes: Int) {
        guard limits.areAnyPerSecond else { return }
        users[user]?.events.pay(events)
        users[user]?.bytes.pay(bytes)
    }
}

extension Front {
    /// Sets a connection aside whose user has had this second's share.
    func setAside(_ connection: Connection) -> Bool {
        guard hasRations, rations.isSpent(connection.peer.uid, now: now) else { return false }
        counters.rationings += 1
        connection.isWaiting = true
        rationed.append(connection)
        return true
    }

    /// Takes what was done out of the user's share.
    func pay(_ connection: Connection, events: Int, bytes: Int) {
        if hasRations { rations.pay(connection.peer.uid, events: events, bytes: bytes) }
    }

    /// Gives those set aside another look, after each pause of the loop.
    func resumeRationed() {
        guard !rationed.isEmpty else { return }
        let resumed = rationed
        rationed.removeAll(keepingCapacity: true)
        for connection in resumed {
            connection.isWaiting = false
            enqueue(connection)
        }
    }
}
