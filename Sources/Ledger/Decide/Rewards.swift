// Rewards of rungs: automatic ones are given in the event that reaches the rung, the others become
// claimable. A claim's mark that an event clears, whether it was set or not, says that the claim may
// be taken: so the receipt and whoever is told read it off the event.

extension Ledger {
    /// How far the rewards of a ladder are dealt with in the event under way.
    struct Rewarded {
        var account: AccountNumber
        var ladder: Int
        var season: Word
        var upTo: Int64
    }

    /// Rewards the rungs that the event has reached since this was last asked.
    ///
    /// - Returns: whether anything was posted, which may move ladders again.
    mutating func settleRewards() throws(Refusal) -> Bool {
        let posted = draft.postings.count
        for index in draft.rungs.indices {
            let rung = draft.rungs[index]
            guard let ladder = rules.ladderPosition(rung.ladder),
                rules.rewards(ofLadder: ladder) != nil
            else { continue }
            let account = draft.accounts[rung.account].account
            let known = rewarded.firstIndex {
                $0.account == account && $0.ladder == ladder && $0.season == rung.season
            }
            let done = known.map { rewarded[$0].upTo } ?? rung.from
            guard rung.to > done else { continue }
            if let known {
                rewarded[known].upTo = rung.to
            } else {
                rewarded.append(
                    Rewarded(
                        account: account, ladder: ladder, season: rung.season, upTo: rung.to))
            }
            try reach(ladder, rung.season, account, above: done, upTo: rung.to)
        }
        return draft.postings.count > posted
    }

    /// Gives the automatic rewards of rungs, and lets the others be claimed.
    ///
    /// - Parameter season: whose rungs they are; none for a ladder that goes on for ever.
    mutating func reach(
        _ ladder: Int, _ season: Word, _ account: AccountNumber, above: Int64, upTo: Int64
    ) throws(Refusal) {
        guard let rewards = rules.rewards(ofLadder: ladder) else { return }
        var open: [Int] = []
        for track in rewards.tracks.indices where try isOpen(rewards, track, to: account) {
            open.append(track)
        }
        try hand(rewards, open, season, account, above: above, upTo: upTo)
    }

    /// Lets the rewards of rungs reached before be claimed, on tracks that this event has opened.
    mutating func openTracks() throws(Refusal) {
        for rewards in rules.parts.rewards {
            var season = Word.none
            if rewards.isPerSeason {
                guard let running = runningSeason else { continue }
                season = running
            }
            for index in draft.accounts.indices {
                let account = draft.accounts[index].account
                var opened: [Int] = []
                for track in rewards.tracks.indices
                where try hasOpened(rewards, track, to: account) { opened.append(track) }
                if opened.isEmpty { continue }
                let reached = rung(ladder: rewards.ladder, facet: season, of: account)
                try hand(rewards, opened, season, account, above: nil, upTo: reached)
            }
        }
    }

    /// Whether the track is open now and wasn't before the command.
    private mutating func hasOpened(
        _ rewards: RewardsRule, _ track: Int, to account: AccountNumber
    ) throws(Refusal) -> Bool {
        if rewards.tracks[track].requirements.isEmpty { return false }
        guard try isOpen(rewards, track, to: account) else { return false }
        isBlindToDraft = true
        defer { isBlindToDraft = false }
        return try !isOpen(rewards, track, to: account)
    }

    private mutating func isOpen(
        _ rewards: RewardsRule, _ track: Int, to account: AccountNumber
    ) throws(Refusal) -> Bool {
        let requirements = rewards.tracks[track].requirements
        if requirements.isEmpty { return true }
        let aside = (requested.subject, requested.parent)
        defer { (requested.subject, requested.parent) = aside }
        speak(of: account)
        for requirement in requirements where try holds(requirement.when) {
            if try !holds(requirement.test) { return false }
        }
        return true
    }

    /// Rung by rung, on each of these tracks.
    private mutating func hand(
        _ rewards: RewardsRule, _ tracks: [Int], _ season: Word, _ account: AccountNumber,
        above: Int64?, upTo: Int64
    ) throws(Refusal) {
        let ladder = rules.ladders[rewards.ladder]
        for rung in rewards.rungs where rung <= upTo && above.map({ rung > $0 }) ?? true {
            for track in tracks {
                guard let reward = rewards.tracks[track].reward(of: rung) else { continue }
                try hand(reward, of: rung, ladder, rewards, track, season, account)
            }
        }
    }

    private mutating func hand(
        _ reward: RewardsRule.Reward, of rung: Int64, _ ladder: LadderRule,
        _ rewards: RewardsRule, _ track: Int, _ season: Word, _ account: AccountNumber
    ) throws(Refusal) {
        var text = season == .none ? [] : self.text(ofKnown: season) + [UInt8(ascii: ":")]
        let name = ladder.name(of: rung)
        text.append(contentsOf: name.map { self.text(ofKnown: $0) } ?? Array("\(rung)".utf8))
        text.append(UInt8(ascii: ":"))
        text.append(contentsOf: rewards.tracks[track].text.utf8)
        let key = CellKey(.claim, rewards.offer, try wordOfRule(text).rawValue)
        guard value(account, key) == nil, !isMarked(account, key) else { return }
        guard reward.isAutomatic else {
            let index = try link(account)
            draft.marks.append(Event.Mark(account: index, key: key, value: nil))
            return
        }
        try set(account, key, .zero)
        let why = Event.Why(kind: .rung, word: ladder.name, number: rung)
        try apply(
            reward.effects, why: why, to: account,
            inputs: [
                name.map { .defaultName($0) } ?? .defaultNumber(rung),
                .defaultName(rewards.tracks[track].name),
            ])
    }

    private func isMarked(_ account: AccountNumber, _ key: CellKey) -> Bool {
        draft.marks.contains {
            $0.key == key && draft.accounts[$0.account].account == account
        }
    }
}
