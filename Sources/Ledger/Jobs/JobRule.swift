/// What is done for all accounts, once for each day, week or month.
package final class JobRule: Sendable {
    package let name: Word
    /// The name's text.
    package let text: String
    /// When the daemon starts it by itself; `nil`: only RUN does.
    package let schedule: CronSchedule?
    /// The schedule's clocks; `nil`: the rulebook's.
    package let zone: String?
    package let period: PeriodKind
    package let steps: [StepRule]
    /// Accounts for which this doesn't hold are skipped.
    package let when: Formula?
    package let effects: EffectRules
    /// Whether who is given something counts as active: it takes all streaks on.
    package let feedsStreaks: Bool
    /// Tells a changed job from one that was only declared again.
    package let definition: UInt64

    init(
        name: Word, text: String, schedule: CronSchedule?, zone: String?, period: PeriodKind,
        steps: [StepRule], when: Formula?, effects: EffectRules, feedsStreaks: Bool,
        definition: UInt64
    ) {
        self.name = name
        self.text = text
        self.schedule = schedule
        self.zone = zone
        self.period = period
        self.steps = steps
        self.when = when
        self.effects = effects
        self.feedsStreaks = feedsStreaks
        self.definition = definition
    }
}

extension Rulebook {
    package func job(_ word: Word) -> JobRule? { parts.jobs.first { $0.name == word } }
}

extension Primitive {
    /// `jobs: { bonus: { schedule: '55 23 * * *', period: 'day', when: "…", let: { … },
    ///                   gives: [ { balance: 'points', amount: 5 } ] } }`
    static let jobs = Primitive(key: "jobs") { compiler, value in
        for member in compiler.members(value, "jobs") {
            guard compiler.isName(member), let job = compiler.job(member) else { continue }
            compiler.parts.jobs.append(job)
        }
    }
}

extension RulebookCompiler {
    /// The one input that a job's formulas have: the period's first day.
    static let jobScope: FormulaScope = {
        var scope = FormulaScope()
        scope.inputs = [FormulaScope.Input(name: "period", type: .number)]
        return scope
    }()

    fileprivate mutating func job(_ member: JSON5Member) -> JobRule? {
        guard var reader = object(member.value, "a job") else { return nil }
        let word = declarations.names.word(for: member.key)
        let schedule = schedule(reader.take("schedule"))
        let zone = zoneName(reader.take("time_zone"))
        let period = choice(reader.take("period"), default: PeriodKind.day)
        var scope = Self.jobScope
        let steps = steps(reader.take("let"), nil, &scope)
        let when = formula(reader.take("when"), as: .bool, scope)
        let given = reader.take("gives")
        if given == nil {
            mistakes.add(reader.offset, "what the job gives is missing: gives: [ … ]")
        }
        let effects = effects(given, scope)
        let feedsStreaks = bool(reader.take("feeds_streaks"), default: false)
        finish(reader, "a job")
        return JobRule(
            name: word, text: member.key, schedule: schedule, zone: zone, period: period,
            steps: steps, when: when, effects: effects, feedsStreaks: feedsStreaks,
            definition: member.value.definition)
    }

    private mutating func schedule(_ value: JSON5Value?) -> CronSchedule? {
        guard let value, let string = string(value) else { return nil }
        do throws(CronSchedule.Mistake) {
            return try CronSchedule(string.bytes)
        } catch {
            mistakes.add(string.sourceOffset(of: error.offset), error.message)
            return nil
        }
    }

    /// A name of the time zone database: it decides only when a job starts, and the daemon looks it
    /// up, so that nothing that was decided ever depends on it.
    private mutating func zoneName(_ value: JSON5Value?) -> String? {
        guard let value, let string = string(value) else { return nil }
        let parts = string.text.split(separator: "/", omittingEmptySubsequences: false)
        let isName =
            string.bytes.count <= 64 && !parts.isEmpty
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.utf8.allSatisfy {
                        FormulaLexer.isLetter($0) || FormulaLexer.isDigit($0)
                            || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+")
                    }
            }
        guard isName else {
            mistakes.add(
                value.offset, "a job's time zone is a name such as 'UTC' or 'Europe/Vienna'")
            return nil
        }
        scrutinize(zone: string.text, value)
        return string.text
    }
}
