/// A word of the rulebooks (currency, facet, ladder, action, fact …) by the number that a `name`
/// event gave it. 1-based, ledger-wide; 0 means no word.
package struct Word: Hashable, Comparable, Sendable {
    package var rawValue: UInt32

    package init(_ rawValue: UInt32) { self.rawValue = rawValue }

    package static let none = Word(0)
    package static func < (a: Word, b: Word) -> Bool { a.rawValue < b.rawValue }
}

/// An account by the number that its `account` event gave it. 1-based; 0 is the ledger itself,
/// whose cells hold the totals of every currency.
package struct AccountNumber: Hashable, Comparable, Sendable {
    package var rawValue: UInt32

    package init(_ rawValue: UInt32) { self.rawValue = rawValue }

    package static let ledger = AccountNumber(0)
    package static func < (a: AccountNumber, b: AccountNumber) -> Bool { a.rawValue < b.rawValue }
}

/// A point in time: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
package struct Instant: Hashable, Comparable, Sendable {
    package var microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }

    package static func < (a: Instant, b: Instant) -> Bool { a.microseconds < b.microseconds }
}

/// The number of an event: 1-based, no gaps. Its Merkle leaf index is one less.
package typealias SequenceNumber = UInt64

/// What a balance is addressed by: a currency and, if it is divided, one facet of it.
package struct BalanceName: Hashable, Comparable, Sendable {
    package var currency: Word
    package var facet: Word

    package init(currency: Word, facet: Word = .none) {
        self.currency = currency
        self.facet = facet
    }

    package static func < (a: BalanceName, b: BalanceName) -> Bool {
        (a.currency, a.facet) < (b.currency, b.facet)
    }
}

/// A run of bytes in a buffer that travels beside it.
package struct ByteRange: Hashable, Sendable {
    package var start: Int
    package var count: Int

    package init(start: Int, count: Int) {
        self.start = start
        self.count = count
    }

    package static let empty = ByteRange(start: 0, count: 0)
    package var isEmpty: Bool { count == 0 }
    package var range: Range<Int> { start..<(start + count) }
}
