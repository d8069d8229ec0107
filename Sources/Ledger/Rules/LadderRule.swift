/// Levels or tiers: rungs that begin at ever higher values.
package final class LadderRule: Sendable {
    package let name: Word
    /// The name's text.
    package let text: String
    /// Its position in the rulebook.
    package let index: Int
    package let source: Source
    /// The number of the first rung.
    package let start: Int64
    /// The last rung; `nil` for a ladder that goes on as far as Int64 does.
    package let cap: Int64?
    /// The values at which the first rungs begin, strictly ascending; never empty.
    package let floors: [Int64]
    /// What each rung beyond `floors` takes; 0 where there are none.
    package let tailStep: Int64
    /// The first rungs' names; empty for a numbered ladder.
    package let names: [Word]
    let nameTexts: [String]
    package let lose: Losing
    package let pastCap: PastCap
    /// Whether what was received by transfer climbs.
    package let receivedClimbs: Bool
    /// The ladder as it is in each season; empty for one that isn't kept for seasons.
    package let seasons: [LadderRule]
    /// The seasons' words, in the same order.
    let seasonNames: [Word]

    init(
        name: Word, text: String, index: Int, source: Source, start: Int64, cap: Int64?,
        floors: [Int64], tailStep: Int64, names: [Word], nameTexts: [String], lose: Losing,
        pastCap: PastCap, receivedClimbs: Bool, seasons: [LadderRule] = [], seasonNames: [Word] = []
    ) {
        self.name = name
        self.text = text
        self.index = index
        self.source = source
        self.start = start
        self.cap = cap
        self.floors = floors
        self.tailStep = tailStep
        self.names = names
        self.nameTexts = nameTexts
        self.lose = lose
        self.pastCap = pastCap
        self.receivedClimbs = receivedClimbs
        self.seasons = seasons
        self.seasonNames = seasonNames
    }

    /// What is climbed with.
    package enum Source: Sendable {
        case balance(currency: Word, facet: Scope, part: BalancePart)
        /// Of any balances; moves when one of `currenciesRead` is posted.
        case formula(Formula)
    }

    package enum Scope: Sendable, Equatable {
        /// The currency isn't divided.
        case whole
        /// The ladder is of this facet alone.
        case one(Word)
        /// Each facet has a rung of its own.
        case each
        /// Each facet that is a season has a rung of its own, and a curve of its own.
        case season
    }

    package enum Losing: String, Sendable, CaseIterable {
        /// The rung follows the value down as well.
        case follows
        /// Once reached, always held: climbs from the stored rung.
        case never
    }

    /// What becomes of a value beyond the last rung.
    package enum PastCap: String, Sendable, CaseIterable {
        case keep, lose
    }

    package var isByFormula: Bool {
        if case .formula = source { true } else { false }
    }

    package var isScoped: Bool {
        if case .balance(_, .each, _) = source { true } else { isOfSeasons }
    }

    package var isOfSeasons: Bool {
        if case .balance(_, .season, _) = source { true } else { false }
    }

    /// The ladder as it is under a facet; `nil` for a facet that is no season's where only those
    /// are climbed.
    package func curve(of facet: Word) -> LadderRule? {
        guard isOfSeasons else { return self }
        return seasonNames.firstIndex(of: facet).map { seasons[$0] }
    }

    /// The rung that a value stands on. Logarithmic in the number of tabled rungs.
    package func rung(at value: Int64) -> Int64 {
        if let last = floors.last, value >= last {
            let tabled = start + Int64(floors.count) - 1
            guard tailStep > 0 else { return tabled }
            let (above, tooFar) = value.subtractingReportingOverflow(last)
            let (rung, overflow) = tabled.addingReportingOverflow(
                (tooFar ? Int64.max : above) / tailStep)
            return min(cap ?? .max, overflow ? .max : rung)
        }
        var low = 0
        var high = floors.count
        while low < high {
            let middle = (low + high) / 2
            if floors[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return start + Int64(max(low - 1, 0))
    }

    /// The rung for a value, found at once where it is `near` or the one after: the usual case.
    @inline(__always)
    package func rung(at value: Int64, near: Int64) -> Int64 {
        let position = near.subtractingReportingOverflow(start)
        guard !position.overflow, position.partialValue >= 0,
            position.partialValue < Int64(floors.count) - 2
        else { return rung(at: value) }
        let index = Int(position.partialValue)
        if value < floors[index] || value >= floors[index + 2] { return rung(at: value) }
        return value < floors[index + 1] ? near : near + 1
    }

    /// The value at which a rung begins; `nil` for a rung that the ladder doesn't have.
    package func floor(of rung: Int64) -> Int64? {
        guard rung >= start, rung <= cap ?? .max else { return nil }
        let (position, overflow) = rung.subtractingReportingOverflow(start)
        guard !overflow else { return nil }
        if position < Int64(floors.count) { return floors[Int(position)] }
        guard tailStep > 0, let last = floors.last else { return nil }
        let steps = position - Int64(floors.count) + 1
        let (height, tooHigh) = steps.multipliedReportingOverflow(by: tailStep)
        let (floor, tooFar) = last.addingReportingOverflow(height)
        return tooHigh || tooFar ? nil : floor
    }

    /// The value at which the rung after this one begins; `nil` at the top.
    package func next(after rung: Int64) -> Int64? {
        rung == .max ? nil : floor(of: rung + 1)
    }

    /// The value that an account has climbed to; `nil` where a formula comes to none.
    package func value(of view: AccountView, facet: Word) -> Int64? {
        guard case .formula(let formula) = source else {
            return value(of: view.cells.span, facet: facet)
        }
        return (try? formula.evaluate(in: CurveContext(view: view)))?.whole
    }

    /// Likewise, from the account's cells; `nil` on a ladder that goes by a formula.
    package func value(of cells: Span<Cell>, facet: Word) -> Int64? {
        guard case .balance(let currency, let scope, let part) = source else { return nil }
        var name = BalanceName(currency: currency, facet: facet)
        if case .one(let only) = scope { name.facet = only }
        let balance = cells.value(of: CellKey(name)) ?? .zero
        guard part == .earned else { return balance.available }
        if receivedClimbs { return balance.earned }
        return balance.earned - (cells.value(of: CellKey(received: name))?.a ?? 0)
    }

    /// The rung's name; `nil` on a numbered ladder.
    package func name(of rung: Int64) -> Word? {
        guard rung >= start, rung - start < Int64(names.count) else { return nil }
        return names[Int(rung - start)]
    }
}
