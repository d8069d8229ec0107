extension Primitive {
    /// `notices: { level_up: { on: ['match'], when: "moved('level')", fields: { … } } }`
    static let notices = Primitive(key: "notices") { compiler, value in
        for member in compiler.members(value, "notices") {
            guard compiler.isName(member), let notice = compiler.notice(member) else { continue }
            compiler.parts.notices.append(notice)
        }
    }
}

extension RulebookCompiler {
    /// Fields that every notice has.
    private static let noticeKeys = ["notice", "seq", "account"]

    fileprivate mutating func notice(_ member: JSON5Member) -> NoticeRule? {
        guard var reader = object(member.value, "a notice") else { return nil }
        let word = declarations.names.word(for: member.key)
        let occasions = occasions(reader.take("on"))
        let when = reader.take("when")
        let fields = reader.take("fields")
        finish(reader, "a notice")
        let cases = occasions.map { noticeCase($0, when, fields) }
        return NoticeRule(name: word, text: member.key, cases: cases)
    }

    private mutating func noticeCase(
        _ occasion: NoticeOccasion, _ when: JSON5Value?, _ fields: JSON5Value?
    ) -> NoticeCase {
        let condition = formula(when, as: .bool, occasion.scope)
        return NoticeCase(
            occasion: occasion.occasion, inputs: occasion.inputs, shown: occasion.shown,
            when: condition, isOfEach: condition?.asksOfEvent ?? false,
            fields: self.fields(
                fields, "fields", reserved: RulebookCompiler.noticeKeys, occasion.scope))
    }

    /// `on: ['match', 'offer:reward', 'transfer']`: actions, what else causes events, kinds of
    /// events. Absent: all events.
    private mutating func occasions(_ value: JSON5Value?) -> [NoticeOccasion] {
        guard let value else { return [NoticeOccasion(.any)] }
        var occasions: [NoticeOccasion] = []
        for item in list(value, "what the notice is told of") {
            guard let text = string(item)?.text else { continue }
            guard let occasion = occasion(text) else {
                let known = noticeCauses.map(\.name)
                mistakes.add(
                    item.offset,
                    "'\(text)' is no action, and no 'offer:…', 'migration:…', 'job:…' or kind of "
                        + "event\(suggestion(for: text, among: known))")
                continue
            }
            if occasions.contains(where: { $0.occasion == occasion.occasion }) {
                mistakes.add(item.offset, "'\(text)' is here already")
            }
            occasions.append(occasion)
        }
        return occasions
    }

    private func occasion(_ text: String) -> NoticeOccasion? {
        if let cause = noticeCauses.first(where: { $0.name == text }) { return cause.occasion }
        return EventKind.allCases.first { "\($0)" == text }.map { NoticeOccasion(.kind($0)) }
    }

    /// All that can cause events by name.
    private var noticeCauses: [(name: String, occasion: NoticeOccasion)] {
        let actions = parts.actions.map {
            ($0.text, NoticeOccasion(.action, $0.name, $0.inputs, $0.steps))
        }
        let offers = parts.offers.map {
            ("offer:\($0.text)", NoticeOccasion(.offer, $0.name, $0.parameters, $0.steps))
        }
        let migrations = parts.migrations.map {
            ("migration:\($0.text)", NoticeOccasion(.migration, $0.name, $0.inputs, $0.steps))
        }
        let jobs = parts.jobs.map {
            ("job:\($0.text)", NoticeOccasion(.job, $0.name, [], $0.steps))
        }
        return actions + offers + migrations + jobs
    }
}

/// A kind of event, and what formulas can read of one.
private struct NoticeOccasion {
    let occasion: NoticeCase.Occasion
    var inputs: [InputRule] = []
    var shown: [Word] = []
    var scope = FormulaScope()

    init(_ occasion: NoticeCase.Occasion) {
        self.occasion = occasion
        scope.reach = .event
    }

    init(_ kind: CauseKind, _ name: Word, _ inputs: [InputRule], _ steps: [StepRule]) {
        self.init(.cause(kind, name))
        self.inputs = inputs
        scope.inputs = inputs.map {
            FormulaScope.Input(
                name: $0.text, type: $0.type.formulaType, element: $0.type.elementType)
        }
        for step in steps where step.isShown {
            shown.append(step.name)
            scope.steps.append(FormulaScope.Input(name: step.text, type: step.formula.type))
        }
    }
}
