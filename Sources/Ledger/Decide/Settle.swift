extension Ledger {
    /// What follows from what a command posts and marks, all of it in the command's own event: the
    /// season is entered, streaks go on, goals are advanced, ladders climbed and rungs rewarded,
    /// boards kept.
    ///
    /// A rulebook of which anything here but ladders holds has consequences: its writes are never plain
    /// (`DecidePlain.swift`).
    mutating func settle() throws(Refusal) {
        // What is taken over from an older system moves nothing.
        guard draft.kind != .migration else { return }
        try settleLadders()
        guard rules.hasConsequences else { return }
        rewarded.clear()
        while try settleRewards() { try settleLadders() }
        try openTracks()
    }
}
