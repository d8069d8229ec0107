/// What a game server records by name, and what that causes.
///
/// To decide one: check the inputs, run the `let` steps in order, then the requirements, then
/// the postings and marks.
package final class ActionRule: Sendable {
    package let name: Word
    /// The name's text.
    package let text: String
    package let inputs: [InputRule]
    package let steps: [StepRule]
    package let requirements: [RequirementRule]
    package let posts: [PostRule]
    package let marks: [MarkRule]
    /// The inputs, by position, that the action happens only once for; `nil` if it may repeat.
    package let once: [Int]?
    package let isActive: Bool
    package let isStaffOnly: Bool

    init(
        name: Word,
        text: String,
        inputs: [InputRule],
        steps: [StepRule],
        requirements: [RequirementRule],
        posts: [PostRule],
        marks: [MarkRule],
        once: [Int]?,
        isActive: Bool,
        isStaffOnly: Bool
    ) {
        self.name = name
        self.text = text
        self.inputs = inputs
        self.steps = steps
        self.requirements = requirements
        self.posts = posts
        self.marks = marks
        self.once = once
        self.isActive = isActive
        self.isStaffOnly = isStaffOnly
    }

    /// The position of the input with this name.
    package func input(_ name: Word) -> Int? {
        inputs.firstIndex { $0.name == name }
    }
}

/// One input of an action.
package struct InputRule: Sendable {
    package let name: Word
    /// The name's text.
    package let text: String
    package let type: InputType
    package let isRequired: Bool
    /// What it is where it wasn't given.
    package let byDefault: InputDefault?
}

package enum InputType: Sendable {
    /// An integer within bounds, both included.
    case integer(minimum: Int64, maximum: Int64)
    case bool
    /// A name; one of these words (ascending) if there are any.
    case name(oneOf: [Word])
    case account
    /// A text of at most so many bytes, which no formula can read.
    case text(bytesMax: Int)
    /// At most so many values.
    case list(of: ListElement, countMax: Int)

    package enum ListElement: Sendable {
        case integer(minimum: Int64, maximum: Int64)
        case name(oneOf: [Word])
    }

    var formulaType: FormulaType {
        switch self {
        case .integer: .number
        case .bool: .bool
        case .name: .name
        case .account: .account
        case .text: .text
        case .list: .list
        }
    }
}

package enum InputDefault: Sendable {
    /// For int and bool: may read inputs that stand before it.
    case formula(Formula)
    case name(Word, text: [UInt8])
    case text([UInt8])
}

/// A named intermediate result.
package struct StepRule: Sendable {
    package let name: Word
    package let text: String
    package let formula: Formula
    /// Whether the event and the reply's `explain` carry it.
    package let isShown: Bool
}

/// An amount posted to a balance.
package struct PostRule: Sendable {
    package let to: AccountSelector
    package let balance: BalanceTemplate
    package let amount: Formula
    /// Posted only where this holds.
    package let when: Formula?
    package let side: Side

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
    package let name: NameTemplate
    /// Set only where this holds.
    package let when: Formula?

    package enum Kind: Sendable {
        /// A number.
        case fact(Formula)
        /// A name.
        case factName(NameTemplate)
        case clearFact
        /// So many of the item are added.
        case item(count: Formula)
        case unlock
    }
}

/// What has to be true, and what is said of it.
package struct RequirementRule: Sendable {
    package let test: Formula
    package let unmet: MessageRule
    package let met: MessageRule?
}

/// A sentence with numbers and names filled in.
package struct MessageRule: Sendable {
    package let parts: [Part]

    package enum Part: Sendable {
        case text(String)
        /// A number, with so many digits behind the point (rounded half up); `nil`: as it is.
        case number(Formula, decimals: Int?)
        /// A name, to be shown as its text.
        case name(NameTemplate)
    }
}

/// What happens when an account is first seen.
package struct OpeningRule: Sendable {
    package let posts: [PostRule]
    package let marks: [MarkRule]
}
