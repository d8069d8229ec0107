// FACT, FREEZE, UNFREEZE and FORGET: what is true of an account.

extension Ledger {
    mutating func decideFact(_ command: borrowing Command) throws(Refusal) {
        draft.kind = .fact
        guard UTF8Text.isName(command.bytes, command.name) else {
            throw Refusal(
                .badArgument, [],
                "a fact's name is segments of 1 to 32 letters, digits, _ . or -, joined by colons")
        }
        let key = CellKey(.fact, word(command.bytes, command.name.range))
        let value = try factValue(command)
        let current = state.value(requested.account, key)
        guard current != value else {
            throw Refusal(
                .taken, [.init("fact", text(command, command.name))],
                value == nil
                    ? "\(text(command, command.name)) isn't set, so there is nothing to clear"
                    : "\(text(command, command.name)) has that value already")
        }
        let index = try link(requested.account)
        draft.marks.append(Event.Mark(account: index, key: key, value: value))
    }

    /// An integer, or else a word; `nil` where an empty value clears the fact.
    private mutating func factValue(
        _ command: borrowing Command
    ) throws(Refusal) -> CellValue? {
        if command.value.isEmpty { return nil }
        let range = command.value.range
        if let number = Digits.integer(command.bytes, range) { return CellValue(number, 0) }
        // A number too large or oddly spelt must not become a name that no rule counts with.
        guard UTF8Text.isName(command.bytes, command.value), !Digits.isMeant(command.bytes, range)
        else {
            throw Refusal(
                .badArgument, [.init("fact", text(command, command.name))],
                "a fact's value is a name, or an integer of 64 bits without plus or leading zeros")
        }
        return CellValue(Int64(word(command.bytes, range).rawValue), 1)
    }

    mutating func decideFreeze(_ command: borrowing Command) throws(Refusal) {
        let freezes = command.verb == .freeze
        guard state.isFrozen(requested.account) != freezes else {
            throw Refusal(
                .taken, [.init("account", name(requested.account))],
                "\(name(requested.account)) is \(freezes ? "frozen already" : "not frozen")")
        }
        draft.kind = .account
        _ = try link(requested.account)
        draft.payload = .account(freezes ? .frozen : .unfrozen)
    }

    /// Forgets the account and, each by an event of its own before it, those below it.
    mutating func decideForget(_ command: borrowing Command) throws(Refusal) {
        let account = requested.account
        let children = state.cells(account, .child)
            .map { AccountNumber($0.key.qualifier) }
            .filter { !state.isForgotten($0) }
        for each in [account] + children {
            guard state.cells(each, .hold).isEmpty else {
                throw Refusal(
                    .requirement, [.init("account", name(each))],
                    "\(name(each)) has open holds: settle or release them first")
            }
        }
        beginUndo()
        for child in children {
            var event = Event()
            event.kind = .account
            event.rules = rulesNumber
            event.sequence = state.head + 1
            event.accounts = [Event.Link(account: child, previous: state.last(child))]
            event.payload = .account(.forgotten)
            event.marks = boardsCleared(of: child, 0)
            dropID(child)
            emitSide(&event)
            wiped.append(child)
        }
        draft.kind = .account
        let index = try link(account)
        draft.payload = .account(.forgotten)
        draft.marks = boardsCleared(of: account, index)
        dropID(account)
        wiped.append(account)
    }

    /// Takes the id out of the directory, so that the same id is a new account from now on.
    private mutating func dropID(_ account: AccountNumber) {
        let id = state.id(account)
        state.setDirectory(state.directoryKey(id, id.indices), State.forgottenEntry)
    }
}

/// Numbers as clients write them: digits only, no leading zeros, no plus.
enum Digits {
    /// Whether a text is digits and perhaps a minus: meant as a number, even if it isn't one.
    static func isMeant(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        let digits = bytes[range].first == UInt8(ascii: "-") ? range.dropFirst() : range
        return !digits.isEmpty
            && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[$0]) }
    }

    /// A 64-bit integer, `nil` for anything else.
    static func integer(_ bytes: [UInt8], _ range: Range<Int>) -> Int64? {
        guard let first = range.first else { return nil }
        let isNegative = bytes[first] == UInt8(ascii: "-")
        let digits = isNegative ? range.dropFirst() : range
        guard let lead = digits.first, digits.count <= 19 else { return nil }
        if bytes[lead] == UInt8(ascii: "0"), digits.count > 1 || isNegative { return nil }
        var value: Int64 = 0
        for index in digits {
            let byte = bytes[index]
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            let digit = Int64(byte - UInt8(ascii: "0"))
            // Counted downwards, so that the smallest number fits too.
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (next, overflowToo) = tens.subtractingReportingOverflow(digit)
            if overflow || overflowToo { return nil }
            value = next
        }
        if isNegative { return value }
        return value == .min ? nil : -value
    }
}
