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
        var rungs = rungs(reader.take("rungs"))
        let tail = reader.take("tail")
        let capValue = reader.take("cap")
        let cap = integer(capValue, in: start...Int64.max)
        let step = addTail(tail, to: &rungs, start: start, cap: cap, at: reader.offset)
        let lose = choice(reader.take("lose"), default: LadderRule.Losing.follows)
        let pastCap = choice(reader.take("past_cap"), default: LadderRule.PastCap.keep)
        let receivedClimbs = receivedClimbs(reader.take("received"), climbed)
        // Read once all that rewards may name is known.
        _ = reader.take("rewards")
        finish(reader, "a ladder")
        guard let source, !rungs.floors.isEmpty else { return nil }
        let tabled = start + Int64(rungs.floors.count) - 1
        if let cap, let capValue, step == 0, cap != tabled {
            mistakes.add(
                capValue.offset, "the last of these rungs is \(tabled); the cap can't be \(cap)")
        } else if let cap, let capValue, cap < tabled {
            mistakes.add(capValue.offset, "the table has rungs up to \(tabled), beyond this cap")
        }
        return LadderRule(
            name: word, text: member.key, index: declarations.ladders.count, source: source,
            start: start,
            cap: step == 0 ? tabled : cap, floors: rungs.floors, tailStep: step,
            names: rungs.names.map { declarations.names.word(for: $0) }, nameTexts: rungs.names,
            lose: lose, pastCap: pastCap, receivedClimbs: receivedClimbs)
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
            if climbed.program.balances.contains(where: { $0.facet == .facet }) {
                mistakes.add(offset, "a ladder kept for each facet climbs with one balance alone")
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

    /// The step of a linear tail, else 0; a formula's rungs are added to the table.
    private mutating func addTail(
        _ tail: JSON5Value?, to rungs: inout Rungs, start: Int64, cap: Int64?, at offset: Int
    ) -> Int64 {
        guard let tail else {
            if rungs.floors.isEmpty {
                mistakes.add(
                    offset,
                    "the ladder has no rungs: give rungs, or a tail such as "
                        + "500 (for each rung) or '500 * (n - 1)' (where rung n begins)")
            }
            return 0
        }
        if case .number = tail.kind {
            if rungs.floors.isEmpty { rungs.floors = [0] }
            return integer(tail, in: 1...Int64.max) ?? 1
        }
        var scope = FormulaScope()
        scope.inputs = [FormulaScope.Input(name: "n", type: .number)]
        scope.reach = .nothing
        guard let curve = formula(tail, as: .number, scope) else { return 0 }
        addCurve(curve, to: &rungs, start: start, cap: cap, at: tail.offset)
        return 0
    }

    /// Computes every rung up to the cap, which proves that they rise.
    private mutating func addCurve(
        _ curve: Formula, to rungs: inout Rungs, start: Int64, cap: Int64?, at offset: Int
    ) {
        guard let cap, cap - start < RulebookCompiler.rungsMax else {
            mistakes.add(
                offset,
                "a ladder with a formula needs a cap of at most "
                    + "\(RulebookCompiler.rungsMax) rungs")
            return
        }
        if let known = curves[offset] {
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
            guard
                let floor = try? curve.evaluate(in: CurveContext(n: Rational(n))).ceiling.numerator
            else {
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
        curves[offset] = rungs.floors
    }
}
