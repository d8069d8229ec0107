/// What an action counts for, when it is recorded.
struct ActionCounting: Sendable {
    /// A streak or a goal, and which of its counts the action is.
    struct Place: Sendable {
        let rule: Int
        let count: Int
    }

    var streaks: [Place] = []
    var goals: [Place] = []

    /// Of each action, by its position; empty where no action counts for anything.
    static func all(of parts: RulebookParts) -> [ActionCounting] {
        var all = Array(repeating: ActionCounting(), count: parts.actions.count)
        var isNeeded = false
        for (rule, streak) in parts.streaks.enumerated() {
            for (count, counted) in streak.counts.enumerated() {
                all[counted.action].streaks.append(Place(rule: rule, count: count))
                isNeeded = true
            }
        }
        for (rule, goal) in parts.goals.enumerated() {
            for (count, counted) in goal.counts.enumerated() {
                all[counted.action].goals.append(Place(rule: rule, count: count))
                isNeeded = true
            }
        }
        return isNeeded ? all : []
    }
}
