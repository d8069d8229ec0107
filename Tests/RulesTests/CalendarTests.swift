import Testing

@testable import Ledger

/// A day as it is written, counted from 1970-01-01.
func day(_ text: String) -> Int64 {
    TimeText.day(Array(text.utf8), ByteRange(start: 0, count: text.utf8.count)) ?? .min
}

/// A time as RFC 3339 writes it.
func instant(_ text: String) -> Instant {
    let range = ByteRange(start: 0, count: text.utf8.count)
    return Instant(microseconds: TimeText.microseconds(Array(text.utf8), range) ?? .min)
}

@Test("weeks begin on Monday, months on their first")
func windows() {
    // day, weekday, first of its week, first of its month, first of the next month
    let rows: [(String, Int64, String, String, String)] = [
        ("1970-01-01", 4, "1969-12-29", "1970-01-01", "1970-02-01"),
        ("2024-02-29", 4, "2024-02-26", "2024-02-01", "2024-03-01"),
        ("2026-01-04", 7, "2025-12-29", "2026-01-01", "2026-02-01"),
        ("2026-01-05", 1, "2026-01-05", "2026-01-01", "2026-02-01"),
        ("2026-12-31", 4, "2026-12-28", "2026-12-01", "2027-01-01"),
        ("1969-12-31", 3, "1969-12-29", "1969-12-01", "1970-01-01"),
        ("2100-02-28", 7, "2100-02-22", "2100-02-01", "2100-03-01"),
    ]
    for (text, weekday, week, month, next) in rows {
        #expect(LocalTime.weekday(of: day(text)) == weekday, "\(text)")
        #expect(CalendarWindow.week.first(of: day(text)) == day(week), "\(text)")
        #expect(CalendarWindow.week.next(after: day(text)) == day(week) + 7, "\(text)")
        #expect(CalendarWindow.month.first(of: day(text)) == day(month), "\(text)")
        #expect(CalendarWindow.month.next(after: day(text)) == day(next), "\(text)")
        #expect(CalendarWindow.day.first(of: day(text)) == day(text))
        #expect(CalendarWindow.day.next(after: day(text)) == day(text) + 1)
    }
}

@Test("every day from 1600 to 2400 follows the one before, as counting by hand has it")
func everyDay() {
    var date = CivilDate(year: 1600, month: 1, day: 1)
    var number = date.daysSince1970
    var weekday = LocalTime.weekday(of: number)
    #expect(weekday == 6)
    while date.year < 2400 {
        date.day += 1
        if !date.isValid { (date.day, date.month) = (1, date.month + 1) }
        if !date.isValid { (date.month, date.year) = (1, date.year + 1) }
        number += 1
        weekday = weekday % 7 + 1
        if date.daysSince1970 != number || CivilDate(daysSince1970: number) != date
            || LocalTime.weekday(of: number) != weekday
        {
            Issue.record("day \(number) is \(date)")
            return
        }
    }
}

@Test("clocks show the time of their own zone")
func localTimes() {
    // instant, minutes east, day, hour, minute
    let rows: [(String, Int, String, Int64, Int64)] = [
        ("2026-01-05T00:00:00Z", 0, "2026-01-05", 0, 0),
        ("2026-01-05T00:00:00Z", -1, "2026-01-04", 23, 59),
        ("2026-01-04T23:59:59.999999Z", 0, "2026-01-04", 23, 59),
        ("2026-01-04T22:00:00Z", 120, "2026-01-05", 0, 0),
        ("2026-01-05T13:59:59Z", -840, "2026-01-04", 23, 59),
        ("1970-01-01T00:00:00Z", -60, "1969-12-31", 23, 0),
    ]
    for (text, offset, date, hour, minute) in rows {
        let time = LocalTime(instant(text), utcOffsetMinutes: offset)
        #expect(time.day == day(date), "\(text)")
        #expect(time.hour == hour, "\(text)")
        #expect(time.minute == minute, "\(text)")
        let start = LocalTime.start(of: time.day, utcOffsetMinutes: offset)
        #expect(LocalTime(start, utcOffsetMinutes: offset).microseconds == 0)
    }
}

@Test("times and durations as people write them")
func writtenTimes() {
    #expect(TimeText.text(instant("2026-01-05T01:00:00+01:00")) == "2026-01-05T00:00:00Z")
    #expect(TimeText.text(instant("2026-01-05t23:59:59.5z")) == "2026-01-05T23:59:59.500000Z")
    for wrong in [
        "2026-02-29", "2026-1-05", "2026-01-05 ", "26-01-05", "2026-13-01", "2026-00-01",
        "2026-01-32", "",
    ] {
        #expect(day(wrong) == .min, "\(wrong)")
    }
    func duration(_ text: String) -> Int64? { TimeText.duration(Array(text.utf8)) }
    #expect(duration("30s") == 30_000_000)
    #expect(duration("90m") == 5_400_000_000)
    #expect(duration("24h") == 86_400_000_000)
    #expect(duration("7d") == 604_800_000_000)
    #expect(duration("0s") == 0)
    #expect(duration("3660000d") == 316_224_000_000_000_000)
    for wrong in ["", "h", "24", "24 h", "1.5h", "-1h", "24H", "3660001d", "999999999999d"] {
        #expect(duration(wrong) == nil, "\(wrong)")
    }
}
