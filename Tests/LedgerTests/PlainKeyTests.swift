import Ledger
import Testing

/// A key is known wherever it lies at the moment: in memory, on its way to the store, or there.
@Suite("Keys of plain commands") struct PlainKeyTests {
    private static let awards = (0..<8).map { "award ann xp \($0 + 1) key=k\($0)" }

    private func known() -> Scenario {
        var scenario = Scenario()
        _ = scenario.outcome("award ann xp 1")
        #expect(scenario.decidePlain(Self.awards, from: Scenario.peer) == 8)
        scenario.commit()
        return scenario
    }

    /// Has the recent keys arrive in the store.
    private func store(_ keys: FrozenTokens, _ scenario: inout Scenario) {
        for entry in keys.table.sorted() {
            scenario.source.storedKeys[entry.token] = entry.value
        }
    }

    /// No command is carried out again: each is left to the general way, which answers as the first time.
    private func expectKnown(_ scenario: inout Scenario, _ note: Comment) {
        for award in Self.awards {
            #expect(scenario.decidePlain([award], from: Scenario.peer) == 0, note)
        }
        #expect(
            scenario.decidePlain(["award ann xp 1 key=new"], from: Scenario.peer) == 1, note)
    }

    @Test("a key is known while it is recent, while it leaves, and once it is stored")
    func everywhere() {
        var scenario = known()
        expectKnown(&scenario, "recent")
        scenario = known()
        let keys = scenario.ledger.state.freezeKeys()
        #expect(scenario.ledger.state.recentKeys.count == 0)
        expectKnown(&scenario, "leaving")
        scenario = known()
        let stored = scenario.ledger.state.freezeKeys()
        store(stored, &scenario)
        scenario.ledger.state.dropLeavingKeys()
        expectKnown(&scenario, "stored")
        scenario = known()
        _ = scenario.ledger.state.freezeKeys()
        scenario.ledger.state.takeBackLeavingKeys()
        #expect(scenario.ledger.state.recentKeys.count == keys.table.count)
        expectKnown(&scenario, "taken back")
    }

    @Test("a key that is stored between looking it up and deciding is known")
    func storedMeanwhile() {
        for place in 0..<8 {
            var scenario = known()
            // All of them new but for one; the first is decided, and then keys are stored.
            var texts = (0..<8).map { "award ann xp 1 key=other\($0)" }
            texts.insert("award nobody/at/all xp 1", at: 0)
            texts[place + 1] = Self.awards[place]
            #expect(scenario.decidePlain(texts, from: Scenario.peer) == 0)
            let keys = scenario.ledger.state.freezeKeys()
            store(keys, &scenario)
            scenario.ledger.state.dropLeavingKeys()
            #expect(scenario.decidePlain(texts, from: Scenario.peer, first: 1) == place + 1)
        }
    }

    @Test("the second of two commands with one key is left to the general way")
    func twiceTogether() {
        var scenario = Scenario()
        _ = scenario.outcome("award ann xp 1")
        let texts = ["award ann xp 5 key=a", "award ann xp 6 key=b", "award ann xp 5 key=a"]
        #expect(scenario.decidePlain(texts, from: Scenario.peer) == 2)
    }
}
