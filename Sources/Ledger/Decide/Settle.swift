extension Ledger {
    /// What follows from what a command posts and marks, all of it in the command's own event: the
    /// season is entered, streaks go on, goals are advanced, ladders climbed and rungs rewarded,
    /// boards kept.
    mutating func settle() throws(Refusal) {
        try settleLadders()
        guard rules.hasConsequences else { return }
        try settleBoards()
    }
}
