/// What a ledger needs of its surroundings to decide again what was decided before: no key is drawn
/// or asked for, nothing is sealed, nobody's id is known. Accounts are called by their numbers.
package final class RetoldSource: StateSource {
    /// Whether a sealed id is read as the account's number: so accounts of a folded log are found.
    private let namesFolded: Bool
    private let readEvent: (SequenceNumber) -> [UInt8]?
    /// Events that will be spoken of again.
    var kept: [SequenceNumber: [UInt8]] = [:]

    /// For a ledger that folds the log itself; `readEvent` answers an event that REVERSE names.
    package init(readEvent: @escaping (SequenceNumber) -> [UInt8]?) {
        namesFolded = true
        self.readEvent = readEvent
    }

    /// For a ledger that goes its own way and reads back only what it has kept.
    package init() {
        namesFolded = false
        readEvent = { _ in nil }
    }

    package func storedEvent(_ sequence: SequenceNumber) -> [UInt8]? {
        kept[sequence] ?? readEvent(sequence)
    }

    /// A key of its own for each account: tokens of two accounts must not meet.
    package func tokenKey(_ account: AccountNumber) -> TokenKey {
        TokenKey(low: UInt64(account.rawValue), high: 1)
    }

    package func drawKey(_ account: AccountNumber) -> TokenKey { tokenKey(account) }

    package func seal(
        _ text: [UInt8], _ account: AccountNumber, _ sequence: SequenceNumber, field: UInt8
    ) -> [UInt8] { text }

    package func unseal(
        _ sealed: [UInt8], _ account: AccountNumber, _ sequence: SequenceNumber, field: UInt8
    ) -> [UInt8]? {
        guard namesFolded else { return sealed }
        return field == 0 ? RetoldName.bytes(of: account) : nil
    }

    package func storedRow(_ account: AccountNumber) -> [UInt8]? { nil }
    package func storedAccount(_ directoryKey: Token) -> AccountNumber? { nil }
    package func storedKey(_ token: Token) -> SequenceNumber? { nil }
    package func storedID(
        _ account: AccountNumber
    ) -> (opened: SequenceNumber, sealed: [UInt8])? { nil }
}

/// What accounts brought over when they were first touched, for a ledger that has yet to open them.
final class RetoldLegacy: LegacySource {
    /// By what the accounts are called.
    var commands: [[UInt8]: Command] = [:]

    func migration(of id: [UInt8]) throws(Refusal) -> Command? { commands[id] }
    func note(isRefused: Bool) {}
}

/// What an account is called where its id may be forgotten: its number, behind a character that
/// sentences don't have of their own, so that what people read can have the ids put back.
package enum RetoldName {
    /// U+FFFC, which Unicode has for what stands in the place of something else.
    private static let mark: [UInt8] = [0xEF, 0xBF, 0xBC]

    /// The sentence with what the accounts in it are really called.
    package static func spelled(_ sentence: String, _ names: some Naming) -> String {
        let bytes = Array(sentence.utf8)
        var text: [UInt8] = []
        var at = 0
        while at < bytes.count {
            guard var (number, end) = account(in: bytes, at: at) else {
                text.append(bytes[at])
                at += 1
                continue
            }
            // A character's id has its parent's in it.
            if end < bytes.count, bytes[end] == UInt8(ascii: "/"),
                let below = account(in: bytes, at: end + 1)
            {
                (number, end) = below
            }
            names.appendID(of: number, to: &text)
            at = end
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The account that is named there, and where its name ends.
    private static func account(in bytes: [UInt8], at start: Int) -> (AccountNumber, end: Int)? {
        guard bytes[start...].starts(with: mark) else { return nil }
        var number: UInt32 = 0
        var end = start + mark.count
        while end < bytes.count, case let digit = bytes[end] &- UInt8(ascii: "0"), digit < 10 {
            let (product, isTooBig) = number.multipliedReportingOverflow(by: 10)
            let (sum, isTooMuch) = product.addingReportingOverflow(UInt32(digit))
            guard !isTooBig, !isTooMuch else { return nil }
            number = sum
            end += 1
        }
        return number == 0 ? nil : (AccountNumber(number), end)
    }

    static func bytes(of account: AccountNumber) -> [UInt8] {
        var bytes: [UInt8] = []
        append(account, to: &bytes)
        return bytes
    }

    /// With the account above it and a slash before it.
    static func bytes(of account: AccountNumber, below parent: AccountNumber) -> [UInt8] {
        var bytes: [UInt8] = []
        if parent != .ledger {
            append(parent, to: &bytes)
            bytes.append(UInt8(ascii: "/"))
        }
        append(account, to: &bytes)
        return bytes
    }

    static func append(_ account: AccountNumber, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: mark)
        append(UInt64(account.rawValue), to: &bytes)
    }

    static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        let start = bytes.count
        var rest = number
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }
}
