package import Ledger

/// Writes the replies to plain commands, as `receipt` and `balance` do: what is the same in the next
/// reply is put together once.
package struct PlainReplies {
    private var isRESP3 = false
    private var time = Instant(microseconds: -1)
    /// The balance's name of the last receipt, as the command spelt it.
    private var name: [UInt8] = []
    /// A receipt up to its sequence number, from there to the change, and from there to the balance.
    private var head: [UInt8] = []
    private var middle: [UInt8] = []
    private var last: [UInt8] = []

    package init() {}

    /// Writes the replies of the commands in `range`.
    ///
    /// - Parameters:
    ///   - bytes: what the commands' ranges point into.
    ///   - time: that of the newest event, and of the commands'.
    package mutating func write(
        _ commands: borrowing PlainCommands, _ range: Range<Int>, in bytes: Span<UInt8>,
        time: Instant, to writer: inout ReplyWriter
    ) {
        for index in range {
            let command = commands[index]
            switch command.verb {
            case .award: receipt(command, command.amount, bytes, time, &writer)
            case .spend: receipt(command, -command.amount, bytes, time, &writer)
            case .balance: writer.plainBalance(command.value)
            }
        }
    }

    @inline(__always)
    private mutating func receipt(
        _ command: PlainCommand, _ amount: Int64, _ bytes: Span<UInt8>, _ time: Instant,
        _ writer: inout ReplyWriter
    ) {
        if time != self.time || writer.isRESP3 != isRESP3 || !isNamed(bytes, command.balance) {
            prepare(bytes, command.balance, time, isRESP3: writer.isRESP3)
        }
        writer.bytes.append(contentsOf: head)
        writer.bytes.appendDecimal(command.sequence)
        writer.bytes.append(contentsOf: middle)
        writer.bytes.appendDecimal(amount)
        writer.bytes.append(contentsOf: last)
        // The ledger let it come about, so it fits.
        writer.bytes.appendDecimal(command.value.available ?? 0)
        writer.bytes.append(contentsOf: Self.lineEnd)
    }

    private static let lineEnd: [UInt8] = [0x0D, 0x0A]

    @inline(__always)
    private func isNamed(_ bytes: Span<UInt8>, _ text: PlainCommand.Text) -> Bool {
        guard name.count == Int(text.count) else { return false }
        for index in 0..<name.count where name[index] != bytes[Int(text.start) + index] {
            return false
        }
        return true
    }

    @inline(never)
    private mutating func prepare(
        _ bytes: Span<UInt8>, _ text: PlainCommand.Text, _ time: Instant, isRESP3: Bool
    ) {
        self.time = time
        self.isRESP3 = isRESP3
        name.removeAll(keepingCapacity: true)
        for index in text.range { name.append(bytes[index]) }
        var writer = ReplyWriter(isRESP3: isRESP3)
        writer.map(5)
        writer.fragment(ReceiptKeys.sequence)
        head = writer.bytes + [UInt8(ascii: ":")]
        writer.bytes = Self.lineEnd
        writer.fragment(ReceiptKeys.time)
        writer.time(time)
        writer.fragment(ReceiptKeys.duplicate)
        writer.boolean(false)
        writer.fragment(ReceiptKeys.changes)
        writer.map(1)
        writer.bulk(name)
        middle = writer.bytes + [UInt8(ascii: ":")]
        writer.bytes = Self.lineEnd
        writer.fragment(ReceiptKeys.balances)
        writer.map(1)
        writer.bulk(name)
        last = writer.bytes + [UInt8(ascii: ":")]
    }
}

extension ReplyWriter {
    /// What BALANCE answers.
    fileprivate mutating func plainBalance(_ value: CellValue) {
        fragment(isRESP3 ? BalanceKeys.map : BalanceKeys.array)
        bytes.appendDecimal(value.earned)
        fragment(BalanceKeys.spent)
        bytes.appendDecimal(value.spent)
        fragment(BalanceKeys.held)
        bytes.appendDecimal(value.held)
        fragment(BalanceKeys.available)
        bytes.appendDecimal(value.available ?? 0)
        fragment(BalanceKeys.end)
    }
}

/// The parts of a balance between its numbers.
private enum BalanceKeys {
    static let map = Array("%4\r\n$6\r\nearned\r\n:".utf8)
    static let array = Array("*8\r\n$6\r\nearned\r\n:".utf8)
    static let spent = Array("\r\n$5\r\nspent\r\n:".utf8)
    static let held = Array("\r\n$4\r\nheld\r\n:".utf8)
    static let available = Array("\r\n$9\r\navailable\r\n:".utf8)
    static let end = Array("\r\n".utf8)
}
