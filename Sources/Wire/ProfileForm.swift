import Ledger

/// What the profiles of all accounts have in common, put together once: the texts between the numbers as
/// a version of RESP has them, and what the rulebook has in them, of a stretch of time in which neither the
/// season nor a goal's window changes.
struct ProfileForm {
    let isRESP3: Bool
    /// `nil`: none was put together yet.
    let rules: Rulebook?
    private let steady: Range<Instant>
    private(set) var texts = TextRun()
    let balance: BalanceText

    private(set) var ladders: [Ladder] = []
    private(set) var goals: [Goal] = []
    let season: SeasonRule?
    /// Whether a ladder has a rung for each facet of its currency.
    private(set) var hasFacets = false
    let hasShown: Bool

    // Keys of the parts.
    let balances: Range<Int>
    let laddersKey: Range<Int>
    let streaks: Range<Int>
    let goalsKey: Range<Int>
    let facts: Range<Int>
    let items: Range<Int>
    let equipped: Range<Int>
    let claims: Range<Int>
    let sequence: Range<Int>
    let frozen: Range<Int>
    // Keys of numbers.
    let floor: Range<Int>
    let next: Range<Int>
    let progress: Range<Int>
    let remaining: Range<Int>
    let longest: Range<Int>
    let rung: Range<Int>
    /// The head of a streak's map and its first key, and its last.
    let current: Range<Int>
    let last: Range<Int>
    let yes: Range<Int>
    let no: Range<Int>
    /// The parts between the ladders and what the rulebook adds, where all of them are empty.
    let nothing: Range<Int>

    struct Ladder {
        let rule: LadderRule
        /// The name; not of one with a rung for each facet.
        let key: Range<Int>
        /// The season's, if it is climbed in seasons.
        let facet: Word
        /// The currency of which each facet has a rung.
        let facets: Word?
    }

    struct Goal {
        let window: GoalWindow
        let cell: CellKey
        /// The name and what comes before the progress, and what comes between that and the last value.
        let head: Range<Int>
        let rest: Range<Int>
    }

    /// - Parameters:
    ///   - time: the form is right for this one and some around it.
    init(_ rules: Rulebook?, at time: Instant, isRESP3: Bool) {
        self.rules = rules
        self.isRESP3 = isRESP3
        balance = BalanceText(isRESP3: isRESP3)
        steady = rules?.steadyTime(around: time) ?? time..<time
        let season = rules?.season(at: time, now: time)
        self.season = season.flatMap { rules?.seasons[$0] }
        hasShown = rules.map { !$0.parts.show.isEmpty } ?? false
        balances = texts.add(Fragment.bulk("balances"))
        laddersKey = texts.add(Fragment.bulk("ladders"))
        streaks = texts.add(Fragment.bulk("streaks"))
        goalsKey = texts.add(Fragment.bulk("goals"))
        facts = texts.add(Fragment.bulk("facts"))
        items = texts.add(Fragment.bulk("items"))
        equipped = texts.add(Fragment.bulk("equipped"))
        claims = texts.add(Fragment.bulk("claims"))
        sequence = texts.add(numbered: "seq")
        frozen = texts.add(Fragment.bulk("frozen"))
        floor = texts.add(numbered: "floor")
        next = texts.add(numbered: "next")
        progress = texts.add(numbered: "progress")
        remaining = texts.add(numbered: "remaining")
        longest = texts.add(numbered: "longest")
        rung = texts.add(Fragment.bulk("rung"))
        current = texts.add((isRESP3 ? "%3" : "*6") + "\r\n$7\r\ncurrent\r\n:")
        last = texts.add(Fragment.bulk("last"))
        yes = texts.add(isRESP3 ? "#t\r\n" : ":1\r\n")
        no = texts.add(isRESP3 ? "#f\r\n" : ":0\r\n")
        var empty = ReplyWriter(isRESP3: isRESP3)
        for part in ["streaks", "goals", "facts", "items", "equipped", "claims"] {
            empty.bulk(part)
            if part == "items" || part == "claims" { empty.array(0) } else { empty.map(0) }
        }
        nothing = texts.add(empty.bytes)
        for ladder in rules?.ladders ?? [] { add(ladder) }
        for window in rules?.goals(at: time) ?? [] { add(window) }
    }

    /// Whether it is that of a rulebook at a time.
    @inline(__always)
    func holds(_ rules: Rulebook, at time: Instant) -> Bool {
        self.rules === rules && steady.lowerBound <= time && time < steady.upperBound
    }

    /// One that is kept for seasons is shown as it is in the season that is running, if any is.
    private mutating func add(_ ladder: LadderRule) {
        var (rule, facet, facets) = (ladder, Word.none, Word?.none)
        if ladder.isOfSeasons {
            guard let season, let curve = ladder.curve(of: season.name) else { return }
            (rule, facet) = (curve, season.name)
        } else if case .balance(let currency, .each, _) = ladder.source {
            facets = currency
            hasFacets = true
        }
        let key = texts.add(Fragment.bulk(ladder.text))
        ladders.append(Ladder(rule: rule, key: key, facet: facet, facets: facets))
    }

    private mutating func add(_ window: GoalWindow) {
        let goal = window.goal
        var head = ReplyWriter(isRESP3: isRESP3)
        head.bulk(goal.text)
        head.map(4)
        head.bulk("progress")
        var rest = ReplyWriter(isRESP3: isRESP3)
        rest.bulk("target")
        rest.integer(goal.target)
        rest.bulk("window")
        // Empty for one without windows.
        rest.bulk { if goal.window != .none { $0.appendDay(window.first) } }
        rest.bulk("done")
        goals.append(
            Goal(
                window: window, cell: CellKey(.goal, goal.name),
                head: texts.add(head.bytes + [UInt8(ascii: ":")]), rest: texts.add(rest.bytes)))
    }
}

extension [UInt8] {
    /// Appends a day, counted from 1970-01-01, as `2026-01-05`.
    mutating func appendDay(_ day: Int64) {
        appendDate(CivilDate(daysSince1970: Swift.min(Swift.max(day, -719_162), 2_932_896)))
    }
}
