/// An account's place on a board: what it goes by, and when it got there. Ascending is from the best
/// to the worst: the greater keys first, of equal ones who reached them first.
///
/// Fields are halves of 64-bit numbers, so that nothing is lost to alignment: a board of a million
/// accounts is a million of these.
protocol RankedEntry: Comparable, Sendable {
    init(_ account: AccountNumber, _ value: CellValue)

    var account: AccountNumber { get }
    /// As in the account's cell: the keys, and the event that they were reached by.
    var value: CellValue { get }

    /// Whether the keys are the same, whoever was first.
    func isLevel(with other: Self) -> Bool
}

/// On a board that goes by one number: 20 bytes.
struct OneKeyEntry: RankedEntry {
    private let key: HalvedInteger
    private let reached: HalvedInteger
    private let number: UInt32

    init(_ account: AccountNumber, _ value: CellValue) {
        key = HalvedInteger(value.a)
        reached = HalvedInteger(value.c)
        number = account.rawValue
    }

    var account: AccountNumber { AccountNumber(number) }
    var value: CellValue { CellValue(key.whole, 0, reached.whole) }

    func isLevel(with other: OneKeyEntry) -> Bool { key == other.key }

    static func < (one: OneKeyEntry, other: OneKeyEntry) -> Bool {
        if one.key != other.key { return one.key.whole > other.key.whole }
        if one.reached != other.reached { return one.reached.whole < other.reached.whole }
        return one.number < other.number
    }
}

/// On a board that goes by two numbers: 28 bytes.
struct TwoKeyEntry: RankedEntry {
    private let key: HalvedInteger
    private let second: HalvedInteger
    private let reached: HalvedInteger
    private let number: UInt32

    init(_ account: AccountNumber, _ value: CellValue) {
        key = HalvedInteger(value.a)
        second = HalvedInteger(value.b)
        reached = HalvedInteger(value.c)
        number = account.rawValue
    }

    var account: AccountNumber { AccountNumber(number) }
    var value: CellValue { CellValue(key.whole, second.whole, reached.whole) }

    func isLevel(with other: TwoKeyEntry) -> Bool { key == other.key && second == other.second }

    static func < (one: TwoKeyEntry, other: TwoKeyEntry) -> Bool {
        if one.key != other.key { return one.key.whole > other.key.whole }
        if one.second != other.second { return one.second.whole > other.second.whole }
        if one.reached != other.reached { return one.reached.whole < other.reached.whole }
        return one.number < other.number
    }
}

/// An Int64 that needs to be aligned to four bytes only.
struct HalvedInteger: Equatable, Sendable {
    private let low: UInt32
    private let high: UInt32

    @inline(__always)
    init(_ whole: Int64) {
        low = UInt32(truncatingIfNeeded: whole)
        high = UInt32(truncatingIfNeeded: whole >> 32)
    }

    @inline(__always)
    var whole: Int64 { Int64(bitPattern: UInt64(high) << 32 | UInt64(low)) }
}
