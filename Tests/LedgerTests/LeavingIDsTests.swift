import Testing

@testable import Ledger

extension State {
    /// What a checkpoint would store in the directory, in its order; nothing has changed afterwards.
    mutating func directoryChanges() -> [(token: Token, account: UInt32?)] {
        beginCheckpoint()
        defer { abandonCheckpoint() }
        var changes: [(Token, UInt32?)] = []
        while true {
            switch takeDirectoryEntry() {
            case .entry(let token, let entry): changes.append((token, entry.account))
            case .searched: continue
            case .done: return changes
            }
        }
    }
}

/// Ids on their way to the store, apart from checkpoints and with them.
@Suite("Ids that leave") struct LeavingIDsTests {
    private static func opened() -> Scenario {
        var scenario = Scenario()
        for name in ["ann", "bob", "cid"] { _ = scenario.outcome("award \(name) xp 1") }
        scenario.commit()
        return scenario
    }

    private static func name(_ number: UInt32, _ scenario: inout Scenario) -> String {
        // Those lately shown are known by themselves.
        scenario.ledger.state.ids = [:]
        return String(decoding: scenario.ledger.state.id(AccountNumber(number)), as: UTF8.self)
    }

    @Test("an id is known while it is new, while it leaves, and once more where that failed")
    func known() {
        var scenario = Self.opened()
        #expect(Self.name(2, &scenario) == "bob")
        #expect(scenario.ledger.state.takeNewIDs()?.entryCount == 3)
        #expect(scenario.ledger.state.newIDs.entryCount == 0)
        #expect(Self.name(2, &scenario) == "bob")
        _ = scenario.outcome("award dan xp 1")
        #expect(Self.name(4, &scenario) == "dan")
        scenario.ledger.state.takeBackLeavingIDs()
        for (index, name) in ["ann", "bob", "cid", "dan"].enumerated() {
            #expect(Self.name(UInt32(index + 1), &scenario) == name)
            #expect(scenario.ledger.state.newIDs[AccountNumber(UInt32(index + 1))] != nil)
        }
    }

    @Test("an id that is stored is held no longer")
    func dropped() {
        var scenario = Self.opened()
        _ = scenario.ledger.state.takeNewIDs()
        scenario.ledger.state.dropLeavingIDs()
        // This store has none.
        #expect(Self.name(2, &scenario) == "~2")
        #expect(scenario.ledger.state.takeNewIDs() == nil)
    }

    @Test("a forgotten id stays forgotten, whatever fails")
    func forgotten() {
        var scenario = Self.opened()
        _ = scenario.ledger.state.takeNewIDs()
        #expect(scenario.outcome("forget bob") == "ok")
        // The checkpoint has that to store, after what is on its way.
        #expect(scenario.ledger.state.newIDs[AccountNumber(2)]?.sealed == [])
        scenario.ledger.state.beginCheckpoint()
        #expect(Self.name(2, &scenario) == "~2")
        scenario.ledger.state.abandonCheckpoint()
        scenario.ledger.state.takeBackLeavingIDs()
        #expect(scenario.ledger.state.newIDs[AccountNumber(1)]?.sealed.isEmpty == false)
        #expect(scenario.ledger.state.newIDs[AccountNumber(2)]?.sealed == [])
        #expect(Self.name(2, &scenario) == "~2")
        // Until it is stored nothing leaves apart from a checkpoint.
        #expect(!scenario.ledger.state.newIDs.isInOrder)
    }

    @Test("the directory has what was opened, and removes what was forgotten")
    func directory() {
        var scenario = Self.opened()
        #expect(
            scenario.ledger.state.directoryChanges().compactMap(\.account).sorted() == [1, 2, 3])
        #expect(scenario.outcome("forget bob") == "ok")
        _ = scenario.outcome("award eve xp 1")
        let changes = scenario.ledger.state.directoryChanges()
        #expect(changes.compactMap(\.account).sorted() == [1, 3, 4])
        #expect(changes.filter { $0.account == nil }.count == 1)
        let tokens = changes.filter { $0.account != nil }.map(\.token)
        #expect(tokens == tokens.sorted())
        // The same id again is another account, under the same key.
        _ = scenario.outcome("award bob xp 1")
        let entries = scenario.ledger.state.directoryChanges()
        #expect(Set(entries.map(\.account)) == [1, 3, 4, 5])
    }

    @Test("a checkpoint has no entry twice, and none of the one before")
    func once() {
        var scenario = Scenario()
        for number in 0..<500 { _ = scenario.outcome("award p\(number) xp 1") }
        let changes = scenario.ledger.state.directoryChanges()
        #expect(changes.count == 500 && Set(changes.map(\.token)).count == 500)
        scenario.ledger.state.beginCheckpoint()
        scenario.ledger.state.endCheckpoint()
        #expect(scenario.ledger.state.directoryChanges().isEmpty)
        _ = scenario.outcome("award p7 xp 1")
        #expect(scenario.ledger.state.directoryChanges().isEmpty)
    }
}
