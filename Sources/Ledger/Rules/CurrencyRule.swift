/// What a rulebook says about a currency. Amounts are in its smallest unit.
package struct CurrencyRule: Sendable {
    package let name: Word
    /// The name's text.
    package let text: String
    /// Digits behind the decimal point when an amount is shown to people.
    package let decimals: Int
    package let facets: Facets
    /// Available never goes below this.
    package let floor: Int64
    /// Available never goes above this.
    package let cap: Int64?
    /// Neither SPEND nor TRANSFER may take from it.
    package let neverDecreases: Bool
    package let isTransferable: Bool
    /// Whether what was received climbs ladders that don't say otherwise.
    package let receivedClimbs: Bool
    /// Who may post it with AWARD, SPEND, TRANSFER and HOLD.
    package let raw: Role
    /// The ladders, by position, that move when it is posted; ascending.
    package internal(set) var ladders: [Int] = []

    package enum Facets: Sendable, Equatable {
        /// A balance of its own, and one for any facet that is named.
        case any
        /// The currency isn't divided: a facet is a mistake.
        case none
        /// Any facet; there has to be one.
        case open
        /// One of these, ascending.
        case listed([Word])
    }

    /// Whether a balance of the currency may have this facet; `.none` stands for no facet.
    package func allows(facet: Word) -> Bool {
        switch facets {
        case .any: true
        case .none: facet == .none
        case .open: facet != .none
        case .listed(let words): words.contains(facet)
        }
    }
}
