/// One step of a compiled formula: eight bytes, for a stack of exact fractions.
///
/// Booleans are 0 and 1. A name is its word; a name that the ledger has no word for is minus the
/// position of its template, less 1. An account is its number.
struct Instruction: Sendable, Hashable {
    enum Operation: UInt8, Sendable {
        // Pushing.
        case constant, number, step, slot, given, count, name, account
        // Arithmetic on the top one or two values.
        case add, subtract, multiply, divide, negate
        case minimum, maximum, magnitude, floor, ceiling, truncate, round, roundToEven
        case root, power
        // Comparing.
        case equal, unequal, less, lessOrEqual, greater, greaterOrEqual
        case equalNames, unequalNames, not
        // Going elsewhere: `operand` instructions beyond the next one.
        case jump
        /// Takes the top value; jumps where it is false.
        case jumpIfFalse
        /// Leaves the top value where it jumps, else takes it.
        case jumpIfFalseKeeping, jumpIfTrueKeeping
        /// Takes the top value; jumps where it is true.
        case jumpIfTrue
        /// Steps the loop variable on top; past the limit takes it and skips the next instruction.
        case advance
        // Look-ups. The `…Else` forms push nothing and skip the next instruction where there is
        // nothing to push.
        case table, tableElse, hasEntry
        case balance, rung, hasFact, factElse, factNameElse, facts, items, isUnlocked
        /// Takes the qualifier and the offer.
        case isClaimed
        /// Takes the item and the slot.
        case isEquipped
        case hasEquipped
        /// Takes the value that is looked for in the list that is input `operand`.
        case contains
        /// A part of the moment, by its place among all.
        case moment
        case inSeason
        /// The constant that stands so far behind this one as the season's position.
        case season
        /// Pushes nothing; fails where no season is running.
        case needSeason
        /// Take a name; the part of what stands under it is the operand.
        case streak, goal
        /// Takes the facet: how far the account is above the beginning of its rung.
        case aboveFloor
        /// Takes the rung and the facet.
        case floorOfRung
        /// What an event posted to a balance; `detail` 1: to all facets of its currency.
        case posted
        /// How an event climbed a ladder; `detail` 0: whether it did, 1: from where, 2: to where.
        case climbed
        case fail
    }

    let operation: Operation
    /// For a look-up of an account: `AccountSelector.detail`. For a table: how many keys. For
    /// `balance`: the part is in the low two bits, the account above. For `contains`: 1 for names.
    let detail: UInt16
    let operand: Int32

    init(_ operation: Operation, _ operand: Int = 0, detail: Int = 0) {
        self.operation = operation
        self.operand = Int32(operand)
        self.detail = UInt16(detail)
    }
}

/// The bounds of a `first`, known when the rulebook is loaded.
struct LoopBounds: Sendable, Hashable {
    let limit: Rational
    let step: Rational
}
