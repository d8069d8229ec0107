/// A table of a rulebook: values by one or two keys, each a name or an integer.
package struct TableRule: Sendable {
    package let name: Word
    let text: String
    /// What the keys are: one or two.
    package let keys: [FormulaType]
    /// What the values are: numbers, truths or names.
    package let type: FormulaType
    /// Ascending by key.
    package let entries: [Entry]

    /// A key is a word's number or an integer, as the table's `keys` say.
    package struct Entry: Sendable, Hashable {
        package let first: Int64
        /// 0 in a table of one key.
        package let second: Int64
        package let value: Rational
    }

    /// The value under these keys, `nil` if there is none. Logarithmic in the table's size.
    package func value(_ first: Rational, _ second: Rational = .zero) -> Rational? {
        guard let a = first.whole, let b = second.whole else { return nil }
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            let entry = entries[middle]
            if (entry.first, entry.second) < (a, b) { low = middle + 1 } else { high = middle }
        }
        guard low < entries.count, entries[low].first == a, entries[low].second == b else {
            return nil
        }
        return entries[low].value
    }
}
