/// Connections with something to do, in the order of their turns.
///
/// Whoever speaks up after a silence is next: a single question doesn't wait for a round of all the
/// long pipelines. These go on one after another, and between them the loop looks who else has come.
struct TurnQueue {
    private var newcomers: [Connection] = []
    /// First come, first served, from `next` on.
    private var goingOn: [Connection] = []
    private var next = 0

    var isEmpty: Bool { newcomers.isEmpty && next == goingOn.count }

    mutating func append(_ connection: Connection, isNewcomer: Bool) {
        if isNewcomer { newcomers.append(connection) } else { goingOn.append(connection) }
    }

    /// Takes those whose turn it is into `round`, which is empty.
    ///
    /// - Returns: how many of them, the first ones, are newcomers.
    mutating func takeRound(into round: inout [Connection]) -> Int {
        swap(&newcomers, &round)
        let newcomerCount = round.count
        guard next < goingOn.count else { return newcomerCount }
        round.append(goingOn[next])
        next += 1
        if next == goingOn.count || next == 1_024 {
            goingOn.removeFirst(next)
            next = 0
        }
        return newcomerCount
    }

    mutating func removeAll() { self = TurnQueue() }
}
