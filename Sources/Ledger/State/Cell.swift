/// What a cell is about: a kind (4 bits), a word (28 bits) and a qualifier (32 bits); a hold's is its
/// sequence number (60 bits), as is a reversed event's. Ascending keys group an account's cells by kind.
package struct CellKey: Hashable, Comparable, Sendable {
    package var rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package init(_ kind: CellKind, _ word: Word, _ qualifier: UInt32 = 0) {
        rawValue = UInt64(kind.rawValue) << 60 | UInt64(word.rawValue) << 32 | UInt64(qualifier)
    }

    /// - Parameter kind: one whose key is a sequence number.
    package init(_ kind: CellKind, sequence: SequenceNumber) {
        rawValue = UInt64(kind.rawValue) << 60 | sequence
    }

    package init(_ balance: BalanceName) {
        self.init(.balance, balance.currency, balance.facet.rawValue)
    }

    package init(received balance: BalanceName) {
        self.init(.received, balance.currency, balance.facet.rawValue)
    }

    /// The first key of a kind.
    package init(startOf kind: CellKind) { rawValue = UInt64(kind.rawValue) << 60 }

    package var kind: CellKind? { CellKind(rawValue: UInt8(rawValue >> 60)) }
    package var word: Word { Word(UInt32(truncatingIfNeeded: rawValue >> 32) & 0x0FFF_FFFF) }
    package var qualifier: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
    package var sequence: SequenceNumber { rawValue & 0x0FFF_FFFF_FFFF_FFFF }

    /// The key of an account's place on a board, within a window that begins with a day.
    package init(_ board: Word, windowDay: Int64) {
        self.init(.board, board, Self.dayBit | UInt32(truncatingIfNeeded: windowDay))
    }

    /// Words have 28 bits: with this one set a qualifier is a day and not a season's word.
    private static let dayBit: UInt32 = 1 << 31

    /// The first day of a board's window, if it is one of days.
    package var windowDay: Int64? {
        guard kind == .board, qualifier & Self.dayBit != 0 else { return nil }
        return Int64(qualifier & ~Self.dayBit)
    }

    package var balance: BalanceName {
        BalanceName(currency: word, facet: Word(qualifier))
    }

    package static func < (a: CellKey, b: CellKey) -> Bool { a.rawValue < b.rawValue }
}

/// The three numbers of a cell; what they mean is the kind's to say.
package struct CellValue: Hashable, Sendable {
    package var a: Int64
    package var b: Int64
    package var c: Int64

    package init(_ a: Int64 = 0, _ b: Int64 = 0, _ c: Int64 = 0) {
        self.a = a
        self.b = b
        self.c = c
    }

    package static let zero = CellValue()

    // As a balance.
    package var earned: Int64 { a }
    package var spent: Int64 { b }
    package var held: Int64 { c }

    /// earned − spent − held, or nil where that leaves Int64.
    package var available: Int64? {
        let (rest, overflow) = a.subtractingReportingOverflow(b)
        let (result, overflowToo) = rest.subtractingReportingOverflow(c)
        return overflow || overflowToo ? nil : result
    }
}

package struct Cell: Hashable, Sendable {
    package var key: CellKey
    package var value: CellValue

    package init(key: CellKey, value: CellValue) {
        self.key = key
        self.value = value
    }
}
