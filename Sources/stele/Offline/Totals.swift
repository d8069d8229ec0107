import Ledger

/// What a ledger comes to: counts, and for each currency what was issued and burned.
struct Totals {
    struct Currency {
        var name: String
        var issued: Int64
        var burned: Int64
        /// The sum of what all accounts have earned less what they have spent; `nil` past 64 bits.
        var balances: Int64?

        /// Issued less burned is what there is: nothing comes from nowhere.
        var isBalanced: Bool {
            let (difference, overflow) = issued.subtractingReportingOverflow(burned)
            return !overflow && difference == balances
        }
    }

    var events: UInt64
    var accounts: UInt32
    var currencies: [Currency] = []

    init(_ state: inout State) {
        events = state.head
        accounts = state.accountCount
        var sums: [Word: Int64?] = [:]
        for number in 0..<accounts {
            for cell in state.cells(AccountNumber(number + 1), .balance) {
                let sum = sums[cell.key.word] ?? 0
                sums[cell.key.word] = .some(Totals.add(cell.value, to: sum))
            }
        }
        for cell in state.cells(.ledger, .balance) {
            currencies.append(
                Currency(
                    name: state.words.string(cell.key.word), issued: cell.value.a,
                    burned: cell.value.b, balances: sums[cell.key.word] ?? 0))
        }
    }

    private static func add(_ balance: CellValue, to sum: Int64?) -> Int64? {
        guard let sum else { return nil }
        let (net, first) = balance.earned.subtractingReportingOverflow(balance.spent)
        let (total, second) = sum.addingReportingOverflow(net)
        return first || second ? nil : total
    }

    func print(to console: Console) {
        guard !currencies.isEmpty else { return }
        var table = Table(header: ["currency", "issued", "burned", "in accounts"], indent: 2)
        for currency in currencies {
            table.rows.append([
                Table.Cell(currency.name, dress: console.style.name), .number(currency.issued),
                .number(currency.burned),
                Table.Cell(
                    currency.balances.map { NumberFormat.grouped($0) } ?? "overflow",
                    isNumber: true,
                    dress: currency.isBalanced ? console.style.good : console.style.bad),
            ])
        }
        table.print(to: console)
    }

    var json: String {
        JSONWriter.array(
            currencies.map {
                JSONWriter.object([
                    ("currency", JSONWriter.string($0.name)), ("issued", String($0.issued)),
                    ("burned", String($0.burned)),
                    ("in_accounts", $0.balances.map(String.init) ?? "null"),
                ])
            })
    }
}
