/// Why a group of commands was refused: the refusal of one of them, counted from 0.
package struct GroupRefusal: Error, Sendable, Equatable {
    package var index: Int
    package var refusal: Refusal

    package init(index: Int, refusal: Refusal) {
        self.index = index
        self.refusal = refusal
    }
}

// MULTI/EXEC: all or none, in one group of events across accounts.

extension Ledger {
    /// Decides the writes of a group one after another, later ones seeing earlier ones; between them
    /// the caller may read. `beginGroup`, then `executeInGroup` for each write, then `endGroup`.
    package mutating func beginGroup() {
        group = .multi(isLast: false)
        hasGroupBegun = false
        beginUndo()
    }

    /// - Parameter isLast: whether no further write of the group follows.
    package mutating func executeInGroup(
        _ command: borrowing Command, isLast: Bool, from peer: Peer, at wall: Instant,
        into receipt: inout Receipt
    ) throws(Refusal) -> Answer {
        group = .multi(isLast: isLast)
        return try perform(command, from: peer, at: wall, into: &receipt)
    }

    package enum GroupEnd: Sendable {
        case kept, dryRun, refused
    }

    /// Ends the group: everything stands, or nothing of it does.
    package mutating func endGroup(_ end: GroupEnd) {
        group = .none
        switch end {
        case .kept: keep()
        case .dryRun: rollBackDryRun()
        case .refused: rollBack()
        }
    }
}
