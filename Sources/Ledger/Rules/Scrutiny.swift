/// What is asked of a rulebook that is about to come into force, beyond what its edition asks.
///
/// A rulebook of the log is never looked at this way: what was adopted once has to be read for ever,
/// on any machine.
package struct Scrutiny: Sendable {
    /// Whether there is a time zone of that name where the jobs are to run.
    package let knowsZone: @Sendable (String) -> Bool

    package init(knowsZone: @escaping @Sendable (String) -> Bool) {
        self.knowsZone = knowsZone
    }
}

extension RulebookCompiler {
    /// Amounts that never can be posted: every command that came to them would be refused.
    mutating func scrutinize(_ amount: Formula, _ side: PostRule.Side, _ value: JSON5Value?) {
        guard scrutiny != nil, let value, let constant = amount.constant else { return }
        guard let whole = constant.whole else {
            return mistakes.add(
                value.offset, "an amount is a whole number of the smallest unit, not \(constant)")
        }
        guard side != .bySign, whole < 0 else { return }
        mistakes.add(
            value.offset,
            "an amount that is \(side == .earn ? "earned" : "spent") is at least 0, not \(whole)")
    }

    /// A schedule by a zone that isn't there would go by other clocks.
    mutating func scrutinize(zone name: String, _ value: JSON5Value) {
        guard let scrutiny, !scrutiny.knowsZone(name) else { return }
        mistakes.add(
            value.offset,
            "there is no time zone '\(name)' in \(ZoneRules.directory) of this machine")
    }
}
