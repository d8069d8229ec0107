import Ledger
import Testing

private func bytes(_ token: Token) -> [UInt8] {
    [token.low, token.high].flatMap { word in
        (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
    }
}

extension TokenTable {
    /// All entries, part after part.
    borrowing func sorted() -> [Entry] {
        var entries: [Entry] = []
        for part in 0..<Self.partCount { appendSorted(part, to: &entries) }
        return entries
    }
}

/// How tokens may be spread: as hashes are; and so that they crowd in one part, at its end, or are alike.
private enum Spread: CaseIterable, CustomTestStringConvertible {
    case even, onePart, lastSlots, alike

    func token(_ random: inout SplitMix) -> Token {
        let token = Token(low: random.next(), high: random.next())
        return switch self {
        case .even: token
        case .onePart: Token(low: token.low << 8 | 7, high: token.high)
        case .lastSlots: Token(low: token.low | 0x00FF_FFFF_FFFF_FFFF, high: token.high)
        case .alike: Token(low: 0x0102_0304_0506_0708, high: token.high & 0xFFF)
        }
    }

    var testDescription: String { "\(self)" }
}

@Suite("The table of tokens")
struct TokenTableTests {
    @Test(
        "has what was put in and not taken out, in the order of bytes",
        arguments: [UInt64](1...4))
    func model(seed: UInt64) {
        for spread in Spread.allCases {
            var random = SplitMix(seed: seed)
            var table = TokenTable()
            var model: [Token: UInt64] = [:]
            for step in 1...(spread == .even ? 20_000 : 2_000) {
                let token = spread.token(&random)
                if random.next() % 4 == 0, let known = model.keys.first {
                    table.remove(known)
                    model[known] = nil
                } else {
                    table.insert(token, UInt64(step))
                    model[token] = UInt64(step)
                }
                #expect(table[token] == model[token])
            }
            #expect(table.count == model.count)
            let sorted = model.sorted { bytes($0.key).lexicographicallyPrecedes(bytes($1.key)) }
            let found = table.sorted()
            #expect(found.map(\.token) == sorted.map(\.key))
            #expect(found.map(\.value) == sorted.map(\.value))
            for (token, value) in model { #expect(table[token] == value) }
            for _ in 0..<1_000 {
                let other = Token(low: random.next(), high: random.next())
                #expect(table[other] == nil)
            }
        }
    }

    @Test("is empty at first")
    func empty() {
        let table = TokenTable()
        #expect(table.count == 0)
        #expect(table[Token(low: 0, high: 0)] == nil)
        #expect(table.sorted().isEmpty)
    }
}
