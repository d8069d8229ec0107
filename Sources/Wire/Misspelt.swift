package import Ledger

/// The refusals of arguments that can't be read: each says what would be right.
package enum Misspelt {
    static func missing(_ verb: Verb) -> Refusal {
        let name = "\(verb)".uppercased()
        let spec = CommandTable.lookup(name).map(CommandTable.spec)
        return Refusal(
            .badArgument, [.init("command", name)],
            "arguments are missing: \(name) \(spec?.grammar ?? "")")
    }

    static func missing(_ spec: CommandSpec, of container: String? = nil) -> Refusal {
        let name = ([container, spec.name].compactMap { $0 }.joined(separator: " ")).uppercased()
        return Refusal(
            .badArgument, [.init("command", name)],
            "the arguments don't fit: \(name) \(spec.grammar)")
    }

    static func repeated(_ name: String) -> Refusal {
        Refusal(.badArgument, [.init("argument", name)], "\(name) is given twice")
    }

    static func valueless(_ name: String) -> Refusal {
        Refusal(
            .badArgument, [.init("argument", name)],
            "\(name) is the last word, its value is missing")
    }

    static func unexpected(_ command: borrowing Command, _ range: ByteRange) -> Refusal {
        let name = "\(command.verb)".uppercased()
        let spec = CommandTable.lookup(name).map(CommandTable.spec)
        return unexpected(quoted(command.bytes, range), name, spec?.grammar ?? "")
    }

    static func unexpected(_ word: String, _ name: String, _ grammar: String) -> Refusal {
        Refusal(
            .badArgument, [.init("argument", word)],
            "'\(word)' is not known here: \(name) \(grammar)")
    }

    static func account(_ argument: StaticString) -> Refusal {
        bad(
            argument,
            "an account is 1 to \(Limits.accountBytesMax) bytes of printable UTF-8 without spaces, with at most one '/' inside and no '~' in front, and not '*'"
        )
    }

    static func balance() -> Refusal {
        bad(
            "balance",
            "a balance is written currency or currency:facet, of names of 1 to 32 of A-Z a-z 0-9 _ . -"
        )
    }

    static func amount() -> Refusal {
        bad(
            "amount",
            "an amount is a whole number from 1 to 9223372036854775807: digits only, no leading zero"
        )
    }

    static func name(_ argument: StaticString) -> Refusal {
        bad(
            argument,
            "a name is 1 to 32 of A-Z a-z 0-9 _ . -, or several such joined by ':', "
                + "\(Limits.joinedNameBytesMax) bytes in all at most")
    }

    static func text(_ argument: StaticString) -> Refusal {
        bad(
            argument,
            "a text is valid UTF-8 of at most \(Limits.memoBytesMax) bytes without control characters"
        )
    }

    static func key() -> Refusal {
        bad(
            "key",
            "a key is 1 to \(Limits.keyBytesMax) bytes of valid UTF-8 without control characters"
        )
    }

    static func sequence(_ argument: StaticString) -> Refusal {
        bad(
            argument,
            "a sequence number is a whole number of at least 1: digits only, no leading zero")
    }

    static func expect() -> Refusal {
        bad("expect", "EXPECT takes the number of the account's last event, 0 if it has none")
    }

    static func time(_ argument: StaticString) -> Refusal {
        bad(
            argument,
            "a time from 1970 to 4253 is RFC 3339 (2026-01-05T12:00:00Z) or @ and microseconds since 1970"
        )
    }

    static func moment(_ argument: StaticString) -> Refusal {
        bad(
            argument,
            "expected a sequence number, a time in RFC 3339, or @ and microseconds since 1970")
    }

    static func period() -> Refusal {
        bad("for", "a period is a day like 2026-01-05 or a week like 2026-W02")
    }

    static func bad(_ argument: StaticString, _ sentence: String) -> Refusal {
        Refusal(.badArgument, [.init("argument", "\(argument)")], sentence)
    }

    /// Outside text, cut to a length that fits a line.
    package static func quoted(_ bytes: [UInt8], _ range: ByteRange) -> String {
        let count = min(range.count, WireLimits.quotedBytesMax)
        return String(decoding: bytes[range.start..<(range.start + count)], as: UTF8.self)
    }
}
