// Seasons: which one a command falls into, and what an account is given that enters it.

extension Ledger {
    /// When what the command under way speaks of happened.
    var happened: Instant { draft.at ?? requested.now }

    /// Notes the season that was running when something happened that is recorded now.
    mutating func noteSeason(at moment: Instant) {
        guard !rules.seasons.isEmpty else { return }
        requested.season = rules.season(at: moment, now: requested.now)
    }

    /// The season that is running, if there is one.
    var runningSeason: Word? { requested.season.map { rules.seasons[$0].name } }

    /// The season that the command falls into.
    mutating func seasonNow() throws(Refusal) -> Word {
        guard let season = requested.season else { throw refusal(.noSeason) }
        return rules.seasons[season].name
    }

    /// Marks the account's entry with its first command in a season, and gives what that brings.
    mutating func enterSeason() throws(Refusal) {
        guard let season = requested.season, entersSeasons else { return }
        let account = requested.account
        let name = rules.seasons[season].name
        let key = CellKey(.claim, name)
        guard value(account, key) == nil else { return }
        // Numbered by `emit`.
        try set(account, key, .zero)
        let why = Event.Why(kind: .opening, word: name, number: 0)
        try apply(rules.seasons[season].onEntry, why: why, to: account, inputs: [])
        for ladder in rules.ladders.indices where rules.ladders[ladder].isOfSeasons {
            let start = rules.ladders[ladder].start
            try reach(ladder, name, account, above: start - 1, upTo: start)
        }
    }

    /// Marks the entry of an account that is taken over, which has been given what that brings.
    mutating func markSeason() throws(Refusal) {
        guard let season = runningSeason else { return }
        let key = CellKey(.claim, season)
        if value(requested.account, key) == nil { try set(requested.account, key, .zero) }
    }

    /// Whether the command is something that its account did: corrections, facts and holds are not.
    private var entersSeasons: Bool {
        guard requested.account != .ledger else { return false }
        switch draft.kind {
        case .award, .spend, .claim, .transfer: return draft.causeKind != .job
        default: return false
        }
    }
}
