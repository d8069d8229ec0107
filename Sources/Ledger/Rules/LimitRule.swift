/// How often an account may do something.
package struct LimitRule: Sendable {
    package let count: Int64
    package let span: Span

    package enum Span: Sendable, Equatable {
        /// Within any stretch of so many microseconds.
        case rolling(Int64)
        case window(CalendarWindow)
    }

    /// A cell for each call of a rolling limit.
    static let rollingCountMax: Int64 = 1000
    static let limitsMax = 8
}

extension RulebookCompiler {
    /// `limit: { count: 1, every: '24h' }`, or `limits: [ { count: 3, per: 'day' }, … ]`
    mutating func limits(_ reader: inout ObjectReader) -> [LimitRule] {
        let one = reader.take("limit")
        let several = reader.take("limits")
        if let one, several != nil {
            mistakes.add(one.offset, "limit and limits: write all of them into limits")
        }
        let values = list(several, "limits") + (one.map { [$0] } ?? [])
        if values.count > LimitRule.limitsMax {
            mistakes.add(
                values[LimitRule.limitsMax].offset,
                "there are at most \(LimitRule.limitsMax) limits")
        }
        return values.compactMap { limit($0) }
    }

    private mutating func limit(_ value: JSON5Value) -> LimitRule? {
        guard var reader = object(value, "a limit") else { return nil }
        let every = reader.take("every")
        let per = reader.take("per")
        let most = every == nil ? Int64.max : LimitRule.rollingCountMax
        let count = integer(reader.take("count"), in: 1...most) ?? 1
        finish(reader, "a limit")
        guard (every == nil) != (per == nil) else {
            mistakes.add(
                value.offset,
                "a limit is for any stretch of time, as in every: '24h', or per: 'day', 'week' or "
                    + "'month'")
            return nil
        }
        if let every {
            guard let span = duration(every) else { return nil }
            if span == 0 { mistakes.add(every.offset, "a limit's time is longer than nothing") }
            return LimitRule(count: count, span: .rolling(span))
        }
        return LimitRule(count: count, span: .window(choice(per, default: CalendarWindow.day)))
    }
}
