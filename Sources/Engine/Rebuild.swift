package import Ledger
package import Store

/// A second state, folded from the first event on, to prove that the one in service is what the log
/// says: what PROJECTION REBUILD does while the daemon serves.
///
/// Work alternates between a background thread (`foldSome`) and the engine's own (`Engine.compare`);
/// it is handed from one to the other and never used by both.
package final class Rebuild: @unchecked Sendable {
    // Sendable because whoever holds it hands it over: see above.
    private var state = State(source: EmptySource(), keepsIDs: false)
    private var folder = BlockFolder()
    /// Accounts still to be compared.
    fileprivate var next: UInt32 = 0
    /// Accounts that had newer events than were folded when their turn came.
    fileprivate var newer: [AccountNumber] = []
    /// What was found to differ, in words.
    package fileprivate(set) var difference: String?
    package fileprivate(set) var accountCount: UInt32 = 0

    package init() {}

    /// The newest event folded.
    package var head: SequenceNumber { state.head }

    /// Folds some batches more, in one bounded transaction.
    ///
    /// - Returns: whether more follow; not after a failure, which `difference` tells.
    package func foldSome<Log: LogStorage>(_ reader: LogReader<Log>) -> Bool {
        do {
            let next = try reader.foldBlocks(from: state.head + 1, batchCountMax: 64) {
                first, bytes, events in
                folder.fold(first, bytes, events, into: &state)
            }
            if let failure = folder.failure { difference = "\(OpeningError(failure))" }
            return next != nil && difference == nil
        } catch {
            difference = "\(error)"
            return false
        }
    }

    /// How an account's row in service compares with the rebuilt one.
    fileprivate func compareRow(
        _ account: AccountNumber, of served: inout State
    ) -> RowComparison {
        served.compareRow(account, with: &state)
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
