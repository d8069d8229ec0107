/// What a formula can see while it is evaluated. Nothing here may change anything.
///
/// Inputs and `let` steps are addressed by their position in the action, everything else by the
/// ledger's word for it. A name that the ledger has never met belongs to nothing: a look-up by such
/// a name isn't asked of the context at all, but for a ladder's facet, which is then `Word.unmet`.
package protocol FormulaContext: ~Copyable {
    /// An input of type int or bool (0 or 1).
    func number(ofInput index: Int) -> Rational
    /// Whether the input was given or has a default.
    func isGiven(input index: Int) -> Bool
    /// The word of an input of type name; `nil` if the ledger has none, or nothing was given.
    func word(ofInput index: Int) -> Word?
    /// An input of type account.
    func account(ofInput index: Int) -> AccountNumber
    /// How many values an input of type list has.
    func count(ofInput index: Int) -> Int64
    /// Appends the text of an input of type name, or an int's digits.
    func appendText(ofInput index: Int, to text: inout [UInt8])
    /// The result of an earlier `let` step.
    func number(ofStep index: Int) -> Rational
    /// The word of a step of type name; `nil` if the ledger has none.
    func word(ofStep index: Int) -> Word?
    /// Appends the text of a step of type name, or a number's digits.
    func appendText(ofStep index: Int, to text: inout [UInt8])
    /// Whether the list that is this input has the number.
    func list(_ index: Int, contains number: Rational) -> Bool
    /// Whether the list that is this input has the name; `text` where it has no word.
    func list(_ index: Int, contains name: Word?, text: [UInt8]) -> Bool

    /// The word for a name, `nil` if the ledger has none.
    func word(of text: [UInt8]) -> Word?

    /// The account that the command names.
    var account: AccountNumber { get }
    /// `alice` of `alice/knight`; `nil` for an account without a parent.
    var parent: AccountNumber? { get }

    func balance(_ name: BalanceName, _ part: BalancePart, of account: AccountNumber) -> Int64
    /// The rung on the ladder with this position in the rulebook; `facet` is `.none` unless the
    /// ladder is kept for each facet. The start rung for an account that never climbed it.
    func rung(ladder index: Int, facet: Word, of account: AccountNumber) -> Int64
    func fact(_ name: Word, of account: AccountNumber) -> FactValue?
    /// Over the facts whose name begins with `prefix` and a colon; `nil` where a sum leaves Int64.
    /// Facts that hold a word count, but are not part of a sum or a maximum. None at all give 0.
    func facts(under prefix: Word, _ fold: FactFold, of account: AccountNumber) -> Int64?
    /// How many of the item the account owns.
    func items(_ item: Word, of account: AccountNumber) -> Int64
    func isUnlocked(_ name: Word, of account: AccountNumber) -> Bool
    /// Whether the offer is taken, with the values that `qualifier` is the word of.
    func isClaimed(_ offer: Word, _ qualifier: Word, of account: AccountNumber) -> Bool
    /// What the account wears in a slot.
    func equipped(_ slot: Word, of account: AccountNumber) -> Word?

    /// The position in the rulebook of the season that is running.
    var season: Int? { get }
    func moment(_ part: MomentPart) -> Int64
    func streak(_ name: Word, of account: AccountNumber) -> StreakStanding?
    /// Where the account stands with a goal in the window of now; `nil` where it isn't enrolled.
    func goal(_ name: Word, of account: AccountNumber) -> GoalStanding?
    /// How far the account is above the beginning of its rung; `nil` where that leaves Int64.
    func aboveFloor(ladder index: Int, facet: Word, of account: AccountNumber) -> Int64?
    /// Where a rung begins; `nil` for one that the ladder doesn't have.
    func floor(ladder index: Int, facet: Word, rung: Int64) -> Int64?
    /// What the event under consideration posted to a balance, or to all facets of its currency;
    /// `nil` where the sum leaves Int64.
    func posted(_ balance: BalanceName, isWhole: Bool) -> Int64?
    /// How it moved the ladder; `nil` where it doesn't say.
    func climbed(ladder index: Int) -> Climbed?
}

/// What a context has nothing of unless it says so.
extension FormulaContext where Self: ~Copyable {
    package func word(ofStep index: Int) -> Word? { nil }
    package func appendText(ofStep index: Int, to text: inout [UInt8]) {}
    package func list(_ index: Int, contains number: Rational) -> Bool { false }
    package func list(_ index: Int, contains name: Word?, text: [UInt8]) -> Bool { false }
    package func isClaimed(
        _ offer: Word, _ qualifier: Word, of account: AccountNumber
    ) -> Bool { false }
    package func equipped(_ slot: Word, of account: AccountNumber) -> Word? { nil }
    package func posted(_ balance: BalanceName, isWhole: Bool) -> Int64? { 0 }
    package func climbed(ladder index: Int) -> Climbed? { nil }
}

extension Word {
    /// Stands for a name that the ledger has no number for. No cell of any account has it.
    package static let unmet = Word(.max)
}

/// A part of a balance that a formula can read. `available` is earned − spent − held.
package enum BalancePart: UInt8, Sendable {
    case available, earned, spent, held
}

extension CellValue {
    /// A part of a balance; `nil` where what is available leaves Int64.
    subscript(part: BalancePart) -> Int64? {
        switch part {
        case .available: available
        case .earned: earned
        case .spent: spent
        case .held: held
        }
    }
}

package enum FactFold: UInt8, Sendable, CaseIterable {
    case sum, max, count
}

/// What a fact says: a number, or a name.
package enum FactValue: Sendable, Equatable {
    case number(Int64)
    case word(Word)
}

/// Why a formula has no value. Each is a refusal of the command that needed it.
package enum FormulaFault: Error, Sendable, Equatable {
    /// A number left the range of Int64: OVERFLOW.
    case overflow
    case divisionByZero
    /// An even root of a negative number, a power that is no integer, and their like.
    case outOfDomain
    /// A table has no such entry, and the formula no `else`; the table's name.
    case noEntry(Word)
    /// `first` found nothing, and the formula has no `else`.
    case noneFound
    /// A number was wanted of a fact that holds a name, or the reverse.
    case wrongFact
    /// `parent` of an account that has none.
    case noParent
    /// A season was spoken of, and none is running: NOSEASON.
    case noSeason
    /// `floor_of` a rung that the ladder doesn't have.
    case noRung

    /// A sentence for the refusal, without the table's name.
    package var sentence: String {
        switch self {
        case .overflow: "a number is too large to be kept exactly"
        case .divisionByZero: "a number is divided by zero"
        case .outOfDomain: "a root or a power has no value"
        case .noEntry: "a table has no such entry"
        case .noneFound: "no value meets the condition"
        case .wrongFact: "a fact is not of the kind that is needed"
        case .noParent: "the account has no parent"
        case .noSeason: "no season is running"
        case .noRung: "the ladder has no such rung"
        }
    }
}
