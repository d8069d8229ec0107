/// Times and durations in rulebooks.
extension RulebookCompiler {
    /// `'2026-01-01'`, midnight in the rulebook's time zone, or an RFC 3339 time.
    mutating func instant(_ value: JSON5Value?) -> Instant? {
        guard let value, let string = string(value) else { return nil }
        let range = ByteRange(start: 0, count: string.bytes.count)
        var micros = TimeText.microseconds(string.bytes, range)
        if let day = TimeText.day(string.bytes, range) {
            micros = LocalTime.start(of: day, utcOffsetMinutes: utcOffsetMinutes).microseconds
        }
        // As many as an event's time has room for.
        guard let micros, micros >= 0, micros < 1 << 56 else {
            mistakes.add(
                value.offset,
                "'\(string.text)' is no time: write '2026-01-01' or '2026-01-01T12:00:00Z'")
            return nil
        }
        return Instant(microseconds: micros)
    }

    /// An instant that is needed: its absence is reported at the object that lacks it.
    mutating func instant(
        _ value: JSON5Value?, neededBy what: String, at offset: Int
    ) -> Instant? {
        if value == nil { mistakes.add(offset, "\(what) is missing here") }
        return instant(value)
    }

    /// `'24h'`, `'90m'`, `'7d'`, `'30s'`, in microseconds.
    mutating func duration(_ value: JSON5Value?) -> Int64? {
        guard let value, let string = string(value) else { return nil }
        guard let duration = TimeText.duration(string.bytes) else {
            mistakes.add(
                value.offset,
                "'\(string.text)' is no duration: write '30s', '90m', '24h' or '7d'")
            return nil
        }
        return duration
    }

    /// From when until when something holds; both may be left out.
    mutating func span(_ reader: inout ObjectReader) -> (from: Instant?, until: Instant?) {
        let from = instant(reader.take("from"))
        let value = reader.take("until")
        let until = instant(value)
        if let value, let from, let until, until <= from {
            mistakes.add(value.offset, "until comes after from")
        }
        return (from, until)
    }
}
