/// What an older system knows of accounts that the ledger has never seen.
package protocol LegacySource: AnyObject {
    /// The MIGRATE that brings the account over; `nil` where there is nothing to bring.
    ///
    /// - Throws: why what is there can't be used.
    func migration(of id: [UInt8]) throws(Refusal) -> Command?
    /// The account came over, or was refused. A refusal of the command itself may undo it again.
    func note(isRefused: Bool)
}

// Accounts of an older system come over when they are first touched: in the same group as the
// command that touches them, before it.

extension Ledger {
    /// Accounts that come over because another one that does names them, one inside the other.
    private static let takeOversMax = 8

    /// Brings the account that was just opened over, if the older system knows it.
    ///
    /// - Throws: where it can't be: the command is refused, rather than let the account begin anew
    ///   beside what it had.
    mutating func takeOver(
        _ account: AccountNumber, _ parent: AccountNumber, _ id: [UInt8]
    ) throws(Refusal) {
        guard let legacy, let command = try legacy.migration(of: id) else { return }
        do throws(Refusal) {
            try takeOver(account, parent, command)
        } catch {
            legacy.note(isRefused: true)
            var refusal = error
            refusal.facts.append(.init("legacy", String(decoding: id, as: UTF8.self)))
            refusal.sentence = "the account can't be brought over: " + refusal.sentence
            throw refusal
        }
        legacy.note(isRefused: false)
    }

    mutating func takeOver(
        _ account: AccountNumber, _ parent: AccountNumber, _ command: Command
    ) throws(Refusal) {
        // Words are numbered as they come: those of the command under way must not be waiting.
        precondition(pendingWords.isEmpty, "accounts are opened before words are brought in")
        precondition(touched.isEmpty, "accounts are opened before anything is posted")
        guard takeOvers < Self.takeOversMax else {
            throw Refusal(
                .tooBig, [.init("max", "\(Self.takeOversMax)")],
                "it names an account that names another, and so on: use stele migrate")
        }
        let aside = (requested, draft, inputs, inputText, steps, stepNames)
        defer {
            (requested, draft, inputs, inputText, steps, stepNames) = aside
            touched.clear()
            takeOvers -= 1
        }
        takeOvers += 1
        requested.account = account
        requested.subject = account
        requested.parent = parent == .ledger ? nil : parent
        draft.reset()
        // It comes over when the command that touches it happened, in the season of then.
        draft.at = requested.momentBefore
        inputs.clear()
        try decideMigrate(command)
        try settle()
        try checkTotals()
        try emitBeside(command)
    }

    /// Emits the draft as an event before the command's own, by the ledger itself.
    private mutating func emitBeside(_ command: borrowing Command) throws(Refusal) {
        draft.sequence = state.head + UInt64(pendingWords.count) + 1
        draft.time = requested.now
        sealTexts(command)
        writer.reset()
        draft.encode(into: &writer)
        // What is numbered below has room: the least that an event leaves.
        guard !writer.hasOverflowed, writer.count + Self.roomForNumbers <= Limits.eventBytesMax
        else {
            throw Refusal(
                .tooBig, [.init("max", "\(Limits.eventBytesMax)")],
                "the event would take more than \(Limits.eventBytesMax) bytes")
        }
        emitDraftBeside()
    }

    private static let roomForNumbers = 2_048
}
