/// What a write answers. One value is reused from command to command.
package struct Receipt: Sendable {
    package struct Change: Sendable, Equatable {
        package var account: AccountNumber
        package var balance: BalanceName
        /// The sum of the event's postings to the balance, as they changed `available`.
        package var amount: Int64
        /// Available after the event.
        package var after: Int64
    }

    package struct Reached: Sendable, Equatable {
        package var account: AccountNumber
        package var ladder: Word
        package var from: Int64
        package var to: Int64
    }

    /// An offer and its values, as the mark of its claim has them.
    package struct Claimable: Sendable, Equatable {
        package var account: AccountNumber
        package var offer: Word
        package var values: Word
    }

    package struct Explained: Sendable, Equatable {
        package var name: Word
        package var value: Rational
    }

    package var sequence: SequenceNumber = 0
    package var time = Instant(microseconds: 0)
    package var isDuplicate = false
    /// Some of its words and accounts may be gone by now.
    package var isDryRun = false
    /// The command's own account: its balances are named without it.
    package var account = AccountNumber.ledger
    /// The rulebook that decided, by number; its ladders name the rungs.
    package var rules: UInt32 = 0
    package var changes: [Change] = []
    package var reached: [Reached] = []
    /// Items.
    package var granted: [Word] = []
    /// What became claimable.
    package var claimable: [Claimable] = []
    package var explain: [Explained] = []

    package init() {}

    package mutating func reset() {
        sequence = 0
        time = Instant(microseconds: 0)
        isDuplicate = false
        isDryRun = false
        account = .ledger
        rules = 0
        changes.clear()
        reached.clear()
        granted.clear()
        claimable.clear()
        explain.clear()
    }
}
