import Ledger

extension Oracle {
    /// What the command must come to.
    ///
    /// - Parameters:
    ///   - sequence: the number that the ledger gave it, if it accepted it.
    ///   - head: the ledger's last event before it.
    func judge(
        _ ask: Ask, wall: Int64, sequence: UInt64, head: UInt64
    ) -> Outcome {
        draft = Draft()
        draft.now = max(wall, world.time)
        draft.head = head
        if !isAllowed(ask) { return .refused(Reasons(.notPermitted)) }
        if let outcome = findSubject(ask) { return outcome }
        judgeStanding(ask)
        if let outcome = judgeVerb(ask, sequence) { return outcome }
        if !draft.reasons.isEmpty { return .refused(draft.reasons) }
        // What is taken over from elsewhere moves nothing.
        if ask.verb != .migrate { climb() }
        addTotals()
        if !draft.reasons.isEmpty { return .refused(draft.reasons) }
        if let key = ask.key {
            let owner = ask.account.isEmpty ? -1 : draft.subject
            draft.tokens.append(Token(owner: owner, text: "key " + key))
        }
        return .accepted(accept(ask, sequence: sequence))
    }

    func refuse(_ code: RefusalCode) { draft.reasons.insert(Reasons(code)) }

    private func isAllowed(_ ask: Ask) -> Bool {
        switch ask.verb {
        case .reverse, .migrate, .run, .freeze, .unfreeze, .forget:
            return ask.peer.role.contains(.operate)
        default:
            if ask.at != nil { return ask.peer.role.contains(.operate) }
            return ask.peer.role.contains(.game) || ask.peer.role.contains(.operate)
        }
    }

    static func isID(_ id: String) -> Bool {
        let parts = id.split(separator: "/", omittingEmptySubsequences: false)
        return !id.isEmpty && id.utf8.count <= 64 && !id.hasPrefix("~") && parts.count <= 2
            && parts.allSatisfy { !$0.isEmpty } && !id.contains(" ")
    }

    static func isName(_ name: String) -> Bool {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        return parts.allSatisfy { part in
            !part.isEmpty && part.utf8.count <= 32
                && part.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x41...0x5A).contains($0)
                        || (0x61...0x7A).contains($0) || $0 == 0x5F || $0 == 0x2E || $0 == 0x2D
                }
        }
    }

    // MARK: The account

    private func findSubject(_ ask: Ask) -> Outcome? {
        if ask.account.isEmpty { return findByNumber(ask) }
        if let person = world.ids[ask.account] {
            draft.subject = person
            if let outcome = repeated(ask, owner: person) { return outcome }
            draft.expiredOwn = expire(person)
            if draft.expiredOwn > 0 {
                learn(person, last: draft.head + UInt64(draft.expiredOwn))
            }
        } else if ask.verb == .forget {
            return .refused([Reasons(.notFound), Reasons(.badArgument)])
        } else if Self.isID(ask.account) {
            draft.subject = open(ask.account)
            draft.isSubjectNew = true
        } else {
            return .refused(Reasons(.badArgument))
        }
        return nil
    }

    private func findByNumber(_ ask: Ask) -> Outcome? {
        if let outcome = repeated(ask, owner: -1) { return outcome }
        switch ask.verb {
        case .settle, .release:
            guard let person = world.holders[ask.subject] else {
                return .refused(Reasons(.notFound))
            }
            draft.subject = person
        case .reverse:
            guard let event = event(ask.subject) else { return .refused(Reasons(.notFound)) }
            let isReversible =
                event.kind == .claim
                || (event.kind == .award || event.kind == .spend || event.kind == .transfer)
                    && !event.parts.isEmpty
            guard isReversible else { return .refused(Reasons(.badArgument)) }
            draft.subject = event.people[0]
            if event.people.contains(where: { world.people[$0].isFrozen }) { refuse(.frozen) }
        default:
            return .refused(Reasons(.undeclared))
        }
        draft.expiredOwn = expire(draft.subject)
        if draft.expiredOwn > 0 {
            learn(draft.subject, last: draft.head + UInt64(draft.expiredOwn))
        }
        return nil
    }

    private func repeated(_ ask: Ask, owner: Int) -> Outcome? {
        guard let key = ask.key else { return nil }
        return repeated(ask, Token(owner: owner, text: "key " + key))
    }

    func repeated(_ ask: Ask, _ token: Token) -> Outcome? {
        guard let known = known(token) else { return nil }
        return known.identity == ask.identity
            ? .duplicate(known, draft.reasons) : .reused(draft.reasons)
    }

    /// The account that an argument names, opened if need be.
    func other(_ id: String) -> Int? {
        if let person = world.ids[id] { return person }
        guard Self.isID(id) else {
            refuse(.badArgument)
            return nil
        }
        return open(id)
    }

    private func judgeStanding(_ ask: Ask) {
        if let at = ask.at, at > draft.now { refuse(.badArgument) }
        if !ask.by.isEmpty { _ = other(ask.by) }
        if ask.cause > draft.head + 1_000 { refuse(.notFound) }
        if let expected = ask.expect {
            var last = world.people[draft.subject].last
            if draft.isSubjectNew { last = 0 }
            if isInGroup, let before = lastBeforeGroup[draft.subject] { last = before }
            if expected != last { refuse(.conflict) }
        }
        switch ask.verb {
        case .freeze, .unfreeze, .forget: break
        default: if world.people[draft.subject].isFrozen { refuse(.frozen) }
        }
    }

    // MARK: Posting

    /// The currency of a balance, if the balance may exist.
    func currency(_ balance: String) -> Book.Currency? {
        let parts = balance.split(separator: ":", maxSplits: 1)
        guard let first = parts.first, let currency = book.currencies[String(first)],
            currency.hasFacets == (parts.count == 2),
            parts.count == 1 || ["red", "blue", "green"].contains(parts[1])
        else {
            refuse(.undeclared)
            return nil
        }
        return currency
    }

    /// As `currency`, of a balance that the client posts to itself.
    func rawCurrency(_ ask: Ask, decreases: Bool) -> Book.Currency? {
        guard let currency = currency(ask.balance) else { return nil }
        switch currency.raw {
        case .everybody: break
        case .operators: if !ask.peer.role.contains(.operate) { refuse(.notPermitted) }
        case .nobody: refuse(.notPermitted)
        }
        if decreases, currency.neverDecreases { refuse(.requirement) }
        return currency
    }

    func post(_ person: Int, _ balance: String, _ side: Side, _ amount: Int64) {
        guard let currency = currency(balance) else { return }
        var sums = world.people[person].sums[balance] ?? World.Sums()
        var received = world.people[person].received[balance] ?? 0
        let before = sums.available ?? 0
        var overflows = false
        func add(_ amount: Int64, _ sum: inout Int64) {
            let (result, overflow) = sum.addingReportingOverflow(amount)
            sum = result
            if overflow { overflows = true }
        }
        switch side {
        case .earn: add(amount, &sums.earned)
        case .spend: add(amount, &sums.spent)
        case .hold: add(amount, &sums.held)
        case .receive:
            add(amount, &sums.earned)
            add(amount, &received)
        }
        guard !overflows, let after = sums.available else {
            refuse(.overflow)
            return
        }
        if after < before, after < currency.floor { refuse(.insufficient) }
        // What is held was earned before: giving it free again exceeds nothing.
        if after > before, side != .hold, let cap = currency.cap, after > cap { refuse(.limit) }
        let (newSums, newReceived) = (sums, received)
        change(person) {
            $0.sums[balance] = newSums
            if side == .receive { $0.received[balance] = newReceived }
        }
        link(person)
        let isKnown = draft.changes.firstIndex { $0.person == person && $0.balance == balance }
        if let isKnown {
            draft.changes[isKnown].amount += after - before
            draft.changes[isKnown].after = after
        } else {
            draft.changes.append(
                Reply.Change(
                    person: person, balance: balance, amount: after - before, after: after))
        }
        draft.parts.append(
            Posted.Part(person: person, balance: balance, side: side, amount: amount))
    }

    func link(_ person: Int) {
        if !draft.people.contains(person) { draft.people.append(person) }
    }

    func climb() {
        for change in draft.changes {
            let parts = change.balance.split(separator: ":", maxSplits: 1)
            for ladder in book.ladders[String(parts[0])] ?? [] {
                let sums = world.people[change.person].sums[change.balance] ?? World.Sums()
                let received = world.people[change.person].received[change.balance] ?? 0
                let value =
                    ladder.ofAvailable
                    ? change.after : sums.earned - (ladder.receivedClimbs ? 0 : received)
                let name = ladder.isScoped ? "\(ladder.name):\(parts[1])" : ladder.name
                let stored = world.people[change.person].rungs[name] ?? ladder.start
                let passed = ladder.floors.filter { $0 <= value }.count
                var rung = ladder.start + Int64(max(passed, 1)) - 1
                if ladder.keeps { rung = max(rung, stored) }
                guard rung != stored else { continue }
                self.change(change.person) { $0.rungs[name] = rung }
                draft.reached.append(
                    Reply.Reached(
                        person: change.person, ladder: ladder.name, from: stored, to: rung))
            }
        }
    }

    func addTotals() {
        if draft.isTransfer { return }
        for part in draft.parts where part.side != .hold {
            let currency = String(part.balance.split(separator: ":")[0])
            let total = part.side == .spend ? world.burned[currency] : world.issued[currency]
            let (sum, overflow) = (total ?? 0).addingReportingOverflow(part.amount)
            if overflow { refuse(.overflow) }
            if part.side == .spend {
                world.burned[currency] = sum
            } else {
                world.issued[currency] = sum
            }
        }
    }
}
