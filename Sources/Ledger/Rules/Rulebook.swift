/// Gives names their numbers. Called once for each name, in the order in which the rulebook
/// brings them up, and only once the whole rulebook is known to be free of mistakes.
package protocol WordAssigner: ~Copyable {
    mutating func word(for text: [UInt8]) -> Word
}

/// The parts of a rulebook as they are read. A new part is a line here.
package struct RulebookParts: Sendable {
    package var currencies: [CurrencyRule] = []
    package var ladders: [LadderRule] = []
    package var actions: [ActionRule] = []
    package var tables: [TableRule] = []
    package var openings: [OpeningRule] = []
    package var items: [ItemRule] = []
    package var boards: [BoardRule] = []
    package var jobs: [JobRule] = []
    package var offers: [OfferRule] = []
    package var rewards: [RewardsRule] = []
    /// In ascending order.
    package var seasons: [SeasonRule] = []
    package var streaks: [StreakRule] = []
    package var goals: [GoalRule] = []
    package var migrations: [MigrationRule] = []
    package var notices: [NoticeRule] = []
    package var show: [FieldRule] = []

    package init() {}
}

/// A rulebook, compiled: everything that deciding needs, by number.
///
/// A class, so that handing it on counts one reference instead of one for each of its lists.
package final class Rulebook: Sendable {
    package let edition: Int
    package let title: String
    /// Minutes east of UTC of the days and weeks that the rules speak of.
    package let utcOffsetMinutes: Int
    package let currencies: [CurrencyRule]
    package let ladders: [LadderRule]
    package let actions: [ActionRule]
    package let tables: [TableRule]
    package let openings: [OpeningRule]
    package let seasons: [SeasonRule]
    /// All parts; those that the hot path reads stand above as well.
    package let parts: RulebookParts
    /// Whether accounts are given something when they are opened.
    let hasOpenings: Bool
    /// Whether anything but ladders follows from what a command posts: see `Ledger.settle`.
    package let hasConsequences: Bool
    /// Whether something may follow whatever is posted: for some boards and actions only what moves or
    /// counts for them matters.
    let followsAnyPosting: Bool

    /// What each action counts for, by its position; empty where none does.
    let counting: [ActionCounting]
    /// The positions of goals that reach a value.
    let reachingGoals: [Int]

    /// Items by their words, offers by theirs.
    private let itemIndex: WordIndex
    private let offerIndex: WordIndex
    private let currencyIndex: WordIndex
    private let ladderIndex: WordIndex
    private let actionIndex: WordIndex

    init(
        edition: Int, title: String = "", utcOffsetMinutes: Int = 0,
        _ parts: RulebookParts = RulebookParts()
    ) {
        self.edition = edition
        self.title = title
        self.utcOffsetMinutes = utcOffsetMinutes
        self.parts = parts
        currencies = parts.currencies
        ladders = parts.ladders
        actions = parts.actions
        tables = parts.tables
        openings = parts.openings
        hasOpenings =
            !openings.isEmpty || parts.rewards.contains { $0.startsAutomatically }
        seasons = parts.seasons
        counting = ActionCounting.all(of: parts)
        reachingGoals = parts.goals.indices.filter { parts.goals[$0].reaches != nil }
        followsAnyPosting =
            !parts.seasons.isEmpty || !reachingGoals.isEmpty || !parts.rewards.isEmpty
        hasConsequences = followsAnyPosting || !counting.isEmpty || !parts.boards.isEmpty
        itemIndex = WordIndex(parts.items.map(\.name))
        offerIndex = WordIndex(parts.offers.map(\.name))
        currencyIndex = WordIndex(currencies.map(\.name))
        ladderIndex = WordIndex(ladders.map(\.name))
        actionIndex = WordIndex(actions.map(\.name))
    }

    package func currency(_ word: Word) -> CurrencyRule? {
        currencyIndex.position(of: word).map { currencies[$0] }
    }

    package func ladder(_ word: Word) -> LadderRule? {
        ladderIndex.position(of: word).map { ladders[$0] }
    }

    package func action(_ word: Word) -> ActionRule? {
        actionIndex.position(of: word).map { actions[$0] }
    }

    package func item(_ word: Word) -> ItemRule? {
        itemIndex.position(of: word).map { parts.items[$0] }
    }

    package func offer(_ word: Word) -> OfferRule? {
        offerIndex.position(of: word).map { parts.offers[$0] }
    }

    /// The rewards of the ladder with this position.
    func rewards(ofLadder ladder: Int) -> RewardsRule? {
        parts.rewards.first { $0.ladder == ladder }
    }

    /// The position of a rule in `currencies`, `actions` or `ladders`: reading one field of
    /// `currencies[position]` copies nothing, which the hot path wants.
    package func currencyPosition(_ word: Word) -> Int? { currencyIndex.position(of: word) }
    package func actionPosition(_ word: Word) -> Int? { actionIndex.position(of: word) }
    package func ladderPosition(_ word: Word) -> Int? { ladderIndex.position(of: word) }

    /// The positions of the ladders that may move when the currency is posted.
    package func ladders(postedBy currency: Word) -> [Int] {
        currencyIndex.position(of: currency).map { currencies[$0].ladders } ?? []
    }
}
