package import Ledger

/// What a read asks for. Ranges point into the bytes of the request that it was read from.
package enum Query: Sendable, Equatable {
    case balance(account: ByteRange, balance: ByteRange, asOf: Moment?)
    case profile(account: ByteRange, asOf: Moment?)
    case why(account: ByteRange, balance: ByteRange, asOf: Moment?)
    case history(HistoryQuery)
    case event(SequenceNumber)
    case top(board: ByteRange, count: Int, from: Int)
    case rank(board: ByteRange, account: ByteRange, around: Int?)
    case stats(since: Instant?)
    /// All offers that are listed, if none is named.
    case offers(account: ByteRange, offer: ByteRange?)

    case streamRange(StreamName, StreamSlice)
    case streamRead(StreamRead)
    case streamLength(StreamName)
    case streamInfo(StreamName)

    case rulesList
    /// A rulebook by number, the one in force if none is named.
    case rulesGet(UInt32?)
    case rulesCheck(text: ByteRange)
    case rulesPut(text: ByteRange)
    case rulesDiff(text: ByteRange)

    case projectionList
    case projectionRebuild(name: ByteRange)
    /// Names of sections; none: all that are shown by default.
    case info([ByteRange])
}

/// A state of the past: after an event, or after the last event recorded until then, it included.
package enum Moment: Sendable, Equatable {
    case sequence(SequenceNumber)
    case time(Instant)
}

/// Which events HISTORY shows, newest first.
package struct HistoryQuery: Sendable, Equatable {
    /// `nil`: those of all accounts.
    package var account: ByteRange?
    package var count = WireLimits.historyRowsDefault
    /// Only events with a lower number.
    package var before: SequenceNumber?
    /// The kind's number in the encoding of events.
    package var kind: UInt8?
    package var currency: ByteRange?
    package var by: ByteRange?
    package var since: Instant?
    package var asOf: Moment?
}

package enum StreamName: Sendable, Equatable {
    case log
    case account(ByteRange)
}

/// A run of sequence numbers, both ends included; empty if `last < first`.
package struct StreamSlice: Sendable, Equatable {
    package var first: SequenceNumber
    package var last: SequenceNumber
    package var count: Int
    package var isReversed: Bool
}

/// XREAD: what came after, in one or more streams.
package struct StreamRead: Sendable, Equatable {
    package enum Position: Sendable, Equatable {
        case after(SequenceNumber)
        /// `$`: only what comes from now on.
        case new
        /// `+`: the last entry.
        case last
    }

    package struct Source: Sendable, Equatable {
        package var stream: StreamName
        /// What the client called the stream: the reply calls it the same.
        package var name: ByteRange
        package var position: Position
    }

    package var sources: [Source]
    package var count: Int
    /// `nil`: answer at once. 0: wait for ever.
    package var blockMilliseconds: Int?
}

/// The names of kinds as HISTORY's KIND takes them and events show them, by their number.
package enum KindNames {
    package static let all = [
        "genesis", "rules", "name", "account", "award", "spend", "claim", "migration", "fact",
        "transfer", "hold", "reversal", "job",
    ]

    /// The number of a kind in the encoding of events, from 1.
    package static func number(of name: String) -> UInt8? {
        all.firstIndex(of: name.lowercased()).map { UInt8($0 + 1) }
    }

    package static func name(of number: UInt8) -> String? {
        number >= 1 && number <= all.count ? all[Int(number) - 1] : nil
    }
}
