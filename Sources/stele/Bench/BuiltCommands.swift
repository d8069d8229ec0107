import Ledger
import Wire

/// The commands of a ledger that is made up, as the daemon would have read them: bytes and where in
/// them everything stands. From one command to the next only digits change.
struct BuiltCommands: ~Copyable {
    private var draw: AccountDraw
    private var keyNumber: UInt64 = 0
    private let amount: Int64
    private let verb: Verb
    private let hasKeys: Bool
    private let currency: String
    /// Whether the plain commands are laid out as those that open accounts, which carry no keys.
    private var areOpenings = false

    /// What is decided together, and what its ranges point into.
    var plain = PlainCommands()
    private(set) var bytes: [UInt8] = []

    private var command: Command
    private var opening: Command
    /// Where the account's digits stand in an account's name, and how long that is.
    private static let prefix = Array(CommandTemplate.accountPrefix.utf8)
    private static let nameCount = prefix.count + 8
    private static let keyCount = 17

    /// What the commands are, read once.
    struct Kinds {
        var verb: Verb
        var amount: Int64
        /// One of those that are measured, and the one that opens an account, which carries no key.
        var command: Command
        var opening: Command

        init(_ settings: BenchCommand.Settings) throws(Failure) {
            let name = CommandTemplate.accountPrefix + "00000000"
            let currency = settings.currency
            var (words, first): ([String], [String])
            switch settings.workload {
            case .award:
                (verb, amount) = (.award, 7)
                words = ["AWARD", name, currency, "7"]
                first = words
            case .spend:
                (verb, amount) = (.spend, 3)
                words = ["SPEND", name, currency, "3"]
                first = ["AWARD", name, currency, "1000000"]
            case .record:
                (verb, amount) = (.record, 0)
                words = ["RECORD", name] + settings.record
                first = words
            case .balance, .profile, .mixed:
                throw .usage("--build-log knows the workloads award, spend and record")
            }
            if settings.hasKeys { words += ["KEY", String(repeating: "0", count: keyCount)] }
            command = try Self.parse(words)
            opening = try Self.parse(first)
        }

        private static func parse(_ words: [String]) throws(Failure) -> Command {
            var request = Request(words)
            var command = Command()
            guard let name = CommandTable.lookup(request.text(0)) else {
                throw .usage("\(words[0]) is no command")
            }
            do throws(Refusal) {
                try WriteParser.parse(name, &request, into: &command)
            } catch {
                throw Failure(
                    code: .refused, message: "\(words.joined(separator: " ")): \(error.sentence)")
            }
            return command
        }
    }

    init(_ settings: BenchCommand.Settings, _ kinds: Kinds) {
        draw = AccountDraw(
            accounts: settings.accounts, distribution: settings.distribution, seed: settings.seed)
        hasKeys = settings.hasKeys
        (verb, amount) = (kinds.verb, kinds.amount)
        (command, opening) = (kinds.command, kinds.opening)
        currency = settings.currency
        if arePlain { layOut() }
    }

    /// Whether they are of the plainest kind, which is decided many at a time.
    var arePlain: Bool { verb != .record }

    /// The balance, then for each plain command its account and its key.
    private mutating func layOut() {
        bytes = Array(currency.utf8)
        plain.count = 0
        for _ in 0..<PlainCommands.countMax {
            var one = PlainCommand()
            one.verb = verb == .spend && !areOpenings ? .spend : .award
            one.balance = PlainCommand.Text(0, currency.utf8.count)
            one.amount = areOpenings ? opening.amount : amount
            one.account = PlainCommand.Text(bytes.count, Self.nameCount)
            bytes += Self.prefix + [UInt8](repeating: 0x30, count: 8)
            if hasKeys, !areOpenings {
                one.key = PlainCommand.Text(bytes.count, Self.keyCount)
                bytes += [UInt8](repeating: 0x30, count: Self.keyCount)
            }
            plain.append(one)
        }
    }

    /// Makes the next `count` plain commands.
    mutating func fill(_ count: Int) {
        turn(toOpenings: false)
        plain.count = count
        for index in 0..<count {
            let one = plain[index]
            Self.write(
                draw.nextAccount(), to: &bytes, at: Int(one.account.start) + Self.prefix.count)
            if hasKeys { Self.write(key: nextKey(), to: &bytes, at: Int(one.key.start)) }
        }
    }

    /// Makes the plain commands that open `count` accounts from one on.
    mutating func fillOpenings(_ account: UInt32, _ count: Int) {
        turn(toOpenings: true)
        plain.count = count
        for index in 0..<count {
            let start = Int(plain[index].account.start) + Self.prefix.count
            Self.write(account + UInt32(index), to: &bytes, at: start)
        }
    }

    private mutating func turn(toOpenings areOpenings: Bool) {
        guard areOpenings != self.areOpenings else { return }
        self.areOpenings = areOpenings
        layOut()
    }

    /// A plain command once more, for the general way.
    mutating func general(_ index: Int) -> Command {
        let one = plain[index]
        if areOpenings {
            Self.copy(bytes, Int(one.account.start), to: opening.account, of: &opening)
            return opening
        }
        Self.copy(bytes, Int(one.account.start), to: command.account, of: &command)
        if hasKeys { Self.copy(bytes, Int(one.key.start), to: command.key, of: &command) }
        return command
    }

    private static func copy(
        _ bytes: [UInt8], _ start: Int, to range: ByteRange, of command: inout Command
    ) {
        for offset in 0..<range.count {
            command.bytes[range.start + offset] = bytes[start + offset]
        }
    }

    /// The next command that isn't plain.
    mutating func next() -> Command {
        let account = draw.nextAccount()
        let start = command.account.start + Self.prefix.count
        Self.write(account, to: &command.bytes, at: start)
        let keyStart = command.key.start
        if hasKeys { Self.write(key: nextKey(), to: &command.bytes, at: keyStart) }
        return command
    }

    /// The first command of an account, which opens it.
    mutating func first(_ account: UInt32) -> Command {
        let start = opening.account.start + Self.prefix.count
        Self.write(account, to: &opening.bytes, at: start)
        return opening
    }

    private mutating func nextKey() -> UInt64 {
        keyNumber += 1
        return keyNumber
    }

    private static func write(key number: UInt64, to target: inout [UInt8], at start: Int) {
        target[start] = UInt8(ascii: "k")
        write(UInt32(number / 100_000_000), to: &target, at: start + 1)
        write(UInt32(number % 100_000_000), to: &target, at: start + 9)
    }

    private static func write(_ number: UInt32, to target: inout [UInt8], at start: Int) {
        var digits = EightDigits.encode(number)
        for offset in 0..<8 {
            target[start + offset] = UInt8(truncatingIfNeeded: digits)
            digits >>= 8
        }
    }
}
