package import Ledger

/// Recognises plain commands in the bytes that a client sent, where they lie.
///
/// It knows one spelling of each: that of a client which sends upper-case names, ASCII ids and no
/// options but KEY. Anything else, also anything wrong, is left to `RequestParser` and the parsers after
/// it: what is recognised here they would have read the same.
package enum PlainParser {
    /// Reads plain commands from `buffer[start..<end]` until something else comes.
    package static func parse(
        _ buffer: Span<UInt8>, from start: Int, to end: Int, countMax: Int,
        into commands: inout PlainCommands
    ) {
        commands.count = 0
        // Ranges are kept in 32 bits.
        guard end <= Int(UInt32.max) else { return }
        let limit = min(countMax, PlainCommands.countMax)
        var at = start
        while commands.count < limit {
            var command = PlainCommand()
            guard
                let next = parse(buffer, from: at, to: end, &command)
                    ?? record(buffer, from: at, to: end, &command, &commands)
            else { return }
            commands.append(command)
            at = next
        }
    }

    /// "*4\r\n$5\r\n", "*6\r\n$5\r\n", "*3\r\n$7\r\n" and "*2\r\n$7\r\n"; then the rest of a name and what
    /// follows it.
    private static let four: UInt64 = 0x0A0D_3524_0A0D_342A
    private static let six: UInt64 = 0x0A0D_3524_0A0D_362A
    private static let three: UInt64 = 0x0A0D_3724_0A0D_332A
    private static let two: UInt64 = 0x0A0D_3724_0A0D_322A
    private static let award: UInt64 = 0x240A_0D44_5241_5741
    private static let spend: UInt64 = 0x240A_0D44_4E45_5053
    private static let balance: UInt64 = 0x0D45_434E_414C_4142
    private static let profile: UInt64 = 0x0D45_4C49_464F_5250
    /// "$3\r\nKEY\r"
    private static let key: UInt64 = 0x0D59_454B_0A0D_3324

    @inline(__always)
    private static func parse(
        _ buffer: Span<UInt8>, from start: Int, to end: Int, _ command: inout PlainCommand
    ) -> Int? {
        // No plain command is shorter, and none of the words looked at below begins later.
        guard end &- start >= 24 else { return nil }
        let head = buffer.word(at: start)
        let name = buffer.word(at: start + 8)
        var at: Int
        if head == four || head == six {
            if name == award {
                command.verb = .award
            } else if name == spend {
                command.verb = .spend
            } else {
                return nil
            }
            at = start + 16
        } else if head == three && name == balance || head == two && name == profile,
            buffer[start + 16] == 0x0A, buffer[start + 17] == UInt8(ascii: "$")
        {
            command.verb = head == three ? .balance : .profile
            at = start + 18
        } else {
            return nil
        }
        guard let account = text(buffer, &at, end), isAccount(buffer, account, end) else {
            return nil
        }
        command.start = UInt32(truncatingIfNeeded: start)
        command.account = account
        guard command.verb != .profile else {
            command.end = UInt32(truncatingIfNeeded: at)
            return at
        }
        guard let balance = bulk(buffer, &at, end) else { return nil }
        command.balance = balance
        if command.verb != .balance {
            guard let range = bulk(buffer, &at, end), let amount = amount(buffer, range) else {
                return nil
            }
            command.amount = amount
        }
        if head == six {
            guard end &- at >= 10, buffer.word(at: at) == key, buffer[at + 8] == 0x0A else {
                return nil
            }
            at += 9
            guard let token = bulk(buffer, &at, end), isText(buffer, token, end) else {
                return nil
            }
            command.key = token
        }
        command.end = UInt32(truncatingIfNeeded: at)
        return at
    }

    // The count taken out of "*7\r\n$6\r\n"; then "RECORD\r\n"; and "\r\n$6\r\nRE".
    private static let anyCount: UInt64 = 0x0A0D_3624_0A0D_002A
    private static let recordName: UInt64 = 0x0A0D_4452_4F43_4552
    private static let recordStart: UInt64 = 0x4552_0A0D_3624_0A0D

    /// A RECORD: what its inputs are, its action says.
    private static func record(
        _ buffer: Span<UInt8>, from start: Int, to end: Int, _ command: inout PlainCommand,
        _ commands: inout PlainCommands
    ) -> Int? {
        guard end &- start >= 32 else { return nil }
        var at = start + 16
        var left = Int(buffer[start + 1] &- 0x30)
        if buffer.word(at: start) & ~0xFF00 == anyCount {
            guard buffer.word(at: start + 8) == recordName, left >= 3, left <= 9 else {
                return nil
            }
        } else {
            left = left &* 10 &+ Int(buffer[start + 2] &- 0x30)
            guard buffer[start] == UInt8(ascii: "*"), left >= 10, left <= 13,
                buffer[start + 1] == UInt8(ascii: "1"),
                buffer.word(at: start + 3) == recordStart,
                buffer.word(at: start + 9) == recordName
            else { return nil }
            at += 1
        }
        guard let account = bulk(buffer, &at, end), isAccount(buffer, account, end),
            let action = bulk(buffer, &at, end)
        else { return nil }
        command.verb = .record
        command.start = UInt32(truncatingIfNeeded: start)
        command.account = account
        command.balance = action
        command.key = PlainCommand.Text()
        left -= 3
        var count = 0
        while left > 0 {
            guard let argument = bulk(buffer, &at, end) else { return nil }
            left -= 1
            if left == 1, isKey(buffer, argument) {
                guard let token = bulk(buffer, &at, end), isText(buffer, token, end) else {
                    return nil
                }
                command.key = token
                break
            }
            guard count < PlainCommands.inputsMax else { return nil }
            commands.setInput(commands.count, count, argument)
            count += 1
        }
        command.inputCount = UInt8(truncatingIfNeeded: count)
        command.end = UInt32(truncatingIfNeeded: at)
        return at
    }

    @inline(__always)
    private static func isKey(_ buffer: Span<UInt8>, _ text: PlainCommand.Text) -> Bool {
        text.count == 3 && buffer.word(at: Int(text.start), count: 3) == 0x59_454B
    }

    /// A bulk string that isn't empty.
    @inline(__always)
    private static func bulk(
        _ buffer: Span<UInt8>, _ at: inout Int, _ end: Int
    ) -> PlainCommand.Text? {
        guard at < end, buffer[at] == UInt8(ascii: "$") else { return nil }
        at += 1
        return text(buffer, &at, end)
    }

    /// A bulk string after its dollar sign, of 1 to 99 bytes.
    @inline(__always)
    private static func text(
        _ buffer: Span<UInt8>, _ at: inout Int, _ end: Int
    ) -> PlainCommand.Text? {
        guard end &- at >= 6 else { return nil }
        var count = Int(buffer[at] &- 0x30)
        guard count >= 1, count <= 9 else { return nil }
        at += 1
        if buffer[at] != 0x0D {
            let digit = Int(buffer[at] &- 0x30)
            guard digit <= 9 else { return nil }
            count = count &* 10 &+ digit
            at += 1
        }
        guard buffer[at] == 0x0D, buffer[at + 1] == 0x0A else { return nil }
        at += 2
        let after = at &+ count
        guard after &+ 2 <= end, buffer[after] == 0x0D, buffer[after + 1] == 0x0A else {
            return nil
        }
        defer { at = after + 2 }
        return PlainCommand.Text(at, count)
    }

    /// Digits, no leading zero, few enough not to leave Int64.
    @inline(__always)
    private static func amount(_ buffer: Span<UInt8>, _ text: PlainCommand.Text) -> Int64? {
        guard text.count <= 18, buffer[Int(text.start)] != UInt8(ascii: "0") else { return nil }
        var value: Int64 = 0
        for index in text.range {
            let digit = buffer[index] &- 0x30
            guard digit <= 9 else { return nil }
            value = value &* 10 &+ Int64(digit)
        }
        return value
    }

    // MARK: Eight bytes at a time

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// An id of graphic ASCII characters with at most one slash, inside, and no tilde in front.
    @inline(__always)
    private static func isAccount(
        _ buffer: Span<UInt8>, _ text: PlainCommand.Text, _ end: Int
    ) -> Bool {
        let count = Int(text.count)
        guard count <= Limits.accountBytesMax else { return false }
        let first = buffer[Int(text.start)]
        let last = buffer[Int(text.start) + count - 1]
        guard first != UInt8(ascii: "~"), first != UInt8(ascii: "/"), last != UInt8(ascii: "/")
        else { return false }
        var slashes = 0
        var done = 0
        while done < count {
            let word = padded(buffer, Int(text.start) + done, min(8, count - done), end)
            guard isGraphic(word) else { return false }
            slashes += zeroBytes(word ^ (ones &* UInt64(UInt8(ascii: "/"))))
            done += 8
        }
        return slashes <= 1
    }

    /// Printable ASCII, spaces included.
    private static func isText(
        _ buffer: Span<UInt8>, _ text: PlainCommand.Text, _ end: Int
    ) -> Bool {
        let count = Int(text.count)
        var done = 0
        while done < count {
            let word = padded(buffer, Int(text.start) + done, min(8, count - done), end)
            // A space is taken for a character beside it: what else there is stays what it was.
            let spaces = word ^ (ones &* 0x20)
            let isSpace = zeroHighs(spaces) >> 7
            guard isGraphic(word &+ isSpace) else { return false }
            done += 8
        }
        return true
    }

    /// Up to eight bytes, with the letter a behind them.
    @inline(__always)
    private static func padded(
        _ buffer: Span<UInt8>, _ at: Int, _ count: Int, _ end: Int
    ) -> UInt64 {
        let word = buffer.word(at: at, count: count)
        guard count < 8 else { return word }
        return word | (ones &* 0x61) << UInt64(truncatingIfNeeded: 8 &* count)
    }

    /// Whether all eight bytes are from 0x21 to 0x7E.
    @inline(__always)
    private static func isGraphic(_ word: UInt64) -> Bool {
        // Below 0x80 no addition carries into the next byte.
        word & highs == 0 && (word &+ ones &* 0x5F) & highs == highs && (word &+ ones) & highs == 0
    }

    /// The highest bit of each byte that is zero.
    @inline(__always)
    private static func zeroHighs(_ word: UInt64) -> UInt64 {
        ~(((word & ~highs) &+ ~highs) | word) & highs
    }

    @inline(__always)
    private static func zeroBytes(_ word: UInt64) -> Int { zeroHighs(word).nonzeroBitCount }
}
