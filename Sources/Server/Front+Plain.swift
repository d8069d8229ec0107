import Engine
import Ledger
import Wire

extension Front {
    /// Carries out the plain commands that come next, as many as `left` allows.
    ///
    /// - Returns: how many were carried out. After them something else comes, or nothing yet.
    func carryOutPlain(
        _ connection: Connection, _ left: Int, _ progress: inout PlainDesk.Progress
    ) -> Int {
        guard !connection.transaction.isOpen, !isRefusedWhileListening(.award, connection) else {
            return 0
        }
        let input = connection.input
        connection.output.prepare(&pool)
        let done = plain.carryOut(
            input, countMax: left, &progress, engine: engine, peer: connection.peer, at: wall,
            counters: &counters, into: &connection.output.writer)
        guard let done else { return 0 }
        pay(connection, events: done.events, bytes: done.next - input.start)
        connection.lastCommand = done.last
        connection.partialSince = 0
        connection.lastActiveAt = now
        connection.input.advance(to: done.next)
        hold(connection, commands: done.count, newest: done.newest)
        return done.count
    }
}
