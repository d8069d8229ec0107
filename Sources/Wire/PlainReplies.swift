package import Ledger

/// Writes the replies to plain commands, as `receipt` and `balance` do: what is the same in the next
/// reply is put together once.
package struct PlainReplies: ~Copyable {
    private var isRESP3 = false
    private var time = Instant(microseconds: -1)
    /// The balance's name of the last receipt, as the command spelt it.
    private var name: [UInt8] = []
    /// A receipt up to its sequence number, from there to the change, and from there to the balance.
    private var head = ByteWriter(capacity: partSize)
    /// The same where rungs were reached.
    private var headOfReached = ByteWriter(capacity: partSize)
    private var middle = ByteWriter(capacity: partSize)
    private var last = ByteWriter(capacity: partSize)
    /// Replies on their way to the connection.
    private var replies = ByteWriter(capacity: 64 * replySize)
    private var receipts = ReceiptWriter()
    package var profiles = ProfileWriter()
    private var balanceText = BalanceText(isRESP3: false)

    /// More than a part ever takes, whose longest have a name of 99 bytes and what stands around it;
    /// and more than a reply, which has three of them and numbers.
    private static let partSize = 256
    private static let replySize = 1_024

    package init() {}

    /// Writes the replies of the commands in `range`.
    ///
    /// - Parameters:
    ///   - bytes: what the commands' ranges point into.
    ///   - time: that of the newest event, and of the commands'.
    ///   - now: as of when profiles are told.
    package mutating func write(
        _ commands: borrowing PlainCommands, _ range: Range<Int>, in bytes: Span<UInt8>,
        time: Instant, at now: Instant, names: some ProfileNaming, to writer: inout ReplyWriter
    ) {
        if isRESP3 != writer.isRESP3 { balanceText = BalanceText(isRESP3: writer.isRESP3) }
        if time != self.time || writer.isRESP3 != isRESP3 {
            self.time = time
            isRESP3 = writer.isRESP3
            name = []
        }
        let cells = commands.cells
        var words: Words?
        var part = Part.numbers
        for index in range {
            if replies.capacity - replies.count < Self.replySize { send(to: &writer) }
            let command = commands[index]
            let next = Part(command.verb)
            if next != part {
                // Replies go out in the order of their commands.
                finish(part, to: &writer)
                part = next
                if part == .profiles {
                    profiles.begin(at: now, names.rules, isRESP3: isRESP3)
                    words = names.words
                }
            }
            switch command.verb {
            case .record: receipts.write(commands, index, time: time, names: names, to: &writer)
            case .award: receipt(command, command.amount, bytes)
            case .spend: receipt(command, -command.amount, bytes)
            case .balance: balanceText.write(command.value, to: &replies)
            case .profile:
                profile(command, cells.span, words ?? names.words, names, &writer)
            }
            if command.rungCount > 0, command.verb != .record {
                reach(commands, index, names, &writer)
            }
        }
        finish(part, to: &writer)
    }

    /// Who writes.
    private enum Part {
        case numbers, receipts, profiles

        init(_ verb: PlainCommand.Verb) {
            switch verb {
            case .award, .spend, .balance: self = .numbers
            case .record: self = .receipts
            case .profile: self = .profiles
            }
        }
    }

    private mutating func finish(_ part: Part, to writer: inout ReplyWriter) {
        switch part {
        case .numbers: send(to: &writer)
        case .receipts: receipts.finish(to: &writer)
        case .profiles: profiles.finish(to: &writer)
        }
    }

    private mutating func profile(
        _ command: PlainCommand, _ cells: Span<Cell>, _ words: Words, _ names: some ProfileNaming,
        _ writer: inout ReplyWriter
    ) {
        let start = Int(command.cellStart)
        let own = cells.extracting(start..<(start + Int(command.cellCount)))
        let account = ProfileWriter.Account(
            command.number, last: command.sequence, isFrozen: command.isFrozen)
        let shown = profiles.hasShown ? profiles.shown(account, own, names) : ProfileWriter.Shown()
        profiles.write(account, own, shown, words, to: &writer)
    }

    private mutating func send(to writer: inout ReplyWriter) {
        precondition(!replies.hasOverflowed, "a plain reply is short")
        replies.append(to: &writer.bytes)
        replies.reset()
    }

    @inline(__always)
    private mutating func receipt(
        _ command: PlainCommand, _ amount: Int64, _ bytes: Span<UInt8>
    ) {
        if !isNamed(bytes, command.balance) { prepare(bytes, command.balance) }
        if command.rungCount == 0 { replies.raw(head) } else { replies.raw(headOfReached) }
        replies.integer(Int64(clamping: command.sequence))
        replies.raw(middle)
        replies.integer(amount)
        replies.raw(last)
        // The ledger let it come about, so it fits.
        replies.integer(command.value.available ?? 0)
    }

    @inline(__always)
    private func isNamed(_ bytes: Span<UInt8>, _ text: PlainCommand.Text) -> Bool {
        guard name.count == Int(text.count) else { return false }
        for index in 0..<name.count where name[index] != bytes[Int(text.start) + index] {
            return false
        }
        return true
    }

    @inline(never)
    private mutating func prepare(_ bytes: Span<UInt8>, _ text: PlainCommand.Text) {
        name.removeAll(keepingCapacity: true)
        for index in text.range { name.append(bytes[index]) }
        var writer = ReplyWriter(isRESP3: isRESP3)
        writer.map(6)
        writer.fragment(ReceiptKeys.sequence)
        Self.take(&writer, into: &headOfReached)
        writer.map(5)
        writer.fragment(ReceiptKeys.sequence)
        Self.take(&writer, into: &head)
        writer.fragment(ReceiptKeys.time)
        writer.time(time)
        writer.fragment(ReceiptKeys.duplicate)
        writer.boolean(false)
        writer.fragment(ReceiptKeys.changes)
        writer.map(1)
        writer.bulk(name)
        Self.take(&writer, into: &middle)
        writer.fragment(ReceiptKeys.balances)
        writer.map(1)
        writer.bulk(name)
        Self.take(&writer, into: &last)
    }

    /// Adds which rungs were reached.
    private mutating func reach(
        _ commands: borrowing PlainCommands, _ index: Int, _ names: some Naming,
        _ writer: inout ReplyWriter
    ) {
        let text = receipts.reached.text(of: commands, index, names, isRESP3: isRESP3)
        if replies.capacity - replies.count < text.count { send(to: &writer) }
        replies.raw(text)
    }

    /// A part ends where a number begins.
    private static func take(_ writer: inout ReplyWriter, into part: inout ByteWriter) {
        part.reset()
        part.raw(writer.bytes)
        precondition(!part.hasOverflowed, "a part of a plain reply is short")
        writer.bytes.removeAll(keepingCapacity: true)
    }
}
