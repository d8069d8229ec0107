/// Where the accounts of a state stand on one ladder.
struct Standing: Hashable {
    /// The ladder's position in the rulebook.
    var ladder: Int
    /// The facet or season under which the rung is kept.
    var scope: Word
}

extension State {
    /// The account's rungs: those that are stored, and the start rungs of ladders that it has a
    /// balance for but never moved on.
    mutating func standings(
        _ account: AccountNumber, under rules: borrowing Rulebook
    ) -> [Standing: Int64] {
        var standings: [Standing: Int64] = [:]
        for cell in cells(account, .balance) {
            guard let position = rules.currencyPosition(cell.key.word) else { continue }
            for ladder in rules.currencies[position].ladders {
                guard let scope = rules.ladders[ladder].scope(of: cell.key.balance) else {
                    continue
                }
                standings[Standing(ladder: ladder, scope: scope)] = rules.ladders[ladder].start
            }
        }
        for cell in cells(account, .rung) {
            guard let ladder = rules.ladderPosition(cell.key.word) else { continue }
            standings[Standing(ladder: ladder, scope: Word(cell.key.qualifier))] = cell.value.a
        }
        return standings
    }
}

extension LadderRule {
    /// Under which facet a balance's rung is kept; `nil` if the balance doesn't climb the ladder.
    fileprivate func scope(of balance: BalanceName) -> Word? {
        guard case .balance(let currency, let scope, _) = source else { return Word.none }
        guard balance.currency == currency else { return nil }
        switch scope {
        case .whole: return Word.none
        case .one(let facet): return facet == balance.facet ? Word.none : nil
        case .each: return balance.facet
        case .season: return curve(of: balance.facet) == nil ? nil : balance.facet
        }
    }
}
