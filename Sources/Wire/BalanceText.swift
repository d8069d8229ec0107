import Ledger

/// What stands around the numbers of a balance.
struct BalanceText {
    private let texts: TextRun
    private let earned: Range<Int>
    private let spent: Range<Int>
    private let held: Range<Int>
    private let available: Range<Int>

    init(isRESP3: Bool) {
        var texts = TextRun()
        earned = texts.add((isRESP3 ? "%4" : "*8") + "\r\n$6\r\nearned\r\n:")
        spent = texts.add(numbered: "spent")
        held = texts.add(numbered: "held")
        available = texts.add(numbered: "available")
        self.texts = texts
    }

    /// Writes what BALANCE answers, and PROFILE of each balance.
    @inline(__always)
    func write(_ value: CellValue, to stage: inout ByteWriter) {
        stage.raw(texts, earned)
        stage.number(value.earned)
        stage.raw(texts, spent)
        stage.number(value.spent)
        stage.raw(texts, held)
        stage.number(value.held)
        stage.raw(texts, available)
        // A balance that the ledger let come about fits.
        stage.number(value.available ?? 0)
    }
}
