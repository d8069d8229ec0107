// How often an account may do something.

extension Ledger {
    /// Counts one more call of an action or offer, or refuses it where a limit is reached.
    mutating func checkLimits(
        _ limits: [LimitRule], of name: Word, _ subject: Declared
    ) throws(Refusal) {
        for (index, limit) in limits.enumerated() {
            // An action and an offer may have the same name.
            let first = UInt32(subject.noun == "offer" ? 1 << 31 : 0) | UInt32(index) << 16
            switch limit.span {
            case .rolling(let span):
                try callRolling(limit.count, span, CellKey(.limit, name, first), subject)
            case .window(let window):
                try call(limit.count, within: window, CellKey(.limit, name, first), subject)
            }
        }
    }

    /// Keeps the last so many calls, the earliest of which has to be long enough ago.
    ///
    /// One that happened later than this one is not ago at all: what is told late counts as well.
    private mutating func callRolling(
        _ count: Int64, _ span: Int64, _ first: CellKey, _ subject: Declared
    ) throws(Refusal) {
        let account = requested.account
        let now = happened.microseconds
        var earliest: (key: CellKey, at: Int64)?
        for slot in 0..<UInt32(count) {
            let key = CellKey(.limit, first.word, first.qualifier + slot)
            guard let at = value(account, key)?.a else {
                return try set(account, key, CellValue(now))
            }
            if earliest.map({ at < $0.at }) ?? true { earliest = (key, at) }
        }
        guard let earliest else { return }
        let left = earliest.at + span - now
        guard left <= 0 else {
            let seconds = (left + 999_999) / 1_000_000
            throw Refusal(
                .limit, [.init("retry_after", "\(seconds)")],
                "the \(subject.noun) \(subject.text) is possible again in \(seconds) seconds")
        }
        try set(account, earliest.key, CellValue(now))
    }

    /// Counts the calls of one day, week or month. One of an earlier window than the last is told late,
    /// and counts with the last.
    private mutating func call(
        _ count: Int64, within window: CalendarWindow, _ key: CellKey, _ subject: Declared
    ) throws(Refusal) {
        let account = requested.account
        let offset = rules.utcOffsetMinutes
        let today = window.first(of: LocalTime(happened, utcOffsetMinutes: offset).day)
        let last = value(account, key) ?? CellValue(today, 0)
        let current = max(today, last.a)
        let calls = last.a == current ? last.b : 0
        guard calls < count else {
            let end = LocalTime.start(of: window.next(after: current), utcOffsetMinutes: offset)
            let text = TimeText.text(end)
            throw Refusal(
                .limit, [.init("until", text)],
                "the \(subject.noun) \(subject.text) is possible \(count) times a "
                    + "\(window.rawValue): again from \(text) on")
        }
        try set(account, key, CellValue(current, calls + 1))
    }
}
