import Ledger
import Store

/// How far idempotency keys are stored.
///
/// Apart from the rows: a key is stored once, a row with each checkpoint. A checkpoint for every so many
/// keys would write the rows of most accounts for them.
struct KeyStorage {
    /// The newest event up to which all are.
    var through: SequenceNumber
    /// The newest event up to which they are once those that are leaving have been written.
    var leavingThrough: SequenceNumber?
    /// False after a failure, until some time has passed.
    var mayTry = true
    /// As many as fill a table of recent keys just before it doubles: that takes 50 MB, and as much again
    /// while they are written. A start folds no more of them into memory.
    var recentMax = 1_400_000
}

/// Keys to be written, with where the log was when they were taken: those of all events up to there are
/// among them, or stored.
package struct LeavingKeys: Sendable {
    let keys: FrozenTokens
    let mark: LogMark

    /// Writes them in the order of their tokens.
    func write<Stored: StateStorage>(to store: StateStore<Stored>) throws(StoreError) {
        var part = 0
        var sorted: [TokenTable.Entry] = []
        try store.writeRun(count: keys.table.count, through: mark) { entries in
            guard part < TokenTable.partCount else { return false }
            sorted.removeAll(keepingCapacity: true)
            keys.table.appendSorted(part, to: &sorted)
            entries.reserveCapacity(sorted.count)
            for entry in sorted {
                let token = KeyToken(littleEndianLow: entry.token.low, high: entry.token.high)
                entries.append(KeyEntry(token: token, sequence: entry.value))
            }
            part += 1
            return true
        }
    }
}

extension Engine {
    /// Takes the recent keys, where there are too many of them, or a checkpoint is under way as of an event
    /// whose key may not be stored.
    func takeKeys() -> CheckpointWork? {
        guard keyStorage.leavingThrough == nil else { return nil }
        var isDue = areKeysDue
        if case .taking(let mark) = checkpointing, keyStorage.through < mark.sequence {
            isDue = ledger.state.recentKeys.count > 0
        }
        guard isDue else { return nil }
        var work = CheckpointWork()
        work.keys = LeavingKeys(keys: ledger.state.freezeKeys(), mark: logHead.mark)
        work.waitsFor = head
        keyStorage.leavingThrough = durable
        return work
    }

    /// Whether there are too many recent keys.
    package var areKeysDue: Bool {
        keyStorage.leavingThrough == nil && keyStorage.mayTry
            && ledger.state.recentKeys.count >= keyStorage.recentMax
    }

    /// Keys are taken when there are so many that no checkpoint took.
    package func setRecentKeysMax(_ count: Int) { keyStorage.recentMax = count }

    /// Whether there are keys on their way that don't go as far as the mark.
    func areOlderKeysLeaving(than mark: LogHead) -> Bool {
        keyStorage.leavingThrough.map { $0 < mark.sequence } ?? false
    }

    func keysWritten() {
        guard let through = keyStorage.leavingThrough else { return }
        keyStorage.through = through
        keyStorage.leavingThrough = nil
        ledger.state.dropLeavingKeys()
    }

    func keysFailed() {
        keyStorage.leavingThrough = nil
        keyStorage.mayTry = false
        ledger.state.takeBackLeavingKeys()
    }
}
