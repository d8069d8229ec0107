import Ledger

/// A command as a client means it.
struct Ask: Sendable, Equatable {
    var verb: Verb = .award
    var account = ""
    var target = ""
    /// `currency` or `currency:facet`.
    var balance = ""
    var name = ""
    var value: String?
    var amount: Int64 = 0
    var subject: UInt64 = 0
    var until: Int64?
    var inputs: [Input] = []
    var key: String?
    var by = ""
    var memo = ""
    var cause: UInt64 = 0
    var expect: UInt64?
    var at: Int64?
    var isDryRun = false
    var peer = Peer(uid: 1, role: .all)

    struct Input: Sendable, Equatable {
        var name: String
        var value: String
    }

    /// What makes it the same command when it is sent again.
    struct Identity: Equatable, Sendable {
        var verb: Verb
        var texts: [String]
        var value: String?
        var numbers: [Int64?]
        var subject: UInt64
        var inputs: [Input]
    }

    var identity: Identity {
        Identity(
            verb: verb, texts: [account, target, balance, name], value: value,
            numbers: [amount, until, at], subject: subject,
            inputs: inputs.sorted { $0.name < $1.name })
    }

    /// As the wire's parser hands it to the engine.
    func fill(_ command: inout Command) {
        command.reset()
        command.verb = verb
        command.account = Self.add(account, &command)
        command.target = Self.add(target, &command)
        command.balance = Self.add(balance, &command)
        command.name = Self.add(name, &command)
        if let value {
            command.value = Self.add(value, &command)
            command.hasValue = true
        }
        command.amount = amount
        command.subject = subject
        command.until = until.map(Instant.init(microseconds:))
        for input in inputs {
            let name = Self.add(input.name, &command)
            command.inputs.append(CommandInput(name: name, value: Self.add(input.value, &command)))
        }
        if let key { command.key = Self.add(key, &command) }
        command.by = Self.add(by, &command)
        command.memo = Self.add(memo, &command)
        command.cause = cause
        command.expect = expect
        command.at = at.map(Instant.init(microseconds:))
        command.isDryRun = isDryRun
    }

    private static func add(_ text: String, _ command: inout Command) -> ByteRange {
        guard !text.isEmpty else { return .empty }
        let start = command.bytes.count
        command.bytes.append(contentsOf: text.utf8)
        return ByteRange(start: start, count: command.bytes.count - start)
    }
}
