package import Ledger
package import Store

/// A second state, folded from the first event on, to prove that the one in service is what the log
/// says: what PROJECTION REBUILD does while the daemon serves.
///
/// Work alternates between a background thread (`goOn`) and the engine's own (`Engine.compare`);
/// it is handed from one to the other and never used by both. Once the log's end is reached rows are
/// compared in rounds, a few at a time between commands, and what has arrived is folded now and then: a
/// row that moved on meanwhile has another turn in the next round. What is left of them in the end is
/// compared while all stands still.
package final class Rebuild: @unchecked Sendable {
    // Sendable: the queues that hand it over are locked, so that who gets it sees all that was done; and
    // the engine's thread doesn't touch it between submitting it and taking the answer.
    var state = State(source: EmptySource(), keepsIDs: false)
    private var folder = BlockFolder()
    private var taken = TakenEvents(capacity: eventsAtOnce)
    var storedRows = StoredRows()
    /// The first key of those that weren't looked at yet; `nil` once all were.
    private var nextStored: [UInt8]? = []
    /// What of it was compared, and what is still to be.
    var rounds = ComparisonRounds()
    /// What was found to differ, in words.
    package internal(set) var difference: String?
    package internal(set) var accountCount: UInt32 = 0

    /// They fit a core's caches: what is decoded is folded from there.
    private static let eventsAtOnce = 1_024
    /// Folded in one transaction, in some milliseconds; where nobody else leaves a core to it, in many more.
    private static let eventsPerTurn: UInt64 = 32_768
    /// Some milliseconds' worth: the state's file can't reuse its pages while they are read.
    private static let rowsAtOnce = 16_384

    package init() {
        // Tokens aren't compared, and there may be more of them than there is memory.
        state.keyedThrough = .max
    }

    /// The newest event folded.
    package var head: SequenceNumber { state.head }

    /// Folds some batches more, in one bounded transaction; at the end of the log, once, looks at the rows
    /// that are stored.
    ///
    /// - Returns: whether more follow; not after a failure, which `difference` tells.
    package func goOn<Log: LogStorage, Stored: StateStorage>(
        _ reader: LogReader<Log>, _ stored: StateStore<Stored>
    ) -> Bool {
        let hasMore = foldSome(reader)
        if hasMore || difference != nil { return hasMore }
        lookAtStoredRows(stored)
        return nextStored != nil
    }

    private func foldSome<Log: LogStorage>(_ reader: LogReader<Log>) -> Bool {
        let end = state.head + Self.eventsPerTurn
        var isCut = false
        do {
            let next = try reader.foldBlocks(from: state.head + 1, batchCountMax: 1_024) {
                first, bytes, events in
                isCut = first > end
                if isCut { return false }
                if taken.take(first, bytes, events) { return true }
                return foldTaken(reader) && taken.take(first, bytes, events)
            }
            return foldTaken(reader) && (isCut || next != nil)
        } catch {
            // What was read before it comes first.
            if foldTaken(reader) { difference = "\(error)" }
            return false
        }
    }

    /// - Returns: whether nothing was wrong.
    private func foldTaken<Log: LogStorage>(_ reader: LogReader<Log>) -> Bool {
        let isRight = folder.fold(taken, into: &state) { (try? reader.event($0)) ?? nil }
        taken.removeAll()
        if let failure = folder.failure { difference = "\(OpeningError(failure))" }
        return isRight
    }

    /// Compares some of the rows that are stored, here where nobody waits for it: an account that the
    /// engine hasn't in memory has had no event since the start, and so no other row than the stored one.
    ///
    /// One that isn't found equal here is compared by the engine, which finds out what is wrong.
    private func lookAtStoredRows<Stored: StateStorage>(_ stored: StateStore<Stored>) {
        guard let first = nextStored else { return }
        var count = 0
        var last: [UInt8] = []
        do throws(StoreError) {
            try stored.scan(.accounts, from: first) { key, row in
                if let number = key.bigEndianNumber {
                    storedRows.look(at: row, of: AccountNumber(number), in: &state)
                }
                count += 1
                guard count == Self.rowsAtOnce else { return true }
                last = [UInt8](bytes: key)
                return false
            }
        } catch {
            // The engine compares the others, and finds out what can't be read.
            last = []
        }
        // The least key that comes after.
        nextStored = last.isEmpty ? nil : last + [0]
    }
}
