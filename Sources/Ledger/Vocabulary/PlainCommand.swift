/// A command of the plainest kind, which most are: an AWARD, a SPEND or a RECORD without options but a
/// KEY, or a BALANCE or a PROFILE as of now. It is read, decided and answered without being taken into a
/// `Command`.
///
/// Whatever is not certainly plain goes the general way, which alone refuses, and gives what follows from
/// a posting; both ways give the same bytes, in the log and in the reply.
package struct PlainCommand: Sendable {
    package enum Verb: UInt8, CaseIterable, Sendable {
        case award, spend, balance, record, profile
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
    /// RECORD's action where there is no balance; empty for PROFILE.
    package var balance = Text()
    package var key = Text()
    package var amount: Int64 = 0
    /// How many inputs a RECORD has: `PlainCommands.input`.
    package var inputCount: UInt8 = 0
    // Two truths that are found out later, here, as there is room for them.
    /// Whether a PROFILE's account is frozen.
    package internal(set) var isFrozen = false
    /// False where it is certain that the token of its KEY isn't stored.
    var mayBeStored = true

    /// `.ledger` where memory doesn't have the id.
    package internal(set) var number = AccountNumber.ledger
    var directoryKey = Token(low: 0, high: 0)
    /// The token of its KEY, if it has one and memory has the account.
    var keyToken = Token(low: 0, high: 0)
    /// What makes it the same command if it has a KEY; not of a RECORD.
    var fingerprint: UInt64 = 0

    // What it came to.
    /// The account's newest event, of a PROFILE.
    package internal(set) var sequence: SequenceNumber = 0
    /// The balance, after the event if there was one.
    package internal(set) var value = CellValue.zero
    /// How many rungs it moved: `PlainCommands.rung`.
    package internal(set) var rungCount: UInt8 = 0
    // Of a RECORD, see `PlainCommands`.
    package internal(set) var changeCount: UInt8 = 0
    package internal(set) var shownCount: UInt8 = 0
    /// Of a PROFILE: its cells in `PlainCommands.cells`.
    package internal(set) var cellCount: UInt8 = 0
    package internal(set) var cellStart: UInt32 = 0

    package init() {}
}

/// Plain commands that follow on each other in what a connection has sent, to be gone through together:
/// looking for one account's memory while the others' is on its way hides most of the waiting.
package struct PlainCommands: ~Copyable, Sendable {
    package static let countMax = 64
    /// How many of a kind a RECORD may have; one with more isn't plain.
    package static let inputsMax = 8
    package static let partsMax = 4
    /// Cells of an account whose PROFILE is plain: those of many accounts lie side by side.
    package static let cellsMax: UInt32 = 64

    // Not an InlineArray: reading one element of that copies all of them.
    var items = Flat(repeating: PlainCommand(), count: countMax)
    package var count = 0
    /// The tokens of those that have a KEY, which commands they are of, and with which version of what is
    /// stored they were looked for.
    var tokens: [Token] = []
    var tokenOwners: [UInt8] = []
    var keysVersion: UInt64 = 0
    /// What some of them look at, as it was then: others that follow may change it.
    package internal(set) var cells: [Cell] = []
    /// The rulebook that decided, by number.
    package internal(set) var rules: UInt32 = 0
    // Of what was decided last.
    /// The newest event that the answers to it could have seen.
    package internal(set) var newest: SequenceNumber = 0
    /// When the newest event of all was recorded, which is when its own were.
    package internal(set) var time = Instant(microseconds: 0)
    /// How many events it came to.
    package internal(set) var eventCount = 0

    // Of each command so many.
    var inputs = Flat(repeating: PlainCommand.Text(), count: countMax * inputsMax)
    var changes = Flat(repeating: PlainChange(), count: countMax * partsMax)
    var shown = Flat(repeating: PlainShown(), count: countMax * partsMax)
    var rungs = Flat(repeating: PlainRung(), count: countMax * partsMax)

    package init() {}

    package subscript(index: Int) -> PlainCommand { items[index] }

    // One field at a time, where one is enough.

    package func verb(_ index: Int) -> PlainCommand.Verb { items[index].verb }
    package func start(_ index: Int) -> Int { Int(items[index].start) }
    package func end(_ index: Int) -> Int { Int(items[index].end) }

    /// Adds one; there must be room.
    package mutating func append(_ command: borrowing PlainCommand) {
        items[count] = copy command
        count += 1
    }

    /// Tells how many commands of the same verb follow on each other, run by run.
    package func tally(_ range: Range<Int>, _ body: (PlainCommand.Verb, Int) -> Void) {
        var start = range.lowerBound
        for index in range where items[index].verb != items[start].verb {
            body(items[start].verb, index - start)
            start = index
        }
        if start < range.upperBound { body(items[start].verb, range.upperBound - start) }
    }

    /// An input of a RECORD as it was sent, `name=value`.
    package func input(_ index: Int, _ position: Int) -> PlainCommand.Text {
        inputs[index * Self.inputsMax + position]
    }

    package mutating func setInput(_ index: Int, _ position: Int, _ text: PlainCommand.Text) {
        precondition(position < Self.inputsMax)
        inputs[index * Self.inputsMax + position] = text
    }

    /// What a RECORD posted.
    package func change(_ index: Int, _ position: Int) -> PlainChange {
        changes[index * Self.partsMax + position]
    }

    /// What it computed and shows.
    package func shown(_ index: Int, _ position: Int) -> PlainShown {
        shown[index * Self.partsMax + position]
    }

    /// The rungs that a command moved.
    package func rung(_ index: Int, _ position: Int) -> PlainRung {
        rungs[index * Self.partsMax + position]
    }
}

extension PlainCommands {
    /// The rungs that a command moved, as the general way has them.
    package func reached(_ index: Int) -> [Receipt.Reached] {
        (0..<Int(items[index].rungCount)).map { place in
            let rung = rung(index, place)
            return Receipt.Reached(
                account: items[index].number, ladder: rung.ladder, from: rung.from, to: rung.to)
        }
    }

    /// What a RECORD answers, as the general way has it.
    package func receipt(_ index: Int, time: Instant) -> Receipt {
        var receipt = Receipt()
        let command = items[index]
        receipt.sequence = command.sequence
        receipt.time = time
        receipt.account = command.number
        receipt.rules = rules
        for place in 0..<Int(command.changeCount) {
            let change = change(index, place)
            receipt.changes.append(
                Receipt.Change(
                    account: command.number, balance: change.balance, amount: change.amount,
                    after: change.after))
        }
        receipt.reached = reached(index)
        for place in 0..<Int(command.shownCount) {
            let shown = shown(index, place)
            receipt.explain.append(
                Receipt.Explained(name: shown.name, value: Rational(shown.value)))
        }
        return receipt
    }
}

package struct PlainChange: Sendable {
    package var balance = BalanceName(currency: .none)
    package var amount: Int64 = 0
    /// Available after the event.
    package var after: Int64 = 0
}

package struct PlainShown: Sendable {
    package var name = Word.none
    package var value: Int64 = 0
}

/// A rung that a plain command moves.
package struct PlainRung: Equatable, Sendable {
    var key = CellKey(.rung, .none)
    package var from: Int64 = 0
    package var to: Int64 = 0

    package var ladder: Word { key.word }
}

/// Those that the command under way moves.
struct PlainClimbs: ~Copyable, Sendable {
    private var rungs = Flat(repeating: PlainRung(), count: PlainCommands.partsMax)
    private(set) var count = 0

    subscript(index: Int) -> PlainRung {
        @inline(__always) get {
            precondition(index < count)
            return rungs[index]
        }
    }

    mutating func removeAll() { count = 0 }

    /// - Returns: whether there was room.
    mutating func add(_ rung: PlainRung) -> Bool {
        guard count < rungs.count else { return false }
        rungs[count] = rung
        count += 1
        return true
    }
}
