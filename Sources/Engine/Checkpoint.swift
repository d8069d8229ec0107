package import Ledger
package import Store

/// A slice of a checkpoint, to be written by a thread that may wait for the disk.
package struct CheckpointWork: Sendable {
    package var changes: [StateChange] = []
    /// Idempotency keys, in any order.
    package var keys: FrozenTokens?
    /// Written last: from then on the checkpoint counts.
    package var head: LogHead?
    /// Everything written is on disk in the log up to here, or must be before this is written.
    package var waitsFor: SequenceNumber = 0

    /// Writes the slice.
    package func write<Stored: StateStorage>(
        to store: StateStore<Stored>
    ) throws(StoreError) {
        if !changes.isEmpty { try store.write(changes) }
        if let keys, keys.table.count > 0 {
            try store.writeRun(
                keys.table.sorted().map {
                    KeyEntry(
                        token: KeyToken(littleEndianLow: $0.token.low, high: $0.token.high),
                        sequence: $0.value)
                })
        }
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
    /// Rows taken at a time: few enough that no client notices.
    package static let rowsPerSlice = 512

    /// Changed accounts, or recent keys, from which on a checkpoint is worth its writing.
    package static let checkpointThreshold = 200_000

    package var isCheckpointing: Bool {
        if case .idle = checkpointing { false } else { true }
    }

    /// Whether enough has changed since the last checkpoint.
    package var isCheckpointDue: Bool {
        ledger.state.dirty.count >= Self.checkpointThreshold
            || ledger.state.recentKeys.count >= Self.checkpointThreshold * 4
            || durable >= checkpointed + UInt64(Self.checkpointThreshold) * 10
    }

    /// Whether anything at all has changed since the last checkpoint.
    package var hasChangedSinceCheckpoint: Bool { durable > checkpointed }

    /// Begins a checkpoint as of the newest commit. Rows may be newer than that: each says itself
    /// which event it has seen, and folding the tail again passes over those.
    package func beginCheckpoint() {
        guard !isCheckpointing else { return }
        checkpointing = .taking(mark: logHead)
        ledger.state.beginCheckpoint()
    }

    /// The next slice; `nil` when none is under way. The last one carries the head.
    ///
    /// Hand each to be written once `waitsFor` is durable, one after the other, and tell
    /// `checkpointWritten` after the one with a head, `checkpointFailed` after a failure.
    package func checkpointSlice(rowsMax: Int = rowsPerSlice) -> CheckpointWork? {
        guard case .taking(let mark) = checkpointing else { return nil }
        var work = CheckpointWork()
        for _ in 0..<rowsMax {
            guard let (account, row) = ledger.state.takeRow() else {
                addRest(to: &work)
                work.keys = ledger.state.leaving.keys
                work.head = mark
                break
            }
            work.changes.append(
                StateChange(.accounts, key: account.rawValue.bigEndianBytes, value: row))
        }
        work.waitsFor = head
        return work
    }

    /// Ids, directory, words, actors, rulebooks and counts.
    private func addRest(to work: inout CheckpointWork) {
        for (account, id) in ledger.state.leaving.ids {
            var writer = ByteWriter(capacity: 128)
            writer.varint(id.opened)
            writer.bytes(id.sealed)
            work.changes.append(
                StateChange(
                    .ids, key: account.rawValue.bigEndianBytes,
                    value: id.sealed.isEmpty ? nil : writer.bytes))
        }
        for token in ledger.state.leaving.directory {
            guard let entry = ledger.state.directoryEntry(token) else { continue }
            work.changes.append(
                StateChange(.directory, key: token.bytes, value: entry.account?.littleEndianBytes))
        }
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

    /// The slice with the head is on disk.
    package func checkpointWritten() {
        guard case .taking(let mark) = checkpointing else { return }
        checkpointing = .idle
        checkpointed = mark.sequence
        stored = storing
        ledger.state.endCheckpoint()
    }

    /// A slice could not be written: what was stored before stays, and all of it is due again.
    package func checkpointFailed() {
        guard isCheckpointing else { return }
        checkpointing = .idle
        ledger.state.abandonCheckpoint()
    }
}
