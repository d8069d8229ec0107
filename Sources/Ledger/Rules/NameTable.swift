/// The numbers of a rulebook's names while it is compiled.
///
/// A rulebook is compiled twice: first with numbers made up here, which finds the mistakes and
/// the names; then, if there are no mistakes, with the ledger's numbers. So a rulebook that is
/// wrong leaves no trace in the ledger. A class, as it is the one list that all parts add to.
final class NameTable {
    private var numbers: [[UInt8]: Word]
    /// The names in the order in which they came up.
    private(set) var texts: [[UInt8]] = []

    init(_ numbers: [[UInt8]: Word] = [:]) {
        self.numbers = numbers
    }

    func word(for text: [UInt8]) -> Word {
        if let known = numbers[text] { return known }
        texts.append(text)
        let word = Word(UInt32(texts.count))
        numbers[text] = word
        return word
    }

    func word(for text: String) -> Word { word(for: Array(text.utf8)) }
}

/// What may be a name: one to 32 of `A–Z a–z 0–9 _ . -`, for facets and facts several of those
/// joined by `:`.
enum NameSyntax {
    static let segmentBytesMax = Limits.nameBytesMax

    static let segmentRule = "1 to 32 letters, digits, '_', '.' or '-'"

    static func isSegment(_ text: some Collection<UInt8>) -> Bool {
        !text.isEmpty && text.count <= segmentBytesMax && text.allSatisfy(isNameByte)
    }

    static func isName(_ text: [UInt8]) -> Bool {
        UTF8Text.isName(text, ByteRange(start: 0, count: text.count))
    }

    static func isNameByte(_ byte: UInt8) -> Bool {
        FormulaLexer.isLetter(byte) || FormulaLexer.isDigit(byte)
            || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }

    /// Names that formulas use bare: a letter or `_` first, then letters, digits, `_`.
    static func isIdentifier(_ text: String) -> Bool {
        guard let first = text.utf8.first, FormulaLexer.isLetter(first) else { return false }
        return text.utf8.count <= segmentBytesMax
            && text.utf8.allSatisfy { FormulaLexer.isLetter($0) || FormulaLexer.isDigit($0) }
    }
}

/// `; did you mean 'x'?` where one of the candidates is close, else nothing.
func suggestion(for wrong: String, among candidates: some Sequence<String>) -> String {
    let wanted = Array(wrong.lowercased().utf8)
    guard wanted.count <= 64 else { return "" }
    var best: (distance: Int, name: String)?
    for candidate in candidates {
        let other = Array(candidate.lowercased().utf8)
        let (shorter, longer) = (min(wanted.count, other.count), max(wanted.count, other.count))
        // One letter for another is no misspelling.
        guard longer > 1, longer <= 64 else { continue }
        let distance = editDistance(wanted, other)
        let isBeginning = shorter > 2 && wanted.prefix(shorter) == other.prefix(shorter)
        guard distance <= max(1, shorter / 3) || isBeginning else { continue }
        if best.map({ distance < $0.distance }) ?? true { best = (distance, candidate) }
    }
    return best.map { "; did you mean '\($0.name)'?" } ?? ""
}

/// Inserted, removed, replaced bytes, and neighbours that changed places.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        for j in b.indices {
            var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                cost = min(cost, beforeLast[j - 1] + 1)
            }
            row.append(cost)
        }
        (beforeLast, last) = (last, row)
    }
    return last[b.count]
}
