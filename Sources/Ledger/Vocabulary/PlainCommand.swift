/// A command of the plainest kind, which most are: an AWARD or a SPEND without options but a KEY, or
/// a BALANCE as of now. It is read, decided and answered without being taken into a `Command`.
///
/// Whatever is not certainly plain goes the general way, which alone refuses, and gives what follows from
/// a posting; both ways give the same bytes, in the log and in the reply.
package struct PlainCommand: Sendable {
    package enum Verb: UInt8, Sendable {
        case award, spend, balance
    }

    /// A run of the bytes that were received.
    package struct Text: Sendable {
        package var start: UInt32
        package var count: UInt32

        @inlinable
        package init(_ start: Int, _ count: Int) {
            self.start = UInt32(truncatingIfNeeded: start)
            self.count = UInt32(truncatingIfNeeded: count)
        }

        @inlinable
        package init() { self.init(0, 0) }

        package var range: Range<Int> { Int(start)..<(Int(start) + Int(count)) }
        package var isEmpty: Bool { count == 0 }
    }

    package var verb = Verb.award
    package var start: UInt32 = 0
    /// Where the next command begins.
    package var end: UInt32 = 0
    package var account = Text()
    package var balance = Text()
    package var key = Text()
    package var amount: Int64 = 0

    /// `.ledger` where memory doesn't have the id.
    package internal(set) var number = AccountNumber.ledger
    var directoryKey = Token(low: 0, high: 0)
    /// The token of its KEY, if it has one and memory has the account.
    var keyToken = Token(low: 0, high: 0)

    // What it came to.
    package internal(set) var sequence: SequenceNumber = 0
    /// The balance, after the event if there was one.
    package internal(set) var value = CellValue.zero
    /// How many rungs it reached, and where in `PlainCommands.reached` they begin.
    package internal(set) var reachedCount: UInt32 = 0
    package internal(set) var reachedStart: UInt32 = 0

    package init() {}
}

/// Plain commands that follow on each other in what a connection has sent, to be gone through together:
/// looking for one account's memory while the others' is on its way hides most of the waiting.
package struct PlainCommands: ~Copyable, Sendable {
    package static let countMax = 64

    // Not an InlineArray: reading one element of that copies all of them.
    var items = Flat(repeating: PlainCommand(), count: countMax)
    package var count = 0
    /// Rungs that some of them reached.
    package internal(set) var reached: [Receipt.Reached] = []
    /// The rulebook that decided, by number.
    package internal(set) var rules: UInt32 = 0
    /// The newest event that the answers to what was decided last could have seen.
    package internal(set) var newest: SequenceNumber = 0

    package init() {}

    package subscript(index: Int) -> PlainCommand {
        // Not `_modify`: called from another module, it allocates.
        get { items[index] }
        set { items[index] = newValue }
    }
}
