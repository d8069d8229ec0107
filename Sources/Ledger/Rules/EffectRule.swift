/// What rules cause, in actions, offers, openings and wherever something is given.
///
/// All amounts are worked out first and posted; then the marks are set, one after another, each
/// seeing those before it.
package struct EffectRules: Sendable {
    package var posts: [PostRule] = []
    package var marks: [MarkRule] = []

    package init() {}

    package var isEmpty: Bool { posts.isEmpty && marks.isEmpty }

    mutating func append(_ other: EffectRules) {
        posts += other.posts
        marks += other.marks
    }
}

/// A list that an effect is repeated for: while it is, `each` is one more input.
package struct RepetitionRule: Sendable {
    /// The list, an input by position.
    package let list: Int
    /// The position of `each`, behind all inputs.
    package let each: Int
    package let isOfNumbers: Bool
}

/// An amount posted to a balance.
package struct PostRule: Sendable {
    package let to: AccountSelector
    package let balance: BalanceTemplate
    package let amount: Formula
    /// Posted only where this holds.
    package let when: Formula?
    package let side: Side
    package var forEach: RepetitionRule?

    package enum Side: String, Sendable, CaseIterable {
        /// A positive amount is earned, a negative one spent.
        case bySign = "by_sign"
        /// The amount, which may not be negative, is earned.
        case earn
        /// The amount, which may not be negative, is spent.
        case spend
    }
}

/// Named state that is set or cleared.
package struct MarkRule: Sendable {
    package let kind: Kind
    package let to: AccountSelector
    /// Of the fact, item, unlock, slot, offer, goal, ladder or streak.
    package let name: NameTemplate
    /// Set only where this holds.
    package let when: Formula?
    package var forEach: RepetitionRule?

    package enum Kind: Sendable {
        /// A number.
        case fact(Formula)
        /// A name.
        case factName(NameTemplate)
        /// What is added to a number; an absent one counts as 0.
        case addFact(Formula)
        case clearFact
        /// So many of the item are added; none where it is owned and `unlessOwned`.
        case item(count: Formula, unlessOwned: Bool, equip: Equipping?)
        case unlock, lock
        /// The item is worn in its slot.
        case equip
        /// Nothing is worn in the slot.
        case unequip
        /// The account takes up the goal.
        case enrol
        /// The offer counts as taken.
        case claim([ClaimValue], isPerSeason: Bool)
        // Migrations only: as it was, unevaluated.
        case rung(ladder: Int, Formula)
        case streak(current: Formula, longest: Formula, day: Formula)
        case goal(progress: Formula, done: Formula)
    }

    package enum Equipping: String, Sendable, CaseIterable {
        case ifEmpty = "if_empty"
        case always
    }
}

/// The value of an offer's parameter in a claim that is an effect.
package enum ClaimValue: Sendable {
    case number(Formula)
    case name(NameTemplate)
}
