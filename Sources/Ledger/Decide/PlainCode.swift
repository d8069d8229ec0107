// Formulas of plain records: those over whole numbers that read nothing but inputs, earlier steps,
// tables and the account's own balances. A value that isn't whole, or anything else that needs a
// closer look, has no value here: the general way then computes the formula.

/// One step of such a formula.
struct PlainCode {
    enum Operation: UInt8 {
        // Pushing: `value`, or the input or step with that position.
        case constant, input, step
        case add, subtract, multiply, divide, divideDown, minimum, maximum, negate, magnitude
        case equal, unequal, less, lessOrEqual, greater, greaterOrEqual, not
        // Going on `value` further than to the next one.
        case jump, jumpIfFalse, jumpIfTrue, jumpIfFalseKeeping, jumpIfTrueKeeping
        /// Take the keys, the second first; `value` entries from `operand` on.
        case table, tableOfTwo
        /// The part `operand` of the balance under the key that `value` is.
        case balance
    }

    var operation: Operation
    var operand: Int32 = 0
    var value: Int64 = 0
}

extension PlainActions {
    /// Takes a formula in; `nil` if it can't be done plainly.
    mutating func enter(_ formula: Formula) -> Range<Int>? {
        let program = formula.program
        let targets = Self.targets(program.code)
        var translated: [PlainCode] = []
        // Where each instruction's translation begins.
        var places: [Int] = []
        for (index, instruction) in program.code.enumerated() {
            places.append(translated.count)
            let isTarget = targets.contains(index)
            guard translate(instruction, program, isTarget, &translated) else { return nil }
        }
        places.append(translated.count)
        guard Self.setJumps(program.code, places, &translated) else { return nil }
        let start = code.count
        for one in translated { code.append(one) }
        return start..<code.count
    }

    /// The instructions that others jump to.
    private static func targets(_ code: [Instruction]) -> Set<Int> {
        var targets: Set<Int> = []
        for (index, instruction) in code.enumerated() where instruction.operation.isJump {
            targets.insert(index + 1 + Int(instruction.operand))
        }
        return targets
    }

    /// Each jump is one instruction here and there.
    private static func setJumps(
        _ code: [Instruction], _ places: [Int], _ translated: inout [PlainCode]
    ) -> Bool {
        for (index, instruction) in code.enumerated() where instruction.operation.isJump {
            let target = index + 1 + Int(instruction.operand)
            guard places.indices.contains(target) else { return false }
            translated[places[index]].value = Int64(places[target] - places[index] - 1)
        }
        return true
    }

    /// Appends what an instruction does.
    private mutating func translate(
        _ instruction: Instruction, _ program: FormulaProgram, _ isTarget: Bool,
        _ code: inout [PlainCode]
    ) -> Bool {
        let operand = Int(instruction.operand)
        switch instruction.operation {
        case .constant:
            guard let whole = program.constants[operand].whole else { return false }
            code.append(PlainCode(operation: .constant, value: whole))
        case .number: code.append(PlainCode(operation: .input, operand: Int32(operand)))
        case .step: code.append(PlainCode(operation: .step, operand: Int32(operand)))
        case .name: return translateName(program.templates[operand], &code)
        case .floor, .ceiling, .truncate, .round, .roundToEven:
            // Whole numbers are left as they are; a quotient may be asked for in one go.
            if !isTarget, instruction.operation == .floor, code.last?.operation == .divide {
                code[code.count - 1].operation = .divideDown
            }
        case .table: return translateTable(program.tables[operand], isTarget, &code)
        case .balance:
            let balance = program.balances[operand]
            guard instruction.detail >> 2 == 0 else { return false }
            var name = BalanceName(currency: balance.currency)
            switch balance.facet {
            case nil: break
            case .word(let word): name.facet = word
            default: return false
            }
            code.append(
                PlainCode(
                    operation: .balance, operand: Int32(instruction.detail & 3),
                    value: Int64(bitPattern: CellKey(name).rawValue)))
        default:
            guard let operation = instruction.operation.plain else { return false }
            code.append(PlainCode(operation: operation))
        }
        return true
    }

    /// Inputs have words here, so that names are equal if their words are.
    private func translateName(_ template: NameTemplate, _ code: inout [PlainCode]) -> Bool {
        switch template {
        case .word(let word):
            code.append(PlainCode(operation: .constant, value: Int64(word.rawValue)))
        case .input(let index):
            code.append(PlainCode(operation: .input, operand: Int32(index)))
        default: return false
        }
        return true
    }

    private mutating func translateTable(
        _ table: TableRule, _ isTarget: Bool, _ code: inout [PlainCode]
    ) -> Bool {
        let hasTwoKeys = table.keys.count == 2
        if !isTarget, !hasTwoKeys, let key = code.last, key.operation == .constant {
            guard let value = table.value(Rational(key.value))?.whole else { return false }
            code[code.count - 1].value = value
            return true
        }
        guard table.entries.allSatisfy(\.value.isWhole), table.type != .name,
            tables.count < Int(Int32.max)
        else { return false }
        let start = tables.count
        for entry in table.entries { tables.append(entry) }
        code.append(
            PlainCode(
                operation: hasTwoKeys ? .tableOfTwo : .table, operand: Int32(start),
                value: Int64(table.entries.count)))
        return true
    }

    @inline(__always)
    fileprivate func look(_ code: PlainCode, _ first: Int64, _ second: Int64) -> Int64? {
        var low = Int(code.operand)
        let end = low + Int(code.value)
        var high = end
        while low < high {
            let middle = (low + high) >> 1
            let entry = tables[middle]
            let isLess = entry.first != first ? entry.first < first : entry.second < second
            if isLess { low = middle + 1 } else { high = middle }
        }
        guard low < end, tables[low].first == first, tables[low].second == second else {
            return nil
        }
        return tables[low].value.numerator
    }
}

extension Instruction.Operation {
    fileprivate var isJump: Bool {
        switch self {
        case .jump, .jumpIfFalse, .jumpIfTrue, .jumpIfFalseKeeping, .jumpIfTrueKeeping: true
        default: false
        }
    }

    /// What does the same with whole numbers.
    fileprivate var plain: PlainCode.Operation? {
        switch self {
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .divide: .divide
        case .minimum: .minimum
        case .maximum: .maximum
        case .negate: .negate
        case .magnitude: .magnitude
        case .equal, .equalNames: .equal
        case .unequal, .unequalNames: .unequal
        case .less: .less
        case .lessOrEqual: .lessOrEqual
        case .greater: .greater
        case .greaterOrEqual: .greaterOrEqual
        case .not: .not
        case .jump: .jump
        case .jumpIfFalse: .jumpIfFalse
        case .jumpIfTrue: .jumpIfTrue
        case .jumpIfFalseKeeping: .jumpIfFalseKeeping
        case .jumpIfTrueKeeping: .jumpIfTrueKeeping
        default: nil
        }
    }
}

extension Ledger {
    /// The formula's value; `nil` where the general way has to compute it.
    @inline(__always)
    mutating func plainValue(_ code: Range<Int>, _ block: CellBlock) -> Int64? {
        // Amounts are mostly a number or a step's value.
        if code.count == 1 {
            let only = plainActions.code[code.lowerBound]
            switch only.operation {
            case .constant: return only.value
            case .input: return plainActions.values[Int(only.operand)]
            case .step: return plainActions.stepValues[Int(only.operand)]
            default: break
            }
        }
        return plainActions.run(code, block, state.pool)
    }
}

extension PlainActions {
    mutating func run(
        _ range: Range<Int>, _ block: CellBlock, _ pool: borrowing CellPool
    ) -> Int64? {
        var next = range.lowerBound
        // The stack's highest value; the others lie below it in `stack`, and one that is never read.
        var top: Int64 = 0
        var count = 0
        while next < range.upperBound {
            let one = code[next]
            next += 1
            switch one.operation {
            case .constant, .input, .step, .balance:
                stack[count] = top
                count += 1
                switch one.operation {
                case .constant: top = one.value
                case .input: top = values[Int(one.operand)]
                case .step: top = stepValues[Int(one.operand)]
                default: top = Self.balance(one, block, pool)
                }
            case .jump: next += Int(one.value)
            case .jumpIfFalse, .jumpIfTrue:
                let isTrue = top != 0
                count -= 1
                top = stack[count]
                if isTrue == (one.operation == .jumpIfTrue) { next += Int(one.value) }
            case .jumpIfFalseKeeping, .jumpIfTrueKeeping:
                if (top != 0) == (one.operation == .jumpIfTrueKeeping) {
                    next += Int(one.value)
                } else {
                    count -= 1
                    top = stack[count]
                }
            case .negate, .magnitude:
                guard top != .min else { return nil }
                top = one.operation == .negate ? -top : abs(top)
            case .not: top = top == 0 ? 1 : 0
            case .table:
                guard let value = look(one, top, 0) else { return nil }
                top = value
            default:
                count -= 1
                let first = stack[count]
                if one.operation == .tableOfTwo {
                    guard let value = look(one, first, top) else { return nil }
                    top = value
                } else {
                    guard let value = Self.combine(one.operation, first, top) else { return nil }
                    top = value
                }
            }
        }
        return top
    }

    private static func balance(
        _ code: PlainCode, _ block: CellBlock, _ pool: borrowing CellPool
    ) -> Int64 {
        let value = pool.value(block, CellKey(rawValue: UInt64(bitPattern: code.value))) ?? .zero
        switch BalancePart(rawValue: UInt8(truncatingIfNeeded: code.operand)) {
        case .earned?: return value.earned
        case .spent?: return value.spent
        case .held?: return value.held
        case .available?, nil: return value.available ?? 0
        }
    }

    @inline(__always)
    private static func combine(
        _ operation: PlainCode.Operation, _ first: Int64, _ second: Int64
    ) -> Int64? {
        let (value, overflow): (Int64, Bool)
        switch operation {
        case .add: (value, overflow) = first.addingReportingOverflow(second)
        case .subtract: (value, overflow) = first.subtractingReportingOverflow(second)
        case .multiply: (value, overflow) = first.multipliedReportingOverflow(by: second)
        case .minimum: (value, overflow) = (min(first, second), false)
        case .maximum: (value, overflow) = (max(first, second), false)
        case .equal: (value, overflow) = (first == second ? 1 : 0, false)
        case .unequal: (value, overflow) = (first != second ? 1 : 0, false)
        case .less: (value, overflow) = (first < second ? 1 : 0, false)
        case .lessOrEqual: (value, overflow) = (first <= second ? 1 : 0, false)
        case .greater: (value, overflow) = (first > second ? 1 : 0, false)
        case .greaterOrEqual: (value, overflow) = (first >= second ? 1 : 0, false)
        default: return quotient(first, second, isDown: operation == .divideDown)
        }
        return overflow ? nil : value
    }

    /// `nil` of one that isn't whole, unless it is to be rounded down.
    @inline(never)
    private static func quotient(_ first: Int64, _ second: Int64, isDown: Bool) -> Int64? {
        guard second != 0, second != -1 else { return nil }
        let (quotient, rest) = first.quotientAndRemainder(dividingBy: second)
        if rest == 0 { return quotient }
        guard isDown else { return nil }
        return (rest < 0) == (second < 0) ? quotient : quotient - 1
    }
}
