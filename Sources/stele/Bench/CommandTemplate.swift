import Wire

/// What an answer must look like.
enum ExpectedReply: Hashable {
    /// A receipt; the balance named must have changed by this much.
    case receipt(balance: String, amount: Int64)
    /// A receipt whose changes are the rulebook's to say.
    case anyReceipt
    /// A receipt as in `receipt`, or the refusal INSUFFICIENT.
    case receiptOrInsufficient(balance: String, amount: Int64)
    case balance
    case profile
}

/// One command in the bytes that are sent, with the places that change from one to the next.
struct CommandTemplate {
    var bytes: [UInt8]
    /// Where the eight digits of the account stand.
    var accountOffset: Int
    /// Where the eight digits stand that tell this key from the run's others.
    var keyOffset: Int?
    var expected: ExpectedReply

    /// All accounts are called this, followed by eight digits.
    static let accountPrefix = "bench-"
    private static let digits = "00000000"

    /// - Parameters:
    ///   - words: the command; `@` stands for the account.
    ///   - key: what a key begins with, or `nil` for no keys.
    init(_ words: [String], key: String?, expected: ExpectedReply) {
        var arguments = words.map { $0 == "@" ? Self.accountPrefix + Self.digits : $0 }
        if let key { arguments += ["KEY", key + Self.digits] }
        var bytes: [UInt8] = []
        RequestWriter.append(arguments, to: &bytes)
        self.bytes = bytes
        self.expected = expected
        var head: [UInt8] = []
        // The account is the second word of all commands: the array's head and the verb precede it.
        head += "*\(arguments.count)\r\n$\(words[0].utf8.count)\r\n\(words[0])\r\n".utf8
        head += "$\(arguments[1].utf8.count)\r\n\(Self.accountPrefix)".utf8
        accountOffset = head.count
        keyOffset = key == nil ? nil : bytes.count - 2 - Self.digits.utf8.count
    }
}

/// What the load consists of.
enum Workload: String, CaseIterable {
    case award, spend, record, balance, profile, mixed

    /// Whether accounts must have something before it makes sense.
    var needsPreparation: Bool { self == .spend || self == .mixed }

    /// The templates, in the order in which they take turns.
    func templates(currency: String, record: [String], key: String?) -> [CommandTemplate] {
        let award = CommandTemplate(
            ["AWARD", "@", currency, "7"], key: key,
            expected: .receipt(balance: currency, amount: 7))
        let balance = CommandTemplate(["BALANCE", "@", currency], key: nil, expected: .balance)
        let profile = CommandTemplate(["PROFILE", "@"], key: nil, expected: .profile)
        let spend = CommandTemplate(
            ["SPEND", "@", currency, "3"], key: key,
            expected: self == .mixed
                ? .receiptOrInsufficient(balance: currency, amount: -3)
                : .receipt(balance: currency, amount: -3))
        return switch self {
        case .award: [award]
        case .spend: [spend]
        case .record:
            [CommandTemplate(["RECORD", "@"] + record, key: key, expected: .anyReceipt)]
        case .balance: [balance]
        case .profile: [profile]
        // What game servers do most: give, look, now and then take.
        case .mixed: [award, award, balance, award, spend, award, balance, award, spend, profile]
        }
    }

    /// Gives every account enough to be spent for a long time.
    static func preparation(currency: String) -> [CommandTemplate] {
        [
            CommandTemplate(
                ["AWARD", "@", currency, "1000000"], key: nil,
                expected: .receipt(balance: currency, amount: 1_000_000))
        ]
    }
}
