import Foundation
import Ledger
import Proof
import Secrets
import Store
import Testing
import Wire

@testable import Engine
@testable import Ledger
@testable import stele

/// What PROJECTION REBUILD proves, and for how long it has all stand still, while rows go on to change.
@Suite("Rebuilding beside the service") struct RebuildTests {
    @Test("nothing changes: equal, and next to nothing is left for the end")
    func quiet() throws {
        let ledger = try ServedLedger(accounts: 1_200)
        let run = RebuildRun(ledger)
        #expect(try run.finish() == nil)
        #expect(run.rested == [0])
        #expect(run.rebuild.accountCount == 1_200)
    }

    @Test(
        "a row that had moved on when its turn came is compared later", arguments: [1, 600, 1_200])
    func movedOn(number: Int) throws {
        for isForged in [false, true] {
            let ledger = try ServedLedger(accounts: 1_200)
            let run = RebuildRun(ledger)
            run.fold()
            try ledger.award([number])
            // All but the moved one are found equal in this round.
            while try run.step() == .goesOn {}
            if isForged { ledger.forge(number) }
            let found = try run.finish()
            #expect(found?.contains("account \(number) ") ?? false == isForged)
        }
    }

    @Test("a row that moves on in every round is compared in the end")
    func movesOnAlways() throws {
        for isForged in [false, true] {
            let ledger = try ServedLedger(accounts: 50)
            let run = RebuildRun(ledger)
            run.whileFolded = { try ledger.award([7]) }
            run.beforeRest = { if isForged { ledger.forge(7) } }
            let found = try run.finish()
            #expect(found?.contains("account 7 ") ?? false == isForged)
        }
    }

    @Test("accounts that were opened meanwhile are compared, in rounds or in the end")
    func opened() throws {
        for forged in [0, 51, 52] {
            let ledger = try ServedLedger(accounts: 50)
            let run = RebuildRun(ledger)
            // One that only the ledger in service knows when rows are looked at, and one before all stands still.
            var next = 51
            run.whileFolded = {
                try ledger.award([next])
                if next == forged { ledger.forge(next) }
                next += 1
            }
            run.whileServing = run.whileFolded
            let found = try run.finish()
            #expect(found?.contains("account \(forged) ") ?? false == (forged > 0))
            if forged == 0 { #expect(run.rebuild.accountCount == UInt32(next - 1)) }
            #expect(next > 52)
        }
    }

    @Test("a row that says it had events that nobody has had is found out")
    func tooNew() throws {
        let ledger = try ServedLedger(accounts: 50)
        ledger.engine.ledger.state.rows[AccountNumber(9)].last = 1 << 40
        #expect(try RebuildRun(ledger).finish()?.contains("account 9 ") == true)
    }

    @Test("a word that is one in memory only, or another one")
    func words() throws {
        let ledger = try ServedLedger(accounts: 50)
        ledger.engine.ledger.state.words.append(Array("nobody-said-so".utf8))
        #expect(try RebuildRun(ledger).finish()?.contains("word") == true)
        let other = try ServedLedger(accounts: 50)
        let count = other.engine.ledger.state.words.count
        other.engine.ledger.state.words.truncate(to: count - 1)
        other.engine.ledger.state.words.append(Array("another".utf8))
        #expect(try RebuildRun(other).finish()?.contains("word \(count) ") == true)
    }

    @Test("however many rows change, few are left for when all stands still")
    func rest() throws {
        let count = 20_000
        let ledger = try ServedLedger(accounts: count)
        let run = RebuildRun(ledger)
        var draw = SplitMix(seed: 11)
        // Between two looks a twentieth of the accounts moves on.
        run.whileServing = {
            try ledger.award((0..<30).map { _ in 1 + Int(draw.next() % UInt64(count)) })
        }
        #expect(try run.finish() == nil)
        #expect(run.rested.count == 1 && run.rested[0] <= ComparisonRounds.restMaxAtFirst)
        // Most rows were compared while it served.
        #expect(run.turns > count / ComparisonRounds.rowsPerTurn)
    }

    @Test("rows that move on as fast as they are compared are compared a part at each stand-still")
    func alwaysNew() throws {
        let count = 3 * ComparisonRounds.restMaxAtFirst + 5
        let ledger = try ServedLedger(accounts: count)
        let run = RebuildRun(ledger)
        run.whileFolded = { try ledger.award(Array(1...count)) }
        #expect(try run.finish() == nil)
        // The ledger's own row comes on top.
        let most = ComparisonRounds.restMaxAtFirst
        #expect(run.rested == [most, 2 * most, 6])
    }

    @Test("a long log is folded a bounded piece at a time")
    func pieces() throws {
        let ledger = try ServedLedger(accounts: 20_000)
        let run = RebuildRun(ledger)
        run.fold()
        #expect(run.advances.count > 1)
        #expect(run.advances.allSatisfy { $0 <= 32_768 + 64 })
        #expect(run.advances.reduce(0, +) == ledger.engine.head)
    }
}

/// A rebuild as the daemon runs it, with something going on in between.
private final class RebuildRun {
    enum Step { case goesOn, folded, rested }

    let ledger: ServedLedger
    let rebuild = Rebuild()
    /// Done after each look at rows, after each folding, and when all stands still.
    var whileServing: () throws -> Void = {}
    var whileFolded: () throws -> Void = {}
    var beforeRest: () -> Void = {}
    private(set) var turns = 0
    /// How many rows were compared at each stand-still.
    private(set) var rested: [Int] = []
    /// How many events each piece of folding had.
    private(set) var advances: [UInt64] = []
    private var outcome: Engine.Comparison = .needsFolding

    init(_ ledger: ServedLedger) { self.ledger = ledger }

    func fold() {
        var hasMore = true
        while hasMore {
            let head = rebuild.head
            hasMore = rebuild.goOn(ledger.reader, ledger.state)
            if rebuild.head > head { advances.append(rebuild.head - head) }
        }
    }

    /// The next look at some rows.
    func step() throws -> Step {
        outcome = ledger.engine.compare(rebuild)
        turns += 1
        if case .goesOn = outcome {
            try whileServing()
            return .goesOn
        }
        return .folded
    }

    /// What it found to differ.
    func finish() throws -> String? {
        for _ in 0..<10_000 {
            switch outcome {
            case .goesOn: _ = try step()
            case .needsFolding:
                fold()
                try whileFolded()
                _ = try step()
            case .needsRest:
                fold()
                try whileServing()
                fold()
                beforeRest()
                let before = rebuild.remaining(of: ledger.engine.ledger.state.accountCount)
                let most = rebuild.rounds.restMax
                outcome = ledger.engine.compareRest(rebuild)
                let after = rebuild.remaining(of: ledger.engine.ledger.state.accountCount)
                rested.append(before - after)
                #expect(before - after <= most)
            case .equal: return nil
            case .differs(let what): return what
            }
        }
        return "it never ends"
    }
}

/// A ledger in service, in a directory of its own; each account had one award.
private final class ServedLedger {
    let engine: Engine
    let reader: LogReader<LMDBLog>
    let state: StateStore<LMDBState>
    private let directory: DataDirectory
    private let path: String
    private var writer: LogWriter
    private var receipt = Receipt()
    private let time = Instant(microseconds: 1_700_000_000_000_000)

    init(accounts: Int) throws {
        path = "/tmp/stele-test-rebuild-\(UInt64.random(in: 0...UInt64.max))"
        let time = time
        let key = AccountKey(random: [UInt8](repeating: 7, count: 28))
        directory = try DataDirectory.open(path) { () throws(StoreError) in
            Genesis.batch(id: Array(0..<16), key: key, at: time)
        }
        guard let stored = directory.state else { throw StoreError.missing(path: path) }
        state = StateStore(stored, checksum: RebuildCommand.checksum)
        let opening = try Opening.open(
            log: directory.log, state: state,
            random: { () throws(RandomnessUnavailable) in try AccountKey.random() },
            progress: { _ in })
        engine = opening.engine
        writer = opening.writer
        reader = LogReader(directory.log)
        let text = Array(LedgerFixture.rulebook.utf8)
        _ = try engine.ledger.adopt(
            text, hash: SHA256.hash(text).bytes, file: "test.json5",
            from: Peer(uid: 1000, role: .all), at: time)
        try commit()
        try award(Array(1...accounts))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Awards each something, durably. Accounts have their numbers in the order of their first award.
    func award(_ numbers: [Int]) throws {
        var command = Command()
        var request = Request(["AWARD", "", "coins", "5"])
        for (index, number) in numbers.enumerated() {
            request = Request(["AWARD", "a\(number)", "coins", "5"])
            command.reset()
            try WriteParser.parse(.award, &request, into: &command)
            _ = try engine.write(
                command, from: Peer(uid: 1000, role: .all), at: time, into: &receipt)
            if index % 1_024 == 1_023 { try commit() }
        }
        try commit()
    }

    private func commit() throws {
        guard let batch = engine.takeBatch() else { return }
        engine.committed(batch, try writer.append(batch, to: directory.log))
    }

    /// Changes the account's balance in memory.
    func forge(_ number: Int) {
        let account = AccountNumber(UInt32(number))
        let cells = engine.ledger.state.cells(account)
        guard var cell = cells.first(where: { $0.key.kind == .balance }) else { return }
        cell.value.a += 1
        engine.ledger.state.setCell(account, cell.key, cell.value)
    }
}
