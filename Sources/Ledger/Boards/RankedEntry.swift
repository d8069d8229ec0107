/// An account's place on a board: what it goes by, and when it got there. Ascending is from the best
/// to the worst: the greater keys first, of equal ones who reached them first.
protocol RankedEntry: Comparable, Sendable {
    init(_ account: AccountNumber, _ value: CellValue)

    /// Whether there is a second key; `value.b` is 0 if not.
    static var hasSecondKey: Bool { get }

    var account: AccountNumber { get }
    /// As in the account's cell: the keys, and the event that they were reached by.
    var value: CellValue { get }

    /// Whether the keys are the same, whoever was first.
    func isLevel(with other: Self) -> Bool
}

/// On a board that goes by one number.
struct OneKeyEntry: RankedEntry {
    private let key: Int64
    private let reached: Int64
    let account: AccountNumber

    init(_ account: AccountNumber, _ value: CellValue) {
        key = value.a
        reached = value.c
        self.account = account
    }

    static var hasSecondKey: Bool { false }

    var value: CellValue { CellValue(key, 0, reached) }

    func isLevel(with other: OneKeyEntry) -> Bool { key == other.key }

    static func < (one: OneKeyEntry, other: OneKeyEntry) -> Bool {
        if one.key != other.key { return one.key > other.key }
        if one.reached != other.reached { return one.reached < other.reached }
        return one.account.rawValue < other.account.rawValue
    }
}

/// On a board that goes by two numbers.
struct TwoKeyEntry: RankedEntry {
    let account: AccountNumber
    let value: CellValue

    init(_ account: AccountNumber, _ value: CellValue) {
        self.account = account
        self.value = value
    }

    static var hasSecondKey: Bool { true }

    func isLevel(with other: TwoKeyEntry) -> Bool {
        value.a == other.value.a && value.b == other.value.b
    }

    static func < (one: TwoKeyEntry, other: TwoKeyEntry) -> Bool {
        if one.value.a != other.value.a { return one.value.a > other.value.a }
        if one.value.b != other.value.b { return one.value.b > other.value.b }
        if one.value.c != other.value.c { return one.value.c < other.value.c }
        return one.account.rawValue < other.account.rawValue
    }
}
