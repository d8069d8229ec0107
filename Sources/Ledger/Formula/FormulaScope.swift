/// What the bare words of a formula mean, and how far it may look.
struct FormulaScope {
    struct Input {
        let name: String
        let type: FormulaType
        /// What a list is of.
        var element: FormulaType?
    }

    /// By position.
    var inputs: [Input] = []
    /// `let` steps, by position.
    var steps: [Input] = []
    /// What a requirement template was given for its parameters, and where that is to be read.
    var arguments: [Argument] = []
    var reach = Reach.everything
    /// Whether nothing of any other account may be read.
    var isOwn = false

    struct Argument {
        let name: String
        let expression: Expression
    }

    enum Reach {
        case everything
        /// Balances, with `<facet>` standing for the ladder's own: what a ladder climbs with.
        case balances
        /// Nothing of any account: tables, curves.
        case nothing
        /// As `nothing`, but for the season's numbers: the curve of a ladder kept for each season.
        case season
        /// An event: its inputs, shown steps, and what it posted and climbed.
        case event
    }

    /// The account that a bare word means.
    func selector(_ name: String) -> AccountSelector? {
        if let index = inputs.firstIndex(where: { $0.name == name && $0.type == .account }) {
            return .input(index)
        }
        switch name {
        case "parent", "owner": if isOwn { return nil }
        default: break
        }
        switch name {
        case "account": return .account
        case "parent": return .parent
        case "owner": return .owner
        default: return nil
        }
    }

    /// The input or the step of type name that a bare word means.
    func name(_ name: String) -> NameTemplate? {
        if let index = inputs.firstIndex(where: { $0.name == name }) {
            return inputs[index].type == .name ? .input(index) : nil
        }
        let index = steps.firstIndex { $0.name == name && $0.type == .name }
        return index.map { .step($0) }
    }

    /// All names that may be used, for suggestions.
    var known: [String] {
        arguments.map(\.name) + inputs.map(\.name) + steps.map(\.name)
    }
}

/// What has been declared when a formula is compiled.
struct Declarations {
    let names: NameTable
    var currencies: [CurrencyRule] = []
    var currencyPositions: [String: Int] = [:]
    var ladders: [LadderRule] = []
    var ladderPositions: [String: Int] = [:]
    var tables: [TableRule] = []
    var tablePositions: [String: Int] = [:]
    /// Offers by name, those of rewards included; known before anything is read.
    var offers: [String: OfferDeclaration] = [:]
    /// Those of them that ladders' rewards are claimed by.
    var rewardOffers: [String] = []
    /// Items by name, and whether they have a slot.
    var items: [String: Bool] = [:]
    /// Goals and streaks by name; known before anything is read.
    var goals: [String] = []
    var streaks: [String] = []
    /// In ascending order.
    var seasons: [SeasonRule] = []
    /// The names of the numbers that every season has; `nil` before the first is read.
    var seasonNumbers: [String]?
    var modifiers: [String: ModifierRule] = [:]

    init(names: NameTable) {
        self.names = names
    }
}

/// For formulas that read nothing, nothing but a curve's `n`, or one account's balances, as what a
/// ladder is climbed with does.
struct CurveContext: FormulaContext {
    var n = Rational.zero
    var view = AccountView()
    /// The position of the season whose curve it is.
    var season: Int?

    func number(ofInput index: Int) -> Rational { n }
    func isGiven(input index: Int) -> Bool { true }
    func word(ofInput index: Int) -> Word? { nil }
    func account(ofInput index: Int) -> AccountNumber { .ledger }
    func count(ofInput index: Int) -> Int64 { 0 }
    func appendText(ofInput index: Int, to text: inout [UInt8]) {}
    func number(ofStep index: Int) -> Rational { .zero }
    func word(of text: [UInt8]) -> Word? { nil }
    var account: AccountNumber { .ledger }
    var parent: AccountNumber? { nil }

    func balance(_ name: BalanceName, _ part: BalancePart, of account: AccountNumber) -> Int64 {
        (view.value(CellKey(name)) ?? .zero)[part] ?? 0
    }

    func rung(ladder index: Int, facet: Word, of account: AccountNumber) -> Int64 { 0 }
    func fact(_ name: Word, of account: AccountNumber) -> FactValue? { nil }
    func facts(under prefix: Word, _ fold: FactFold, of account: AccountNumber) -> Int64? { 0 }
    func items(_ item: Word, of account: AccountNumber) -> Int64 { 0 }
    func isUnlocked(_ name: Word, of account: AccountNumber) -> Bool { false }
}
