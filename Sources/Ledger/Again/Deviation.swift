/// An event whose outcome isn't what the rules in force then come to.
package struct Deviation: Sendable {
    /// As the log has it.
    package var recorded: Event
    /// As it should have been; `nil` where it shouldn't have been at all.
    package var decided: Event?
    /// What is wrong, in words: the parts that differ, or why there should be no such event.
    package var reason: String

    package var sequence: SequenceNumber { recorded.sequence }
}

/// The parts of an event in which two can differ.
package enum EventPart: String, Sendable, CaseIterable {
    case order = "what comes first"
    case kind, time, rules, actor, accounts, cause, inputs, postings, marks, rungs
    case shown = "explained values"
    case payload = "content"
    case after = "balances after it"
    case once = "idempotency tokens"
}

extension Event {
    /// The parts in which what was decided again differs from what the log has.
    ///
    /// Sealed texts and tokens can't be made again without the account's key, so of texts only the
    /// places count, and of tokens only how many `once` asks for.
    func differences(from decided: borrowing Event, blankKeys: Int) -> [EventPart] {
        var parts: [EventPart] = []
        func compare(_ isEqual: Bool, _ part: EventPart) { if !isEqual { parts.append(part) } }
        // Names, openings and expired holds that are missing before it move its number.
        compare(sequence == decided.sequence, .order)
        compare(kind == decided.kind, .kind)
        compare(time == decided.time && at == decided.at, .time)
        compare(rules == decided.rules, .rules)
        compare(actor == decided.actor, .actor)
        compare(accounts == decided.accounts, .accounts)
        compare(
            causeKind == decided.causeKind && causeName == decided.causeName
                && causeOf == decided.causeOf, .cause)
        compare(hasInputs(equalTo: decided), .inputs)
        compare(postings == decided.postings, .postings)
        compare(marks == decided.marks, .marks)
        compare(rungs == decided.rungs, .rungs)
        compare(shown == decided.shown, .shown)
        compare(hasPayload(equalTo: decided), .payload)
        compare(once.isEmpty || after == decided.after, .after)
        let needed = decided.once.count - blankKeys
        compare(once.count >= needed && once.count <= needed + 1, .once)
        return parts
    }

    private func hasInputs(equalTo other: borrowing Event) -> Bool {
        guard inputs.count == other.inputs.count else { return false }
        for index in inputs.indices {
            guard inputs[index].name == other.inputs[index].name else { return false }
            switch (inputs[index].value, other.inputs[index].value) {
            case (.text, .text): continue
            case (.name(let a), .name(let b)):
                guard text[a.range].elementsEqual(other.text[b.range]) else { return false }
            case (let a, let b):
                guard a == b else { return false }
            }
        }
        return true
    }

    private func hasPayload(equalTo decided: borrowing Event) -> Bool {
        if case .job(let a, let progress) = payload, case .job(let b, let other) = decided.payload {
            return progress == other && text[a.range].elementsEqual(decided.text[b.range])
        }
        return payload == decided.payload
    }
}
