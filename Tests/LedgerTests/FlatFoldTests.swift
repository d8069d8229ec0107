import Testing

@testable import Ledger

/// Whole blocks of events are folded in a way of their own: it must come to what `Event.decode` and `fold`
/// come to, byte for byte, and to the same mistake where there is one.
@Suite("Flat events") struct FlatFoldTests {
    static let rulebook = """
        {
          edition: 1,
          currencies: {
            xp: { never_decreases: true, raw: ['game', 'operate'] },
            coins: { transferable: true, raw: ['game', 'operate'] },
            gems: { facets: 'open', raw: ['game', 'operate'], floor: -50 },
          },
          items: { hat: { slot: 'head' } },
          ladders: {
            level: { of: "earned('xp')", start: 1, tail: 40 },
            purse: { of: "available('coins')", rungs: [0, 50, 200] },
          },
          actions: {
            work: {
              inputs: { hours: { type: 'int', min: 0, max: 24 }, note: { type: 'text', default: '' },
                        place: { type: 'name', default: 'here' } },
              let: { third: 'hours / 3' },
              show: ['third'],
              gives: [
                { balance: 'xp', amount: '10 * hours', when: 'hours > 0' },
                { balance: 'coins', amount: 'hours', when: 'hours > 12' },
                { fact: 'hours', add: 'hours' },
                { fact: 'at:<place>', value: 'place' },
              ],
            },
            quest: { inputs: { name: 'name' }, once: ['name'],
                     posts: [{ balance: 'gems:<name>', amount: 5 }] },
          },
          offers: {
            hat: { repeat: true, cost: { balance: 'coins', amount: 5 },
                   gives: [{ item: 'hat', count: 1 }] },
            gift: { parameters: { n: { type: 'int', min: 1, max: 9 } },
                    gives: [{ balance: 'coins', amount: 'n' }] },
          },
        }
        """

    private static func text(_ random: inout PlainRandom) -> String {
        let account = random.pick(["ann", "bob", "cleo", "bob/knight"])
        let balance = random.pick(["xp", "coins", "coins", "gems:red", "gems"])
        let amount = 1 + random.next() % 60
        let key = random.next() % 4 == 0 ? " key=k\(random.next())" : ""
        return switch random.next() % 24 {
        case 0: "transfer \(account) ann coins \(amount)"
        case 1: "hold \(account) coins 3"
        case 2: "freeze \(account)"
        case 3: "unfreeze \(account)"
        case 4: "fact \(account) class \(random.pick(["elf", "7", ""]))"
        case 5: "claim \(account) hat"
        case 6: "claim \(account) gift n=\(1 + random.next() % 9)"
        case 7: "record \(account) quest name=q\(random.next() % 20)"
        case 8, 9: "record \(account) work hours=\(random.next() % 25) note=rain\(key)"
        case 10: "record \(account) work hours=\(random.next() % 25) place=p\(random.next() % 5)"
        case 11: "award \(account) xp \(amount) memo=hello"
        case 12: "award \(account) coins \(amount) by=cleo"
        case 13, 14, 15: "spend \(account) \(balance) \(amount)\(key)"
        default: "award \(account) \(balance) \(amount)\(key)"
        }
    }

    /// A log of all that happens to accounts, mostly of what is flat.
    private static func log(seed: UInt64, count: Int = 500) -> (log: [[UInt8]], MemorySource) {
        var random = PlainRandom(state: seed)
        var scenario = Scenario(rulebook: rulebook)
        for index in 0..<count {
            scenario.now.microseconds += Int64(random.next() % 3)
            _ = scenario.outcome(text(&random))
            if index == count / 2 { _ = scenario.outcome("forget cleo") }
        }
        scenario.commit()
        return (scenario.log, scenario.source)
    }

    /// Folds with `BlockFolder`, in blocks of all sizes; answers the mistake.
    private static func foldBlocks(
        _ log: [[UInt8]], from first: Int, _ random: inout PlainRandom, into state: inout State
    ) -> String? {
        var folder = BlockFolder()
        var start = first
        while start < log.count {
            let end = min(log.count, start + 1 + Int(random.next() % 64))
            // What surrounds the events must not matter.
            var bytes = [UInt8](repeating: 0xFF, count: Int(random.next() % 9))
            var places: [Range<Int>] = []
            for event in log[start..<end] {
                places.append(bytes.count..<(bytes.count + event.count))
                bytes += event + [UInt8](repeating: 0x7F, count: Int(random.next() % 3))
            }
            bytes += [UInt8](repeating: 0x01, count: Int(random.next() % 99))
            guard folder.fold(UInt64(start + 1), bytes.span, places.span, into: &state) else {
                return folder.failure.map { "\($0)" }
            }
            start = end
        }
        return nil
    }

    /// Folds event by event; answers the mistake.
    private static func foldOneByOne(
        _ log: [[UInt8]], from first: Int, into state: inout State
    ) -> String? {
        var event = Event()
        for index in first..<log.count {
            do throws(DecodingError) {
                try event.decode(log[index], log[index].indices)
            } catch {
                return "seq=\(index + 1): \(error.reason) (byte \(error.offset) of the event)"
            }
            guard event.sequence == UInt64(index + 1) else {
                return "seq=\(index + 1): it calls itself \(event.sequence)"
            }
            do throws(FoldError) {
                try state.fold(event)
            } catch {
                return "seq=\(error.sequence): \(error.reason)"
            }
        }
        return nil
    }

    /// As `foldBlocks`, with the decoding done before the folding.
    private static func foldTaken(
        _ log: [[UInt8]], _ random: inout PlainRandom, into state: inout State
    ) -> String? {
        var folder = BlockFolder()
        var taken = TakenEvents(capacity: 130)
        var start = 0
        while start < log.count {
            taken.removeAll()
            while start < log.count {
                let end = min(log.count, start + 1 + Int(random.next() % 64))
                let bytes = Array(log[start..<end].joined())
                var place = 0
                let places = log[start..<end].map { event in
                    defer { place += event.count }
                    return place..<(place + event.count)
                }
                guard taken.take(UInt64(start + 1), bytes.span, places.span) else { break }
                start = end
            }
            guard folder.fold(taken, into: &state, stored: { log[Int($0) - 1] }) else {
                return folder.failure.map { "\($0)" }
            }
        }
        return nil
    }

    /// A row that was changed is taken where it is one still, as it is read by itself.
    private static func expectSameOfDamaged(
        _ row: [UInt8], _ random: inout PlainRandom
    ) {
        var damaged = row
        let position = Int(random.next() % UInt64(row.count))
        switch random.next() % 3 {
        case 0: damaged[position] ^= 1 << UInt8(random.next() % 8)
        case 1: damaged.removeLast(position)
        default: damaged.insert(0x80, at: position)
        }
        var state = State(source: EmptySource())
        let isTaken = state.take(storedRow: damaged.span, of: AccountNumber(1)) != nil
        #expect(isTaken == State.isRow(damaged))
        if isTaken { #expect(state.encodeRow(AccountNumber(1)) == damaged) }
    }

    private static func expectSame(_ a: inout State, _ b: inout State) {
        #expect(a.head == b.head && a.time == b.time && a.accountCount == b.accountCount)
        for number in 0...a.accountCount {
            let account = AccountNumber(number)
            #expect(a.encodeRow(account) == b.encodeRow(account), "account \(number)")
            #expect(a.rows[account].tokenKey == b.rows[account].tokenKey)
            #expect(a.rows[account].flags == b.rows[account].flags)
        }
        var next = AccountNumber.ledger
        while let account = a.dirty.first(from: next) {
            #expect(b.dirty.first(from: next) == account)
            next = AccountNumber(account.rawValue + 1)
        }
        let isLast = b.dirty.first(from: next) == nil
        #expect(isLast)
        #expect(a.recentKeys.sorted().map(\.token) == b.recentKeys.sorted().map(\.token))
        #expect(a.recentKeys.sorted().map(\.value) == b.recentKeys.sorted().map(\.value))
        #expect(a.words.count == b.words.count && a.actors == b.actors)
        let (changes, others) = (a.directoryChanges(), b.directoryChanges())
        #expect(changes.map(\.token) == others.map(\.token))
        #expect(changes.map(\.account) == others.map(\.account))
    }

    @Test("blocks fold to what their events fold to", arguments: 1...UInt64(12))
    func sameState(seed: UInt64) {
        var random = PlainRandom(state: seed &* 77)
        let (log, source) = Self.log(seed: seed)
        var fast = State(source: source)
        var general = State(source: source)
        #expect(Self.foldBlocks(log, from: 0, &random, into: &fast) == nil)
        #expect(Self.foldOneByOne(log, from: 0, into: &general) == nil)
        Self.expectSame(&fast, &general)
        var taken = State(source: source)
        #expect(Self.foldTaken(log, &random, into: &taken) == nil)
        Self.expectSame(&taken, &general)
        // It is the flat way that is tested: most of the log must go it.
        var flat = FlatEvents()
        let flatCount = log.enumerated().count { index, event in
            flat.removeAll()
            return flat.append(event.span, event.indices, UInt64(index + 1))
        }
        #expect(flatCount * 2 > log.count, "\(flatCount) of \(log.count) are flat")
    }

    @Test("a changed byte comes to the same mistake, or the same state", arguments: 1...UInt64(12))
    func sameMistake(seed: UInt64) {
        var random = PlainRandom(state: seed &* 99)
        let (log, source) = Self.log(seed: seed, count: 120)
        var mistakes = 0
        for _ in 0..<120 {
            var changed = log
            let index = Int(random.next() % UInt64(log.count))
            let position = Int(random.next() % UInt64(changed[index].count))
            switch random.next() % 4 {
            case 0: changed[index].remove(at: position)
            case 1: changed[index].insert(UInt8(truncatingIfNeeded: random.next()), at: position)
            case 2: changed[index][position] ^= 1 << UInt8(random.next() % 8)
            default: changed[index][position] = UInt8(truncatingIfNeeded: random.next())
            }
            var fast = State(source: source)
            var general = State(source: source)
            let mistake = Self.foldOneByOne(changed, from: 0, into: &general)
            #expect(Self.foldBlocks(changed, from: 0, &random, into: &fast) == mistake)
            var taken = State(source: source)
            #expect(Self.foldTaken(changed, &random, into: &taken) == mistake)
            if mistake == nil { Self.expectSame(&fast, &general) } else { mistakes += 1 }
        }
        #expect(mistakes > 30)
    }

    @Test("rows newer than the rest pass over what they have seen", arguments: 1...UInt64(12))
    func tails(seed: UInt64) {
        var random = PlainRandom(state: seed &* 55)
        let (log, source) = Self.log(seed: seed)
        var whole = State(source: source)
        _ = Self.foldOneByOne(log, from: 0, into: &whole)
        let mark = log.count / 4 + Int(random.next() % UInt64(log.count / 2))
        var part = State(source: source)
        _ = Self.foldOneByOne(Array(log[..<mark]), from: 0, into: &part)
        let stored = MemorySource()
        stored.keys = source.keys
        for number in 0...part.accountCount {
            let account = AccountNumber(number)
            stored.rows[account] =
                random.next() % 2 == 0 ? part.encodeRow(account) : whole.encodeRow(account)
        }
        func restored() -> State {
            var state = State(source: stored)
            state.restore(
                head: part.head, time: part.time, ledgerID: part.ledgerID,
                accountCount: part.accountCount,
                words: (1...part.words.count).map { part.words.text(Word(UInt32($0))) },
                actors: part.actors, rulebooks: part.rulebooks)
            return state
        }
        var fast = restored()
        var general = restored()
        #expect(Self.foldBlocks(log, from: mark, &random, into: &fast) == nil)
        #expect(Self.foldOneByOne(log, from: mark, into: &general) == nil)
        Self.expectSame(&fast, &general)
        // With all rows read beforehand it comes to the same.
        var ahead = restored()
        for (account, row) in stored.rows {
            let isTaken = ahead.take(storedRow: row.span, of: account) != nil
            #expect(isTaken && ahead.encodeRow(account) == row)
            Self.expectSameOfDamaged(row, &random)
        }
        #expect(Self.foldBlocks(log, from: mark, &random, into: &ahead) == nil)
        Self.expectSame(&ahead, &general)
        for number in 0...whole.accountCount {
            let account = AccountNumber(number)
            #expect(fast.encodeRow(account) == whole.encodeRow(account))
        }
    }

    /// Whether what was taken for flat is what decoding gives.
    private static func isSame(_ flat: borrowing FlatEvents, _ event: Event) -> Bool {
        let head = flat.heads[0]
        let none = FlatEvents.Parts(postings: 0..<0, effects: 0..<0, tokens: 0..<0)
        let parts = head.isPlain ? none : head.parts
        let previous = head.previous(event.sequence)
        var isSame =
            event.accounts == [Event.Link(account: head.account, previous: previous)]
            && event.time.microseconds == head.time && event.payload == .none
            && (head.isPlain ? 1 : parts.postings.count) == event.postings.count
            && parts.effects.count == event.marks.count + event.rungs.count
            && parts.tokens.count == event.once.count
        guard isSame else { return false }
        for (index, posting) in event.postings.enumerated() {
            let own = head.isPlain ? head.posting : flat.postings[parts.postings.lowerBound + index]
            isSame =
                isSame && own.key == CellKey(posting.balance) && own.amount == posting.amount
                && own.isSpent == (posting.side == .spend)
                && (posting.side == .spend || posting.side == .earn)
        }
        let cells =
            event.marks.map { ($0.key, $0.value) }
            + event.rungs.map {
                (CellKey(.rung, $0.ladder, $0.season.rawValue), CellValue($0.to))
            }
        for (index, cell) in cells.enumerated() {
            let own = flat.effects[parts.effects.lowerBound + index]
            isSame = isSame && own.key == cell.0 && own.value == cell.1
        }
        for (index, once) in event.once.enumerated() {
            isSame = isSame && flat.tokens[parts.tokens.lowerBound + index] == once.token
        }
        return isSame
    }

    @Test("nothing is taken for flat but what decodes to the same", arguments: 1...UInt64(3))
    func accepted(seed: UInt64) {
        let golden = GoldenEvents.all.map { named in
            var writer = ByteWriter(capacity: Limits.eventBytesMax)
            named.event.encode(into: &writer)
            return (named.event.sequence, writer.bytes)
        }
        let logged = Self.log(seed: seed, count: 60).log.enumerated().map { index, bytes in
            (UInt64(index + 1), bytes)
        }
        var flat = FlatEvents()
        var event = Event()
        var taken = 0
        for (sequence, bytes) in golden + logged {
            for position in bytes.indices {
                for bit in UInt8(0)...8 {
                    var changed = bytes
                    if bit < 8 {
                        changed[position] ^= 1 << bit
                    } else {
                        changed.remove(at: position)
                    }
                    flat.removeAll()
                    // With more bytes behind it, as in a batch, and without.
                    let range = changed.indices
                    if position % 2 == 0 {
                        changed += [UInt8](repeating: bit, count: PlainReader.slack)
                    }
                    guard flat.append(changed.span, range, sequence) else {
                        let isLeft = flat.count == 1 && !flat.isFlat(0)
                        #expect(isLeft)
                        continue
                    }
                    taken += 1
                    let isDecoded = (try? event.decode(changed, range)) != nil
                    let isRight =
                        isDecoded && event.sequence == sequence && Self.isSame(flat, event)
                    #expect(isRight, "event \(sequence), byte \(position), bit \(bit)")
                }
            }
        }
        #expect(taken > 1_000)
    }

    @Test("a number over 64 bits, or not in its shortest form, is none")
    func longestVarints() {
        let continued = [UInt8](repeating: 0xFF, count: 8)
        let ends: [[UInt8]: UInt64?] = [
            [0x7F]: .max >> 1, [0x01]: 0x01FF_FFFF_FFFF_FFFF, [0x00]: nil, [0x80]: nil,
            [0x80, 0x01]: 0x80FF_FFFF_FFFF_FFFF, [0xFF, 0x01]: .max, [0xFF, 0x00]: nil,
            [0xFF, 0x02]: nil, [0xFF, 0x81]: nil, [0xFF]: nil, []: nil,
        ]
        for (end, value) in ends {
            let bytes = continued + end
            var reader = FlatReader(bytes.indices)
            let read = reader.anyVarint(bytes.span)
            var general = ByteReader(bytes)
            #expect((reader.isGood ? read : nil) == value)
            #expect(((try? general.varint()) ?? nil) == value)
        }
    }

    @Test("numbers of every size are read as they are one byte at a time")
    func varints() {
        var random = PlainRandom(state: 4711)
        for _ in 0..<20_000 {
            let value = random.next() >> (random.next() % 64)
            var writer = ByteWriter(capacity: 32)
            writer.varint(value)
            let before = Int(random.next() % 5)
            let after = Int(random.next() % UInt64(2 * PlainReader.slack))
            var bytes = [UInt8](repeating: 0xFF, count: before) + writer.bytes
            let range = before..<bytes.count
            bytes += (0..<after).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            var reader = FlatReader(range)
            let read = reader.varint(bytes.span)
            if value < 1 << 56 {
                #expect(reader.isGood && reader.isAtEnd && read == value)
            } else {
                #expect(!reader.isGood)
            }
            var any = FlatReader(range)
            let same = any.anyVarint(bytes.span)
            #expect(any.isGood && any.isAtEnd && same == value)
            var short = FlatReader(before..<range.upperBound - 1)
            _ = short.anyVarint(bytes.span)
            #expect(!short.isGood)
            var plain = PlainReader(range)
            let hasSlack = plain.hasSlack(in: bytes.span)
            #expect(hasSlack == (range.count + after >= PlainReader.slack))
            if hasSlack {
                let same = plain.varint(bytes.span)
                #expect(plain.isAtEnd == (value < 1 << 56))
                #expect(same == value || !plain.isAtEnd)
            }
            var cut = FlatReader(range.dropLast())
            _ = cut.varint(bytes.span)
            #expect(!cut.isGood)
        }
    }

    @Test("sums that overflow are refused in the same words")
    func overflows() {
        for amounts in [[Int64.max - 1, 5], [Int64.max / 2, Int64.max / 2, Int64.max / 2]] {
            var (log, source) = Self.log(seed: 3, count: 1)
            for (index, amount) in amounts.enumerated() {
                var event = Event()
                event.sequence = UInt64(log.count + 1)
                event.time = Instant(microseconds: 1_800_000_000_000_000)
                let previous = index == 0 ? 0 : event.sequence - 1
                event.accounts = [.init(account: AccountNumber(1), previous: previous)]
                event.postings = [
                    .init(
                        account: 0, balance: BalanceName(currency: Word(1)), side: .earn,
                        amount: amount, why: nil)
                ]
                if index == 0 {
                    var state = State(source: source)
                    _ = Self.foldOneByOne(log, from: 0, into: &state)
                    event.accounts[0].previous = state.last(AccountNumber(1))
                }
                var writer = ByteWriter(capacity: 128)
                event.encode(into: &writer)
                log.append(writer.bytes)
            }
            var random = PlainRandom(state: 1)
            var fast = State(source: source)
            var general = State(source: source)
            let mistake = Self.foldOneByOne(log, from: 0, into: &general)
            #expect(mistake?.contains("overflows") == true)
            #expect(Self.foldBlocks(log, from: 0, &random, into: &fast) == mistake)
        }
    }
}
