/// A named stretch of time that has facets, ladders and numbers of its own.
package struct SeasonRule: Sendable {
    package let name: Word
    /// The name's text.
    package let text: String
    package let from: Instant
    /// The first instant that is no longer part of it.
    package let until: Instant
    /// How long after its end something that happened before is still taken, in microseconds; `nil`
    /// for always.
    package let grace: Int64?
    /// In the order of `Declarations.seasonNumbers`.
    package let numbers: [Rational]
    /// What an account is given with its first event in the season.
    package internal(set) var onEntry = EffectRules()

    /// Whether it was running when something happened that is recorded `now`.
    package func isRunning(at moment: Instant, now: Instant) -> Bool {
        guard from <= moment, moment < until else { return false }
        guard let grace else { return true }
        return now.microseconds - until.microseconds < grace
    }
}

extension Rulebook {
    /// The position of the season that was running when something happened that is recorded `now`.
    package func season(at moment: Instant, now: Instant) -> Int? {
        // In ascending order, and none overlaps another.
        var low = 0
        var high = seasons.count
        while low < high {
            let middle = (low + high) / 2
            if seasons[middle].from <= moment { low = middle + 1 } else { high = middle }
        }
        guard low > 0, seasons[low - 1].isRunning(at: moment, now: now) else { return nil }
        return low - 1
    }
}
