/// A formula as it was written.
struct Expression: Sendable {
    indirect enum Kind: Sendable {
        case number(Rational)
        case truth(Bool)
        /// A name in quotes, perhaps with `<inputs>` in it.
        case name([UInt8])
        /// An input, a `let` step, a loop variable, `account`, `parent`.
        case identifier(String)
        case negated(Expression)
        case not(Expression)
        case binary(BinaryOperator, Expression, Expression)
        case call(String, [Expression])
        /// `table.name[key]` or `table.name[key][key]`.
        case table(String, keys: [Expression])
        /// `season.name`.
        case seasonNumber(String)
        /// `key in table.name`.
        case isKey(Expression, table: String)
        /// `look-up else value`.
        case otherwise(Expression, Expression)
        case first(FirstSearch)
    }

    let kind: Kind
    /// In bytes of the formula.
    let offset: Int
}

/// `first(t in a..b step s where condition)`.
struct FirstSearch: Sendable {
    let variable: String
    let from: Expression
    let to: Expression
    let step: Expression?
    let condition: Expression
}

enum BinaryOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case and
    case or

    var isComparison: Bool {
        switch self {
        case .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual: true
        default: false
        }
    }
}
