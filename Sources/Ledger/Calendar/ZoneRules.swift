/// When a time zone's clocks were, are and will be set: a fixed offset, or what a file of the time zone
/// database (RFC 9636) says.
package struct ZoneRules: Sendable, Equatable {
    /// Where systems keep the zones that have names, a file each.
    package static let directory = "/usr/share/zoneinfo"
    /// Far more than any of these files has.
    package static let fileBytesMax = 1 << 20

    /// Seconds since 1970 from which on an offset holds, ascending.
    private var transitions: [Int64] = []
    private var offsets: [Int64] = []
    /// Before the first transition.
    private var first: Int64
    /// After the last one.
    private var rest: YearlyRule?

    package init(utcOffsetMinutes: Int) { first = Int64(utcOffsetMinutes) * 60 }

    /// Seconds east of UTC.
    package func offset(at seconds: Int64) -> Int64 {
        guard let last = transitions.last, seconds < last || rest == nil else {
            return rest?.offset(at: seconds) ?? first
        }
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : offsets[low - 1]
    }

    /// The first instant at which clocks show a local time; for one that they skip, as much later.
    package func instant(ofLocal local: Int64) -> Int64 {
        let before = local - offset(at: local - 86_400)
        let after = local - offset(at: local + 86_400)
        let isBefore = before + offset(at: before) == local
        let isAfter = after + offset(at: after) == local
        if isBefore, isAfter { return min(before, after) }
        return isAfter ? after : before
    }

    /// Reads a file of the time zone database; `nil` if it is none.
    package init?(file: [UInt8]) {
        var reader = ZoneFile(file)
        // The first part repeats the second one in 32 bits, for old readers.
        guard let old = reader.header(), old.version >= 2,
            reader.skip(old.size(timeBytes: 4)), let header = reader.header()
        else { return nil }
        for _ in 0..<header.transitions {
            guard let time = reader.integer(8) else { return nil }
            transitions.append(time)
        }
        var types: [Int] = []
        for _ in 0..<header.transitions {
            guard let type = reader.integer(1) else { return nil }
            types.append(Int(type) & 0xFF)
        }
        var typeOffsets: [Int64] = []
        for _ in 0..<header.types {
            guard let offset = reader.integer(4), reader.skip(2) else { return nil }
            typeOffsets.append(offset)
        }
        guard types.allSatisfy(typeOffsets.indices.contains), let start = typeOffsets.first,
            reader.skip(header.names + header.leaps * 12 + header.flags),
            zip(transitions, transitions.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        first = start
        offsets = types.map { typeOffsets[$0] }
        rest = YearlyRule(reader.footer)
    }
}

/// The numbers of a time zone file, which are big-endian.
private struct ZoneFile {
    private let bytes: [UInt8]
    private var at = 0

    struct Header {
        var version: Int
        var flags: Int
        var leaps: Int
        var transitions: Int
        var types: Int
        var names: Int

        func size(timeBytes: Int) -> Int {
            transitions * (timeBytes + 1) + types * 6 + names + leaps * (timeBytes + 4) + flags
        }
    }

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func integer(_ size: Int) -> Int64? {
        guard at + size <= bytes.count else { return nil }
        var value = Int64(Int8(bitPattern: bytes[at]))
        for index in 1..<max(size, 1) { value = value << 8 | Int64(bytes[at + index]) }
        at += size
        return value
    }

    mutating func skip(_ count: Int) -> Bool {
        guard count >= 0, at + count <= bytes.count else { return false }
        at += count
        return true
    }

    mutating func header() -> Header? {
        guard at + 44 <= bytes.count, bytes[at..<(at + 4)] == ArraySlice("TZif".utf8) else {
            return nil
        }
        let version = bytes[at + 4] == 0 ? 1 : Int(bytes[at + 4]) - 0x30
        at += 20
        var counts: [Int] = []
        for _ in 0..<6 {
            guard let count = integer(4), (0...100_000).contains(count) else { return nil }
            counts.append(Int(count))
        }
        // In this order: UT flags, standard flags, leap seconds, transitions, types, names.
        return Header(
            version: version, flags: counts[0] + counts[1], leaps: counts[2],
            transitions: counts[3], types: counts[4], names: counts[5])
    }

    /// The line at the end.
    var footer: [UInt8] {
        guard at < bytes.count, bytes[at] == 0x0A else { return [] }
        return Array(bytes[(at + 1)...].prefix { $0 != 0x0A })
    }
}

/// What holds from the last transition on, as POSIX writes it: `CET-1CEST,M3.5.0,M10.5.0/3`.
private struct YearlyRule: Sendable, Equatable {
    private var standard: Int64 = 0
    private var summer: Change?
    private var winter: Change?

    /// From when on another offset holds: a weekday of a month, its last one if the week is 5.
    private struct Change: Sendable, Equatable {
        var month: Int64
        var week: Int64
        var weekday: Int64
        /// Of local time, as it was before.
        var second: Int64
        var offset: Int64

        /// In local time.
        func time(in year: Int64) -> Int64 {
            let first = CivilDate(year: year, month: month, day: 1).daysSince1970
            let firstWeekday = (first + 4).quotientAndFloorRemainder(7).1
            var day = first + (weekday - firstWeekday + 7) % 7 + 7 * (week - 1)
            while !isIn(month, day) { day -= 7 }
            return day * 86_400 + second
        }

        private func isIn(_ month: Int64, _ day: Int64) -> Bool {
            CivilDate(daysSince1970: day).month == month
        }
    }

    init?(_ text: [UInt8]) {
        var reader = RuleText(text)
        guard reader.name(), let west = reader.time() else { return nil }
        standard = -west
        guard !reader.isAtEnd else { return }
        guard reader.name() else { return nil }
        let summerOffset = reader.isAt(",") ? standard + 3_600 : reader.time().map { -$0 }
        guard let summerOffset, let (begin, end) = reader.changes() else { return nil }
        summer = Change(
            month: begin[0], week: begin[1], weekday: begin[2], second: begin[3],
            offset: summerOffset)
        winter = Change(
            month: end[0], week: end[1], weekday: end[2], second: end[3], offset: standard)
    }

    func offset(at seconds: Int64) -> Int64 {
        guard let summer, let winter else { return standard }
        let day = (seconds + standard).quotientAndFloorRemainder(86_400).0
        let year = CivilDate(daysSince1970: day).year
        let begin = summer.time(in: year) - standard
        let end = winter.time(in: year) - summer.offset
        let isSummer =
            begin < end ? seconds >= begin && seconds < end : seconds >= begin || seconds < end
        return isSummer ? summer.offset : standard
    }
}

/// Reads the parts of a POSIX time zone text.
private struct RuleText {
    private let text: [UInt8]
    private var at = 0

    init(_ text: [UInt8]) { self.text = text }

    var isAtEnd: Bool { at == text.count }

    mutating func isAt(_ mark: Unicode.Scalar) -> Bool {
        at < text.count && text[at] == UInt8(ascii: mark)
    }

    private mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard isAt(mark) else { return false }
        at += 1
        return true
    }

    /// An abbreviation: letters, or anything in angle brackets.
    mutating func name() -> Bool {
        let start = at
        if take("<") {
            while at < text.count, !isAt(">") { at += 1 }
            return take(">")
        }
        while at < text.count, FormulaLexer.isLetter(text[at]) { at += 1 }
        return at > start
    }

    private mutating func number() -> Int64? {
        let start = at
        var value: Int64 = 0
        while at < text.count, FormulaLexer.isDigit(text[at]), at - start < 4 {
            value = value * 10 + Int64(text[at] & 0x0F)
            at += 1
        }
        return at > start ? value : nil
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func time() -> Int64? {
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        guard var seconds = number().map({ $0 * 3_600 }) else { return nil }
        for unit: Int64 in [60, 1] where take(":") {
            guard let part = number() else { return nil }
            seconds += part * unit
        }
        return isNegative ? -seconds : seconds
    }

    /// `,Mm.w.d[/time],Mm.w.d[/time]` to the end, each as month, week, weekday, second.
    mutating func changes() -> ([Int64], [Int64])? {
        guard let begin = change(), let end = change(), isAtEnd else { return nil }
        return (begin, end)
    }

    private mutating func change() -> [Int64]? {
        guard take(","), take("M"), let month = number(), take("."), let week = number(),
            take("."), let weekday = number(), (1...12).contains(month), (1...5).contains(week),
            (0...6).contains(weekday)
        else { return nil }
        var second: Int64 = 7_200
        if take("/") {
            guard let time = time() else { return nil }
            second = time
        }
        return [month, week, weekday, second]
    }
}
