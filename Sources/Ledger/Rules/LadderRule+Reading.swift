extension Primitive {
    /// `ladders: { level: { of: "earned('xp')", tail: '500 * (n - 1)', cap: 100 },
    ///             tier: { of: "earned('xp')", rungs: { newcomer: 0, regular: 500 } } }`
    static let ladders = Primitive(key: "ladders") { compiler, value in
        for member in compiler.members(value, "ladders") {
            guard compiler.isName(member), let ladder = compiler.ladder(member) else { continue }
            compiler.declarations.ladderPositions[member.key] = ladder.index
            compiler.declarations.ladders.append(ladder)
            compiler.post(ladder)
        }
    }
}

extension RulebookCompiler {
    /// Rungs of a ladder with a formula, all of which are computed when the rulebook is loaded.
    fileprivate static let rungsMax: Int64 = 1_000_000

    /// Notes with each currency that it moves the ladder.
    fileprivate mutating func post(_ ladder: LadderRule) {
        let currencies: [Word] =
            switch ladder.source {
            case .balance(let currency, _, _): [currency]
            case .formula(let formula): formula.currenciesRead
            }
        for index in declarations.currencies.indices
        where currencies.contains(declarations.currencies[index].name) {
            declarations.currencies[index].ladders.append(ladder.index)
        }
    }

    fileprivate mutating func ladder(_ member: JSON5Member) -> LadderRule? {
        guard var reader = object(member.value, "a ladder") else { return nil }
        let word = declarations.names.word(for: member.key)
        let of = reader.take("of")
        var scope = FormulaScope()
        scope.reach = .balances
        let climbed = formula(
            of, as: .number, scope, neededBy: "what the ladder climbs with (of: \"earned('xp')\")",
            at: reader.offset)
        let source = climbed.flatMap { ladderSource($0, at: of?.offset ?? reader.offset) }
        let start = integer(reader.take("start"), in: 0...RulebookCompiler.rungsMax) ?? 1
        let curves = ladderCurves(&reader, source, start)
        let lose = choice(reader.take("lose"), default: LadderRule.Losing.follows)
        let pastCap = choice(reader.take("past_cap"), default: LadderRule.PastCap.keep)
        let receivedClimbs = receivedClimbs(reader.take("received"), climbed)
        // Read once all that rewards may name is known.
        _ = reader.take("rewards")
        finish(reader, "a ladder")
        guard let source, let first = curves.first else { return nil }
        let index = declarations.ladders.count
        let names = first.rungs.names.map { declarations.names.word(for: $0) }
        func rule(_ curve: Curve, _ seasons: [LadderRule] = []) -> LadderRule {
            LadderRule(
                name: word, text: member.key, index: index, source: source, start: start,
                cap: curve.cap, floors: curve.rungs.floors, tailStep: curve.step, names: names,
                nameTexts: curve.rungs.names, lose: lose, pastCap: pastCap,
                receivedClimbs: receivedClimbs, seasons: seasons,
                seasonNames: seasons.isEmpty ? [] : declarations.seasons.map(\.name))
        }
        guard case .balance(_, .season, _) = source else { return rule(first) }
        // Where no season is meant, it is as in the one with the most rungs.
        let highest = curves.max { ($0.cap ?? .max) < ($1.cap ?? .max) } ?? first
        return rule(highest, curves.map { rule($0) })
    }

    /// Where the rungs begin; of a ladder that is kept for seasons, in each of them.
    private mutating func ladderCurves(
        _ reader: inout ObjectReader, _ source: LadderRule.Source?, _ start: Int64
    ) -> [Curve] {
        guard case .balance(_, .season, _)? = source else {
            return ladderCurve(&reader, start, season: nil).map { [$0] } ?? []
        }
        var curves: [Curve] = []
        var count = 0
        for season in declarations.seasons.indices {
            guard let curve = ladderCurve(&reader, start, season: season) else { return [] }
            count += curve.rungs.floors.count
            guard count <= RulebookCompiler.rungsMax else {
                mistakes.add(
                    reader.offset,
                    "over all seasons a ladder has at most \(RulebookCompiler.rungsMax) rungs")
                return []
            }
            curves.append(curve)
        }
        return curves
    }

    private mutating func ladderCurve(
        _ reader: inout ObjectReader, _ start: Int64, season: Int?
    ) -> Curve? {
        var curve = Curve(rungs: rungs(reader.take("rungs")))
        let tail = reader.take("tail")
        let capValue = reader.take("cap")
        let cap = cap(capValue, start, season: season)
        // What is wrong with a season's cap is told: its curve needs no mention as well.
        if season != nil, capValue != nil, cap == nil { return nil }
        curve.cap = cap
        addTail(tail, to: &curve, start: start, season: season, at: reader.offset)
        guard !curve.rungs.floors.isEmpty else { return nil }
        let tabled = start + Int64(curve.rungs.floors.count) - 1
        if let cap, let capValue, curve.step == 0, cap != tabled {
            mistakes.add(
                capValue.offset, "the last of these rungs is \(tabled); the cap can't be \(cap)")
        } else if let cap, let capValue, cap < tabled {
            mistakes.add(capValue.offset, "the table has rungs up to \(tabled), beyond this cap")
        }
        if curve.step == 0 { curve.cap = tabled }
        return curve
    }

    /// A number; of a ladder that is kept for seasons also a formula: `cap: 'season.max_tier'`.
    private mutating func cap(_ value: JSON5Value?, _ start: Int64, season: Int?) -> Int64? {
        guard let season, let value, case .string = value.kind else {
            return integer(value, in: start...Int64.max)
        }
        var scope = FormulaScope()
        scope.reach = .season
        guard let formula = formula(value, as: .number, scope) else { return nil }
        let cap = try? formula.evaluate(in: CurveContext(season: season)).whole
        guard let cap, cap >= start else {
            mistakes.add(
                value.offset,
                "in '\(declarations.seasons[season].text)' this is no integer from \(start) on")
            return nil
        }
        return cap
    }

    /// A formula that is just one balance makes a ladder that is cheaper to keep, and that may be
    /// kept for each facet.
    private mutating func ladderSource(_ climbed: Formula, at offset: Int) -> LadderRule.Source? {
        guard !climbed.program.balances.isEmpty else {
            mistakes.add(offset, "a ladder climbs with a balance, as in of: \"earned('xp')\"")
            return nil
        }
        let isOneBalance = climbed.program.code.count == 1
        guard isOneBalance, let balance = climbed.program.balances.first else {
            if climbed.program.balances.contains(where: { $0.facet?.isOfLadder ?? false }) {
                mistakes.add(
                    offset,
                    "a ladder kept for each facet or season climbs with one balance alone")
                return nil
            }
            return .formula(climbed)
        }
        let part = BalancePart(rawValue: UInt8(climbed.program.code[0].detail & 3)) ?? .available
        guard part == .earned || part == .available else {
            mistakes.add(offset, "a ladder climbs with what is earned or available")
            return nil
        }
        let scope: LadderRule.Scope =
            switch balance.facet {
            case .none: .whole
            case .some(.word(let facet)): .one(facet)
            case .some(.season): .season
            case .some: .each
            }
        return .balance(currency: balance.currency, facet: scope, part: part)
    }

    private mutating func receivedClimbs(_ value: JSON5Value?, _ climbed: Formula?) -> Bool {
        enum Received: String, CaseIterable { case climbs, stays }
        guard value == nil else { return choice(value, default: Received.stays) == .climbs }
        let currencies = climbed?.currenciesRead ?? []
        return declarations.currencies.contains {
            currencies.contains($0.name) && $0.receivedClimbs
        }
    }
}

// MARK: - Rungs

extension RulebookCompiler {
    fileprivate struct Rungs {
        var floors: [Int64] = []
        var names: [String] = []
    }

    fileprivate struct Curve {
        var rungs: Rungs
        var cap: Int64?
        /// Of the rungs behind those listed, 0 where there are none.
        var step: Int64 = 0
    }

    /// `{ newcomer: 0, regular: 500 }` or `[0, 100, 250]`.
    private mutating func rungs(_ value: JSON5Value?) -> Rungs {
        var rungs = Rungs()
        guard let value else { return rungs }
        switch value.kind {
        case .array(let values):
            for item in values { addFloor(item, to: &rungs) }
        case .object(let members):
            for member in members where isName(member) {
                rungs.names.append(member.key)
                addFloor(member.value, to: &rungs)
            }
        default: report(value, "rungs, as in [0, 100, 250] or { newcomer: 0, regular: 500 },")
        }
        if rungs.floors.isEmpty, !value.isBroken, mistakes.isEmpty {
            mistakes.add(value.offset, "at least one rung is needed here")
        }
        return rungs
    }

    private mutating func addFloor(_ value: JSON5Value, to rungs: inout Rungs) {
        guard let floor = integer(value, in: Int64.min...Int64.max) else { return }
        if let last = rungs.floors.last, floor <= last {
            mistakes.add(
                value.offset, "a rung has to begin above the one before, which is at \(last)")
            return
        }
        if rungs.floors.isEmpty, floor > 0 {
            mistakes.add(value.offset, "the first rung begins at 0: everyone stands on a rung")
        }
        rungs.floors.append(floor)
    }

    /// Notes the step of a linear tail; the rungs of any other are added to the table.
    private mutating func addTail(
        _ tail: JSON5Value?, to curve: inout Curve, start: Int64, season: Int?, at offset: Int
    ) {
        guard let tail else {
            if curve.rungs.floors.isEmpty {
                mistakes.add(
                    offset,
                    "the ladder has no rungs: give rungs, or a tail such as "
                        + "500 (for each rung) or '500 * (n - 1)' (where rung n begins)")
            }
            return
        }
        if case .number = tail.kind {
            if curve.rungs.floors.isEmpty { curve.rungs.floors = [0] }
            curve.step = integer(tail, in: 1...Int64.max) ?? 1
            return
        }
        if case .array(let bands) = tail.kind {
            if curve.rungs.floors.isEmpty { curve.rungs.floors = [0] }
            curve.step = addBands(
                bands, to: &curve.rungs, start: start, cap: &curve.cap, at: tail.offset)
            return
        }
        var scope = FormulaScope()
        scope.inputs = [FormulaScope.Input(name: "n", type: .number)]
        scope.reach = season == nil ? .nothing : .season
        guard let formula = formula(tail, as: .number, scope) else { return }
        let context = CurveContext(season: season)
        addFormula(
            formula, context, to: &curve.rungs, start: start, cap: curve.cap, at: tail.offset)
    }

    /// `[ { to: 30, step: 500 }, { to: 60, step: 750 }, { step: 1000 } ]`: up to rung 30 each takes
    /// 500, and so on. Answers the step of a last band without an end, else 0.
    private mutating func addBands(
        _ bands: [JSON5Value], to rungs: inout Rungs, start: Int64, cap: inout Int64?,
        at offset: Int
    ) -> Int64 {
        if bands.isEmpty { mistakes.add(offset, "at least one band is needed: { step: 500 }") }
        for (index, item) in bands.enumerated() {
            guard var reader = object(item, "a band, as in { to: 30, step: 500 },") else {
                continue
            }
            let isLast = index == bands.count - 1
            let endValue = reader.take("to")
            let stepValue = reader.take("step")
            if stepValue == nil { mistakes.add(reader.offset, "the band's step is missing here") }
            let step = integer(stepValue, in: 1...Int64.max) ?? 1
            finish(reader, "a band")
            let reached = start + Int64(rungs.floors.count) - 1
            if let cap, reached >= cap {
                mistakes.add(item.offset, "the ladder ends at rung \(cap), before this band")
                return 0
            }
            guard let endValue else {
                if isLast { return step }
                mistakes.add(reader.offset, "only the last band goes on without an end (to)")
                continue
            }
            guard let end = integer(endValue, in: 1...RulebookCompiler.rungsMax) else { continue }
            guard end > reached else {
                mistakes.add(endValue.offset, "the rungs before this band reach \(reached) already")
                continue
            }
            for rung in (reached + 1)...min(end, cap ?? end) {
                let (floor, overflow) = rungs.floors[rungs.floors.count - 1]
                    .addingReportingOverflow(step)
                guard !overflow else {
                    mistakes.add(endValue.offset, "rung \(rung) would begin beyond 64-bit integers")
                    return 0
                }
                rungs.floors.append(floor)
            }
        }
        // With the last band the ladder ends.
        let top = start + Int64(rungs.floors.count) - 1
        cap = min(cap ?? top, top)
        return 0
    }

    /// Computes every rung up to the cap, which proves that they rise.
    private mutating func addFormula(
        _ formula: Formula, _ outer: CurveContext, to rungs: inout Rungs, start: Int64,
        cap: Int64?, at offset: Int
    ) {
        guard let cap, cap - start < RulebookCompiler.rungsMax else {
            mistakes.add(
                offset,
                "a ladder with a formula needs a cap of at most "
                    + "\(RulebookCompiler.rungsMax) rungs")
            return
        }
        var context = outer
        let place = CurvePlace(offset: offset, season: context.season)
        if let known = curves[place] {
            rungs.floors = known
            return
        }
        var n = start + Int64(rungs.floors.count)
        guard n <= cap else {
            mistakes.add(offset, "the rungs given already reach the cap; leave the tail out")
            return
        }
        rungs.floors.reserveCapacity(Int(cap - start + 1))
        while n <= cap {
            // Values are whole: what is at least 2.5 is at least 3.
            context.n = Rational(n)
            guard let floor = try? formula.evaluate(in: context).ceiling.numerator else {
                mistakes.add(offset, "where rung \(n) begins can't be computed")
                return
            }
            if let last = rungs.floors.last, floor <= last {
                mistakes.add(
                    offset, "rung \(n) begins at \(floor), not above rung \(n - 1) at \(last)")
                return
            }
            if rungs.floors.isEmpty, floor > 0 {
                mistakes.add(
                    offset,
                    "the first rung begins at \(floor); it has to be 0: everyone stands on a rung")
                return
            }
            rungs.floors.append(floor)
            n += 1
        }
        curves[place] = rungs.floors
    }
}

/// Where a ladder's formula stands in the rulebook, and the season that it was computed for.
struct CurvePlace: Hashable {
    let offset: Int
    let season: Int?
}
