extension Primitive {
    /// `rewards: { claim: 'reward', tracks: { free: { requires: [ … ], rungs: {
    ///     '1': { automatic: true, gives: [ … ] }, '2': [ … ], '6-100': [] } } } }` of a ladder:
    /// read after all that it may name.
    static let rewards = Primitive(key: "ladders") { compiler, value in
        compiler.declareRewards(value)
    } read: { compiler, value in
        guard case .object(let ladders) = value.kind else { return }
        for member in ladders {
            guard case .object(let parts) = member.value.kind,
                let rewards = parts.value(of: "rewards"),
                let ladder = compiler.declarations.ladderPositions[member.key]
            else { continue }
            compiler.rewards(rewards, compiler.declarations.ladders[ladder], member.keyOffset)
        }
    }
}

extension RulebookCompiler {
    /// A jump over all of them has to fit into one event.
    private static let rewardsMax = 2000

    fileprivate mutating func declareRewards(_ value: JSON5Value) {
        guard case .object(let ladders) = value.kind else { return }
        for member in ladders {
            guard case .object(let parts) = member.value.kind,
                case .object(let rewards)? = parts.value(of: "rewards")?.kind,
                case .string(let claim)? = rewards.value(of: "claim")?.kind
            else { continue }
            var isNamed = false
            if case .object? = parts.value(of: "rungs")?.kind { isNamed = true }
            declarations.rewardOffers.append(claim.text)
            declarations.offers[claim.text] = OfferDeclaration(
                name: claim.text, isPerSeason: isOfSeason(parts.value(of: "of")), repeats: false,
                parameters: [
                    FormulaScope.Input(name: member.key, type: isNamed ? .name : .number),
                    FormulaScope.Input(name: "track", type: .name),
                ])
        }
    }

    /// Whether a ladder climbs with what belongs to a season.
    private func isOfSeason(_ of: JSON5Value?) -> Bool {
        guard case .string(let string)? = of?.kind else { return false }
        return string.text.contains("<season>")
    }

    fileprivate mutating func rewards(_ value: JSON5Value, _ ladder: LadderRule, _ offset: Int) {
        guard var reader = object(value, "the rewards of a ladder") else { return }
        let claim = reader.take("claim")
        let tracks = reader.take("tracks")
        finish(reader, "the rewards of a ladder")
        guard let claim, let tracks else {
            mistakes.add(
                value.offset,
                "rewards need the offer that they are claimed by (claim: 'reward') and tracks")
            return
        }
        guard let name = self.name(claim) else { return }
        guard NameSyntax.isIdentifier(ladder.text), ladder.text != "track" else {
            mistakes.add(
                offset,
                "a ladder with rewards is a parameter of '\(String(decoding: name, as: UTF8.self))': "
                    + "its name has to be a letter or '_', then letters, digits or '_', and not track"
            )
            return
        }
        let text = String(decoding: name, as: UTF8.self)
        guard !ladder.isScoped || ladder.isOfSeasons else {
            mistakes.add(offset, "a ladder that is kept for each facet has no rewards")
            return
        }
        if declarations.rewardOffers.filter({ $0 == text }).count > 1 {
            mistakes.add(claim.offset, "'\(text)' belongs to the rewards of another ladder")
        }
        addRewards(text, ladder, tracks)
    }

    private mutating func addRewards(_ text: String, _ ladder: LadderRule, _ value: JSON5Value) {
        guard let declaration = declarations.offers[text] else { return }
        var scope = FormulaScope()
        scope.inputs = declaration.parameters
        var tracks: [RewardsRule.Track] = []
        for member in members(value, "tracks") {
            guard isName(member), let track = track(member, ladder, scope) else { continue }
            tracks.append(track)
        }
        let count = tracks.reduce(0) { sum, track in
            sum + track.rewards.reduce(0) { $0 + $1.rungs.count }
        }
        guard count <= Self.rewardsMax, !tracks.isEmpty else {
            mistakes.add(
                value.offset,
                tracks.isEmpty
                    ? "rewards need at least one track"
                    : "a ladder has at most \(Self.rewardsMax) rewards; these are \(count)")
            return
        }
        let offer = declarations.names.word(for: text)
        let rule = RewardsRule(
            offer: offer, ladder: ladder.index, start: ladder.start,
            isPerSeason: declaration.isPerSeason,
            tracks: tracks)
        var parts = OfferParts(name: offer, text: text)
        parts.parameters = parameters(of: rule, ladder)
        parts.isPerSeason = declaration.isPerSeason
        parts.rewards = self.parts.rewards.count
        self.parts.rewards.append(rule)
        self.parts.offers.append(OfferRule(parts))
    }

    /// The rung and the track, each with all values that there are.
    private func parameters(of rule: RewardsRule, _ ladder: LadderRule) -> [InputRule] {
        let rungs = rule.rungs
        let type: InputType =
            ladder.names.isEmpty
            ? .integer(minimum: rungs.first ?? 0, maximum: rungs.last ?? 0)
            : .name(oneOf: rungs.compactMap { ladder.name(of: $0) })
        return [
            InputRule(
                name: declarations.names.word(for: ladder.text), text: ladder.text, type: type,
                isRequired: true, byDefault: nil, choices: ladder.names.isEmpty ? rungs : [],
                isListed: true),
            InputRule(
                name: declarations.names.word(for: "track"), text: "track",
                type: .name(oneOf: rule.tracks.map(\.name)), isRequired: true, byDefault: nil),
        ]
    }

    private mutating func track(
        _ member: JSON5Member, _ ladder: LadderRule, _ scope: FormulaScope
    ) -> RewardsRule.Track? {
        guard var reader = object(member.value, "a track") else { return nil }
        // Whether a track is open doesn't depend on the rung.
        let requirements = requirements(reader.take("requires"), FormulaScope())
        let rungs = reader.take("rungs")
        finish(reader, "a track")
        guard let rungs else {
            mistakes.add(
                member.value.offset, "the rungs of the track are missing: rungs: { '2': [ … ] }")
            return nil
        }
        var rewards: [RewardsRule.Reward] = []
        for rung in members(rungs, "rungs") {
            guard let range = rungRange(rung, ladder) else { continue }
            if let known = rewards.first(where: { $0.rungs.overlaps(range) }) {
                mistakes.add(
                    rung.keyOffset,
                    "rung \(max(known.rungs.lowerBound, range.lowerBound)) is here already")
                continue
            }
            if let reward = reward(rung.value, range, scope) { rewards.append(reward) }
        }
        return RewardsRule.Track(
            name: declarations.names.word(for: member.key), text: member.key,
            requirements: requirements,
            rewards: rewards.sorted { $0.rungs.lowerBound < $1.rungs.lowerBound })
    }

    /// `'5'`, `'6-100'`, or a rung's name.
    private mutating func rungRange(
        _ member: JSON5Member, _ ladder: LadderRule
    ) -> ClosedRange<Int64>? {
        if !ladder.nameTexts.isEmpty {
            if let position = ladder.nameTexts.firstIndex(of: member.key) {
                let rung = ladder.start + Int64(position)
                return rung...rung
            }
            mistakes.add(
                member.keyOffset,
                "'\(ladder.text)' has no rung '\(member.key)'"
                    + suggestion(for: member.key, among: ladder.nameTexts))
            return nil
        }
        let bounds = member.key.split(separator: "-", omittingEmptySubsequences: false)
            .map { Int64($0) }
        guard bounds.count <= 2, let first = bounds[0], let last = bounds[bounds.count - 1],
            first <= last
        else {
            mistakes.add(
                member.keyOffset, "'\(member.key)' is no rung: write '5', or '6-100' for several")
            return nil
        }
        let cap = ladder.cap ?? .max
        guard first >= ladder.start, last <= cap, last - first < Int64(Self.rewardsMax) else {
            mistakes.add(
                member.keyOffset,
                last - first < Int64(Self.rewardsMax)
                    ? "'\(ladder.text)' has the rungs \(ladder.start) to \(cap), "
                        + "not all of \(member.key)"
                    : "a ladder has at most \(Self.rewardsMax) rewards")
            return nil
        }
        return first...last
    }

    /// `[ effects ]`, or `{ automatic: true, gives: [ effects ] }`.
    private mutating func reward(
        _ value: JSON5Value, _ rungs: ClosedRange<Int64>, _ scope: FormulaScope
    ) -> RewardsRule.Reward? {
        if case .array = value.kind {
            return RewardsRule.Reward(
                rungs: rungs, isAutomatic: false, effects: effects(value, scope))
        }
        guard var reader = object(value, "a list of effects in brackets, or a reward") else {
            return nil
        }
        let isAutomatic = bool(reader.take("automatic"), default: false)
        let effects = effects(reader.take("gives"), scope)
        finish(reader, "a reward")
        return RewardsRule.Reward(rungs: rungs, isAutomatic: isAutomatic, effects: effects)
    }
}
