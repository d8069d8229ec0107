/// What a rulebook declares and a command names, for messages.
struct Declared {
    /// `action`, `offer` …
    let noun: String
    let text: String
}

// What has to be true before anything is caused: shared by all that rules let happen.

extension Ledger {
    /// - Parameter active: what it depends on; `nil`: nothing.
    mutating func checkActive(_ active: Formula?, _ subject: Declared) throws(Refusal) {
        guard try !holds(active) else { return }
        throw Refusal(
            .inactive, [.init(subject.noun, subject.text)],
            "the \(subject.noun) \(subject.text) is not active")
    }

    /// - Parameter staffOnly: what it depends on; `nil`: it is for everybody.
    mutating func checkStaff(_ staffOnly: Formula?, _ subject: Declared) throws(Refusal) {
        guard let staffOnly, try holds(staffOnly), !requested.isOperator, !isByStaff() else {
            return
        }
        throw Refusal(
            .notPermitted, [.init(subject.noun, subject.text)],
            "the \(subject.noun) \(subject.text) is for staff: it needs the role operate, "
                + "or BY an account whose fact staff is 1")
    }

    private mutating func isByStaff() -> Bool {
        guard requested.by != .ledger, let staff = state.words.find("staff") else { return false }
        return state.value(requested.by, CellKey(.fact, staff)) == CellValue(1, 0)
    }

    /// Takes the `let` steps in order; those that are shown go into the event.
    mutating func takeSteps(_ rules: [StepRule]) throws(Refusal) {
        steps.clear()
        stepNames.clear()
        for index in 0..<rules.count { try takeStep(rules[index]) }
    }

    mutating func takeStep(_ rule: StepRule) throws(Refusal) {
        let value = try evaluate(rule.formula)
        if rule.formula.type == .name { noteName(value, of: rule.formula) }
        steps.append(value)
        if rule.isShown { draft.shown.append(Event.Shown(name: rule.name, value: value)) }
    }

    /// A step that is a name may be one that the ledger has no word for: its text is kept then.
    private mutating func noteName(_ value: Rational, of formula: Formula) {
        var name = StepName(step: steps.count)
        if let number = UInt32(exactly: value.numerator) {
            name.word = Word(number)
        } else {
            name.text = formula.text(ofUnmet: value, in: self)
        }
        stepNames.append(name)
    }

    /// Every requirement is tested, so that all that are unmet are reported at once.
    mutating func meet(_ requirements: [RequirementRule]) throws(Refusal) {
        try meet(try unmet(requirements))
    }

    /// Refuses with all that is unmet, if anything is.
    func meet(_ unmet: [(code: RefusalCode, sentence: String)]) throws(Refusal) {
        guard !unmet.isEmpty else { return }
        let code = unmet.first { $0.code != .requirement }?.code ?? .requirement
        throw Refusal(
            code, [.init("unmet", "\(unmet.count)")],
            unmet.map(\.sentence).joined(separator: "; "))
    }

    /// What is unmet, in the rulebook's order.
    func unmet(
        _ requirements: [RequirementRule]
    ) throws(Refusal) -> [(code: RefusalCode, sentence: String)] {
        var unmet: [(code: RefusalCode, sentence: String)] = []
        for requirement in requirements where try holds(requirement.when) {
            if try holds(requirement.test) { continue }
            let code = RefusalCode(rawValue: requirement.code.rawValue) ?? .requirement
            unmet.append((code, try sentence(requirement.unmet)))
        }
        return unmet
    }

    func sentence(_ rule: SentenceRule) throws(Refusal) -> String {
        for variant in rule.variants where try holds(variant.when) {
            return try sentence(variant.message)
        }
        return ""
    }

    private func sentence(_ message: MessageRule) throws(Refusal) -> String {
        var sentence = ""
        for part in message.parts {
            switch part {
            case .text(let text): sentence += text
            case .number(let formula, let decimals):
                let value = try evaluate(formula)
                sentence += decimals.map { value.text(decimals: $0) } ?? "\(value)"
            case .name(let template):
                let word = template.word(in: self)
                sentence +=
                    word.map { wordText($0) }
                    ?? String(decoding: template.text(in: self), as: UTF8.self)
            }
        }
        return sentence
    }
}
