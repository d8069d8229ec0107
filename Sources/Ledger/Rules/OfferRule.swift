/// What an account may take up: a purchase, a conversion, a reward, something to wear.
///
/// To decide one: check the parameters and that there is such an offer, that it is active and for
/// whom; take the `let` steps; then what is in `order`; then pay and give.
package final class OfferRule: Sendable {
    package let name: Word
    /// The name's text.
    package let text: String
    package let parameters: [InputRule]
    /// Whether there is such an offer for these parameters, and whether it may be taken now; `nil`:
    /// yes. Both see the parameters alone.
    package let exists: Formula?
    package let active: Formula?
    package let staffOnly: Formula?
    /// The keys of this table are the values of the first parameters.
    package let domain: TableRule?
    package let steps: [StepRule]
    package let costs: [PostRule]
    package let order: [Check]
    package let requirements: [RequirementRule]
    package let effects: EffectRules
    package let limits: [LimitRule]
    /// Whether it may be taken any time: nothing marks that it was.
    package let repeats: Bool
    /// Whether it comes anew with each season.
    package let isPerSeason: Bool
    package let isListed: Bool
    /// The rewards of a ladder's rungs, by position, that this offer hands out.
    package let rewards: Int?

    package enum Check: String, Sendable, CaseIterable {
        case taken, requirements, funds
    }

    init(_ parts: OfferParts) {
        name = parts.name
        text = parts.text
        parameters = parts.parameters
        exists = parts.exists
        active = parts.active
        staffOnly = parts.staffOnly
        domain = parts.domain
        steps = parts.steps
        costs = parts.costs
        order = parts.order
        requirements = parts.requirements
        effects = parts.effects
        limits = parts.limits
        repeats = parts.repeats
        isPerSeason = parts.isPerSeason
        isListed = parts.isListed
        rewards = parts.rewards
    }

    /// Appends a claim as CLAIM takes it: the offer, then a value for each parameter.
    ///
    /// - Parameter values: joined by colons, as the claim's mark has them, the season in front.
    package func appendClaim(values: [UInt8], to text: inout [UInt8]) {
        text.append(contentsOf: self.text.utf8)
        var rest = values[...]
        if isPerSeason {
            rest = rest.firstIndex(of: UInt8(ascii: ":")).map { rest[($0 + 1)...] } ?? []
        }
        for (index, parameter) in parameters.enumerated() {
            var value = rest
            // Only the last value may have colons of its own.
            if index < parameters.count - 1, let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
                value = rest[..<colon]
                rest = rest[(colon + 1)...]
            }
            text.append(UInt8(ascii: " "))
            text.append(contentsOf: parameter.text.utf8)
            text.append(UInt8(ascii: "="))
            text.append(contentsOf: value)
        }
    }
}

extension Rulebook {
    /// Whether the mark is one of an offer, be it of an earlier rulebook: migrations and seasons that
    /// were entered are marked likewise. Of an offer that comes anew with each season, only what was
    /// taken in this one.
    ///
    /// - Parameter values: the text of the mark's qualifier.
    package func isClaim(_ offer: Word, values: [UInt8], in season: SeasonRule?) -> Bool {
        guard let rule = self.offer(offer) else {
            return !parts.migrations.contains { $0.name == offer }
                && !seasons.contains { $0.name == offer }
        }
        guard rule.isPerSeason else { return true }
        guard let season else { return false }
        let name = Array(season.text.utf8)
        return values == name || values.starts(with: name + [UInt8(ascii: ":")])
    }

    /// Appends a claim as CLAIM takes it; of an offer that this rulebook doesn't have, what is known.
    package func appendClaim(
        _ offer: Word, _ values: Word, offerText: [UInt8], _ valuesText: [UInt8],
        to text: inout [UInt8]
    ) {
        if let rule = self.offer(offer) {
            return rule.appendClaim(values: valuesText, to: &text)
        }
        text.append(contentsOf: offerText)
        guard values != .none else { return }
        text.append(UInt8(ascii: " "))
        text.append(contentsOf: valuesText)
    }
}

/// An offer while it is put together.
struct OfferParts {
    var name: Word
    var text: String
    var parameters: [InputRule] = []
    var exists: Formula?
    var active: Formula?
    var staffOnly: Formula?
    var domain: TableRule?
    var steps: [StepRule] = []
    var costs: [PostRule] = []
    var order: [OfferRule.Check] = [.taken, .requirements, .funds]
    var requirements: [RequirementRule] = []
    var effects = EffectRules()
    var limits: [LimitRule] = []
    var repeats = false
    var isPerSeason = false
    var isListed = true
    var rewards: Int?
}

/// What the rungs of a ladder bring, on one or more tracks.
package final class RewardsRule: Sendable {
    /// The offer that hands out what isn't automatic.
    package let offer: Word
    /// The ladder's position in the rulebook.
    package let ladder: Int
    package let isPerSeason: Bool
    package let tracks: [Track]
    /// All rungs with a reward, ascending.
    package let rungs: [Int64]
    /// Whether something is given for the rung that every account stands on from its opening; what
    /// seasons bring is given with the entry.
    let startsAutomatically: Bool

    init(offer: Word, ladder: Int, start: Int64, isPerSeason: Bool, tracks: [Track]) {
        self.offer = offer
        self.ladder = ladder
        self.isPerSeason = isPerSeason
        self.tracks = tracks
        let all = tracks.flatMap { track in
            track.rewards.flatMap { reward in [Int64](reward.rungs) }
        }
        rungs = Set(all).sorted()
        startsAutomatically =
            !isPerSeason && tracks.contains { $0.reward(of: start)?.isAutomatic == true }
    }

    package struct Track: Sendable {
        package let name: Word
        package let text: String
        /// What opens the track.
        package let requirements: [RequirementRule]
        /// Ascending; no two have a rung in common.
        package let rewards: [Reward]

        package func reward(of rung: Int64) -> Reward? {
            rewards.first { $0.rungs.contains(rung) }
        }
    }

    package struct Reward: Sendable {
        package let rungs: ClosedRange<Int64>
        /// Given as soon as the rung is reached, instead of waiting to be claimed.
        package let isAutomatic: Bool
        package let effects: EffectRules
    }
}
