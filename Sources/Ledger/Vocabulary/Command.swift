/// What a write asks for.
package enum Verb: UInt8, Sendable, CaseIterable {
    case award, spend, transfer, hold, settle, release, record, claim, fact, reverse, migrate, run
    case freeze, unfreeze, forget
}

/// One write, taken apart but not yet judged: flat, so that a reused value costs no allocation.
///
/// Every range points into `bytes`, which holds the command's arguments. An empty range is an
/// argument that was not given (none of them may be given empty, but for a fact's value).
package struct Command: Sendable {
    package var verb: Verb = .award
    package var bytes: [UInt8] = []

    /// The account of the verb; empty for SETTLE, RELEASE, REVERSE and RUN.
    package var account = ByteRange.empty
    /// TRANSFER's receiving account.
    package var target = ByteRange.empty
    /// `currency[:facet]` of AWARD, SPEND, TRANSFER and HOLD.
    package var balance = ByteRange.empty
    /// RECORD's action, CLAIM's offer, MIGRATE's migration, RUN's job, FACT's name, SPEND's FOR.
    package var name = ByteRange.empty
    /// FACT's value, RUN's period. `hasValue` tells an empty value from none.
    package var value = ByteRange.empty
    package var hasValue = false
    /// At least 1 where given; 0 where SETTLE or REVERSE leave it out.
    package var amount: Int64 = 0
    /// The event that SETTLE, RELEASE and REVERSE speak of.
    package var subject: SequenceNumber = 0
    /// HOLD's UNTIL.
    package var until: Instant?

    /// `name=value` inputs in the order given.
    package var inputs: [CommandInput] = []

    package var key = ByteRange.empty
    package var by = ByteRange.empty
    /// As `by`, of an account that is forgotten: no client can say so, only who tells the past again.
    var byForgotten = AccountNumber.ledger
    package var memo = ByteRange.empty
    package var cause: SequenceNumber = 0
    package var expect: SequenceNumber?
    package var at: Instant?
    package var isDryRun = false

    package init() {}

    /// Makes the value fit to hold another command; keeps the memory it has.
    package mutating func reset() {
        verb = .award
        bytes.clear()
        account = .empty
        target = .empty
        balance = .empty
        name = .empty
        value = .empty
        hasValue = false
        amount = 0
        subject = 0
        until = nil
        inputs.clear()
        key = .empty
        by = .empty
        byForgotten = .ledger
        memo = .empty
        cause = 0
        expect = nil
        at = nil
        isDryRun = false
    }
}

/// One `name=value` argument; both ranges point into the command's bytes.
package struct CommandInput: Sendable {
    package var name: ByteRange
    package var value: ByteRange

    package init(name: ByteRange, value: ByteRange) {
        self.name = name
        self.value = value
    }
}

/// What a peer may do, by the socket that it came in through and its credentials.
package struct Role: OptionSet, Hashable, Sendable {
    package var rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let game = Role(rawValue: 1)
    package static let audit = Role(rawValue: 2)
    package static let operate = Role(rawValue: 4)
    package static let all: Role = [.game, .audit, .operate]
}

/// Who sent a command: told by the kernel, not by the message.
package struct Peer: Hashable, Sendable {
    package var uid: UInt32
    package var role: Role

    package init(uid: UInt32, role: Role) {
        self.uid = uid
        self.role = role
    }
}
