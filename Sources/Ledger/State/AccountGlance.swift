/// What a count over all accounts looks at.
package struct AccountGlance: Sendable {
    package var eventCount: UInt32 = 0
    package var isForgotten = false
    /// In ascending order of keys.
    package var cells: [Cell] = []
}

extension State {
    /// An account as it is, without bringing its row into memory.
    package mutating func glance(_ account: AccountNumber) -> AccountGlance {
        if rows.flags(account).contains(.loaded) {
            let row = rows[account]
            return AccountGlance(
                eventCount: row.eventCount, isForgotten: row.flags.contains(.forgotten),
                cells: Array(pool.cells(row.block)))
        }
        guard let stored = source.storedRow(account) else { return AccountGlance() }
        return Self.glance(ofRow: stored)
    }
}
