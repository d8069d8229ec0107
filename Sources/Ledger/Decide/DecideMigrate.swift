// MIGRATE: an account of an older system is taken over, once.

extension Ledger {
    mutating func decideMigrate(_ command: borrowing Command) throws(Refusal) {
        let rule = try migration(command)
        // Asked for first: a file is run again after some of it failed, and who is there already
        // is no failure, whatever else the row says.
        let key = CellKey(.claim, rule.name)
        guard state.value(requested.account, key) == nil else {
            throw Refusal(
                .taken, [.init("migration", rule.text)],
                "\(name(requested.account)) was migrated by \(rule.text) before")
        }
        draft.kind = .migration
        draft.causeKind = .migration
        draft.causeName = rule.name
        try bind(command, rule.inputs, of: Declared(noun: "migration", text: rule.text))
        let index = try link(requested.account)
        precondition(index == 0, "the command's account comes first")
        try takeSteps(rule.steps)
        try meet(rule.requirements)
        try apply(rule.effects, why: nil)
        try set(requested.account, key, .zero)
        try markSeason()
    }

    /// What is taken over from an older system moves nothing but who stands where on boards. The season
    /// that is running is entered with it, without what a newcomer is given.
    mutating func settleMigration() throws(Refusal) {
        if let season = runningSeason {
            let key = CellKey(.claim, season)
            if value(requested.account, key) == nil { try set(requested.account, key, .zero) }
        }
        try settleBoards()
    }

    private mutating func migration(
        _ command: borrowing Command
    ) throws(Refusal) -> MigrationRule {
        if let word = state.words.find(command.bytes, command.name.range),
            let rule = rules.parts.migrations.first(where: { $0.name == word })
        {
            return rule
        }
        let text = text(command, command.name)
        throw Refusal(
            .undeclared, [.init("migration", text)], "the rulebook declares no migration \(text)")
    }
}
