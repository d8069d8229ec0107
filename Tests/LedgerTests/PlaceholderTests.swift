import Testing

@testable import Ledger

@Test("words order by number")
func wordsOrderByNumber() {
    #expect(Word(1) < Word(2))
}
