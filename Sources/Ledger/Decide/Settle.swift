extension Ledger {
    /// What follows from what a command posts and marks, all of it in the command's own event: the
    /// season is entered, streaks go on, goals are advanced, ladders climbed and rungs rewarded,
    /// boards kept.
    ///
    /// A rulebook of which anything here but ladders holds has consequences: what they may follow from
    /// is never plain (`DecidePlain.swift`).
    mutating func settle() throws(Refusal) {
        guard draft.kind != .migration else { return try settleMigration() }
        guard rules.hasConsequences else { return try settleLadders() }
        rewarded.clear()
        try enterSeason()
        if let action = requested.action, !rules.counting.isEmpty {
            try settleStreaks(action)
            try settleCounts(action)
        }
        if requested.feedsStreaks { try settleAllStreaks() }
        try settleLadders()
        // Rewards climb ladders, and what is reached then may be rewarded in turn. Each rung is rewarded
        // and each goal done once, so this ends.
        while true {
            let isRewarded = try settleRewards()
            let isDone = try settleReaching()
            guard isRewarded || isDone else { break }
            try settleLadders()
        }
        try openTracks()
        try settleBoards()
    }
}
