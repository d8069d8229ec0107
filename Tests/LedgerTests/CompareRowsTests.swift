import Testing

@testable import Ledger

/// What a rebuild relies on: whatever differs between two states' rows is seen, in memory and stored.
@Suite("Comparing rows") struct CompareRowsTests {
    private static func state(of scenario: borrowing Scenario, events: Int) -> State {
        var state = State(source: EmptySource(), keepsIDs: false)
        var event = Event()
        for bytes in scenario.log.prefix(events) {
            #expect(throws: Never.self) {
                try event.decode(bytes, bytes.indices)
                try state.fold(event)
            }
        }
        return state
    }

    private static func scenario() -> Scenario {
        var scenario = Scenario()
        for text in [
            "award ann xp 250", "award ann coins 5", "award bob gems:red 7", "spend ann coins 2",
        ] {
            #expect(scenario.outcome(text) == "ok")
        }
        scenario.commit()
        return scenario
    }

    private static let ann = AccountNumber(1)

    @Test("equal, newer and older rows")
    func progress() {
        let scenario = Self.scenario()
        let count = scenario.log.count
        var whole = Self.state(of: scenario, events: count)
        var same = Self.state(of: scenario, events: count)
        // The last event was ann's, which bob hasn't seen.
        var part = Self.state(of: scenario, events: count - 1)
        for number in 0...whole.accountCount {
            let account = AccountNumber(number)
            #expect(whole.compareRow(account, with: &same) == .equal)
        }
        #expect(whole.compareRow(Self.ann, with: &part) == .isNewer)
        #expect(whole.compareRow(AccountNumber(2), with: &part) == .equal)
        #expect(part.compareRow(Self.ann, with: &whole) == .differs)
    }

    @Test("any number that differs", arguments: 0..<9)
    func difference(kind: Int) {
        let scenario = Self.scenario()
        var served = Self.state(of: scenario, events: scenario.log.count)
        var rebuilt = Self.state(of: scenario, events: scenario.log.count)
        let cells = Array(rebuilt.pool.cells(rebuilt.rows.block(Self.ann)))
        var cell = cells[kind % cells.count]
        switch kind {
        case 0: rebuilt.rows[Self.ann].opened += 1
        case 1: rebuilt.rows[Self.ann].eventCount += 1
        case 2: rebuilt.rows[Self.ann].parent = AccountNumber(2)
        case 3: rebuilt.rows[Self.ann].flags.insert(.frozen)
        case 4: rebuilt.removeCell(Self.ann, cell.key)
        case 5: rebuilt.setCell(Self.ann, CellKey(rawValue: cell.key.rawValue + 1), cell.value)
        case 6: cell.value.a += 1
        case 7: cell.value.b += 1
        default: cell.value.c += 1
        }
        if kind > 5 { rebuilt.setCell(Self.ann, cell.key, cell.value) }
        #expect(served.compareRow(Self.ann, with: &rebuilt) == .differs)
        #expect(served.compareRow(AccountNumber(2), with: &rebuilt) == .equal)
    }

    /// A state that has no row in memory.
    private static func restored(_ state: borrowing State, _ source: MemorySource) -> State {
        var served = State(source: source)
        served.restore(
            head: state.head, time: state.time, ledgerID: state.ledgerID,
            accountCount: state.accountCount, words: [], actors: [], rulebooks: [])
        return served
    }

    @Test("a row that is only stored is compared as it is stored")
    func stored() {
        let scenario = Self.scenario()
        var rebuilt = Self.state(of: scenario, events: scenario.log.count)
        let source = MemorySource()
        var served = Self.restored(rebuilt, source)
        let row = rebuilt.encodeRow(Self.ann)
        source.rows[Self.ann] = row
        #expect(served.compareRow(Self.ann, with: &rebuilt) == .equal)
        source.rows[Self.ann] = row.dropLast() + [row[row.count - 1] ^ 2]
        #expect(served.compareRow(Self.ann, with: &rebuilt) == .differs)
        #expect(!served.rows.flags(Self.ann).contains(.loaded))
    }

    @Test("a stored row that was found right is looked at no more, unless the account is in memory")
    func known() {
        let scenario = Self.scenario()
        var rebuilt = Self.state(of: scenario, events: scenario.log.count)
        let source = MemorySource()
        var served = Self.restored(rebuilt, source)
        let row = rebuilt.encodeRow(Self.ann)
        let bob = AccountNumber(2)
        let bobs = rebuilt.encodeRow(bob)
        var known = StoredRows()
        for position in row.indices {
            var changed = row
            changed[position] ^= 1
            known.look(at: changed.span, of: Self.ann, in: &rebuilt)
        }
        for other in [Array(row.dropLast()), row + [0], bobs, []] {
            known.look(at: other.span, of: Self.ann, in: &rebuilt)
        }
        known.look(at: row.span, of: AccountNumber(rebuilt.accountCount + 1), in: &rebuilt)
        let isUnknown = !known.contain(Self.ann) && !known.contain(bob)
        #expect(isUnknown)
        // What the source has now would differ.
        source.rows[Self.ann] = bobs
        let unknown = served.compareRow(Self.ann, with: &rebuilt, knowing: known)
        #expect(unknown == .differs)
        known.look(at: row.span, of: Self.ann, in: &rebuilt)
        let stored = served.compareRow(Self.ann, with: &rebuilt, knowing: known)
        #expect(stored == .equal)
        #expect(!served.rows.flags(Self.ann).contains(.loaded))
        served.ensure(Self.ann)
        let loaded = served.compareRow(Self.ann, with: &rebuilt, knowing: known)
        #expect(loaded == .differs)
    }
}
