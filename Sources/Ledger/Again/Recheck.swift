/// Folds a log and decides each of its events again before it does: under the rules in force then, in
/// the state just before, at the event's own time, from its cause.
///
/// A log is hashed and signed as it was written, so hashes can't tell whether what was written was
/// lawful. This can: whoever writes an event that the rules don't come to is found.
package struct Recheck: ~Copyable {
    var ledger: Ledger
    var retelling = Retelling(namesParents: false, isDryRun: true)
    private var receipt = Receipt()
    /// The account that the last event opened: what the rules give to it comes next.
    private var opened: (account: AccountNumber, at: Instant?)?
    /// Accounts that were just forgotten, and their parent: its own forgetting comes next.
    private var forgetting: (parent: AccountNumber, below: [AccountNumber])?
    /// Runs of jobs under way.
    var runs: [SequenceNumber: JudgedRun] = [:]

    /// - Parameter readEvent: reads the event that a REVERSE names from the log.
    package init(readEvent: @escaping (SequenceNumber) -> [UInt8]?) {
        ledger = Ledger(source: RetoldSource(readEvent: readEvent))
    }

    package var names: StateNames { ledger.state.names }
    package var head: SequenceNumber { ledger.state.head }

    /// Decides the next event again, then folds it as it is.
    ///
    /// - Throws: where it doesn't follow from those before it, whatever the rules say.
    package mutating func take(_ event: borrowing Event) throws(FoldError) -> Deviation? {
        let reason = judge(event)
        let deviation = reason.map { reason in
            Deviation(
                recorded: copy event, decided: reason.hasDraft ? ledger.draft : nil,
                reason: reason.text)
        }
        try ledger.state.fold(event)
        return deviation ?? adoptRules(event)
    }

    struct Reason {
        var text: String
        /// Whether the ledger's draft is what should have been.
        var hasDraft = false

        init(text: String, hasDraft: Bool = false) {
            self.text = text
            self.hasDraft = hasDraft
        }

        init(refusal: Refusal) {
            text = "it would be refused: \(refusal.code.rawValue): \(refusal.sentence)"
        }
    }

    private mutating func judge(_ event: borrowing Event) -> Reason? {
        if event.kind == .name { return judgeBare(event) }
        if let reason = judgeOpening(event) { return reason }
        if event.isOpeningGift { return nil }
        var forgotten: [AccountNumber] = []
        if let reason = judgeForgetting(event, &forgotten) { return reason }
        switch retelling.tell(event, &ledger.state) {
        case .command:
            // Who asked may be below the account, and is forgotten before it.
            let asker = ledger.state.actor(event.actor)?.by ?? .ledger
            if forgotten.contains(asker) { retelling.nameForgotten(asker) }
            return judgeCommand(event)
        case .consequence: return judgeConsequence(event)
        case .declaration: return judgeBare(event)
        case .run: return judgeRun(event)
        case .nonsense(let what): return Reason(text: what)
        }
    }

    /// Events that only declare something may not post or mark beside.
    func judgeBare(_ event: borrowing Event) -> Reason? {
        let isBare =
            event.postings.isEmpty && event.marks.isEmpty && event.rungs.isEmpty
            && event.shown.isEmpty && event.inputs.isEmpty && event.once.isEmpty
        return isBare ? nil : Reason(text: "an event of its kind posts and marks nothing")
    }

    // MARK: Commands

    mutating func judgeCommand(_ event: borrowing Event) -> Reason? {
        // With any KEY the draft has the balances after it, as the event has.
        let blankKeys = event.once.isEmpty ? 0 : 1
        if blankKeys > 0 { retelling.giveKey() }
        do throws(Refusal) {
            let answer = try ledger.execute(
                retelling.command, from: retelling.peer, at: event.time, into: &receipt)
            guard case .decided = answer else {
                return Reason(text: "it was done already: its once-token is known")
            }
        } catch {
            return Reason(refusal: error)
        }
        return reason(event.differences(from: ledger.draft, blankKeys: blankKeys))
    }

    func reason(_ parts: [EventPart]) -> Reason? {
        guard !parts.isEmpty else { return nil }
        let names = parts.map(\.rawValue).joined(separator: ", ")
        return Reason(text: "the rules come to other \(names)", hasDraft: true)
    }

    // MARK: Consequences

    private mutating func judgeConsequence(_ event: borrowing Event) -> Reason? {
        guard let account = event.accounts.first?.account else {
            return Reason(text: "it has neither actor nor account")
        }
        switch event.payload {
        case .opened(_, let parent):
            opened = (account, event.at)
            guard parent.rawValue <= ledger.state.accountCount else {
                return Reason(text: "its parent isn't open")
            }
            return judgeBare(event)
        case .account(.forgotten):
            var bare = copy event
            bare.marks = []
            // It leaves every board, and nothing else happens to it.
            guard event.marks == ledger.boardsCleared(of: account, 0) else {
                return Reason(text: "forgetting an account takes it off its boards, no more")
            }
            return judgeBare(bare)
        case .hold(.expired, _):
            guard ledger.rehearseExpiry(of: account, at: event.time) else {
                return Reason(text: "no hold of the account has come to its end")
            }
            return reason(event.differences(from: ledger.draft, blankKeys: 0))
        default:
            guard event.kind == .migration else { return Reason(text: "nobody caused it") }
            return judgeTakeOver(event, account)
        }
    }

    /// An account of an older system that came over when it was first touched.
    private mutating func judgeTakeOver(
        _ event: borrowing Event, _ account: AccountNumber
    ) -> Reason? {
        guard event.group == .first || event.group == .middle else {
            return Reason(text: "no command that touches the account follows it")
        }
        if case .nonsense(let what) = retelling.tellTakeOver(event, &ledger.state) {
            return Reason(text: what)
        }
        do throws(Refusal) {
            guard
                try ledger.rehearseTakeOver(
                    of: account, by: retelling.command, at: event.time, happened: event.at)
            else { return Reason(text: "nothing came over") }
        } catch {
            return Reason(refusal: error)
        }
        return reason(event.differences(from: ledger.draft, blankKeys: 0))
    }

    /// After an account was opened: what the rules give to it, and nothing else.
    private mutating func judgeOpening(_ event: borrowing Event) -> Reason? {
        guard let (account, at) = opened else {
            return event.isOpeningGift ? Reason(text: "no account was opened before it") : nil
        }
        opened = nil
        let isGiven: Bool
        do throws(Refusal) {
            isGiven = try ledger.rehearseOpening(
                of: account, at: event.time, happened: at)
        } catch {
            return Reason(
                text: "opening account \(account.rawValue) would be refused: "
                    + "\(error.code.rawValue): \(error.sentence)")
        }
        switch (isGiven, event.isOpeningGift) {
        case (true, true): return reason(event.differences(from: ledger.draft, blankKeys: 0))
        case (false, true): return Reason(text: "the rules give nothing to an opened account")
        case (true, false):
            return Reason(
                text:
                    "what the rules give to account \(account.rawValue), opened before it, is missing",
                hasDraft: true)
        case (false, false): return nil
        }
    }

    /// What is forgotten by the ledger itself belongs to an account that is forgotten next.
    ///
    /// - Parameter below: filled with what was forgotten for this event.
    private mutating func judgeForgetting(
        _ event: borrowing Event, _ below: inout [AccountNumber]
    ) -> Reason? {
        let account = event.accounts.first?.account ?? .ledger
        let isForgotten = event.payload == .account(.forgotten)
        if isForgotten, event.actor == 0 {
            let parent = ledger.state.parent(account)
            guard parent != .ledger, forgetting?.parent ?? parent == parent else {
                return Reason(text: "nobody asked to forget it, nor an account above it")
            }
            guard ledger.state.cells(account, .hold).isEmpty else {
                return Reason(text: "it is forgotten in spite of open holds")
            }
            forgetting = (parent, (forgetting?.below ?? []) + [account])
            return nil
        }
        guard let (parent, forgotten) = forgetting else { return nil }
        forgetting = nil
        guard isForgotten, account == parent else {
            return Reason(text: "an account below \(parent.rawValue) was forgotten without it")
        }
        below = forgotten
        return nil
    }

    // MARK: Rules

    private mutating func adoptRules(_ event: borrowing Event) -> Deviation? {
        guard case .rulesPart = event.payload, let adopted = ledger.state.rules,
            adopted.number != ledger.rulesNumber
        else { return nil }
        do throws(Mistakes) {
            try ledger.restoreRules()
            return nil
        } catch {
            return Deviation(
                recorded: copy event, decided: nil,
                reason: "rulebook \(adopted.number) has mistakes: \(error)")
        }
    }
}

extension Event {
    /// Whether it is what the rules give to an account that was just opened.
    var isOpeningGift: Bool { kind == .award && causeKind == .ledger && actor == 0 }
}
