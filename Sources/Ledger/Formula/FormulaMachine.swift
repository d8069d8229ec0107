/// The stack that a formula is computed on, in the frame of the function that evaluates it.
struct FormulaMachine {
    var stack = InlineArray<16, Rational>(repeating: .zero)
    /// Values on the stack.
    var count = 0

    var result: Rational { stack[0] }

    mutating func push(_ value: Rational) {
        stack[count] = value
        count += 1
    }

    mutating func push(_ truth: Bool) { push(truth ? .one : .zero) }

    mutating func pop() -> Rational {
        count -= 1
        return stack[count]
    }

    mutating func run<Context: FormulaContext & ~Copyable>(
        _ program: FormulaProgram, in context: borrowing Context
    ) throws(FormulaFault) {
        let instructions = program.code
        let code = instructions.span
        var next = 0
        while next < code.count {
            let instruction = code[next]
            next += 1
            let operand = Int(instruction.operand)
            switch instruction.operation {
            case .constant: push(program.constants[operand])
            case .number: push(context.number(ofInput: operand))
            case .step: push(context.number(ofStep: operand))
            case .slot: push(stack[operand])
            case .jump: next += operand
            case .jumpIfFalse: if pop().isZero { next += operand }
            case .jumpIfTrue: if !pop().isZero { next += operand }
            case .jumpIfFalseKeeping:
                if stack[count - 1].isZero { next += operand } else { count -= 1 }
            case .jumpIfTrueKeeping:
                if stack[count - 1].isZero { count -= 1 } else { next += operand }
            case .advance:
                if try !advance(program.loops[operand]) { next += 1 }
            case .add, .subtract, .multiply, .divide, .minimum, .maximum, .root, .power:
                try combine(instruction.operation)
            case .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual:
                compare(instruction.operation)
            case .negate, .magnitude, .floor, .ceiling, .truncate, .round, .roundToEven, .not:
                try change(instruction.operation)
            default:
                if try !lookUp(instruction, of: program, in: context) { next += 1 }
            }
        }
    }

    @inline(__always)
    private mutating func combine(_ operation: Instruction.Operation) throws(FormulaFault) {
        let second = pop()
        let first = stack[count - 1]
        let value: Rational? =
            switch operation {
            case .add: first.adding(second)
            case .subtract: first.subtracting(second)
            case .multiply: first.multiplied(by: second)
            case .minimum: second < first ? second : first
            case .maximum: first < second ? second : first
            default: try combineRarely(operation, first, second)
            }
        guard let value else { throw .overflow }
        stack[count - 1] = value
    }

    @inline(never)
    private func combineRarely(
        _ operation: Instruction.Operation, _ first: Rational, _ second: Rational
    ) throws(FormulaFault) -> Rational? {
        if operation == .divide {
            if second.isZero { throw .divisionByZero }
            return first.divided(by: second)
        }
        guard let integer = second.whole else { throw .outOfDomain }
        if operation == .root {
            guard let root = first.root(integer) else { throw .outOfDomain }
            return root
        }
        if first.isZero && integer < 0 { throw .divisionByZero }
        return first.power(integer)
    }

    @inline(__always)
    private mutating func compare(_ operation: Instruction.Operation) {
        let second = pop()
        let first = stack[count - 1]
        let holds =
            switch operation {
            case .equal: first == second
            case .unequal: first != second
            case .less: first < second
            case .lessOrEqual: !(second < first)
            case .greater: second < first
            default: !(first < second)
            }
        stack[count - 1] = holds ? .one : .zero
    }

    @inline(__always)
    private mutating func change(_ operation: Instruction.Operation) throws(FormulaFault) {
        let value = stack[count - 1]
        let changed: Rational? =
            switch operation {
            case .negate: value.negated
            case .magnitude: value.magnitude
            case .floor: value.floor
            case .ceiling: value.ceiling
            case .truncate: value.truncated
            case .round: value.rounded
            case .roundToEven: value.roundedToEven
            default: value.isZero ? .one : .zero
            }
        guard let changed else { throw .overflow }
        stack[count - 1] = changed
    }

    /// False at the end of the loop, whose variable is then gone.
    private mutating func advance(_ bounds: LoopBounds) throws(FormulaFault) -> Bool {
        guard let value = stack[count - 1].adding(bounds.step) else { throw .overflow }
        let isPast = bounds.step.numerator > 0 ? bounds.limit < value : value < bounds.limit
        if isPast {
            count -= 1
            return false
        }
        stack[count - 1] = value
        return true
    }
}
