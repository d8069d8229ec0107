extension Ledger {
    /// The season that the command falls into.
    mutating func seasonNow() throws(Refusal) -> Word {
        throw Refusal(.noSeason, [], "no season is under way")
    }
}
