/// Connections with something to do, in the order of their turns.
///
/// Whoever speaks up after a silence is next: a single question doesn't wait for a round of all the
/// long pipelines. These go on a few at a time, so that the loop looks often who else has come.
struct TurnQueue {
    /// Turns of those that go on in one round, which take some two hundred microseconds.
    private static let goingOnMax = 4

    private var newcomers: [Connection] = []
    /// First come, first served, from `next` on.
    private var goingOn: [Connection] = []
    private var next = 0

    var isEmpty: Bool { newcomers.isEmpty && next == goingOn.count }

    mutating func append(_ connection: Connection, isNewcomer: Bool) {
        if isNewcomer { newcomers.append(connection) } else { goingOn.append(connection) }
    }

    /// Takes those whose turn it is into `round`, which is empty.
    mutating func takeRound(into round: inout [Connection]) {
        swap(&newcomers, &round)
        let end = min(next + Self.goingOnMax, goingOn.count)
        round.append(contentsOf: goingOn[next..<end])
        next = end
        guard next == goingOn.count || next >= 1_024 else { return }
        goingOn.removeFirst(next)
        next = 0
    }

    mutating func removeAll() { self = TurnQueue() }
}
