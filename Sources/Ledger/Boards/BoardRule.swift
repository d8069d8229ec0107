/// A leaderboard: by what accounts stand on it, over which window, how equals are ranked, who is shown.
package final class BoardRule: Sendable {
    package let name: Word
    /// The name's text.
    package let text: String
    package let source: Source
    package let window: Window
    package let ties: BoardTies
    /// Accounts for which this holds don't stand on it.
    package let hidden: Formula?
    /// Currencies and ladders that the keys read: an account stands on the board once it has one of
    /// them, and its place is looked at again whenever one moves.
    let currencies: [Word]
    let ladders: [Word]
    /// Tells a changed board from one that was only declared again.
    package let definition: UInt64

    package enum Source: Sendable {
        /// One or two keys, the greater the better.
        case keys([Formula])
        /// What was earned of the currency within the window; of one facet, if it names one.
        case earned(currency: Word, facet: Word?)
    }

    package enum Window: String, Sendable, CaseIterable {
        case all, day, week, month, season
    }

    init(
        name: Word, text: String, source: Source, window: Window, ties: BoardTies,
        hidden: Formula?, currencies: [Word], ladders: [Word], definition: UInt64
    ) {
        self.name = name
        self.text = text
        self.source = source
        self.window = window
        self.ties = ties
        self.hidden = hidden
        self.currencies = currencies
        self.ladders = ladders
        self.definition = definition
    }

    /// Whether what was earned on the one counts on the other: only how it is shown may differ.
    func countsLike(_ other: BoardRule) -> Bool {
        guard name == other.name, window == other.window,
            case .earned(let currency, let facet) = source,
            case .earned(let otherCurrency, let otherFacet) = other.source
        else { return false }
        return currency == otherCurrency && facet == otherFacet
    }
}

extension Primitive {
    /// `boards: { points: { by: "available('points')", window: 'week', ties: 'shared',
    ///                      hidden: "(fact('hidden') else 0) == 1" } }`
    static let boards = Primitive(key: "boards") { compiler, value in
        for member in compiler.members(value, "boards") {
            guard compiler.isName(member), let board = compiler.board(member) else { continue }
            compiler.parts.boards.append(board)
        }
    }
}

extension RulebookCompiler {
    fileprivate mutating func board(_ member: JSON5Member) -> BoardRule? {
        guard var reader = object(member.value, "a board") else { return nil }
        let word = declarations.names.word(for: member.key)
        let by = reader.take("by")
        let earned = reader.take("earned")
        if (by == nil) == (earned == nil) {
            mistakes.add(reader.offset, "a board is either by something or of what was earned")
        }
        let keys = by.map { boardKeys($0) } ?? []
        let source = earned.flatMap { earnedSource($0) } ?? .keys(keys)
        let window = choice(reader.take("window"), default: BoardRule.Window.all)
        let ties = choice(reader.take("ties"), default: BoardTies.earliest)
        let hidden = formula(reader.take("hidden"), as: .bool, FormulaScope())
        finish(reader, "a board")
        if case .earned = source, window == .all {
            mistakes.add(
                reader.offset,
                "what was earned of all time is by: \"earned('…')\"; earned: needs a window")
        }
        let read = moving(keys, source)
        if by != nil, mistakes.isEmpty, read.currencies.isEmpty, read.ladders.isEmpty {
            mistakes.add(
                reader.offset, "a board's keys read a balance or a rung: nobody would stand on this"
            )
        }
        return BoardRule(
            name: word, text: member.key, source: source, window: window, ties: ties,
            hidden: hidden, currencies: read.currencies, ladders: read.ladders,
            definition: member.value.definition)
    }

    /// One formula, or a list of one or two.
    private mutating func boardKeys(_ value: JSON5Value) -> [Formula] {
        var items = [value]
        if case .array(let list) = value.kind {
            items = list
            if !(1...2).contains(list.count) {
                mistakes.add(value.offset, "a board has one key or two, the first one deciding")
            }
        }
        return items.compactMap { formula($0, as: .number, FormulaScope()) }
    }

    private mutating func earnedSource(_ value: JSON5Value) -> BoardRule.Source? {
        guard let string = string(value) else { return nil }
        do {
            let template = try FormulaCompiler(FormulaScope(), declarations)
                .balanceTemplate(string.bytes, at: 0)
            guard let facet = template.facet else {
                return .earned(currency: template.currency, facet: nil)
            }
            guard case .word(let word) = facet else {
                mistakes.add(value.offset, "a board counts a currency, or one facet of it")
                return nil
            }
            return .earned(currency: template.currency, facet: word)
        } catch {
            mistakes.add(value.offset, error.message)
            return nil
        }
    }

    private func moving(
        _ keys: [Formula], _ source: BoardRule.Source
    ) -> (currencies: [Word], ladders: [Word]) {
        if case .earned(let currency, _) = source { return ([currency], []) }
        var currencies: [Word] = []
        var ladders: [Word] = []
        for key in keys {
            currencies += key.currenciesRead
            for index in key.laddersRead {
                let ladder = declarations.ladders[index]
                ladders.append(ladder.name)
                currencies += ladder.currenciesRead
            }
        }
        return (Set(currencies).sorted(), Set(ladders).sorted())
    }
}

extension LadderRule {
    /// Currencies that it is climbed with.
    fileprivate var currenciesRead: [Word] {
        switch source {
        case .balance(let currency, _, _): [currency]
        case .formula(let formula): formula.currenciesRead
        }
    }
}
