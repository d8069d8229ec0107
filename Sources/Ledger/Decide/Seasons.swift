extension Ledger {
    /// The season that is running, if there is one.
    var runningSeason: Word? { nil }

    /// The season that the command falls into.
    mutating func seasonNow() throws(Refusal) -> Word {
        throw Refusal(.noSeason, [], "no season is under way")
    }
}
