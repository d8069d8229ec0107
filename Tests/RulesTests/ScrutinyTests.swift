import Testing

@testable import Ledger

private let rulebook = """
    {
      edition: 1,
      currencies: { gold: {}, gems: {} },
      offers: {
        free: { cost: { balance: 'gold', amount: 0 } },
        paid: { cost: { balance: 'gold', amount: 'if(1 < 2, 5, -5)' } },
        gift: { cost: [{ balance: 'gold', amount: 5 }, { balance: 'gems', amount: -5 }] },
      },
      actions: {
        lose: { gives: [{ balance: 'gold', amount: -5 }] },
        earn: { gives: [{ balance: 'gold', amount: '2 - 3', side: 'earn' }] },
        half: { gives: [{ balance: 'gold', amount: '1 / 2' }] },
        some: { inputs: { n: 'int' }, gives: [{ balance: 'gold', amount: 'n / 2', side: 'spend' }] },
      },
      jobs: {
        pay: { schedule: '0 0 * * *', time_zone: 'Europe/Vienna', gives: [{ balance: 'gold', amount: 1 }] },
        far: { schedule: '0 0 * * *', time_zone: 'Mars/Base', gives: [{ balance: 'gold', amount: 1 }] },
      },
    }
    """

private func scrutinized(_ zones: Set<String>) -> [String] {
    var words = TestWords()
    let scrutiny = Scrutiny { zones.contains($0) }
    let result = Rulebook.compile(
        source: Array(rulebook.utf8), file: "test", words: &words, scrutiny: scrutiny)
    guard case .failure(let mistakes) = result else { return [] }
    return mistakes.list.map { "\($0.line):\($0.column) \($0.message)" }
}

@Test("before rules come into force, hopeless amounts and zones that aren't there are told")
func scrutiny() {
    let expected = [
        "7:79 an amount that is spent is at least 0, not -5",
        "11:48 an amount that is earned is at least 0, not -1",
        "12:48 an amount is a whole number of the smallest unit, not 1/2",
        "17:46 there is no time zone 'Mars/Base' in /usr/share/zoneinfo of this machine",
    ]
    #expect(scrutinized(["Europe/Vienna"]) == expected)
    #expect(scrutinized([]).count == 5)
}

@Test("a rulebook that the log has is read whatever is there now")
func scrutinyOfTheLog() {
    #expect(mistakes(rulebook) == [])
}
