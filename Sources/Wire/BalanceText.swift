package import Ledger

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

    /// More than it ever writes: four names, and numbers of 20 digits.
    fileprivate static let sizeMax = 256
}

extension RESPValues {
    /// What BALANCE answers, where it isn't one of many that share their texts.
    package mutating func balance(_ value: CellValue) {
        self.value { reply in
            var stage = ByteWriter(capacity: BalanceText.sizeMax)
            BalanceText(isRESP3: reply.isRESP3).write(value, to: &stage)
            precondition(!stage.hasOverflowed, "a balance is short")
            stage.append(to: &reply.bytes)
        }
    }
}
