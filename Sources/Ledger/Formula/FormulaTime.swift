/// What formulas see of the moment that a command speaks of.
package enum MomentPart: UInt8, Sendable, CaseIterable {
    case day, week, month, weekday, hour, minute
    /// In microseconds since 1970: rules have no word for it.
    case instant

    /// The bare word of the formula language.
    static let words: [(name: String, part: MomentPart)] = [
        ("day", .day), ("week", .week), ("month", .month), ("weekday", .weekday), ("hour", .hour),
        ("minute", .minute),
    ]

    package func value(_ instant: Instant, utcOffsetMinutes: Int) -> Int64 {
        let time = LocalTime(instant, utcOffsetMinutes: utcOffsetMinutes)
        switch self {
        case .day: return time.day
        case .week: return CalendarWindow.week.first(of: time.day)
        case .month: return CalendarWindow.month.first(of: time.day)
        case .weekday: return LocalTime.weekday(of: time.day)
        case .hour: return time.hour
        case .minute: return time.minute
        case .instant: return instant.microseconds
        }
    }
}

/// What a formula can read of a streak.
enum StreakPart: Int, Sendable {
    case current, longest, day
}

/// What a formula can read of a goal.
enum GoalPart: Int, Sendable {
    case progress, done, enrolled
}

/// What a context without time, seasons, streaks and goals says of them.
extension FormulaContext where Self: ~Copyable {
    package var season: Int? { nil }
    package func moment(_ part: MomentPart) -> Int64 { 0 }
    package func streak(_ name: Word, of account: AccountNumber) -> StreakStanding? { nil }
    package func goal(_ name: Word, of account: AccountNumber) -> GoalStanding? { nil }
    package func aboveFloor(ladder index: Int, facet: Word, of account: AccountNumber) -> Int64? {
        0
    }
    package func floor(ladder index: Int, facet: Word, rung: Int64) -> Int64? { nil }
}

extension FormulaMachine {
    /// Carries out what reads the time, seasons, streaks, goals and the way up a ladder.
    mutating func lookUpTime<Context: FormulaContext & ~Copyable>(
        _ instruction: Instruction, of program: FormulaProgram, in context: borrowing Context
    ) throws(FormulaFault) {
        let operand = Int(instruction.operand)
        switch instruction.operation {
        case .moment:
            push(Rational(context.moment(MomentPart.allCases[operand])))
        case .inSeason: push(context.season != nil)
        case .season:
            guard let season = context.season else { throw .noSeason }
            push(program.constants[operand + season])
        case .needSeason:
            guard context.season != nil else { throw .noSeason }
        case .streak:
            let owner = try account(instruction.detail, in: context)
            let standing = popWord().flatMap { context.streak($0, of: owner) }
            switch StreakPart(rawValue: operand) ?? .current {
            case .current: push(Rational(standing?.current ?? 0))
            case .longest: push(Rational(standing?.longest ?? 0))
            case .day: push(Rational(standing?.day ?? 0))
            }
        case .goal:
            let owner = try account(instruction.detail, in: context)
            let standing = popWord().flatMap { context.goal($0, of: owner) }
            switch GoalPart(rawValue: operand) ?? .progress {
            case .progress: push(Rational(standing?.progress ?? 0))
            case .done: push(Rational(standing?.done ?? 0))
            case .enrolled: push(standing != nil)
            }
        case .aboveFloor:
            let owner = try account(instruction.detail, in: context)
            let facet = popWord() ?? .unmet
            let value = context.aboveFloor(ladder: operand, facet: facet, of: owner)
            guard let value else { throw .overflow }
            push(Rational(value))
        default:
            guard let rung = pop().whole else { throw .outOfDomain }
            let facet = popWord() ?? .unmet
            guard let floor = context.floor(ladder: operand, facet: facet, rung: rung) else {
                throw .noRung
            }
            push(Rational(floor))
        }
    }

    /// Takes a name; `nil` for one that the ledger has no word for.
    private mutating func popWord() -> Word? {
        UInt32(exactly: pop().numerator).map { Word($0) }
    }
}
