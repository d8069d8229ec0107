// RECORD of a plain kind, in words of any order and with any formula. Its inputs are bound, its steps taken
// and its postings planned as any other's; but what `post`, `settle`, `emit` and `fold` do with them is done
// here in one go, each cell being looked for once. Whatever they do besides must make a command not plain. A
// test holds both ways to the same bytes.

extension Ledger {
    /// Decides a RECORD if it is plain.
    ///
    /// - Returns: whether it was; if not, nothing has changed.
    mutating func recordPlainly(
        _ command: borrowing Command, from peer: Peer, at wall: Instant,
        into receipt: inout Receipt
    ) -> Bool {
        guard command.hasNoOptionButKey, !rules.hasConsequences, !state.isJournalling,
            !peer.role.isDisjoint(with: [.game, .operate]),
            let word = state.words.find(command.bytes, command.name.range),
            let position = rules.actionPosition(word), rules.actions[position].isPlain,
            let actor = knownNumber(of: Actor(uid: peer.uid, role: peer.role, by: .ledger))
        else { return false }
        guard let account = state.find(command.bytes, command.account.range) else { return false }
        let flags = state.rows.flags(account)
        let block = state.rows.block(account)
        // A hold may have expired: the general way looks.
        guard flags.contains(.loaded), !flags.contains(.frozen), !state.pool.hasCells(block, .hold)
        else { return false }

        begin(account, peer, at: max(wall, state.time))
        draft.kind = .award
        draft.causeKind = .action
        draft.causeName = word
        // What is refused is refused in the general way, and so is what brings a word in.
        guard (try? work(command, position)) != nil, pendingWords.isEmpty,
            postPlainly(account, block)
        else { return false }
        if !command.key.isEmpty {
            addKey(command)
            guard state.event(of: draft.once[0].token) == nil else { return false }
            for post in plainPosts { draft.after.append(post.after) }
        }
        draft.sequence = state.head + 1
        draft.time = requested.now
        draft.rules = rulesNumber
        draft.actor = actor
        writer.reset()
        draft.encode(into: &writer)
        guard !writer.hasOverflowed else { return false }
        // From here the command must succeed.
        buffer.append(writer, draft.sequence, draft.time)
        foldPlainly(account, block)
        fill(&receipt)
        for index in 0..<planned.count {
            let (post, amount) = (planned[index], planned[index].amount)
            receipt.changes.append(
                Receipt.Change(
                    account: account, balance: post.balance,
                    amount: post.side == .earn ? amount : -amount, after: plainPosts[index].after))
        }
        return true
    }

    private mutating func begin(_ account: AccountNumber, _ peer: Peer, at now: Instant) {
        requested = Requested()
        requested.peer = peer
        requested.now = now
        requested.account = account
        requested.subject = account
        let parent = state.parent(account)
        requested.parent = parent == .ledger ? nil : parent
        if parent != .ledger { state.ensure(parent) }
        draft.reset()
        touched.clear()
        pendingWords.clear()
    }

    /// Works out what is to be posted.
    private mutating func work(_ command: borrowing Command, _ position: Int) throws(Refusal) {
        let action = rules.actions[position]
        try bind(command, action.inputs, of: Declared(noun: "action", text: action.text))
        try takeSteps(action.steps)
        try plan(action.effects.posts)
    }

    /// Finds the cells of what is planned, and what they come to, if nothing follows from that.
    private mutating func postPlainly(_ account: AccountNumber, _ block: CellBlock) -> Bool {
        plainBalances.see(rules: rulesNumber)
        plainPosts.clear()
        draft.accounts.append(Event.Link(account: account, previous: state.rows.last(account)))
        for index in 0..<planned.count {
            let (name, amount) = (planned[index].balance, planned[index].amount)
            let isSpend = planned[index].side == .spend
            // What is posted to one currency twice adds up.
            for other in 0..<index where planned[other].balance.currency == name.currency {
                return false
            }
            guard let balance = plainBalance(named: name),
                let posting = plainPost(block, balance, amount, isSpend), !posting.climbs
            else { return false }
            plainPosts.append(posting)
            draft.postings.append(
                Event.Posting(
                    account: 0, balance: name, side: isSpend ? .spend : .earn, amount: amount,
                    why: nil))
        }
        return !planned.isEmpty
    }

    /// As `fold`, of the draft.
    private mutating func foldPlainly(_ account: AccountNumber, _ block: CellBlock) {
        state.notePlain(draft.sequence, account, state.rows.flags(account), draft.time)
        state.noteLedger()
        for posting in plainPosts { state.apply(posting, block) }
        for index in 0..<planned.count where plainPosts[index].offset == nil {
            state.setCell(account, CellKey(planned[index].balance), plainPosts[index].value)
        }
        for entry in draft.once { state.recentKeys.insert(entry.token, draft.sequence) }
    }
}

extension Command {
    /// Whether KEY is all that it asks for besides.
    fileprivate var hasNoOptionButKey: Bool {
        by.isEmpty && memo.isEmpty && cause == 0 && expect == nil && at == nil && !isDryRun
    }
}
