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
    package let effects: EffectRules
    /// The inputs, by position, that the action happens only once for; `nil` if it may repeat.
    package let once: [Int]?
    package let limits: [LimitRule]
    /// The ladders, by position, whose rungs before the event are part of it.
    package let stamps: [Int]
    /// Whether it may be recorded, which may depend on the inputs; `nil`: always.
    package let active: Formula?
    /// Whether it is for staff alone, which may depend on the inputs; `nil`: never.
    package let staffOnly: Formula?
    /// Whether nothing but postings to the account itself can come of it, and of its inputs no other
    /// account and nothing that is sealed.
    let isPlain: Bool

    init(
        name: Word,
        text: String,
        inputs: [InputRule],
        steps: [StepRule],
        requirements: [RequirementRule],
        effects: EffectRules,
        once: [Int]?,
        limits: [LimitRule],
        stamps: [Int],
        active: Formula?,
        staffOnly: Formula?
    ) {
        self.name = name
        self.text = text
        self.inputs = inputs
        self.steps = steps
        self.requirements = requirements
        self.effects = effects
        self.once = once
        self.limits = limits
        self.stamps = stamps
        self.active = active
        self.staffOnly = staffOnly
        let isUnconditional =
            once == nil && limits.isEmpty && stamps.isEmpty && requirements.isEmpty
            && active == nil && staffOnly == nil
        isPlain =
            isUnconditional && effects.marks.isEmpty
            && effects.posts.allSatisfy { $0.to == .account && $0.forEach == nil }
            && inputs.allSatisfy {
                switch $0.type {
                case .account, .text: false
                case .integer, .bool, .name, .list: true
                }
            }
    }

    package var posts: [PostRule] { effects.posts }
    package var marks: [MarkRule] { effects.marks }

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
    /// Likewise.
    let bytes: [UInt8]
    package let type: InputType
    package let isRequired: Bool
    /// What it is where it wasn't given.
    package let byDefault: InputDefault?
    /// The integers that it may be, ascending; empty where all within its bounds are allowed.
    package let choices: [Int64]
    /// Whether all that an integer may be is listed by OFFERS.
    package let isListed: Bool

    init(
        name: Word, text: String, type: InputType, isRequired: Bool, byDefault: InputDefault?,
        choices: [Int64] = [], isListed: Bool = false
    ) {
        self.name = name
        self.text = text
        bytes = Array(text.utf8)
        self.type = type
        self.isRequired = isRequired
        self.byDefault = byDefault
        self.choices = choices
        self.isListed = isListed
    }

    /// Whether that is the input's name.
    @inline(__always)
    func isCalled(_ text: [UInt8], _ range: ByteRange) -> Bool {
        guard bytes.count == range.count else { return false }
        let (own, other) = (bytes.span, text.span)
        var index = 0
        while index < own.count {
            let count = min(8, own.count &- index)
            guard
                own.word(at: index, count: count)
                    == other.word(at: range.start &+ index, count: count)
            else { return false }
            index &+= count
        }
        return true
    }
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

    /// What a list is of.
    var elementType: FormulaType? {
        guard case .list(let element, _) = self else { return nil }
        if case .integer = element { return .number } else { return .name }
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

/// What has to be true, and what is said of it.
package struct RequirementRule: Sendable {
    /// Asked for only where this holds.
    package let when: Formula?
    package let test: Formula
    package let unmet: SentenceRule
    package let met: SentenceRule?
    /// What a command is refused with.
    package let code: Code

    package enum Code: String, Sendable, CaseIterable {
        case requirement = "REQUIREMENT"
        case taken = "TAKEN"
        case inactive = "INACTIVE"
        case limit = "LIMIT"
    }
}

/// One of several sentences: the first whose condition holds.
package struct SentenceRule: Sendable {
    package let variants: [Variant]

    package struct Variant: Sendable {
        package let when: Formula?
        package let message: MessageRule
    }
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
    package let effects: EffectRules
}
