package import Ledger

extension ValueWriter {
    /// What BALANCE answers.
    package mutating func balance(_ value: CellValue) {
        map { writer in
            writer.key("earned")
            writer.number(value.earned)
            writer.key("spent")
            writer.number(value.spent)
            writer.key("held")
            writer.number(value.held)
            writer.key("available")
            // A balance that the ledger let come about fits.
            writer.number(value.available ?? 0)
        }
    }
}
