/// When something is due: the five fields of a crontab line, each a set of numbers.
///
/// As in crontab(5): where both the day of the month and the weekday are restricted, either will do.
package struct CronSchedule: Sendable, Equatable {
    /// Bit n for the number n.
    private(set) var minutes: UInt64 = 0
    private(set) var hours: UInt64 = 0
    private(set) var days: UInt64 = 0
    private(set) var months: UInt64 = 0
    /// From Sunday, 0, to Saturday, 6.
    private(set) var weekdays: UInt64 = 0
    private var isAnyDay = false
    private var isAnyWeekday = false

    /// What is wrong with a schedule, and at which byte of it.
    package struct Mistake: Error, Equatable, Sendable {
        package var offset: Int
        package var message: String
    }

    /// Reads five fields: minute, hour, day of the month, month, weekday.
    package init(_ text: [UInt8]) throws(Mistake) {
        var fields: [Range<Int>] = []
        var at = 0
        while at < text.count {
            guard text[at] != UInt8(ascii: " ") else {
                at += 1
                continue
            }
            let start = at
            while at < text.count, text[at] != UInt8(ascii: " ") { at += 1 }
            fields.append(start..<at)
        }
        guard fields.count == 5 else {
            throw Mistake(
                offset: 0,
                message:
                    "a schedule has five fields: minute, hour, day of the month, month, weekday")
        }
        minutes = try CronField(text, fields[0], 0...59, "a minute").set()
        hours = try CronField(text, fields[1], 0...23, "an hour").set()
        days = try CronField(text, fields[2], 1...31, "a day of the month").set()
        months = try CronField(text, fields[3], 1...12, "a month", names: Self.monthNames).set()
        let week = try CronField(text, fields[4], 0...7, "a weekday", names: Self.weekdayNames)
            .set()
        // 7 is Sunday as well.
        weekdays = week & 0x7F | week >> 7 & 1
        isAnyDay = text[fields[2].lowerBound] == UInt8(ascii: "*")
        isAnyWeekday = text[fields[4].lowerBound] == UInt8(ascii: "*")
        guard isEverDue else {
            throw Mistake(
                offset: fields[2].lowerBound, message: "no month has such a day: it is never due")
        }
    }

    private static let monthNames = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    private static let weekdayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    private var isEverDue: Bool {
        if !isAnyWeekday { return true }
        return (1...12).contains { month in
            months >> UInt64(month) & 1 == 1
                && (1...31).contains { day in
                    days >> UInt64(day) & 1 == 1
                        && CivilDate(year: 2_000, month: Int64(month), day: Int64(day)).isValid
                }
        }
    }

    private func isDue(_ day: Int64) -> Bool {
        let date = CivilDate(daysSince1970: day)
        guard months >> UInt64(date.month) & 1 == 1 else { return false }
        // 1970-01-01 was a Thursday.
        let weekday = (day + 4).quotientAndFloorRemainder(7).1
        let isDay = days >> UInt64(date.day) & 1 == 1
        let isWeekday = weekdays >> UInt64(weekday) & 1 == 1
        return isAnyDay || isAnyWeekday ? isDay && isWeekday : isDay || isWeekday
    }

    /// The first due minute from a minute on, both counted since 1970-01-01T00:00 of local time.
    func next(from minute: Int64) -> Int64? {
        var (day, start) = minute.quotientAndFloorRemainder(1_440)
        // The last of February of a leap year may be eight years away, on one weekday longer.
        for _ in 0..<(366 * 41) {
            if isDue(day), let due = dueMinute(from: start) { return day * 1_440 + due }
            day += 1
            start = 0
        }
        return nil
    }

    private func dueMinute(from start: Int64) -> Int64? {
        for hour in (start / 60)..<24 where hours >> UInt64(hour) & 1 == 1 {
            let first = hour == start / 60 ? start % 60 : 0
            for minute in first..<60 where minutes >> UInt64(minute) & 1 == 1 {
                return hour * 60 + minute
            }
        }
        return nil
    }

    /// The first instant after another at which it is due.
    ///
    /// A local time that the clocks skip is due as much later as they skip; one that comes twice is
    /// due the first time.
    package func next(after instant: Instant, in zone: ZoneRules) -> Instant? {
        let seconds = instant.microseconds.quotientAndFloorRemainder(1_000_000).0
        let local = seconds + zone.offset(at: seconds)
        // A day back, because clocks may have gone back since.
        var minute = local.quotientAndFloorRemainder(60).0 - 1_440
        while let due = next(from: minute) {
            let found = zone.instant(ofLocal: due * 60) * 1_000_000
            if found > instant.microseconds { return Instant(microseconds: found) }
            minute = due + 1
        }
        return nil
    }
}

/// One field of a schedule: `*`, `5`, `1-5`, `*/15`, `mon-fri`, and lists of these.
private struct CronField {
    private let text: [UInt8]
    private let range: Range<Int>
    private let bounds: ClosedRange<Int>
    private let what: String
    private let names: [String]

    init(
        _ text: [UInt8], _ range: Range<Int>, _ bounds: ClosedRange<Int>, _ what: String,
        names: [String] = []
    ) {
        self.text = text
        self.range = range
        self.bounds = bounds
        self.what = what
        self.names = names
    }

    /// The numbers of all its parts, as bits.
    func set() throws(CronSchedule.Mistake) -> UInt64 {
        var result: UInt64 = 0
        var start = range.lowerBound
        while true {
            let end = text[start..<range.upperBound].firstIndex(of: UInt8(ascii: ","))
            result |= try part(start..<(end ?? range.upperBound))
            guard let end else { return result }
            start = end + 1
        }
    }

    private func part(_ part: Range<Int>) throws(CronSchedule.Mistake) -> UInt64 {
        let slash = text[part].firstIndex(of: UInt8(ascii: "/"))
        let span = part.lowerBound..<(slash ?? part.upperBound)
        var step = 1
        if let slash {
            guard let number = number(slash + 1..<part.upperBound), number >= 1 else {
                throw mistake(slash, "a step is a number of at least 1 behind '/'")
            }
            step = number
        }
        var first = bounds.lowerBound
        var last = bounds.upperBound
        if text[span] != [UInt8(ascii: "*")] {
            let dash = text[span].firstIndex(of: UInt8(ascii: "-"))
            first = try value(span.lowerBound..<(dash ?? span.upperBound))
            if let dash {
                last = try value(dash + 1..<span.upperBound)
            } else if slash == nil {
                last = first
            }
            // Weekends: from Friday to Sunday.
            if last < first, bounds.upperBound == 7, last == 0 { last = 7 }
            guard first <= last else {
                throw mistake(span.lowerBound, "\(first) comes after \(last)")
            }
        }
        return stride(from: first, through: last, by: step).reduce(0) { $0 | 1 << UInt64($1) }
    }

    private func value(_ range: Range<Int>) throws(CronSchedule.Mistake) -> Int {
        if let number = number(range), bounds.contains(number) { return number }
        let word = String(decoding: text[range], as: UTF8.self).lowercased()
        if let position = names.firstIndex(of: word) {
            return names.count == 12 ? position + 1 : position
        }
        throw mistake(
            range.lowerBound,
            "'\(word)' is not \(what), \(bounds.lowerBound) to \(bounds.upperBound)"
                + (names.isEmpty ? "" : " or \(names[0]) to \(names[names.count - 1])"))
    }

    private func number(_ range: Range<Int>) -> Int? {
        guard (1...2).contains(range.count) else { return nil }
        var value = 0
        for index in range {
            guard FormulaLexer.isDigit(text[index]) else { return nil }
            value = value * 10 + Int(text[index] & 0x0F)
        }
        return value
    }

    private func mistake(_ offset: Int, _ message: String) -> CronSchedule.Mistake {
        CronSchedule.Mistake(offset: offset, message: message)
    }
}
