/// Which optional parts an event has: the second byte of its encoding.
struct EventParts: OptionSet {
    var rawValue: UInt8

    static let at = EventParts(rawValue: 0x01)
    static let cause = EventParts(rawValue: 0x02)
    static let once = EventParts(rawValue: 0x04)
    static let marks = EventParts(rawValue: 0x08)
    static let rungs = EventParts(rawValue: 0x10)
    static let shown = EventParts(rawValue: 0x20)
    static let memo = EventParts(rawValue: 0x40)
    static let payload = EventParts(rawValue: 0x80)
}

extension Event {
    var parts: EventParts {
        var parts: EventParts = []
        if at != nil { parts.insert(.at) }
        if hasCause { parts.insert(.cause) }
        if !once.isEmpty { parts.insert(.once) }
        if !marks.isEmpty { parts.insert(.marks) }
        if !rungs.isEmpty { parts.insert(.rungs) }
        if !shown.isEmpty { parts.insert(.shown) }
        if !memo.isEmpty { parts.insert(.memo) }
        if payload != .none { parts.insert(.payload) }
        return parts
    }

    /// Encodes the event as `ops/formats.md`, section 3 says: the very bytes that the Merkle tree
    /// commits to. Sets the writer's `hasOverflowed` if they exceed its capacity.
    package func encode(into writer: inout ByteWriter) {
        let parts = parts
        writer.u8(kind.rawValue | group.rawValue << 5)
        writer.u8(parts.rawValue)
        writer.varint(sequence)
        writer.time(time)
        if let at { writer.time(at) }
        writer.varint(rules)
        writer.varint(actor)
        writer.varint(accounts.count)
        for link in accounts {
            writer.varint(link.account.rawValue)
            writer.varint(sequence - link.previous)
        }
        if parts.contains(.cause) { encodeCause(into: &writer) }
        if parts.contains(.once) { encodeOnce(into: &writer) }
        encodePostings(into: &writer)
        if parts.contains(.marks) { encodeMarks(into: &writer) }
        if parts.contains(.rungs) { encodeRungs(into: &writer) }
        if parts.contains(.shown) { encodeShown(into: &writer) }
        if parts.contains(.memo) { writer.bytes(text, memo.range) }
        if parts.contains(.payload) { encodePayload(into: &writer) }
    }

    private func encodeCause(into writer: inout ByteWriter) {
        writer.u8(causeKind.rawValue)
        writer.varint(causeName.rawValue)
        writer.varint(causeOf)
        writer.varint(inputs.count)
        for input in inputs {
            writer.varint(input.name.rawValue)
            switch input.value {
            case .int(let value):
                writer.u8(0)
                writer.signed(value)
            case .bool(let value):
                writer.u8(1)
                writer.u8(value ? 1 : 0)
            case .name(let range):
                writer.u8(2)
                writer.bytes(text, range.range)
            case .account(let account):
                writer.u8(3)
                writer.varint(account.rawValue)
            case .text(let range):
                writer.u8(4)
                writer.bytes(text, range.range)
            case .list(let count):
                writer.u8(5)
                writer.varint(count)
            }
        }
    }

    private func encodeOnce(into writer: inout ByteWriter) {
        writer.u64(fingerprint)
        writer.varint(once.count)
        for entry in once {
            writer.varint(entry.account.rawValue)
            writer.u64(entry.token.low)
            writer.u64(entry.token.high)
        }
        writer.varint(after.count)
        for value in after { writer.signed(value) }
    }

    private func encodePostings(into writer: inout ByteWriter) {
        writer.varint(postings.count)
        for posting in postings {
            let hasFacet = posting.balance.facet != .none
            var head = posting.side.rawValue
            if hasFacet { head |= 0x04 }
            if posting.why != nil { head |= 0x08 }
            head |= UInt8(min(posting.account, 15)) << 4
            writer.u8(head)
            if posting.account >= 15 { writer.varint(posting.account) }
            writer.varint(posting.balance.currency.rawValue)
            if hasFacet { writer.varint(posting.balance.facet.rawValue) }
            writer.signed(posting.amount)
            if let why = posting.why {
                writer.u8(why.kind.rawValue)
                writer.varint(why.word.rawValue)
                writer.signed(why.number)
            }
        }
    }

    private func encodeMarks(into writer: inout ByteWriter) {
        writer.varint(marks.count)
        for mark in marks {
            var head = UInt8(mark.key.rawValue >> 60)
            if mark.value == nil { head |= 0x10 }
            head |= UInt8(min(mark.account, 7)) << 5
            writer.u8(head)
            if mark.account >= 7 { writer.varint(mark.account) }
            if mark.key.kind?.isBySequence == true {
                writer.varint(UInt64(0))
                writer.varint(mark.key.sequence)
            } else {
                writer.varint(mark.key.word.rawValue)
                writer.varint(mark.key.qualifier)
            }
            if let value = mark.value {
                writer.signed(value.a)
                writer.signed(value.b)
                writer.signed(value.c)
            }
        }
    }

    private func encodeRungs(into writer: inout ByteWriter) {
        writer.varint(rungs.count)
        for rung in rungs {
            writer.varint(rung.account)
            writer.varint(rung.ladder.rawValue)
            writer.varint(rung.season.rawValue)
            writer.signed(rung.from)
            writer.signed(rung.to)
        }
    }

    private func encodeShown(into writer: inout ByteWriter) {
        writer.varint(shown.count)
        for entry in shown {
            writer.varint(entry.name.rawValue)
            writer.signed(entry.value.numerator)
            writer.varint(UInt64(entry.value.denominator))
        }
    }

    private func encodePayload(into writer: inout ByteWriter) {
        switch payload {
        case .none:
            break
        case .genesis(let id, let format):
            writer.raw(text, id.range)
            writer.u16(format)
        case .word(let number, let range):
            writer.u8(0)
            writer.varint(number)
            writer.bytes(text, range.range)
        case .actor(let number, let actor):
            writer.u8(1)
            writer.varint(number)
            writer.varint(actor.uid)
            writer.u8(actor.role.rawValue)
            writer.varint(actor.by.rawValue)
        case .rulesHead(let number, let hash, let length):
            writer.u8(0)
            writer.varint(number)
            writer.raw(text, hash.range)
            writer.varint(length)
        case .rulesPart(let number, let offset, let range):
            writer.u8(1)
            writer.varint(number)
            writer.varint(offset)
            writer.bytes(text, range.range)
        case .opened(let id, let parent):
            writer.u8(AccountChange.opened.rawValue)
            writer.bytes(text, id.range)
            writer.varint(parent.rawValue)
        case .account(let change):
            writer.u8(change.rawValue)
        case .hold(let change, let hold):
            writer.u8(change.rawValue)
            writer.varint(hold)
        case .reversal(let subject, let amount):
            writer.varint(subject)
            writer.varint(UInt64(amount))
        case .job(let period, let progress):
            // No period is empty: what begins with nothing has more to say than the period.
            if progress != nil { writer.u8(0) }
            writer.bytes(text, period.range)
            progress?.encode(into: &writer, text)
        }
    }
}
