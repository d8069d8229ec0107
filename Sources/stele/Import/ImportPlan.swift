import Rows
import Wire

/// What each row of a file becomes: which column is what of a command.
struct ImportPlan {
    enum Verb: Equatable {
        /// RECORD of this action; columns that have no other purpose are its inputs.
        case record(action: String)
        /// AWARD in this currency; the amount is in a column.
        case award(currency: String, amountColumn: String)
        /// MIGRATE by this migration; likewise. The ledger itself knows whom it has migrated.
        case migrate(migration: String)
    }

    var verb: Verb
    var accountColumn: String
    /// What makes a second run harmless where the ledger can't tell by itself.
    var keyColumn: String?
    var timeColumn: String?
    var byColumn: String?
    var memoColumn: String?
    /// Columns that go nowhere.
    var ignored: Set<String> = []
    var isDryRun = false

    /// Columns that must be there.
    var wanted: [String] {
        var names = [accountColumn]
        if case .award(_, let amountColumn) = verb { names.append(amountColumn) }
        return names + [keyColumn, timeColumn, byColumn, memoColumn].compactMap { $0 }
    }

    /// Makes the command for a row.
    func command(for row: Row) throws(RowFault) -> [[UInt8]] {
        var account: ArraySlice<UInt8> = []
        var amount: ArraySlice<UInt8> = []
        var inputs: [[UInt8]] = []
        var options: [[UInt8]] = []
        for (index, name) in row.names.enumerated() {
            let value = row[index]
            // An empty cell says nothing, which isn't the same as zero.
            guard !value.isEmpty else { continue }
            if name == accountColumn { account = value }
            if name == keyColumn { options += [Array("KEY".utf8), Array(value)] }
            if name == timeColumn { options += [Array("AT".utf8), Array(value)] }
            if name == byColumn { options += [Array("BY".utf8), Array(value)] }
            if name == memoColumn { options += [Array("MEMO".utf8), Array(value)] }
            if case .award(_, let amountColumn) = verb, name == amountColumn { amount = value }
            if isInput(name) { inputs.append(Array(name.utf8) + [UInt8(ascii: "=")] + value) }
        }
        guard !account.isEmpty else { throw missing(accountColumn, in: row) }
        if let keyColumn, !options.contains(Array("KEY".utf8)) { throw missing(keyColumn, in: row) }
        if isDryRun { options.append(Array("DRYRUN".utf8)) }
        switch verb {
        case .record(let action):
            return [Array("RECORD".utf8), Array(account), Array(action.utf8)] + inputs + options
        case .migrate(let migration):
            return [Array("MIGRATE".utf8), Array(migration.utf8), Array(account)] + inputs + options
        case .award(let currency, let amountColumn):
            guard !amount.isEmpty else { throw missing(amountColumn, in: row) }
            return [Array("AWARD".utf8), Array(account), Array(currency.utf8), Array(amount)]
                + options
        }
    }

    /// The first column wanted that `names` lack.
    func missingColumn(among names: [String]) -> String? {
        wanted.first { !names.contains($0) }
    }

    private func isInput(_ name: String) -> Bool {
        if case .award = verb { return false }
        return !ignored.contains(name) && !wanted.contains(name)
    }

    private func missing(_ column: String, in row: Row) -> RowFault {
        RowFault(
            line: row.line, column: 1, message: "nothing in column '\(column)'", isFinal: false)
    }
}
