/// What a formula reads of an account: its value can change only when some of this does.
package struct FormulaReads: Sendable, Equatable {
    package var currencies: [Word] = []
    /// Positions in the rulebook.
    package var ladders: [Int] = []
    /// A bit for each kind of mark.
    private var marks: UInt16 = 0

    package var isEmpty: Bool { currencies.isEmpty && ladders.isEmpty && marks == 0 }

    package func includes(_ kind: CellKind) -> Bool { marks & 1 << UInt16(kind.rawValue) != 0 }

    private mutating func insert(_ currency: Word) {
        if !currencies.contains(currency) { currencies.append(currency) }
    }

    private mutating func insert(_ kind: CellKind) { marks |= 1 << UInt16(kind.rawValue) }

    /// What ladders are climbed with counts as read, too.
    init(_ formula: Formula, _ rules: [LadderRule]) {
        currencies = formula.currenciesRead
        for instruction in formula.program.code {
            switch instruction.operation {
            case .rung, .aboveFloor, .floorOfRung:
                let ladder = Int(instruction.operand)
                if !ladders.contains(ladder) { ladders.append(ladder) }
            case .hasFact, .factElse, .factNameElse, .facts: insert(.fact)
            case .items: insert(.item)
            case .isUnlocked: insert(.unlock)
            case .isClaimed: insert(.claim)
            case .isEquipped, .hasEquipped: insert(.equipped)
            case .streak: insert(.streak)
            case .goal: insert(.goal)
            default: break
            }
        }
        for ladder in ladders {
            switch rules[ladder].source {
            case .balance(let currency, _, _): insert(currency)
            case .formula(let formula): for currency in formula.currenciesRead { insert(currency) }
            }
        }
    }
}
