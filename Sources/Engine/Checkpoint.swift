package import Ledger
package import Store

/// A slice of a checkpoint, or idempotency keys, to be written by a thread that may wait for the disk.
package struct CheckpointWork: Sendable {
    package var changes = StateChanges()
    /// Idempotency keys; nothing else then.
    package var keys: LeavingKeys?
    /// Written last: from then on the checkpoint counts.
    package var head: LogHead?
    /// Everything written is on disk in the log up to here, or must be before this is written.
    package var waitsFor: SequenceNumber = 0

    /// What there is to be noted once it is written.
    package enum Part: Sendable {
        case keys, rows, head
    }

    package var part: Part { keys != nil ? .keys : head != nil ? .head : .rows }

    /// Writes the slice.
    package func write<Stored: StateStorage>(
        to store: StateStore<Stored>
    ) throws(StoreError) {
        if !changes.isEmpty { try store.write(changes) }
        if let keys { try keys.write(to: store) }
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
    package static let takenAtATime = 512

    /// What a start has to fold at most, give or take what arrives during a checkpoint.
    private static let tailEventsMin: UInt64 = 4_000_000

    package var isCheckpointing: Bool {
        if case .idle = checkpointing { false } else { true }
    }

    /// Whether enough has changed since the last checkpoint.
    ///
    /// A row is written once a checkpoint, however often it changed: with many accounts they are
    /// made less often, so that the rows written don't outgrow the events.
    package var isCheckpointDue: Bool {
        durable >= checkpointed + max(Self.tailEventsMin, UInt64(ledger.state.accountCount))
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
        takenMax: Int = takenAtATime, of size: Int = sliceSize
    ) -> CheckpointWork? {
        if let work = takeKeys() { return work }
        guard case .taking(let mark) = checkpointing else { return nil }
        var isLast = false
        for _ in 0..<takenMax where !isLast { isLast = !takeEntry() }
        // The head says that the keys are stored, too.
        if isLast, areOlderKeysLeaving(than: mark) { return nil }
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

    /// Adds the next row, id or directory entry to the slice, if there is one.
    private func takeEntry() -> Bool {
        if let account = ledger.state.takeRow(into: &rowWriter) {
            slice.changes.set(.accounts, number: account.rawValue) { rowWriter.append(to: &$0) }
        } else if let (account, id) = ledger.state.takeID() {
            rowWriter.reset()
            rowWriter.varint(id.opened)
            rowWriter.bytes(id.sealed)
            // Empty where the account is forgotten.
            slice.changes.set(.ids, number: account.rawValue, isRemoval: id.sealed.isEmpty) {
                if !id.sealed.isEmpty { rowWriter.append(to: &$0) }
            }
        } else if let (token, entry) = ledger.state.takeDirectoryEntry() {
            slice.changes.set(
                .directory, littleEndian: (token.low, token.high), isRemoval: entry.account == nil
            ) {
                for byte in 0..<4 {
                    guard let account = entry.account else { return }
                    $0.append(UInt8(truncatingIfNeeded: account >> UInt32(8 * byte)))
                }
            }
        } else {
            return false
        }
        return true
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
        guard part == .head, case .taking(let mark) = checkpointing else { return }
        checkpointing = .idle
        checkpointed = mark.sequence
        stored = storing
        ledger.state.endCheckpoint()
    }

    /// A slice could not be written: what was stored before stays, and all of it is due again.
    package func checkpointFailed() {
        keysFailed()
        guard isCheckpointing else { return }
        checkpointing = .idle
        ledger.state.abandonCheckpoint()
    }
}
