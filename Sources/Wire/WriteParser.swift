package import Ledger

/// Takes writes apart: positional arguments, then from left to right options by keyword and
/// `name=value` inputs. Judges spelling only; what the words mean is the ledger's to say.
package enum WriteParser {
    /// Moves the request's bytes into `command` and says what they mean. Allocates nothing unless
    /// it refuses.
    /// - Throws: BADARG, naming the argument.
    package static func parse(
        _ name: CommandName, _ request: inout Request, into command: inout Command
    ) throws(Refusal) {
        guard let verb = Verb(rawValue: name.rawValue) else {
            preconditionFailure("\(name) is not a write")
        }
        command.reset()
        swap(&request.bytes, &command.bytes)
        command.verb = verb
        let next = try positional(verb, request.arguments, &command)
        try options(request.arguments, from: next, &command)
    }

    // MARK: Positional arguments

    /// Reads what every command of the verb has; returns where the options begin.
    private static func positional(
        _ verb: Verb, _ arguments: [ByteRange], _ command: inout Command
    ) throws(Refusal) -> Int {
        switch verb {
        case .award, .spend, .hold:
            try need(4, arguments, verb)
            command.account = try account(arguments[1], command)
            command.balance = try balance(arguments[2], command)
            command.amount = try amount(arguments[3], command)
            return 4
        case .transfer:
            try need(5, arguments, verb)
            command.account = try account(arguments[1], command)
            command.target = try account(arguments[2], command, "to")
            command.balance = try balance(arguments[3], command)
            command.amount = try amount(arguments[4], command)
            return 5
        case .record, .claim:
            try need(3, arguments, verb)
            command.account = try account(arguments[1], command)
            command.name = try name(arguments[2], command, verb == .record ? "action" : "offer")
            return 3
        case .fact:
            try need(4, arguments, verb)
            command.account = try account(arguments[1], command)
            command.name = try name(arguments[2], command, "name")
            command.value = try text(arguments[3], command, "value")
            command.hasValue = true
            return 4
        case .settle, .reverse:
            try need(2, arguments, verb)
            command.subject = try subject(arguments[1], command)
            guard arguments.count > 2, beginsLikeNumber(arguments[2], command) else { return 2 }
            command.amount = try amount(arguments[2], command)
            return 3
        case .release:
            try need(2, arguments, verb)
            command.subject = try subject(arguments[1], command)
            return 2
        case .migrate:
            try need(3, arguments, verb)
            command.name = try name(arguments[1], command, "migration")
            command.account = try account(arguments[2], command)
            return 3
        case .run:
            try need(2, arguments, verb)
            command.name = try name(arguments[1], command, "job")
            return 2
        case .freeze, .unfreeze, .forget:
            try need(2, arguments, verb)
            command.account = try account(arguments[1], command)
            return 2
        }
    }

    @inline(__always)
    private static func need(
        _ words: Int, _ arguments: [ByteRange], _ verb: Verb
    ) throws(Refusal) {
        if arguments.count < words { throw Misspelt.missing(verb) }
    }

    // MARK: Options and inputs

    private static func options(
        _ arguments: [ByteRange], from first: Int, _ command: inout Command
    ) throws(Refusal) {
        var seen: UInt16 = 0
        var next = first
        while next < arguments.count {
            guard let option = WriteOption(command.bytes, arguments[next], command.verb) else {
                try input(arguments[next], &command)
                next += 1
                continue
            }
            let bit: UInt16 = 1 << option.rawValue
            guard seen & bit == 0 else { throw Misspelt.repeated(option.keyword) }
            seen |= bit
            next += 1
            if option == .dryRun {
                command.isDryRun = true
                continue
            }
            guard next < arguments.count else { throw Misspelt.valueless(option.keyword) }
            try set(option, arguments[next], &command)
            next += 1
        }
    }

    private static func set(
        _ option: WriteOption, _ argument: ByteRange, _ command: inout Command
    ) throws(Refusal) {
        switch option {
        case .key:
            guard argument.count > 0, argument.count <= Limits.keyBytesMax,
                UTF8Text.isText(command.bytes, argument)
            else { throw Misspelt.key() }
            command.key = argument
        case .by: command.by = try account(argument, command, "by")
        case .memo:
            guard argument.count > 0 else {
                throw Misspelt.bad("memo", "a memo has at least one byte: leave MEMO away")
            }
            command.memo = try text(argument, command, "memo")
        case .cause: command.cause = try subject(argument, command, "cause")
        case .expect:
            guard let value = Numerals.whole(command.bytes, argument) else {
                throw Misspelt.expect()
            }
            command.expect = SequenceNumber(value)
        case .at: command.at = try time(argument, command, "at")
        case .until: command.until = try time(argument, command, "until")
        case .purpose: command.name = try name(argument, command, "for")
        case .period:
            guard UTF8Text.isName(command.bytes, argument, segmentsMax: 1) else {
                throw Misspelt.period()
            }
            command.value = argument
            command.hasValue = true
        case .dryRun: break
        }
    }

    /// `name=value`, for the verbs that have inputs.
    private static func input(
        _ argument: ByteRange, _ command: inout Command
    ) throws(Refusal) {
        let split = nameEnd(argument, command)
        let end = argument.start + argument.count
        guard split > argument.start, split < end, split - argument.start <= Limits.nameBytesMax,
            command.bytes[split] == UInt8(ascii: "="), command.verb.takesInputs
        else { throw Misspelt.unexpected(command, argument) }
        let name = ByteRange(start: argument.start, count: split - argument.start)
        let value = ByteRange(start: split + 1, count: end - split - 1)
        guard UTF8Text.isText(command.bytes, value) else { throw Misspelt.text("value") }
        for other in command.inputs where isSame(other.name, name, command.bytes) {
            throw Misspelt.repeated(String(decoding: command.bytes[name.range], as: UTF8.self))
        }
        command.inputs.append(CommandInput(name: name, value: value))
    }

    /// Where what may be a name ends that an argument begins with.
    @inline(__always)
    private static func nameEnd(_ argument: ByteRange, _ command: borrowing Command) -> Int {
        let bytes = command.bytes.span
        var at = argument.start
        while at < argument.start + argument.count, UTF8Text.isNameByte(bytes[at]) { at &+= 1 }
        return at
    }

    @inline(__always)
    private static func isSame(_ a: ByteRange, _ b: ByteRange, _ bytes: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        for index in 0..<a.count where bytes[a.start + index] != bytes[b.start + index] {
            return false
        }
        return true
    }

    // MARK: Values

    private static func account(
        _ range: ByteRange, _ command: borrowing Command, _ argument: StaticString = "account"
    ) throws(Refusal) -> ByteRange {
        guard UTF8Text.isAccount(command.bytes, range) else { throw Misspelt.account(argument) }
        return range
    }

    private static func balance(
        _ range: ByteRange, _ command: borrowing Command
    ) throws(Refusal) -> ByteRange {
        guard UTF8Text.isBalance(command.bytes, range) else { throw Misspelt.balance() }
        return range
    }

    private static func amount(
        _ range: ByteRange, _ command: borrowing Command
    ) throws(Refusal) -> Int64 {
        guard let value = Numerals.whole(command.bytes, range), value >= 1 else {
            throw Misspelt.amount()
        }
        return value
    }

    private static func name(
        _ range: ByteRange, _ command: borrowing Command, _ argument: StaticString
    ) throws(Refusal) -> ByteRange {
        guard UTF8Text.isName(command.bytes, range) else { throw Misspelt.name(argument) }
        return range
    }

    private static func text(
        _ range: ByteRange, _ command: borrowing Command, _ argument: StaticString
    ) throws(Refusal) -> ByteRange {
        guard range.count <= Limits.memoBytesMax, UTF8Text.isText(command.bytes, range) else {
            throw Misspelt.text(argument)
        }
        return range
    }

    private static func subject(
        _ range: ByteRange, _ command: borrowing Command, _ argument: StaticString = "seq"
    ) throws(Refusal) -> SequenceNumber {
        guard let value = Numerals.whole(command.bytes, range), value >= 1 else {
            throw Misspelt.sequence(argument)
        }
        return SequenceNumber(value)
    }

    private static func time(
        _ range: ByteRange, _ command: borrowing Command, _ argument: StaticString
    ) throws(Refusal) -> Instant {
        guard let value = Numerals.instant(command.bytes, range) else {
            throw Misspelt.time(argument)
        }
        return value
    }

    /// What begins with a digit or a sign is meant as an amount, and judged as one.
    private static func beginsLikeNumber(
        _ range: ByteRange, _ command: borrowing Command
    ) -> Bool {
        guard range.count > 0 else { return true }
        let first = command.bytes[range.start]
        return first.isDigit || first == UInt8(ascii: "+") || first == UInt8(ascii: "-")
    }
}

extension Verb {
    /// Whether `name=value` may follow.
    fileprivate var takesInputs: Bool {
        switch self {
        case .record, .claim, .migrate: true
        default: false
        }
    }
}
