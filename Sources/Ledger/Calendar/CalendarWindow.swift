/// A stretch of time that rules count in. Weeks begin on Monday.
///
/// Days are counted from 1970-01-01; a window is told by its first day.
package enum CalendarWindow: String, Sendable, CaseIterable {
    case day, week, month

    /// The first day of the window that the day is in.
    package func first(of day: Int64) -> Int64 {
        switch self {
        case .day: return day
        case .week: return day - (LocalTime.weekday(of: day) - 1)
        case .month:
            var date = CivilDate(daysSince1970: day)
            date.day = 1
            return date.daysSince1970
        }
    }

    /// The first day of the window after the one that the day is in.
    package func next(after day: Int64) -> Int64 {
        switch self {
        case .day: return day + 1
        case .week: return first(of: day) + 7
        case .month:
            var date = CivilDate(daysSince1970: day)
            date.day = 1
            date.month += 1
            if date.month > 12 {
                date.month = 1
                date.year += 1
            }
            return date.daysSince1970
        }
    }
}

/// What clocks show that are so many minutes ahead of UTC.
package struct LocalTime: Equatable, Sendable {
    /// Since 1970-01-01.
    package let day: Int64
    /// Since the day began.
    package let microseconds: Int64

    package init(_ instant: Instant, utcOffsetMinutes: Int) {
        // An instant is far from the ends of Int64: seven bytes hold it.
        let local = instant.microseconds + Int64(utcOffsetMinutes) * Self.microsecondsPerMinute
        (day, microseconds) = local.quotientAndFloorRemainder(Self.microsecondsPerDay)
    }

    package var hour: Int64 { microseconds / (60 * Self.microsecondsPerMinute) }
    package var minute: Int64 { microseconds / Self.microsecondsPerMinute % 60 }

    /// 1 for Monday to 7 for Sunday.
    package static func weekday(of day: Int64) -> Int64 {
        // 1970-01-01 was a Thursday.
        (day + 3).quotientAndFloorRemainder(7).1 + 1
    }

    /// When a day begins.
    package static func start(of day: Int64, utcOffsetMinutes: Int) -> Instant {
        Instant(
            microseconds: day * microsecondsPerDay
                - Int64(utcOffsetMinutes) * microsecondsPerMinute)
    }

    package static let microsecondsPerMinute: Int64 = 60_000_000
    package static let microsecondsPerDay: Int64 = 86_400_000_000
}
