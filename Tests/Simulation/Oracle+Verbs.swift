import Ledger

extension Oracle {
    func judgeVerb(_ ask: Ask, _ sequence: UInt64) -> Outcome? {
        switch ask.verb {
        case .award:
            draft.kind = .award
            _ = rawCurrency(ask, decreases: false)
            post(draft.subject, ask.balance, .earn, ask.amount)
        case .spend:
            draft.kind = .spend
            _ = rawCurrency(ask, decreases: true)
            post(draft.subject, ask.balance, .spend, ask.amount)
        case .transfer: judgeTransfer(ask)
        case .hold: judgeHold(ask, sequence)
        case .settle, .release: judgeEnd(ask)
        case .record: return judgeRecord(ask)
        case .fact: judgeFact(ask)
        case .freeze, .unfreeze:
            draft.kind = .account
            let freezes = ask.verb == .freeze
            if world.people[draft.subject].isFrozen == freezes { refuse(.taken) }
            change(draft.subject) { $0.isFrozen = freezes }
            link(draft.subject)
        case .forget: judgeForget()
        case .reverse: judgeReverse(ask)
        case .claim: judgeClaim(ask)
        case .migrate: judgeMigrate(ask)
        case .run: refuse(.undeclared)
        }
        return nil
    }

    private func judgeTransfer(_ ask: Ask) {
        draft.kind = .transfer
        draft.isTransfer = true
        guard let target = other(ask.target) else { return }
        let currency = rawCurrency(ask, decreases: true)
        if currency?.isTransferable == false { refuse(.requirement) }
        if target == draft.subject { return refuse(.badArgument) }
        if world.people[target].isFrozen { refuse(.frozen) }
        expireOther(target)
        post(draft.subject, ask.balance, .spend, ask.amount)
        post(target, ask.balance, .receive, ask.amount)
    }

    private func expireOther(_ person: Int) {
        let count = expire(person)
        if count > 0 { draft.expiredOther.append(contentsOf: repeatElement(person, count: count)) }
    }

    private func judgeHold(_ ask: Ask, _ sequence: UInt64) {
        draft.kind = .hold
        _ = rawCurrency(ask, decreases: true)
        if let until = ask.until, until <= draft.now { refuse(.badArgument) }
        post(draft.subject, ask.balance, .hold, ask.amount)
        let hold = World.Hold(balance: ask.balance, amount: ask.amount, until: ask.until ?? 0)
        change(draft.subject) { $0.holds[sequence] = hold }
        setHolder(sequence, draft.subject)
    }

    private func judgeEnd(_ ask: Ask) {
        draft.kind = .hold
        guard let hold = world.people[draft.subject].holds[ask.subject] else {
            return refuse(.notFound)
        }
        let amount = ask.amount == 0 ? hold.amount : ask.amount
        if ask.verb == .settle, amount > hold.amount { refuse(.insufficient) }
        post(draft.subject, hold.balance, .hold, -hold.amount)
        if ask.verb == .settle { post(draft.subject, hold.balance, .spend, amount) }
        change(draft.subject) { $0.holds[ask.subject] = nil }
        setHolder(ask.subject, nil)
    }

    private func judgeFact(_ ask: Ask) {
        draft.kind = .fact
        let value = ask.value ?? ""
        // Digits alone, with a minus or without, are meant as a number.
        let digits = value.hasPrefix("-") ? value.dropFirst() : value[...]
        let isDigits = !digits.isEmpty && digits.allSatisfy { "0123456789".contains($0) }
        guard Self.isName(ask.name),
            value.isEmpty || (isDigits ? Self.isNumber(value) : Self.isName(value))
        else { return refuse(.badArgument) }
        let new = value.isEmpty ? nil : value
        if world.people[draft.subject].facts[ask.name] == new { refuse(.taken) }
        change(draft.subject) { $0.facts[ask.name] = new }
        link(draft.subject)
    }

    static func isNumber(_ text: String) -> Bool { Int64(text).map { String($0) == text } ?? false }

    private func judgeForget() {
        draft.kind = .account
        let children = world.people[draft.subject].children
            .filter { !world.people[$0].isForgotten }
        for person in [draft.subject] + children {
            if !world.people[person].holds.isEmpty { refuse(.requirement) }
            unsure.append(person)
            change(person) {
                $0.isForgotten = true
                $0.last = World.unknown
            }
            setID(world.people[person].id, nil)
        }
        link(draft.subject)
    }

    private func judgeReverse(_ ask: Ask) {
        draft.kind = .reversal
        guard let event = event(ask.subject) else { return refuse(.notFound) }
        draft.isTransfer = false
        if event.kind == .claim { return judgeReverse(event, ask) }
        let already = world.people[draft.subject].reversed[ask.subject] ?? 0
        let left = event.parts[0].amount - already
        let amount = ask.amount == 0 ? left : ask.amount
        if left <= 0 { return refuse(.taken) }
        if amount > left { refuse(.limit) }
        let isSingle = event.parts.count == 1 || event.kind == .transfer
        if !isSingle, amount != event.parts[0].amount { refuse(.badArgument) }
        for (index, part) in event.parts.enumerated() {
            let isPart = index == 0 || event.kind == .transfer
            post(part.person, part.balance, part.side, -(isPart ? amount : part.amount))
        }
        change(draft.subject) { $0.reversed[ask.subject] = already + amount }
        link(draft.subject)
    }

    // MARK: Actions

    private func judgeRecord(_ ask: Ask) -> Outcome? {
        draft.kind = .award
        link(draft.subject)
        let allowed: [String: [String]] = [
            "quest": ["hard", "name"], "trade": ["n"], "gift": ["to", "n"], "grant": ["n"],
            "retired": [],
        ]
        guard let inputs = allowed[ask.name] else {
            refuse(.undeclared)
            return nil
        }
        judgeInputs(ask, inputs)
        switch ask.name {
        case "quest": return judgeQuest(ask)
        case "trade": judgeTrade(ask)
        case "gift": judgeGift(ask)
        case "grant": judgeGrant(ask)
        default: refuse(.inactive)
        }
        return nil
    }

    /// Refuses inputs that aren't declared or given twice.
    func judgeInputs(_ ask: Ask, _ declared: [String]) {
        for (index, input) in ask.inputs.enumerated() {
            if !declared.contains(input.name) { refuse(.badArgument) }
            if ask.inputs[..<index].contains(where: { $0.name == input.name }) {
                refuse(.badArgument)
            }
        }
    }

    func input(_ ask: Ask, _ name: String) -> String? {
        ask.inputs.first { $0.name == name }?.value
    }

    func number(_ ask: Ask, _ range: ClosedRange<Int64>, of name: String = "n") -> Int64? {
        guard let text = input(ask, name), Self.isNumber(text), let number = Int64(text),
            range.contains(number)
        else {
            refuse(.badArgument)
            return nil
        }
        return number
    }

    private func judgeQuest(_ ask: Ask) -> Outcome? {
        let hard = input(ask, "hard") ?? "0"
        if !["0", "1", "true", "false"].contains(hard) { refuse(.badArgument) }
        guard let name = input(ask, "name"), Self.isName(name) else {
            refuse(.badArgument)
            return nil
        }
        let token = Token(owner: draft.subject, text: "quest " + name)
        if let outcome = repeated(ask, token) { return outcome }
        draft.tokens.append(token)
        let prize: Int64 = hard == "1" || hard == "true" ? 200 : 50
        draft.explain = ["prize": prize]
        post(draft.subject, "xp", .earn, prize)
        post(draft.subject, "coin", .earn, 5)
        change(draft.subject) { $0.facts["quest:" + name] = String(prize) }
        return nil
    }

    private func judgeTrade(_ ask: Ask) {
        guard let number = number(ask, -50...50) else { return }
        let coins = world.people[draft.subject].sums["coin"]?.available ?? 0
        if coins < 10 { refuse(.requirement) }
        if number != 0 { post(draft.subject, "coin", number < 0 ? .spend : .earn, abs(number)) }
        post(draft.subject, "hid", .earn, 1)
    }

    private func judgeGift(_ ask: Ask) {
        guard let to = input(ask, "to") else { return refuse(.badArgument) }
        guard let target = other(to) else { return }
        expireOther(target)
        guard let number = number(ask, 0...100), number > 0 else { return }
        if target != draft.subject, world.people[target].isFrozen { refuse(.frozen) }
        post(draft.subject, "coin", .spend, number)
        post(target, "coin", .earn, number)
    }

    private func judgeGrant(_ ask: Ask) {
        let isStaff =
            world.ids[ask.by].map { world.people[$0].facts["staff"] == "1" } ?? false
        if !ask.peer.role.contains(.operate), !isStaff { refuse(.notPermitted) }
        guard let number = number(ask, 1...1000) else { return }
        post(draft.subject, "pts", .earn, number)
    }
}
