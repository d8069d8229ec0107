import Ledger

// Offers, and accounts taken over from an older system.

extension Oracle {
    func judgeClaim(_ ask: Ask) {
        draft.kind = .claim
        link(draft.subject)
        switch ask.name {
        case "shop": judgeShop(ask)
        case "swap": judgeSwap(ask)
        default: refuse(.undeclared)
        }
    }

    /// A hat or a cap, each once.
    private func judgeShop(_ ask: Ask) {
        judgeInputs(ask, ["what"])
        guard let what = input(ask, "what"), ["hat", "cap"].contains(what) else {
            return refuse(.badArgument)
        }
        let claim = "shop:" + what
        if world.people[draft.subject].claims.contains(claim) { refuse(.taken) }
        pay(what == "hat" ? 40 : 15)
        draft.items = [what]
        draft.claim = claim
        change(draft.subject) {
            $0.items[what, default: 0] += 1
            $0.claims.insert(claim)
        }
    }

    /// Spends coins for an offer. That they aren't there is as good a reason to refuse it as that the sum of all that
    /// was ever spent would overflow.
    private func pay(_ coins: Int64) {
        let has = world.people[draft.subject].sums["coin"]?.available ?? 0
        if has < coins { refuse(.insufficient) }
        post(draft.subject, "coin", .spend, coins)
    }

    /// Ten coins for three points, as often as one likes; what doesn't fill another ten is lost.
    private func judgeSwap(_ ask: Ask) {
        judgeInputs(ask, ["n"])
        guard let coins = number(ask, 1...40) else { return }
        if coins < 10 { refuse(.requirement) }
        pay(coins)
        if coins >= 10 { post(draft.subject, "pts", .earn, coins / 10 * 3) }
    }

    /// The cost comes back, what was given goes, and the offer may be taken again.
    func judgeReverse(_ claim: Posted, _ ask: Ask) {
        if ask.amount != 0 { refuse(.badArgument) }
        if world.people[draft.subject].reversed[ask.subject] != nil { return refuse(.taken) }
        for part in claim.parts where part.side == .spend {
            post(part.person, part.balance, .spend, -part.amount)
        }
        for part in claim.parts where part.side != .spend {
            post(part.person, part.balance, part.side, -part.amount)
        }
        change(draft.subject) { person in
            for item in claim.items {
                let left = (person.items[item] ?? 0) - 1
                person.items[item] = left == 0 ? nil : left
            }
            if let taken = claim.claim { person.claims.remove(taken) }
            person.reversed[ask.subject] = 1
        }
        link(draft.subject)
    }

    /// As it was: the level is what the row says, whatever the xp.
    func judgeMigrate(_ ask: Ask) {
        draft.kind = .migration
        guard ask.name == "legacy" else { return refuse(.undeclared) }
        if world.people[draft.subject].claims.contains("legacy") { return refuse(.taken) }
        link(draft.subject)
        judgeInputs(ask, ["coin", "xp", "level"])
        guard let coins = number(ask, 0...1_000, of: "coin"),
            let xp = number(ask, 0...1_000, of: "xp"),
            let level = number(ask, 1...4, of: "level")
        else { return }
        if coins > 0 { post(draft.subject, "coin", .earn, coins) }
        if xp > 0 { post(draft.subject, "xp", .earn, xp) }
        let stored = world.people[draft.subject].rungs["level"] ?? 1
        if level != stored {
            draft.reached.append(
                Reply.Reached(person: draft.subject, ladder: "level", from: stored, to: level))
        }
        change(draft.subject) { person in
            if level != stored { person.rungs["level"] = level }
            person.facts["old"] = "1"
            person.claims.insert("legacy")
        }
    }
}
