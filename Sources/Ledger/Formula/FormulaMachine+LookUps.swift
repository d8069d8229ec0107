extension FormulaMachine {
    /// Carries out a look-up. False where an `…Else` form found nothing and pushed nothing.
    @inline(never)
    mutating func lookUp<Context: FormulaContext & ~Copyable>(
        _ instruction: Instruction, of program: FormulaProgram, in context: borrowing Context
    ) throws(FormulaFault) -> Bool {
        let operand = Int(instruction.operand)
        switch instruction.operation {
        case .given: push(context.isGiven(input: operand))
        case .count: push(Rational(context.count(ofInput: operand)))
        case .name:
            let word = word(of: program.templates[operand], in: context)
            push(Rational(word.map { Int64($0.rawValue) } ?? -Int64(operand) - 1))
        case .account:
            push(Rational(Int64(try account(instruction.detail, in: context).rawValue)))
        case .equalNames, .unequalNames:
            let areEqual = popEqualNames(of: program, in: context)
            push(areEqual == (instruction.operation == .equalNames))
        case .table, .tableElse, .hasEntry:
            return try lookUpTable(instruction, program.tables[operand])
        case .balance:
            let owner = try account(instruction.detail >> 2, in: context)
            let part = BalancePart(rawValue: UInt8(instruction.detail & 3)) ?? .available
            let name = name(of: program.balances[operand], in: context)
            push(Rational(name.map { context.balance($0, part, of: owner) } ?? 0))
        case .rung:
            let owner = try account(instruction.detail, in: context)
            let facet = popFacet()
            push(Rational(context.rung(ladder: operand, facet: facet, of: owner)))
        case .contains: push(popIsInList(instruction, of: program, in: context))
        case .isClaimed:
            let owner = try account(instruction.detail, in: context)
            let qualifier = popFacet()
            let offer = popFacet()
            push(qualifier != .unmet && context.isClaimed(offer, qualifier, of: owner))
        case .isEquipped:
            let owner = try account(instruction.detail, in: context)
            let item = popFacet()
            let slot = popFacet()
            push(item != .unmet && context.equipped(slot, of: owner) == item)
        case .moment, .inSeason, .season, .needSeason, .streak, .goal, .aboveFloor, .floorOfRung:
            try lookUpTime(instruction, of: program, in: context)
        case .posted, .climbed: try lookUpTold(instruction, of: program, in: context)
        case .fail: throw operand == 0 ? .noneFound : .outOfDomain
        default:
            return try lookUpState(instruction, of: program, in: context)
        }
        return true
    }

    /// Facts, items and unlocks: what an account has by name. The name's template is the operand.
    private mutating func lookUpState<Context: FormulaContext & ~Copyable>(
        _ instruction: Instruction, of program: FormulaProgram, in context: borrowing Context
    ) throws(FormulaFault) -> Bool {
        let owner = try account(instruction.detail, in: context)
        let operand = Int(instruction.operand)
        if instruction.operation == .facts {
            let fold = FactFold.allCases[operand & 3]
            guard case .word(let prefix) = program.templates[operand >> 2] else { return true }
            guard let value = context.facts(under: prefix, fold, of: owner) else { throw .overflow }
            push(Rational(value))
            return true
        }
        let word = word(of: program.templates[operand], in: context)
        switch instruction.operation {
        case .hasFact: push(word.map { context.fact($0, of: owner) != nil } ?? false)
        case .items: push(Rational(word.map { context.items($0, of: owner) } ?? 0))
        case .hasEquipped: push(word.map { context.equipped($0, of: owner) != nil } ?? false)
        case .isUnlocked: push(word.map { context.isUnlocked($0, of: owner) } ?? false)
        case .factElse, .factNameElse:
            guard let word, let fact = context.fact(word, of: owner) else { return false }
            switch (fact, instruction.operation) {
            case (.number(let number), .factElse): push(Rational(number))
            case (.word(let name), .factNameElse): push(Rational(Int64(name.rawValue)))
            default: throw .wrongFact
            }
        default: throw .outOfDomain
        }
        return true
    }

    private mutating func lookUpTable(
        _ instruction: Instruction, _ table: TableRule
    ) throws(FormulaFault) -> Bool {
        let second = instruction.detail == 2 ? pop() : .zero
        let first = pop()
        let value = table.value(first, second)
        switch instruction.operation {
        case .hasEntry: push(value != nil)
        case .tableElse:
            guard let value else { return false }
            push(value)
        default:
            guard let value else { throw .noEntry(table.name) }
            push(value)
        }
        return true
    }

    func account<Context: FormulaContext & ~Copyable>(
        _ selector: UInt16, in context: borrowing Context
    ) throws(FormulaFault) -> AccountNumber {
        try AccountSelector(detail: Int(selector)).number(in: context)
    }

    /// The word of a name, which may have a loop's variable in it.
    private func word<Context: FormulaContext & ~Copyable>(
        of template: NameTemplate, in context: borrowing Context
    ) -> Word? {
        guard case .parts = template else { return template.word(in: context) }
        return context.word(of: text(of: template, in: context))
    }

    private func text<Context: FormulaContext & ~Copyable>(
        of template: NameTemplate, in context: borrowing Context
    ) -> [UInt8] {
        template.text(in: context) { stack[$0] }
    }

    private func name<Context: FormulaContext & ~Copyable>(
        of balance: BalanceTemplate, in context: borrowing Context
    ) -> BalanceName? {
        guard let facet = balance.facet else { return BalanceName(currency: balance.currency) }
        return word(of: facet, in: context).map {
            BalanceName(currency: balance.currency, facet: $0)
        }
    }

    private mutating func popIsInList<Context: FormulaContext & ~Copyable>(
        _ instruction: Instruction, of program: FormulaProgram, in context: borrowing Context
    ) -> Bool {
        let value = pop()
        let list = Int(instruction.operand)
        guard instruction.detail == 1 else { return context.list(list, contains: value) }
        if let word = UInt32(exactly: value.numerator) {
            return context.list(list, contains: Word(word), text: [])
        }
        let template = program.templates[Int(-value.numerator - 1)]
        return context.list(list, contains: nil, text: text(of: template, in: context))
    }

    /// Takes a name, 0 for none: a ladder that isn't kept by facet, an offer without parameters.
    private mutating func popFacet() -> Word {
        UInt32(exactly: pop().numerator).map { Word($0) } ?? .unmet
    }

    /// Two names without a word are equal if their texts are: only these need to be built.
    private mutating func popEqualNames<Context: FormulaContext & ~Copyable>(
        of program: FormulaProgram, in context: borrowing Context
    ) -> Bool {
        let second = pop()
        let first = pop()
        guard first.numerator < 0, second.numerator < 0 else { return first == second }
        return text(of: program.templates[Int(-first.numerator - 1)], in: context)
            == text(of: program.templates[Int(-second.numerator - 1)], in: context)
    }
}
