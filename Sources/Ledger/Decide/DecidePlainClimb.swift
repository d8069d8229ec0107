// Rungs that move with a plain command: found before anything changes, then encoded, folded and noted.

extension Ledger {
    /// Finds the rungs that a posting moves, as `settleLadders` does.
    ///
    /// - Parameter block: what the account has; nothing, of one that is being opened.
    /// - Returns: whether there was room for them.
    @inline(never)
    mutating func climb(
        _ posting: PlainPost, _ block: CellBlock, _ balance: PlainBalances.Place
    ) -> Bool {
        for index in plainBalances[balance].rungs {
            let rung = plainBalances.rungs[index]
            let (stored, value) = state.pool.withCells(block) { cells in
                let stored = cells.value(of: rung.key)?.a ?? rung.start
                return (stored, climbed(rung, balance, cells, posting.value, posting.after))
            }
            if plainBalances.stands(rung, on: stored, at: value) { continue }
            let ladder = rules.ladders[rung.ladder]
            var now = ladder.rung(at: value)
            if ladder.lose == .never { now = max(now, stored) }
            guard now != stored else { continue }
            guard plainClimbs.add(PlainRung(key: rung.key, from: stored, to: now)) else {
                return false
            }
        }
        return true
    }

    /// The value that a ladder is climbed to.
    @inline(__always)
    func climbed(
        _ rung: PlainBalances.Rung, _ balance: PlainBalances.Place, _ cells: Span<Cell>,
        _ value: CellValue, _ available: Int64
    ) -> Int64 {
        switch rung.part {
        case .available: return available
        case .spent: return value.spent
        case .held: return value.held
        case .earned:
            guard !rung.receivedClimbs, plainBalances[balance].loadsReceived else {
                return value.earned
            }
            let received = CellKey(received: plainBalances[balance].name)
            return value.earned - (cells.value(of: received)?.a ?? 0)
        }
    }

    /// As `Event.encode`, of the rungs of an event's only account.
    mutating func encodeClimbs() {
        writer.varint(plainClimbs.count)
        for index in 0..<plainClimbs.count {
            let rung = plainClimbs[index]
            writer.varint(0 as UInt32)
            writer.varint(rung.key.word.rawValue)
            writer.varint(rung.key.qualifier)
            writer.signed(rung.from)
            writer.signed(rung.to)
        }
    }

    mutating func foldClimbs(_ account: AccountNumber) {
        for index in 0..<plainClimbs.count {
            let rung = plainClimbs[index]
            state.setCell(account, rung.key, CellValue(rung.to))
        }
    }

    /// Notes them with the command, for its reply.
    mutating func noteClimbs(_ commands: inout PlainCommands, _ index: Int) {
        for place in 0..<plainClimbs.count {
            commands.rungs[index * PlainCommands.partsMax + place] = plainClimbs[place]
        }
        commands.items[index].rungCount = UInt8(truncatingIfNeeded: plainClimbs.count)
    }
}
