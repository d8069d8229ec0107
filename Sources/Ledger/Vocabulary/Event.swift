/// What kind of thing happened. The numbers are stored; they never change.
package enum EventKind: UInt8, Sendable, CaseIterable {
    case genesis = 1
    case rules, name, account, award, spend, claim, migration, fact, transfer, hold, reversal, job
}

/// Where an event stands among those that were committed as one.
package enum GroupPlace: UInt8, Sendable {
    case alone = 0
    case first, middle, last
}

package enum Side: UInt8, Sendable {
    case earn = 0
    case spend, hold
    /// Came by TRANSFER: earned, but climbs no ladder unless the currency says so.
    case receive
}

package enum CauseKind: UInt8, Sendable {
    case raw = 0
    case action, offer, migration, job
    /// The ledger's own doing: an expired hold.
    case ledger
}

package enum WhyKind: UInt8, Sendable {
    case goal = 1
    case rung, streak, modifier, opening, cost, gift, fee
}

/// Kinds of cells; those of marks are the ones that an event may set by name.
package enum CellKind: UInt8, Sendable {
    case balance = 0
    case received, rung, fact, item, claim, streak, goal, goalMember, limit, hold, child, equipped
    case unlock
    /// How much of an event was reversed.
    case reversed
    /// Where the account stands on a board.
    case board

    package var isMark: Bool {
        switch self {
        case .balance, .received, .rung, .child: false
        default: true
        }
    }

    /// Whether the key is a sequence number rather than a word and a qualifier.
    package var isBySequence: Bool { self == .hold || self == .reversed }
}

/// One event of the log: what happened, why, and what came of it.
///
/// A flat value that is reused for event after event. Byte ranges point into `text`. Its encoding is
/// in `ops/formats.md`, section 3.
package struct Event: Sendable, Equatable {
    /// An account that the event touches, and that account's event before this one (0: none).
    package struct Link: Sendable, Equatable {
        package var account: AccountNumber
        package var previous: SequenceNumber
    }

    package enum InputValue: Sendable, Equatable {
        case int(Int64)
        case bool(Bool)
        case name(ByteRange)
        case account(AccountNumber)
        /// Sealed.
        case text(ByteRange)
        /// As many inputs without a name follow.
        case list(count: Int)
    }

    package struct Input: Sendable, Equatable {
        package var name: Word
        package var value: InputValue

        package init(name: Word, value: InputValue) {
            self.name = name
            self.value = value
        }
    }

    package struct OnceToken: Sendable, Equatable {
        package var account: AccountNumber
        package var token: Token
    }

    package struct Why: Sendable, Equatable {
        package var kind: WhyKind
        package var word: Word
        package var number: Int64
    }

    package struct Posting: Sendable, Equatable {
        /// An index into `accounts`.
        package var account: Int
        package var balance: BalanceName
        package var side: Side
        package var amount: Int64
        package var why: Why?
    }

    package struct Mark: Sendable, Equatable {
        package var account: Int
        package var key: CellKey
        /// `nil` clears it.
        package var value: CellValue?
    }

    package struct Rung: Sendable, Equatable {
        package var account: Int
        package var ladder: Word
        package var season: Word
        package var from: Int64
        package var to: Int64
    }

    package struct Shown: Sendable, Equatable {
        package var name: Word
        package var value: Rational
    }

    package enum AccountChange: UInt8, Sendable {
        case opened = 1
        case frozen, unfrozen, forgotten
    }

    package enum HoldChange: UInt8, Sendable {
        case placed = 1
        case settled, released, expired
    }

    package enum Payload: Sendable, Equatable {
        case none
        /// The ledger's id: 16 bytes.
        case genesis(id: ByteRange, format: UInt16)
        case word(number: UInt32, text: ByteRange)
        case actor(number: UInt32, Actor)
        case rulesHead(number: UInt32, hash: ByteRange, length: Int)
        case rulesPart(number: UInt32, offset: Int, text: ByteRange)
        case opened(id: ByteRange, parent: AccountNumber)
        case account(AccountChange)
        case hold(HoldChange, SequenceNumber)
        case reversal(of: SequenceNumber, amount: Int64)
        case job(period: ByteRange, JobProgress?)
    }

    package var kind = EventKind.award
    package var group = GroupPlace.alone
    package var sequence: SequenceNumber = 0
    package var time = Instant(microseconds: 0)
    package var at: Instant?
    package var rules: UInt32 = 0
    package var actor: UInt32 = 0
    package var accounts: [Link] = []

    package var causeKind = CauseKind.raw
    package var causeName = Word.none
    package var causeOf: SequenceNumber = 0
    package var inputs: [Input] = []

    package var fingerprint: UInt64 = 0
    package var once: [OnceToken] = []
    /// Available after the event, of each balance in the order in which the postings first name
    /// them. Only events with once-tokens carry it: they alone can be asked for again.
    package var after: [Int64] = []

    package var postings: [Posting] = []
    package var marks: [Mark] = []
    package var rungs: [Rung] = []
    package var shown: [Shown] = []
    /// Sealed.
    package var memo = ByteRange.empty
    package var payload = Payload.none
    /// What the byte ranges point into.
    package var text: [UInt8] = []

    package init() {}

    /// When it happened, as rules see it.
    package var happened: Instant { at ?? time }

    package var hasCause: Bool {
        causeKind != .raw || causeName != .none || causeOf != 0 || !inputs.isEmpty
    }

    /// Makes the value fit to hold another event; keeps the memory it has.
    package mutating func reset() {
        kind = .award
        group = .alone
        sequence = 0
        time = Instant(microseconds: 0)
        at = nil
        rules = 0
        actor = 0
        accounts.clear()
        causeKind = .raw
        causeName = .none
        causeOf = 0
        inputs.clear()
        fingerprint = 0
        once.clear()
        after.clear()
        postings.clear()
        marks.clear()
        rungs.clear()
        shown.clear()
        memo = .empty
        payload = .none
        text.clear()
    }

    /// Adds bytes to the event's text.
    package mutating func addText(_ bytes: [UInt8], _ range: Range<Int>) -> ByteRange {
        let start = text.count
        text.append(contentsOf: bytes[range])
        return ByteRange(start: start, count: range.count)
    }

    package mutating func addText(_ bytes: [UInt8]) -> ByteRange { addText(bytes, bytes.indices) }
}

/// Who caused an event: a peer's uid and role as the kernel told them, and the account named by BY.
package struct Actor: Hashable, Sendable {
    package var uid: UInt32
    package var role: Role
    package var by: AccountNumber

    package init(uid: UInt32, role: Role, by: AccountNumber) {
        self.uid = uid
        self.role = role
        self.by = by
    }
}
