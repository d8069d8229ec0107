package import Ledger
package import Store

/// A slice of a checkpoint, idempotency keys or ids, to be written by a thread that may wait for the disk.
package struct CheckpointWork: Sendable {
    package var changes = StateChanges()
    /// Idempotency keys; nothing else then.
    package var keys: LeavingKeys?
    /// Ids of new accounts; nothing else then.
    package var ids: NewIDs?
    /// Written last: from then on the checkpoint counts.
    package var head: LogHead?
    /// Everything written is on disk in the log up to here, or must be before this is written.
    package var waitsFor: SequenceNumber = 0

    /// What there is to be noted once it is written.
    package enum Part: Sendable {
        case keys, ids, rows, head
    }

    package var part: Part {
        keys != nil ? .keys : ids != nil ? .ids : head != nil ? .head : .rows
    }

    /// Writes the slice.
    package func write<Stored: StateStorage>(
        to store: StateStore<Stored>
    ) throws(StoreError) {
        if !changes.isEmpty { try store.write(changes) }
        if let keys { try keys.write(to: store) }
        if let ids { try ids.write(to: store) }
        if let head { try store.write(head: StateHead(head)) }
    }
}

/// How far a checkpoint has come.
enum Checkpointing {
    case idle
    /// Rows are being taken; the checkpoint is as of `mark`.
    case taking(mark: LogHead)
}

/// How much of what is only ever added to is in a checkpoint.
struct StoredCounts {
    var words = 0
    var actors = 0
    var rulebooks = 0
}

extension Engine {
    /// Entries in a slice: many, since each is a transaction that waits for the disk. And how many of
    /// them are taken at a time: few enough that no client notices.
    package static let sliceSize = 8_192
    /// The same where the checkpoint is behind.
    private static let sliceSizeBehind = 32_768
    package static let takenAtATime = 512

    /// What a start has to fold at most, give or take what arrives during a checkpoint; if most accounts
    /// have had events by then some more, but not so many that it takes long.
    private static let tailEventsMin: UInt64 = 4_000_000
    private static let tailEventsWanted: UInt64 = 8_000_000
    /// Within that share of the time until the next one is due, a checkpoint is to be through.
    private static let checkpointShare = 0.6

    package var isCheckpointing: Bool {
        if case .idle = checkpointing { false } else { true }
    }

    /// Whether enough has changed since the last checkpoint.
    ///
    /// A row is written once a checkpoint, however often it changed: with many accounts they are
    /// made less often, so that the rows written don't outgrow the events.
    package var isCheckpointDue: Bool { durable >= checkpointed + eventsPerCheckpoint }

    /// Whether the one under way has to hurry: it is to be through well before the next one is due.
    package var isCheckpointBehind: Bool {
        guard case .taking(let mark) = checkpointing else { return false }
        let events = Self.checkpointShare * Double(eventsPerCheckpoint)
        let time = Double(durable - mark.sequence) / events
        return ledger.state.leaving.takenShare < time
    }

    /// Whether the one under way must not wait for others any longer: a start would have several times as much
    /// to fold as it should.
    package var isCheckpointLate: Bool {
        isCheckpointing && durable > checkpointed + Self.lateIntervals * eventsPerCheckpoint
    }

    private static let lateIntervals: UInt64 = 3

    private var eventsPerCheckpoint: UInt64 {
        Self.eventsPerCheckpoint(accounts: UInt64(ledger.state.accountCount))
    }

    /// A row is written for eight events or more, as long as that makes no start slow; for two at least.
    static func eventsPerCheckpoint(accounts: UInt64) -> UInt64 {
        max(tailEventsMin, min(8 * accounts, tailEventsWanted), 2 * accounts)
    }

    /// Whether anything at all has changed since the last checkpoint.
    package var hasChangedSinceCheckpoint: Bool { durable > checkpointed }

    /// Begins a checkpoint as of the newest commit. Rows may be newer than that: each says itself
    /// which event it has seen, and folding the tail again passes over those.
    package func beginCheckpoint() {
        guard !isCheckpointing else { return }
        checkpointing = .taking(mark: logHead)
        slice = CheckpointWork()
        ledger.state.beginCheckpoint()
    }

    /// Takes some entries, and answers the slice once it has `size` of them; the last one carries
    /// the head. Keys that are due come first, whether there is a checkpoint or not.
    ///
    /// Hand each to be written once `waitsFor` is durable, one after the other, and tell
    /// `checkpointWritten` after each, `checkpointFailed` after a failure.
    package func checkpointSlice(
        takenMax: Int = takenAtATime, of size: Int? = nil
    ) -> CheckpointWork? {
        if let work = takeKeys() ?? takeNewIDs() { return work }
        guard case .taking(let mark) = checkpointing else { return nil }
        let isLast = takeEntries(takenMax)
        // The head says that the keys are stored, too.
        if isLast, areOlderKeysLeaving(than: mark) { return nil }
        let size = size ?? (isCheckpointBehind ? Self.sliceSizeBehind : Self.sliceSize)
        guard isLast || slice.changes.count >= size else { return nil }
        var work = CheckpointWork()
        swap(&work, &slice)
        if isLast {
            addRest(to: &work)
            work.head = mark
        }
        work.waitsFor = head
        return work
    }

    /// Adds the next rows, ids and directory entries to the slice, and answers whether there are no more.
    private func takeEntries(_ countMax: Int) -> Bool {
        // Taken out, so that access to them is checked once and not for each entry.
        var changes = StateChanges()
        swap(&changes, &slice.changes)
        defer { swap(&changes, &slice.changes) }
        return Self.take(countMax, from: &ledger.state, into: &changes, &rowWriter)
    }

    private static func take(
        _ countMax: Int, from state: inout State, into changes: inout StateChanges,
        _ writer: inout ByteWriter
    ) -> Bool {
        for _ in 0..<countMax {
            if let account = state.takeRow(into: &writer) {
                changes.set(.accounts, number: account.rawValue) { writer.append(to: &$0) }
            } else if let (account, id) = state.takeID() {
                changes.set(account, id, &writer)
            } else {
                switch state.takeDirectoryEntry() {
                case .entry(let token, let entry): changes.set(token, entry)
                case .searched: break
                case .done: return true
                }
            }
        }
        return false
    }

    /// Words, actors, rulebooks and counts.
    private func addRest(to work: inout CheckpointWork) {
        for number in stored.words..<ledger.state.words.count {
            let word = Word(UInt32(number + 1))
            work.changes.append(
                StateChange(
                    .words, key: word.rawValue.bigEndianBytes,
                    value: Self.framed(ledger.state.words.text(word))))
        }
        for number in stored.actors..<ledger.state.actors.count {
            work.changes.append(
                StateChange(
                    .actors, key: UInt32(number + 1).bigEndianBytes,
                    value: Self.encode(ledger.state.actors[number])))
        }
        for adopted in ledger.state.rulebooks[stored.rulebooks...] where adopted.isComplete {
            var writer = ByteWriter(capacity: 16)
            writer.varint(adopted.sequence)
            work.changes.append(
                StateChange(.rulebooks, key: adopted.number.bigEndianBytes, value: writer.bytes))
        }
        work.changes.append(
            StateChange(.meta, key: Array("ledger".utf8), value: encodeCounts()))
        storing = StoredCounts(
            words: ledger.state.words.count, actors: ledger.state.actors.count,
            rulebooks: ledger.state.rulebooks.count)
    }

    private static func framed(_ bytes: [UInt8]) -> [UInt8] {
        var writer = ByteWriter(capacity: bytes.count + 10)
        writer.bytes(bytes)
        return writer.bytes
    }

    private static func encode(_ actor: Actor) -> [UInt8] {
        var writer = ByteWriter(capacity: 32)
        writer.varint(actor.uid)
        writer.u8(actor.role.rawValue)
        writer.varint(actor.by.rawValue)
        return writer.bytes
    }

    private func encodeCounts() -> [UInt8] {
        var writer = ByteWriter(capacity: 64)
        writer.varint(ledger.state.accountCount)
        writer.bytes(ledger.state.ledgerID)
        return writer.bytes
    }

    /// A slice is on disk, or keys are.
    package func checkpointWritten(_ part: CheckpointWork.Part) {
        if part == .keys { keysWritten() }
        if part == .ids { newIDsWritten() }
        guard part == .head, case .taking(let mark) = checkpointing else { return }
        checkpointing = .idle
        checkpointed = mark.sequence
        stored = storing
        ledger.state.endCheckpoint()
    }

    /// A slice could not be written: what was stored before stays, and all of it is due again.
    package func checkpointFailed() {
        keysFailed()
        if isCheckpointing {
            checkpointing = .idle
            ledger.state.abandonCheckpoint()
        }
        newIDsFailed()
    }
}

extension StateChanges {
    /// The id of an account, none where it is forgotten.
    mutating func set(
        _ account: AccountNumber, _ id: State.NewID, _ writer: inout ByteWriter
    ) {
        writer.reset()
        writer.varint(id.opened)
        writer.bytes(id.sealed)
        set(.ids, number: account.rawValue, isRemoval: id.sealed.isEmpty) {
            if !id.sealed.isEmpty { writer.append(to: &$0) }
        }
    }

    fileprivate mutating func set(_ token: Token, _ entry: State.DirectoryEntry) {
        let key = (token.low, token.high)
        set(.directory, littleEndian: key, isRemoval: entry.account == nil) {
            for byte in 0..<4 {
                guard let account = entry.account else { return }
                $0.append(UInt8(truncatingIfNeeded: account >> UInt32(8 * byte)))
            }
        }
    }
}
