extension Ledger {
    /// Takes up a goal, or takes over how far the account had come with it.
    mutating func markGoal(
        _ rule: MarkRule, _ name: Word, _ account: AccountNumber
    ) throws(Refusal) {
        throw Refusal(
            .undeclared, [.init("goal", wordText(name))],
            "the rulebook declares no goal \(wordText(name))")
    }
}
