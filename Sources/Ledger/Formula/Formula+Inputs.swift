/// Inputs and steps, by position, that nobody has given.
package struct UnknownInputs: Sendable {
    package var inputs: Set<Int> = []
    package var steps: Set<Int> = []

    package var isEmpty: Bool { inputs.isEmpty && steps.isEmpty }
}

extension Formula {
    /// Whether the value depends on something unknown.
    package func reads(_ unknown: UnknownInputs) -> Bool {
        if unknown.isEmpty { return false }
        return program.code.contains { $0.reads(unknown) }
            || program.templates.contains { $0.reads(unknown) }
            || program.balances.contains { $0.facet?.reads(unknown) == true }
    }
}

extension Instruction {
    fileprivate func reads(_ unknown: UnknownInputs) -> Bool {
        switch operation {
        case .number, .given, .count, .contains: unknown.inputs.contains(Int(operand))
        case .step: unknown.steps.contains(Int(operand))
        case .balance: AccountSelector(detail: Int(detail) >> 2).reads(unknown)
        case .table, .tableElse, .hasEntry: false
        default: AccountSelector(detail: Int(detail)).reads(unknown)
        }
    }
}

extension AccountSelector {
    package func reads(_ unknown: UnknownInputs) -> Bool {
        if case .input(let index) = self { unknown.inputs.contains(index) } else { false }
    }
}

extension NameTemplate {
    package func reads(_ unknown: UnknownInputs) -> Bool {
        switch self {
        case .input(let index): return unknown.inputs.contains(index)
        case .step(let index): return unknown.steps.contains(index)
        case .parts(let parts):
            return parts.contains { part in
                switch part {
                case .input(let index): unknown.inputs.contains(index)
                case .step(let index): unknown.steps.contains(index)
                default: false
                }
            }
        default: return false
        }
    }
}

extension RequirementRule {
    /// Whether what is asked, or said, depends on something unknown.
    func reads(_ unknown: UnknownInputs) -> Bool {
        when?.reads(unknown) == true || test.reads(unknown)
            || unmet.variants.contains { variant in
                variant.when?.reads(unknown) == true
                    || variant.message.parts.contains { part in
                        switch part {
                        case .text: false
                        case .number(let formula, _): formula.reads(unknown)
                        case .name(let template): template.reads(unknown)
                        }
                    }
            }
    }
}

extension PostRule {
    func reads(_ unknown: UnknownInputs) -> Bool {
        to.reads(unknown) || amount.reads(unknown) || when?.reads(unknown) == true
            || balance.facet?.reads(unknown) == true
    }
}
