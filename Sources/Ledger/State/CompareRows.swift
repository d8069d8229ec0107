/// How an account's row compares with that of another state.
package enum RowComparison: Sendable {
    case equal, differs
    /// It has seen events that the other one hasn't.
    case isNewer
}

extension State {
    /// Compares everything of an account that is stored: in memory with what is in memory; a row that
    /// only the source has is compared as it is stored there, without being loaded.
    package mutating func compareRow(
        _ account: AccountNumber, with other: inout State
    ) -> RowComparison {
        other.ensure(account)
        if !rows.flags(account).contains(.loaded), let stored = source.storedRow(account) {
            var reader = ByteReader(stored)
            let last = (try? reader.varint()) ?? 0
            if last > other.rows.last(account) { return .isNewer }
            return stored == other.encodeRow(account) ? .equal : .differs
        }
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
}

extension AccountRow {
    /// Whether what is stored of both, but for the cells, is the same.
    fileprivate func isStored(as other: AccountRow) -> Bool {
        last == other.last && opened == other.opened && eventCount == other.eventCount
            && parent == other.parent
            && flags.intersection(.stored) == other.flags.intersection(.stored)
    }
}

extension Span<Cell> {
    fileprivate func isEqual(to other: Span<Cell>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
