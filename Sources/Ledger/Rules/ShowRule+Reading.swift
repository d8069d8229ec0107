extension Primitive {
    /// `show: { xp_for_next_level: "500 * rung('level')" }`: fields that PROFILE has besides.
    static let show = Primitive(key: "show") { compiler, value in
        var scope = FormulaScope()
        scope.isOwn = true
        compiler.parts.show = compiler.fields(
            value, "fields to show", reserved: RulebookCompiler.profileKeys, scope)
    }
}

extension RulebookCompiler {
    /// What PROFILE shows by itself.
    fileprivate static let profileKeys = [
        "balances", "ladders", "streaks", "goals", "facts", "items", "equipped", "claims", "seq",
        "frozen",
    ]
}
