/// A name that may be built from inputs: `trait:<trait>`.
///
/// The two cheap shapes, a fixed word and one input alone, are cases of their own: a facet that is
/// an input costs one look-up and no allocation.
package enum NameTemplate: Sendable, Hashable {
    case word(Word)
    /// The input's text is the whole name.
    case input(Int)
    /// The scope of a ladder that is kept for each facet of its balance.
    case facet
    case parts([Part])

    package enum Part: Sendable, Hashable {
        case text([UInt8])
        case input(Int)
    }

    /// The word of the name, `nil` if the ledger has none for it yet.
    @inline(__always)
    package func word<Context: FormulaContext & ~Copyable>(in context: borrowing Context) -> Word? {
        switch self {
        case .word(let word): word
        case .input(let index): context.word(ofInput: index)
        case .facet: nil
        case .parts: context.word(of: text(in: context))
        }
    }

    /// The name's text, needed to give it a number. Empty for `.word`, which has one.
    package func text<Context: FormulaContext & ~Copyable>(in context: borrowing Context) -> [UInt8]
    {
        var text: [UInt8] = []
        switch self {
        case .word, .facet: break
        case .input(let index): context.appendText(ofInput: index, to: &text)
        case .parts(let parts):
            for part in parts {
                switch part {
                case .text(let bytes): text.append(contentsOf: bytes)
                case .input(let index): context.appendText(ofInput: index, to: &text)
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
    /// An input of type account, by position.
    case input(Int)

    @inline(__always)
    package func number<Context: FormulaContext & ~Copyable>(
        in context: borrowing Context
    ) throws(FormulaFault) -> AccountNumber {
        switch self {
        case .account: return context.account
        case .parent:
            guard let parent = context.parent else { throw .noParent }
            return parent
        case .input(let index): return context.account(ofInput: index)
        }
    }
}
