/// How an account's row compares with that of another state.
package enum RowComparison: Sendable {
    case equal, differs
    /// It has seen events that the other one hasn't.
    case isNewer
}

/// Accounts whose rows, as they are stored, were found to be what folding the log gives.
package struct StoredRows: ~Copyable {
    private var right = AccountSet()
    private var writer = ByteWriter(capacity: 1_024)
    private var bytes: [UInt8] = []

    package init() {}

    /// Notes the account if its stored row is the one that the state has.
    package mutating func look(
        at stored: Span<UInt8>, of account: AccountNumber, in state: inout State
    ) {
        guard account.rawValue <= state.accountCount else { return }
        state.encodeRow(account, into: &writer)
        bytes.clear()
        writer.append(to: &bytes)
        if bytes.span.isEqual(to: stored) { right.insert(account) }
    }

    func contain(_ account: AccountNumber) -> Bool { right.contains(account) }
}

extension State {
    /// Compares everything of an account that is stored: in memory with what is in memory; a row that
    /// only the source has is compared as it is stored there, without being loaded.
    ///
    /// - Parameter known: rows of the source that were found to be the other state's. Who isn't in memory
    ///   has had no event since this state began, and no other row.
    package mutating func compareRow(
        _ account: AccountNumber, with other: inout State,
        knowing known: borrowing StoredRows = StoredRows()
    ) -> RowComparison {
        if !rows.flags(account).contains(.loaded) {
            if known.contain(account) { return .equal }
            if let stored = source.storedRow(account) {
                return Self.compareRow(stored, with: &other, account)
            }
        }
        other.ensure(account)
        ensure(account)
        let row = rows[account]
        let otherRow = other.rows[account]
        if row.last > otherRow.last { return .isNewer }
        guard row.isStored(as: otherRow) else { return .differs }
        let isEqual = pool.withCells(row.block) { cells in
            other.pool.withCells(otherRow.block) { cells.isEqual(to: $0) }
        }
        return isEqual ? .equal : .differs
    }

    private static func compareRow(
        _ stored: [UInt8], with other: inout State, _ account: AccountNumber
    ) -> RowComparison {
        var reader = ByteReader(stored)
        let last = (try? reader.varint()) ?? 0
        if last > other.last(account) { return .isNewer }
        return stored == other.encodeRow(account) ? .equal : .differs
    }

    /// Has fetched what comparing the account's row will look at first.
    @inline(__always)
    package func bringRowNear(_ account: AccountNumber) {
        rows.prefetch(account)
    }

    /// Has fetched what it looks at then; its row should be near.
    @inline(__always)
    package func bringCellsNear(_ account: AccountNumber) {
        pool.prefetch(rows.block(account))
    }
}

extension AccountRow {
    /// Whether what is stored of both, but for the cells, is the same.
    fileprivate func isStored(as other: AccountRow) -> Bool {
        last == other.last && opened == other.opened && eventCount == other.eventCount
            && parent == other.parent
            && flags.intersection(.stored) == other.flags.intersection(.stored)
    }
}

extension Span where Element: Equatable {
    fileprivate func isEqual(to other: Span<Element>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
