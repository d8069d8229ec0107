/// How an account comes over from an older system: what is known of it there, and what that is here.
///
/// What is given is taken over as it was: no ladder moves, no goal and no streak goes on by it.
package final class MigrationRule: Sendable {
    package let name: Word
    /// The name's text.
    package let text: String
    package let inputs: [InputRule]
    package let steps: [StepRule]
    package let requirements: [RequirementRule]
    package let effects: EffectRules

    init(
        name: Word, text: String, inputs: [InputRule], steps: [StepRule],
        requirements: [RequirementRule], effects: EffectRules
    ) {
        self.name = name
        self.text = text
        self.inputs = inputs
        self.steps = steps
        self.requirements = requirements
        self.effects = effects
    }
}

extension Rulebook {
    package func hasMigration(named text: String) -> Bool {
        parts.migrations.contains { $0.text == text }
    }
}

extension Primitive {
    /// `migrations: { tier_zero: { fields: { … }, let: { … }, requires: [ … ], gives: [ … ] } }`
    static let migrations = Primitive(key: "migrations") { compiler, value in
        for member in compiler.members(value, "migrations") {
            guard compiler.isName(member), let migration = compiler.migration(member) else {
                continue
            }
            compiler.parts.migrations.append(migration)
        }
    }
}

extension RulebookCompiler {
    fileprivate mutating func migration(_ member: JSON5Member) -> MigrationRule? {
        guard var reader = object(member.value, "a migration") else { return nil }
        let isSeason = declarations.seasons.contains { $0.text == member.key }
        if declarations.offers[member.key] != nil || isSeason {
            mistakes.add(
                member.keyOffset,
                "'\(member.key)' is \(isSeason ? "a season" : "an offer")'s name; a migration's is its "
                    + "own, as both are remembered by name")
        }
        let word = declarations.names.word(for: member.key)
        var scope = FormulaScope()
        let inputs = inputs(reader.take("fields"), &scope)
        let steps = steps(reader.take("let"), reader.take("show"), &scope)
        let requirements = requirements(reader.take("requires"), scope)
        let effects = effects(reader.take("gives"), scope, isMigration: true)
        finish(reader, "a migration")
        return MigrationRule(
            name: word, text: member.key, inputs: inputs, steps: steps,
            requirements: requirements, effects: effects)
    }
}
