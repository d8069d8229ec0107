package import Ledger
package import Store

/// A second state, folded from the first event on, to prove that the one in service is what the log
/// says: what PROJECTION REBUILD does while the daemon serves.
///
/// Work alternates between a background thread (`goOn`) and the engine's own (`Engine.compare`);
/// it is handed from one to the other and never used by both.
package final class Rebuild: @unchecked Sendable {
    // Sendable: the queues that hand it over are locked, so that who gets it sees all that was done; and
    // the engine's thread doesn't touch it between submitting it and taking the answer.
    private var state = State(source: EmptySource(), keepsIDs: false)
    private var folder = BlockFolder()
    private var taken = TakenEvents(capacity: eventsAtOnce)
    private var storedRows = StoredRows()
    /// The first key of those that weren't looked at yet; `nil` once all were.
    private var nextStored: [UInt8]? = []
    /// Accounts still to be compared.
    fileprivate var next: UInt32 = 0
    /// Accounts that had newer events than were folded when their turn came.
    fileprivate var newer: [AccountNumber] = []
    /// What was found to differ, in words.
    package fileprivate(set) var difference: String?
    package fileprivate(set) var accountCount: UInt32 = 0

    /// They fit a core's caches: what is decoded is folded from there.
    private static let eventsAtOnce = 1_024
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
        do {
            let next = try reader.foldBlocks(from: state.head + 1, batchCountMax: 64) {
                first, bytes, events in
                if taken.take(first, bytes, events) { return true }
                return foldTaken(reader) && taken.take(first, bytes, events)
            }
            return foldTaken(reader) && next != nil
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
                if key.count == 4 {
                    let number = UInt32(bigEndian: [UInt8](bytes: key))
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

    /// How an account's row in service compares with the rebuilt one.
    fileprivate func compareRow(
        _ account: AccountNumber, of served: inout State
    ) -> RowComparison {
        // Memory of accounts that come soon is asked for now, of their rows before that of their cells.
        let soon = AccountNumber(account.rawValue &+ 8)
        let later = AccountNumber(account.rawValue &+ 16)
        served.bringRowNear(later)
        state.bringRowNear(later)
        served.bringCellsNear(soon)
        state.bringCellsNear(soon)
        return served.compareRow(account, with: &state, knowing: storedRows)
    }

    fileprivate func hasSameBoards(as served: borrowing State) -> Bool {
        served.hasSameStandings(as: state)
    }
    fileprivate var accounts: UInt32 { state.accountCount }
    fileprivate func words(equal other: Words) -> Bool {
        (1...max(1, state.words.count)).allSatisfy {
            state.words.text(Word(UInt32($0))) == other.text(Word(UInt32($0)))
        }
    }
}

extension Engine {
    package enum Comparison: Sendable {
        /// Call `compare` again.
        case goesOn
        /// Fold further, then call again once nothing is being decided or committed.
        case needsMore
        case equal
        case differs(String)
    }

    /// Nothing is decided that isn't durable.
    package var isSettled: Bool { ledger.buffer.isEmpty && durable == head }

    /// Compares some rows with the rebuilt ones, in everything that is stored of them.
    package func compare(_ rebuild: Rebuild) -> Comparison {
        if let difference = rebuild.difference { return .differs(difference) }
        let end = min(rebuild.next + 2_000, rebuild.accounts + 1)
        while rebuild.next < end {
            compare(AccountNumber(rebuild.next), rebuild)
            rebuild.next += 1
        }
        if let difference = rebuild.difference { return .differs(difference) }
        guard rebuild.next > rebuild.accounts else { return .goesOn }
        return compareNewer(rebuild)
    }

    /// Everything was compared once; what had moved on in the meantime is compared while all stands
    /// still.
    private func compareNewer(_ rebuild: Rebuild) -> Comparison {
        guard isSettled, rebuild.head == head else { return .needsMore }
        guard rebuild.accounts == ledger.state.accountCount else { return .goesOn }
        let newer = rebuild.newer
        rebuild.newer = []
        for account in newer { compare(account, rebuild) }
        if !rebuild.words(equal: ledger.state.words) { rebuild.difference = "the words differ" }
        if ledger.state.isRanked, !rebuild.hasSameBoards(as: ledger.state) {
            rebuild.difference = "the boards differ"
        }
        if let difference = rebuild.difference { return .differs(difference) }
        rebuild.accountCount = rebuild.accounts
        return .equal
    }

    private func compare(_ account: AccountNumber, _ rebuild: Rebuild) {
        switch rebuild.compareRow(account, of: &ledger.state) {
        case .equal: break
        case .isNewer: rebuild.newer.append(account)
        case .differs:
            rebuild.difference =
                "account \(account.rawValue) is not what folding the log through event "
                + "\(rebuild.head) gives"
        }
    }
}
