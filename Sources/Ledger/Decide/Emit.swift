// From a decided draft to events in the buffer. Up to `emit`'s comment a refusal is possible, after
// it the command must succeed.

extension Ledger {
    /// Encodes the draft, puts it into the buffer after the names that it brings in, and folds them.
    mutating func emit(_ command: borrowing Command) throws(Refusal) {
        let actor = Actor(
            uid: requested.peer.uid, role: requested.peer.role, by: requested.by)
        let knownActor = requested.isLedger ? 0 : knownNumber(of: actor)
        let sideEvents = pendingWords.count + (knownActor == nil ? 1 : 0)
        draft.sequence = state.head + UInt64(sideEvents) + 1
        draft.time = requested.now
        draft.rules = rulesNumber
        draft.actor = knownActor ?? UInt32(state.actors.count + 1)
        if command.cause != 0 { draft.causeOf = command.cause }
        if draft.at == draft.time { draft.at = nil }
        sealTexts(command)
        if case .hold(.placed, _) = draft.payload { numberHold() }
        if !draft.marks.isEmpty { numberMarks() }
        if !draft.once.isEmpty { noteAfter() }
        draft.group = mainPlace(hasSideEvents: sideEvents > 0)
        writer.reset()
        draft.encode(into: &writer)
        guard !writer.hasOverflowed else {
            throw Refusal(
                .tooBig, [.init("max", "\(Limits.eventBytesMax)")],
                "the event would take more than \(Limits.eventBytesMax) bytes")
        }
        // From here the command must succeed.
        if knownActor == nil { emitName(.actor(number: draft.actor, actor), text: []) }
        emitPendingWords()
        buffer.append(writer, draft.sequence, draft.time)
        hasGroupBegun = true
        Self.mustFold(draft, into: &state)
    }

    /// Emits the draft as an event before the command's own: what an opened account is given.
    mutating func emitDraftBeside() {
        emitPendingWords()
        draft.sequence = state.head + 1
        draft.rules = rulesNumber
        if !draft.marks.isEmpty { numberMarks() }
        var event = draft
        emitSide(&event)
    }

    mutating func emitPendingWords() {
        for text in pendingWords {
            let number = UInt32(state.words.count + 1)
            emitName(
                .word(number: number, text: ByteRange(start: 0, count: text.count)), text: text)
        }
        pendingWords.clear()
    }

    /// The actor's number, without a look-up where it is the last one's again.
    mutating func knownNumber(of actor: Actor) -> UInt32? {
        if actor == lastActor.actor, state.actor(lastActor.number) == actor {
            return lastActor.number
        }
        guard let number = state.actorNumber(actor) else { return nil }
        lastActor = (actor, number)
        return number
    }

    /// Where the draft stands in its group, if it is part of one.
    private mutating func mainPlace(hasSideEvents: Bool) -> GroupPlace {
        let isFirst = !hasGroupBegun && !hasSideEvents
        switch group {
        case .none, .multi(isLast: true): return isFirst ? .alone : .last
        case .multi(isLast: false): return isFirst ? .first : .middle
        }
    }

    mutating func emitName(_ payload: Event.Payload, text: [UInt8]) {
        var event = Event()
        event.kind = .name
        event.sequence = state.head + 1
        event.text = text
        event.payload = payload
        emitSide(&event)
    }

    /// Puts an event before the command's own into the buffer, in the same group.
    mutating func emitSide(_ event: inout Event) {
        event.group = hasGroupBegun ? .middle : .first
        hasGroupBegun = true
        append(&event)
    }

    /// Puts an event that belongs to no group into the buffer.
    mutating func emitAlone(_ event: inout Event) {
        event.group = .alone
        append(&event)
    }

    /// Puts the last event of a group into the buffer.
    mutating func emitLast(_ event: inout Event) {
        event.group = .last
        append(&event)
    }

    private mutating func append(_ event: inout Event) {
        event.time = requested.now
        sideWriter.reset()
        event.encode(into: &sideWriter)
        precondition(!sideWriter.hasOverflowed, "the ledger's own events are small")
        buffer.append(sideWriter, event.sequence, event.time)
        Self.mustFold(event, into: &state)
    }

    /// What was decided follows from the state by construction; otherwise the program is wrong, and
    /// must stop before anybody relies on it.
    ///
    /// Static, so that the draft is lent and not copied.
    private static func mustFold(_ event: borrowing Event, into state: inout State) {
        do {
            try state.fold(event)
        } catch {
            fatalError("event \(error.sequence) was decided but can't be folded: \(error.reason)")
        }
    }

    /// Encrypts what may be personal: the memo, and inputs of type text.
    mutating func sealTexts(_ command: borrowing Command) {
        let owner = draft.accounts.first?.account ?? .ledger
        if !command.memo.isEmpty {
            let memo = Array(command.bytes[command.memo.range])
            draft.memo = draft.addText(state.source.seal(memo, owner, draft.sequence, field: 1))
        }
        for index in draft.inputs.indices {
            guard case .text(let range) = draft.inputs[index].value else { continue }
            let text = Array(draft.text[range.range])
            let sealed = state.source.seal(
                text, owner, draft.sequence, field: UInt8(truncatingIfNeeded: 2 + index))
            draft.inputs[index].value = .text(draft.addText(sealed))
        }
    }

    /// A hold is known by its own sequence number.
    private mutating func numberHold() {
        draft.payload = .hold(.placed, draft.sequence)
        for index in draft.marks.indices where draft.marks[index].key.kind == .hold {
            draft.marks[index].key = CellKey(.hold, sequence: draft.sequence)
        }
    }

    /// What was taken, unlocked or reached by this event carries its number.
    private mutating func numberMarks() {
        for index in draft.marks.indices where draft.marks[index].value != nil {
            switch draft.marks[index].key.kind {
            case .claim, .unlock: draft.marks[index].value?.a = Int64(draft.sequence)
            case .board: numberBoard(index)
            default: break
            }
        }
    }

    /// Notes the balances after the event, so that a repeated command is answered as the first time.
    private mutating func noteAfter() {
        for entry in touched { draft.after.append(entry.available) }
    }
}
