/// How long the time is that a job runs for, once.
package enum PeriodKind: String, Sendable, CaseIterable {
    case day, week, month

    /// As stored in the key of a run.
    var code: UInt32 {
        switch self {
        case .day: 0
        case .week: 1
        case .month: 2
        }
    }
}

/// The day, week or month that a job runs for, by its first day.
package struct JobPeriod: Hashable, Sendable {
    package var kind: PeriodKind
    /// Days since 1970-01-01, never negative.
    package var firstDay: Int64

    /// The last first day that a cell's qualifier has room for: in the year 2.9 million.
    private static let dayMax: Int64 = 1 << 30 - 1

    package init(kind: PeriodKind, containing day: Int64) {
        self.kind = kind
        let day = min(max(day, 0), Self.dayMax)
        switch kind {
        case .day: firstDay = day
        // 1970-01-01 was a Thursday; the week that it is in begins on it.
        case .week: firstDay = max(0, day - (day + 3) % 7)
        case .month:
            var date = CivilDate(daysSince1970: day)
            date.day = 1
            firstDay = date.daysSince1970
        }
    }

    /// The period of an instant, on days of a fixed offset from UTC.
    package init(kind: PeriodKind, at instant: Instant, utcOffsetMinutes: Int) {
        let local = instant.microseconds + Int64(utcOffsetMinutes) * 60_000_000
        self.init(
            kind: kind, containing: local.quotientAndFloorRemainder(86_400_000_000).0)
    }

    /// `2026-01-05`, `2026-W02` or `2026-01`; `nil` for anything else.
    package init?(kind: PeriodKind, _ text: [UInt8], _ range: Range<Int>) {
        let text = Array(text[range])
        guard text.count >= 7, text[4] == UInt8(ascii: "-"), let year = Self.number(text[0..<4])
        else { return nil }
        var date = CivilDate(year: year, month: 1, day: 1)
        switch kind {
        case .day:
            guard text.count == 10, text[7] == UInt8(ascii: "-"),
                let month = Self.number(text[5..<7]), let day = Self.number(text[8..<10])
            else { return nil }
            date.month = month
            date.day = day
        case .week:
            guard text.count == 8, text[5] == UInt8(ascii: "W"),
                let week = Self.number(text[6..<8])
            else { return nil }
            // The fourth of January is in the first week of every year.
            date.day = 4
            self.init(kind: kind, containing: date.daysSince1970 + 7 * (week - 1))
            guard year >= 1970, self.text == text else { return nil }
            return
        case .month:
            guard text.count == 7, let month = Self.number(text[5..<7]) else { return nil }
            date.month = month
        }
        guard year >= 1970, date.isValid else { return nil }
        self.init(kind: kind, containing: date.daysSince1970)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard FormulaLexer.isDigit(digit) else { return nil }
            value = value * 10 + Int64(digit & 0x0F)
        }
        return value
    }

    /// As RUN's FOR takes it and replies show it.
    package var text: [UInt8] {
        switch kind {
        case .day:
            let date = CivilDate(daysSince1970: firstDay)
            return Self.digits(date.year, 4) + Self.dashed(date.month) + Self.dashed(date.day)
        case .week:
            // A week belongs to the year that its Thursday is in.
            let thursday = firstDay + 3 - (firstDay + 3) % 7
            let year = CivilDate(daysSince1970: thursday).year
            let newYear = CivilDate(year: year, month: 1, day: 1).daysSince1970
            return Self.digits(year, 4) + Array("-W".utf8)
                + Self.digits((thursday - newYear) / 7 + 1, 2)
        case .month:
            let date = CivilDate(daysSince1970: firstDay)
            return Self.digits(date.year, 4) + Self.dashed(date.month)
        }
    }

    private static func dashed(_ value: Int64) -> [UInt8] { [UInt8(ascii: "-")] + digits(value, 2) }

    private static func digits(_ value: Int64, _ width: Int) -> [UInt8] {
        let text = Array(String(value).utf8)
        return Array(repeating: UInt8(ascii: "0"), count: max(0, width - text.count)) + text
    }

    /// Where the ledger keeps the run of a job for this period.
    package func key(_ job: Word) -> CellKey {
        CellKey(.claim, job, kind.code << 30 | UInt32(truncatingIfNeeded: firstDay))
    }
}
