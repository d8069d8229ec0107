import Ledger

// What PROFILE says of ladders, streaks and goals: how far an account has come.

extension ProfileWriter {
    // MARK: Ladders

    /// The ladders of an account: one that each facet climbs by itself is shown once for each.
    mutating func ladders(
        _ account: Account, _ cells: Span<Cell>, _ balances: Range<Int>,
        _ words: Words, _ reply: inout ReplyWriter
    ) {
        makeRoom(&reply)
        stage.raw(form.texts, form.laddersKey)
        let count = form.hasFacets ? rungCount(cells, balances) : form.ladders.count
        stage.map(count, isRESP3: form.isRESP3)
        for index in form.ladders.indices {
            makeRoom(&reply)
            guard let facets = form.ladders[index].facets else {
                stage.raw(form.texts, form.ladders[index].key)
                rung(index, form.ladders[index].facet, account, cells, words)
                continue
            }
            for place in balances {
                let name = cells[place].key.balance
                guard name.currency == facets, name.facet != .none else { continue }
                makeRoom(&reply)
                let ladder = form.ladders[index].rule.name
                names.write(
                    BalanceName(currency: ladder, facet: name.facet), words, to: &stage)
                rung(index, name.facet, account, cells, words)
            }
        }
    }

    private func rungCount(_ cells: Span<Cell>, _ balances: Range<Int>) -> Int {
        var count = 0
        for ladder in form.ladders {
            guard let facets = ladder.facets else {
                count += 1
                continue
            }
            for place in balances {
                let name = cells[place].key.balance
                if name.currency == facets, name.facet != .none { count += 1 }
            }
        }
        return count
    }

    @inline(__always)
    private mutating func rung(
        _ index: Int, _ facet: Word, _ account: Account, _ cells: Span<Cell>,
        _ words: Words
    ) {
        let ladder = form.ladders[index].rule
        let key = CellKey(.rung, ladder.name, facet.rawValue)
        let rung = cells.value(of: key)?.a ?? ladder.start
        let value =
            ladder.isByFormula
            ? ladder.value(of: seen(account, cells), facet: facet)
            : ladder.value(of: cells, facet: facet)
        let floor = ladder.floor(of: rung)
        let next = ladder.next(after: rung)
        var progress: Int64?
        var remaining: Int64?
        if value != nil, ladder.losesPast(rung) {
            progress = 0
        } else {
            progress = Self.difference(value, floor)
            remaining = Self.difference(next, value)
        }
        var count = 1
        if floor != nil { count += 1 }
        if next != nil { count += 1 }
        if progress != nil { count += 1 }
        if remaining != nil { count += 1 }
        stage.map(count, isRESP3: form.isRESP3)
        stage.raw(form.texts, form.rung)
        if let name = ladder.name(of: rung) {
            names.write(BalanceName(currency: name), words, to: &stage)
        } else {
            stage.integer(rung)
        }
        number(form.floor, floor)
        number(form.next, next)
        number(form.progress, progress)
        number(form.remaining, remaining)
    }

    @inline(__always)
    private mutating func number(_ key: Range<Int>, _ value: Int64?) {
        guard let value else { return }
        stage.raw(form.texts, key)
        stage.number(value)
    }

    /// How far one value is from another, if both are there and 64 bits can say it.
    @inline(__always)
    private static func difference(_ to: Int64?, _ from: Int64?) -> Int64? {
        guard let to, let from else { return nil }
        let (distance, overflow) = to.subtractingReportingOverflow(from)
        return overflow ? nil : distance
    }

    // MARK: Streaks and goals

    mutating func streaks(
        _ cells: Span<Cell>, _ words: Words, _ reply: inout ReplyWriter
    ) {
        entries(.streak, under: form.streaks, cells, words, &reply) { writer, value in
            writer.stage.raw(writer.form.texts, writer.form.current)
            writer.stage.number(value.a)
            writer.stage.raw(writer.form.texts, writer.form.longest)
            writer.stage.number(value.b)
            writer.stage.raw(writer.form.texts, writer.form.last)
            var day = ReplyWriter()
            day.bulk { $0.appendDay(value.c) }
            writer.stage.raw(day.bytes)
        }
    }

    /// The goals that an account is enrolled in.
    mutating func goals(_ cells: Span<Cell>, _ reply: inout ReplyWriter) {
        makeRoom(&reply)
        standings.clear()
        for index in form.goals.indices {
            let stored = cells.value(of: form.goals[index].cell)
            guard let standing = form.goals[index].window.standing(stored) else { continue }
            standings.append((index, standing))
        }
        stage.raw(form.texts, form.goalsKey)
        stage.map(standings.count, isRESP3: form.isRESP3)
        for (goal, standing) in standings {
            makeRoom(&reply)
            stage.raw(form.texts, form.goals[goal].head)
            stage.number(standing.progress)
            stage.raw(form.texts, form.goals[goal].rest)
            stage.raw(form.texts, standing.done > 0 ? form.yes : form.no)
        }
    }
}
