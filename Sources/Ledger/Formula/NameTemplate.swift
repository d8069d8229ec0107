/// A name that may be built from inputs: `trait:<trait>`.
///
/// The two cheap shapes, a fixed word and one input alone, are cases of their own: a facet that is
/// an input costs one look-up and no allocation.
package enum NameTemplate: Sendable, Hashable {
    case word(Word)
    /// The input's text is the whole name.
    case input(Int)
    /// An earlier `let` step that is a name.
    case step(Int)
    /// The scope of a ladder that is kept for each facet of its balance.
    case facet
    /// The season that is running: these are the seasons' words, by position.
    case season([Word])
    case parts([Part])

    package enum Part: Sendable, Hashable {
        case text([UInt8])
        case input(Int)
        case step(Int)
        /// The variable of a `first` around it, by its place on the stack.
        case slot(Int)
        /// The season that is running: these are the seasons' names, by position.
        case season([[UInt8]])
    }

    var readsSteps: Bool {
        switch self {
        case .step: true
        case .parts(let parts): parts.contains { if case .step = $0 { true } else { false } }
        default: false
        }
    }

    /// Whether a ladder climbed with such a balance is kept for each facet.
    var isOfLadder: Bool { self == .facet || isOfSeason }

    /// Whether it has no meaning while no season is running.
    package var isOfSeason: Bool {
        switch self {
        case .season: true
        case .parts(let parts):
            parts.contains { if case .season = $0 { true } else { false } }
        default: false
        }
    }

    /// The word of the name, `nil` if the ledger has none for it yet.
    @inline(__always)
    package func word<Context: FormulaContext & ~Copyable>(in context: borrowing Context) -> Word? {
        switch self {
        case .word(let word): word
        case .input(let index): context.word(ofInput: index)
        case .step(let index): context.word(ofStep: index)
        case .facet: nil
        case .season(let words): context.season.map { words[$0] }
        case .parts:
            isOfSeason && context.season == nil ? nil : context.word(of: text(in: context))
        }
    }

    /// The name's text, needed to give it a number. Empty for `.word`, which has one.
    ///
    /// - Parameter variable: the value in a slot of the stack; only names in formulas have any.
    package func text<Context: FormulaContext & ~Copyable>(
        in context: borrowing Context, variable: (Int) -> Rational = { _ in .zero }
    ) -> [UInt8] {
        var text: [UInt8] = []
        switch self {
        case .word, .facet, .season: break
        case .input(let index): context.appendText(ofInput: index, to: &text)
        case .step(let index): context.appendText(ofStep: index, to: &text)
        case .parts(let parts):
            for part in parts {
                switch part {
                case .text(let bytes): text.append(contentsOf: bytes)
                case .input(let index): context.appendText(ofInput: index, to: &text)
                case .step(let index): context.appendText(ofStep: index, to: &text)
                case .season(let names):
                    text.append(contentsOf: context.season.map { names[$0] } ?? [])
                case .slot(let slot): text.append(contentsOf: variable(slot).description.utf8)
                }
            }
        }
        return text
    }
}

/// `currency[:facet]` of a rulebook; `facet` is absent where the currency isn't divided.
package struct BalanceTemplate: Sendable, Hashable {
    package let currency: Word
    package let facet: NameTemplate?

    /// The balance, `nil` if the ledger has no word for its facet yet.
    @inline(__always)
    package func name<Context: FormulaContext & ~Copyable>(
        in context: borrowing Context
    ) -> BalanceName? {
        guard let facet else { return BalanceName(currency: currency) }
        guard let word = facet.word(in: context) else { return nil }
        return BalanceName(currency: currency, facet: word)
    }
}

/// Whom a posting, a mark or a look-up speaks of.
package enum AccountSelector: Sendable, Hashable {
    case account
    case parent
    /// The parent where there is one, else the account itself.
    case owner
    /// An input of type account, by position.
    case input(Int)

    /// As instructions carry it.
    var detail: Int {
        switch self {
        case .account: 0
        case .parent: 1
        case .owner: 2
        case .input(let index): 3 + index
        }
    }

    init(detail: Int) {
        switch detail {
        case 0: self = .account
        case 1: self = .parent
        case 2: self = .owner
        default: self = .input(detail - 3)
        }
    }

    @inline(__always)
    package func number<Context: FormulaContext & ~Copyable>(
        in context: borrowing Context
    ) throws(FormulaFault) -> AccountNumber {
        switch self {
        case .account: return context.account
        case .parent:
            guard let parent = context.parent else { throw .noParent }
            return parent
        case .owner: return context.parent ?? context.account
        case .input(let index): return context.account(ofInput: index)
        }
    }
}
