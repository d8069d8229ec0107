/// The ledger's pure core: decides commands under the rules in force and folds what it decided.
///
/// Values in, values out: the time is an argument, stored state and keys come from the state's
/// source, decided events go to `buffer`, from where they are committed. A refusal changes nothing.
package struct Ledger: ~Copyable {
    package var state: State
    /// What was decided and not yet handed to be committed.
    package var buffer = EventBuffer()
    /// Accounts forgotten by the events in `buffer`: their keys are wiped once those are durable.
    package internal(set) var wiped: [AccountNumber] = []
    /// The rules in force; an empty rulebook, number 0, before the first is adopted.
    package internal(set) var rules = Rulebook.none
    package internal(set) var rulesNumber: UInt32 = 0
    /// For each of the rules' boards the event that began the rulebook since which it shows the same.
    var boardsSince: [SequenceNumber] = []
    /// The newest event of those that brought them into force, if that was since the start.
    package internal(set) var rulesSince: SequenceNumber = 0

    // What one command is decided with; kept from command to command for its memory.
    var draft = Event()
    var writer = ByteWriter(capacity: Limits.eventBytesMax)
    var sideWriter = ByteWriter(capacity: Limits.eventBytesMax)
    var touched: [Touched] = []
    /// The event that REVERSE names.
    var original = Event()
    var pendingWords: [[UInt8]] = []
    var inputs: [BoundInput] = []
    /// What the inputs' ranges point into.
    var inputText: [UInt8] = []
    var steps: [Rational] = []
    /// Those of the steps that are names.
    var stepNames: [StepName] = []
    var rewarded: [Rewarded] = []
    /// Formulas see the state as it was before the command.
    var isBlindToDraft = false
    var planned: [PlannedPost] = []
    var requested = Requested()
    var lastActor = (actor: Actor(uid: 0, role: [], by: .ledger), number: UInt32(0))
    var group = GroupProgress.none
    var plainBalances = PlainBalances()
    var plainActions = PlainActions()
    var plainPosts: [PlainPost] = []
    var plainID: [UInt8] = []
    var plainClimbs = PlainClimbs()
    var plainMoves = FlatList<PlainMove>()
    /// Where accounts come from that were somebody elsewhere; `nil`: nowhere.
    package var legacy: (any LegacySource)?
    /// Accounts that are being brought over from there, one inside the other.
    var takeOvers = 0

    package init(source: any StateSource) {
        state = State(source: source)
    }

    /// What a write came to.
    package enum Answer: Equatable, Sendable {
        case decided
        /// Its KEY or `once` is known from this event; nothing was decided. The caller compares the
        /// fingerprint with the event's and answers as the first time, or refuses.
        case known(SequenceNumber, Repetition)
    }

    /// How a command is known.
    package struct Repetition: Equatable, Sendable {
        package var fingerprint: UInt64
        /// By its action's `once`, not by its KEY.
        package var isOnce: Bool
    }

    /// Who asks, when, and the accounts that the command names.
    struct Requested {
        var peer = Peer(uid: 0, role: [])
        var now = Instant(microseconds: 0)
        /// When it happened, if not now.
        var at: Instant?
        var account = AccountNumber.ledger
        /// Whether the command opens it.
        var isNew = false
        /// Whether it is opened by MIGRATE, which says itself what to bring over.
        var isMigrating = false
        /// Its last event, for EXPECT.
        var last: SequenceNumber = 0
        /// The account that formulas speak of: the command's, or the one whose ladder is climbed.
        var subject = AccountNumber.ledger
        var by = AccountNumber.ledger
        var parent: AccountNumber?
        /// The position of the season that was running when it happened.
        var season: Int?
        /// The action that is recorded, by its position.
        var action: Int?
        /// The first day of the period that a job runs for: goals are taken up for that.
        var periodDay: Int64?
        /// Whether that job counts as being active.
        var feedsStreaks = false
        /// The ledger's own doing: nobody asked.
        var isLedger = false
        /// When it happened, where that is earlier than now; later isn't for the rules to see.
        var momentBefore: Instant? { at.flatMap { $0 < now ? $0 : nil } }
        var isOperator: Bool { peer.role.contains(.operate) }
    }

    /// Whether events of a group are waiting for its last one.
    enum GroupProgress {
        case none
        /// The command is one of a MULTI; `isLast` tells its last write.
        case multi(isLast: Bool)
    }

    /// Whether an event of the group under way was emitted already.
    var hasGroupBegun = false

    /// Where a refusal or a dry run goes back to.
    struct Checkpoint {
        var position: EventBuffer.Position
        var wipedCount: Int
        var hasGroupBegun: Bool
    }

    var undo: Checkpoint?

    /// The words and accounts that follow on the real ones in the last dry run.
    struct Imagined {
        var words: [[UInt8]] = []
        var ids: [[UInt8]] = []
    }

    var imagined = Imagined()

    /// What has to be found room for.
    package struct Load {
        /// Whether a command's events certainly fit into the buffer.
        package var hasRoom: Bool
        /// Bytes in the buffer.
        package var bytes: Int
        package var accounts: UInt32
    }

    package var load: Load {
        Load(hasRoom: buffer.hasRoom, bytes: buffer.bytes.count, accounts: state.accountCount)
    }

    /// A word's text; also of one that only the last dry run knew.
    package func text(of word: Word) -> [UInt8] {
        let beyond = Int(word.rawValue) - state.words.count - 1
        guard beyond >= 0 else { return state.words.text(word) }
        return beyond < imagined.words.count ? imagined.words[beyond] : []
    }

    /// An account's id; also of one that only the last dry run knew.
    package mutating func id(of account: AccountNumber) -> [UInt8] {
        guard account.rawValue > state.accountCount else { return state.id(account) }
        let beyond = Int(account.rawValue - state.accountCount) - 1
        return beyond < imagined.ids.count ? imagined.ids[beyond] : []
    }

    /// Decides one write, and folds the events that it comes to.
    ///
    /// - Parameter wall: the clock's time; the ledger's never goes backwards.
    /// - Throws: the refusal; then nothing has changed, but that holds whose time had come expired.
    package mutating func execute(
        _ command: borrowing Command, from peer: Peer, at wall: Instant,
        into receipt: inout Receipt
    ) throws(Refusal) -> Answer {
        group = .none
        hasGroupBegun = false
        if case .record = command.verb,
            recordPlainly(command, from: peer, at: wall, into: &receipt)
        {
            return .decided
        }
        return try perform(command, from: peer, at: wall, into: &receipt)
    }

    mutating func perform(
        _ command: borrowing Command, from peer: Peer, at wall: Instant,
        into receipt: inout Receipt
    ) throws(Refusal) -> Answer {
        requested = Requested()
        requested.peer = peer
        requested.now = max(wall, state.time)
        requested.at = command.at
        noteSeason(at: command.at ?? requested.now)
        let isOwnJournal = !state.isJournalling
        if command.isDryRun { beginUndo() }
        do {
            let answer = try decide(command, into: &receipt)
            if isOwnJournal {
                switch answer {
                // Known, so nothing is written: neither the account of BY, if it is new.
                case .known: rollBack()
                case .decided: if command.isDryRun { rollBackDryRun() } else { keep() }
                }
            }
            return answer
        } catch {
            if isOwnJournal { rollBack() }
            throw error
        }
    }

    /// From here on what changes can be taken back. Does nothing within a group, whose undo stands.
    mutating func beginUndo() {
        guard !state.isJournalling else { return }
        undo = Checkpoint(
            position: buffer.position, wipedCount: wiped.count, hasGroupBegun: hasGroupBegun)
        state.beginJournal()
    }

    /// Takes a dry run back, but not the names it would have brought in: its reply shows them.
    mutating func rollBackDryRun() {
        let (words, accounts) = state.journalledCounts
        imagined = Imagined()
        for number in words..<max(words, state.words.count) {
            imagined.words.append(state.words.text(Word(UInt32(number + 1))))
        }
        for number in accounts..<max(accounts, state.accountCount) {
            imagined.ids.append(state.id(AccountNumber(number + 1)))
        }
        rollBack()
    }

    mutating func keep() {
        guard undo != nil else { return }
        undo = nil
        state.keepJournal()
    }

    mutating func rollBack() {
        guard let undo else { return }
        self.undo = nil
        state.rollBackJournal()
        buffer.goBack(to: undo.position)
        wiped.removeLast(wiped.count - undo.wipedCount)
        hasGroupBegun = undo.hasGroupBegun
    }

    /// Takes what was decided, to be committed; `spare` lends its memory to what is decided next.
    package mutating func takeBuffer(
        spare: consuming EventBuffer
    ) -> (events: EventBuffer, wiped: [AccountNumber]) {
        spare.reset()
        let taken = (buffer, wiped)
        buffer = spare
        wiped = []
        return taken
    }

    /// Goes on with what was taken: nothing has been decided since, and it isn't being committed.
    ///
    /// - Returns: a spare, in exchange.
    package mutating func takeBack(
        _ events: consuming EventBuffer, wiped: [AccountNumber]
    ) -> EventBuffer {
        precondition(buffer.isEmpty && events.first + UInt64(events.count) == state.head + 1)
        let spare = buffer
        buffer = events
        self.wiped = wiped
        return spare
    }
}

extension Rulebook {
    /// The rules before any are adopted: nothing is declared.
    static let none = Rulebook(edition: 1)
}
