/// What replies need to know to call things by their names: the ledger counts, people read.
///
/// Each method appends UTF-8 to `text` and never a control character.
package protocol Naming {
    /// Appends the text of a word; nothing for `Word.none`.
    func appendText(of word: Word, to text: inout [UInt8])

    /// Appends the id of an account, `~<number>` if it has been forgotten.
    func appendID(of account: AccountNumber, to text: inout [UInt8])

    /// Appends the name of a rung of a ladder under the rulebook with that number.
    /// Returns false, having appended nothing, if the ladder's rungs are numbered.
    func appendRung(
        _ rung: Int64, of ladder: Word, rules: UInt32, to text: inout [UInt8]
    ) -> Bool

    /// Whether such a ladder has rungs with names, as far as that is known: if not, `appendRung` is
    /// false for every rung.
    func hasNamedRungs(_ ladder: Word, rules: UInt32) -> Bool

    /// Appends a claim as CLAIM takes it under the rulebook with that number.
    ///
    /// - Parameter values: the qualifier of the claim's mark.
    func appendClaim(_ offer: Word, _ values: Word, rules: UInt32, to text: inout [UInt8])
}

extension Naming {
    package func hasNamedRungs(_ ladder: Word, rules: UInt32) -> Bool { true }

    /// Without a rulebook: the offer, and its values as they are.
    package func appendClaim(
        _ offer: Word, _ values: Word, rules: UInt32, to text: inout [UInt8]
    ) {
        appendText(of: offer, to: &text)
        guard values != .none else { return }
        text.append(UInt8(ascii: " "))
        appendText(of: values, to: &text)
    }
}
