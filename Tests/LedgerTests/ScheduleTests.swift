import Foundation
import Testing

@testable import Ledger

@Suite("Schedules")
struct ScheduleTests {
    private static func schedule(_ text: String) -> CronSchedule? {
        try? CronSchedule(Array(text.utf8))
    }

    private static func instant(_ text: String) -> Instant {
        let date = try? Date(text, strategy: .iso8601)
        return Instant(microseconds: Int64(date?.timeIntervalSince1970 ?? 0) * 1_000_000)
    }

    private static func text(_ instant: Instant?) -> String {
        guard let instant else { return "never" }
        return Date(timeIntervalSince1970: Double(instant.microseconds / 1_000_000))
            .formatted(.iso8601)
    }

    @Test(
        "the next time is the one that the calendar says",
        arguments: [
            // A Monday.
            ("* * * * *", "2026-01-05T10:00:00Z", "2026-01-05T10:01:00Z"),
            ("55 23 * * *", "2026-01-05T10:00:00Z", "2026-01-05T23:55:00Z"),
            ("55 23 * * *", "2026-01-05T23:55:00Z", "2026-01-06T23:55:00Z"),
            ("0 0 * * 1", "2026-01-05T00:00:00Z", "2026-01-12T00:00:00Z"),
            ("0 0 * * 1", "2026-01-04T23:59:59Z", "2026-01-05T00:00:00Z"),
            ("*/15 9-17 * * mon-fri", "2026-01-09T17:45:00Z", "2026-01-12T09:00:00Z"),
            ("5/20 * * * *", "2026-01-05T10:25:00Z", "2026-01-05T10:45:00Z"),
            ("0 12 1,15 * *", "2026-01-02T00:00:00Z", "2026-01-15T12:00:00Z"),
            ("0 0 31 * *", "2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z"),
            ("0 0 29 feb *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"),
            ("0 0 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"),
            // Either the 13th or a Friday.
            ("0 0 13 * fri", "2026-01-05T00:00:00Z", "2026-01-09T00:00:00Z"),
            ("0 0 13 * fri", "2026-01-09T00:00:00Z", "2026-01-13T00:00:00Z"),
            // The days of the month are open: Fridays of March alone.
            ("0 0 * MAR Fri", "2026-01-05T00:00:00Z", "2026-03-06T00:00:00Z"),
            ("0 0 * * 7", "2026-01-05T00:00:00Z", "2026-01-11T00:00:00Z"),
            ("0 0 * * fri-sun", "2026-01-10T00:00:00Z", "2026-01-11T00:00:00Z"),
            ("0 0 * * 0,3", "2026-01-05T00:00:00Z", "2026-01-07T00:00:00Z"),
        ])
    func next(_ text: String, _ after: String, _ expected: String) {
        let next = Self.schedule(text)?.next(
            after: Self.instant(after), in: ZoneRules(utcOffsetMinutes: 0))
        #expect(Self.text(next) == expected)
    }

    @Test(
        "what is no schedule says where it isn't",
        arguments: [
            ("", 0), ("* * * *", 0), ("* * * * * *", 0), ("60 * * * *", 0), ("* 24 * * *", 2),
            ("* * 0 * *", 4), ("* * * 13 *", 6), ("* * * * 8", 8), ("5-1 * * * *", 0),
            ("*/0 * * * *", 1), ("1, * * * *", 2), ("a * * * *", 0), ("* * * foo *", 6),
            ("0 0 30 2 *", 4), ("0 0 31 4,6,9,11 *", 4), ("-1 * * * *", 0), ("1- * * * *", 2),
            ("*/ * * * *", 1), ("** * * * *", 0), ("001 * * * *", 0),
        ])
    func mistakes(_ text: String, _ offset: Int) {
        do throws(CronSchedule.Mistake) {
            _ = try CronSchedule(Array(text.utf8))
            Issue.record("\(text) was taken")
        } catch {
            #expect(error.offset == offset, "\(text): \(error.message)")
        }
    }

    @Test("a schedule keeps to the clocks of its zone, also on the days on which they are set")
    func zones() throws {
        let vienna = try #require(Self.zone("Europe/Vienna"))
        let night = try #require(Self.schedule("30 2 * * *"))
        // 02:30 doesn't exist on 2026-03-29, and comes twice on 2026-10-25.
        let times = [
            ("2026-03-28T00:00:00Z", "2026-03-28T01:30:00Z"),
            ("2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z"),
            ("2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"),
            ("2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z"),
            ("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
        ]
        for (after, expected) in times {
            #expect(Self.text(night.next(after: Self.instant(after), in: vienna)) == expected)
        }
        let fixed = ZoneRules(utcOffsetMinutes: -150)
        let midnight = try #require(Self.schedule("0 0 * * *"))
        let next = midnight.next(after: Self.instant("2026-01-05T00:00:00Z"), in: fixed)
        #expect(Self.text(next) == "2026-01-05T02:30:00Z")
    }

    /// The system's own calendar is the judge, also far beyond the transitions that a file lists.
    @Test(
        "offsets are those that the system's calendar has",
        arguments: [
            "Europe/Vienna", "America/New_York", "Asia/Kolkata", "Australia/Sydney",
            "Asia/Tehran", "Europe/Dublin", "Pacific/Apia", "UTC",
        ])
    func offsets(_ name: String) throws {
        let rules = try #require(Self.zone(name))
        let zone = try #require(TimeZone(identifier: name))
        for step in 0..<4_000 {
            let seconds = Int64(step) * 1_000_003
            let date = Date(timeIntervalSince1970: Double(seconds))
            #expect(rules.offset(at: seconds) == Int64(zone.secondsFromGMT(for: date)), "\(date)")
        }
    }

    private static func zone(_ name: String) -> ZoneRules? {
        let path = "/usr/share/zoneinfo/\(name)"
        return FileManager.default.contents(atPath: path).flatMap { ZoneRules(file: Array($0)) }
    }

    @Test("a damaged zone file is none")
    func damagedZone() throws {
        let path = "/usr/share/zoneinfo/Europe/Vienna"
        let bytes = Array(try #require(FileManager.default.contents(atPath: path)))
        for count in stride(from: 0, to: bytes.count - 64, by: 7) {
            #expect(ZoneRules(file: Array(bytes.prefix(count))) == nil)
        }
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x80
            _ = ZoneRules(file: changed)
        }
    }
}

@Suite("Periods")
struct PeriodTests {
    @Test(
        "a period has one text, by its kind",
        arguments: [
            (PeriodKind.day, "2026-01-05"), (.day, "1970-01-01"), (.day, "2024-02-29"),
            (.week, "2026-W02"), (.week, "2020-W53"), (.week, "2021-W01"), (.week, "2024-W01"),
            (.month, "2026-01"), (.month, "2024-12"),
        ])
    func texts(_ kind: PeriodKind, _ text: String) throws {
        let bytes = Array(text.utf8)
        let period = try #require(JobPeriod(kind: kind, bytes, bytes.indices))
        #expect(String(decoding: period.text, as: UTF8.self) == text)
        #expect(JobPeriod(kind: kind, containing: period.firstDay) == period)
    }

    @Test(
        "what is no period is refused",
        arguments: [
            (PeriodKind.day, "2026-02-29"), (.day, "2026-1-05"), (.day, "2026-W02"),
            (.day, "2026-01"), (.week, "2026-W00"), (.week, "2026-W54"), (.week, "2021-W53"),
            (.week, "2026-01-05"), (.week, "2026W02"), (.month, "2026-13"), (.month, "2026-W02"),
            (.month, "1969-12"), (.day, "2026-01-05x"), (.day, ""),
        ])
    func mistakes(_ kind: PeriodKind, _ text: String) {
        let bytes = Array(text.utf8)
        #expect(JobPeriod(kind: kind, bytes, bytes.indices) == nil)
    }

    @Test("weeks begin on Mondays, and each day is in the week, the month that it should be in")
    func weeks() throws {
        let sunday = Instant(microseconds: 1_767_571_199_999_999)
        let monday = Instant(microseconds: 1_767_571_200_000_000)
        for (instant, offset, expected) in [
            (sunday, 0, "2026-W01"), (monday, 0, "2026-W02"), (sunday, 60, "2026-W02"),
            (monday, -60, "2026-W01"),
        ] {
            let period = JobPeriod(kind: .week, at: instant, utcOffsetMinutes: offset)
            #expect(String(decoding: period.text, as: UTF8.self) == expected)
        }
        for day in Int64(0)...20_000 {
            let month = JobPeriod(kind: .month, containing: day)
            #expect(month.firstDay <= day && day - month.firstDay < 31)
            let week = JobPeriod(kind: .week, containing: day)
            #expect(day - week.firstDay < 7)
            #expect(JobPeriod(kind: .week, week.text, week.text.indices) == week)
        }
    }
}
