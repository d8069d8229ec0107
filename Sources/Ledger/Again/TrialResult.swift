/// What other rules would have made of a recorded history. Accounts are the recorded ones' numbers.
package struct TrialResult: Sendable {
    /// The newest event told.
    package var head: SequenceNumber = 0
    /// Commands that came to the same, to something else, and that would be refused.
    package var same: UInt64 = 0
    package var changed: UInt64 = 0
    package var refused: UInt64 = 0
    package var refusals: [Line] = []
    package var changes: [Line] = []

    package var accounts: UInt32 = 0
    /// Accounts that would have another balance, another rung, either of them.
    package var accountsWithOtherBalances: UInt32 = 0
    package var accountsWithOtherRungs: UInt32 = 0
    package var accountsDiffering: UInt32 = 0
    package var currencies: [Currency] = []
    package var ladders: [Ladder] = []

    /// Commands that fare alike.
    package struct Line: Sendable {
        /// `nil`: accepted, with another outcome.
        package var code: RefusalCode?
        /// Verb and name, as in `RECORD quest`.
        package var command: String
        package var count: UInt64
        /// The first event among them.
        package var first: SequenceNumber
        /// Why the first one would be refused.
        package var reason: String
    }

    /// A currency, all facets together; sums are of what is available.
    package struct Currency: Sendable {
        package var name: String
        package var before: Int128 = 0
        package var after: Int128 = 0
        /// Accounts that would have more, and less.
        package var gaining: UInt32 = 0
        package var losing: UInt32 = 0
        /// Those who gain and lose most, most first.
        package var gains: [Change] = []
        package var losses: [Change] = []

        package var isDiffering: Bool { gaining > 0 || losing > 0 }
    }

    package struct Change: Sendable {
        package var account: AccountNumber
        package var before: Int128
        package var after: Int128
        package var difference: Int128 { after - before }
    }

    /// How many stand where on a ladder; one that is kept for each facet counts them all together.
    package struct Ladder: Sendable {
        package var name: String
        package var rises: UInt32 = 0
        package var falls: UInt32 = 0
        package var rows: [Row] = []

        package var isDiffering: Bool {
            rows.contains { $0.before != $0.after } || rises + falls > 0
        }
    }

    package struct Row: Sendable {
        /// A rung's name, its number, or a range of numbers, `10–19`.
        package var rungs: String
        package var before: UInt32 = 0
        package var after: UInt32 = 0
    }

    /// Whether the other rules make no difference at all.
    package var isSame: Bool { changed == 0 && refused == 0 && accountsDiffering == 0 }
}
