import Ledger

/// What should be true: the oracle's own ledger, in dictionaries and plain integers. Nothing of it is
/// shared with the engine's deciding and folding.
struct World: Sendable {
    struct Sums: Equatable, Sendable {
        var earned: Int64 = 0
        var spent: Int64 = 0
        var held: Int64 = 0

        /// Nil beyond 64 bits.
        var available: Int64? {
            let wide = Int128(earned) - Int128(spent) - Int128(held)
            return Int64(exactly: wide)
        }
    }

    struct Hold: Equatable, Sendable {
        var balance: String
        var amount: Int64
        /// 0: for ever.
        var until: Int64
    }

    struct Person: Equatable, Sendable {
        var id: String
        var parent: Int?
        var children: [Int] = []
        var isFrozen = false
        var isForgotten = false
        /// `unknown` where the oracle can't know: it asks.
        var last: UInt64 = 0
        var sums: [String: Sums] = [:]
        var received: [String: Int64] = [:]
        var rungs: [String: Int64] = [:]
        var facts: [String: String] = [:]
        var holds: [UInt64: Hold] = [:]
        /// How much of an event's first posting was taken back.
        var reversed: [UInt64: Int64] = [:]
        var items: [String: Int64] = [:]
        /// Offers taken, with their parameters, and migrations done.
        var claims: Set<String> = []
    }

    /// A run of the job, for one period.
    struct Run: Equatable, Sendable {
        /// Account n was dealt with if n is at most this.
        var cursor = 0
        /// Accounts that there were when it began.
        var last: Int
        var paid: UInt64 = 0
        var isDone = false
    }

    static let unknown = UInt64.max

    /// Account n is at n − 1.
    var people: [Person] = []
    var ids: [String: Int] = [:]
    var holders: [UInt64: Int] = [:]
    var time: Int64 = 0
    var issued: [String: Int64] = [:]
    var burned: [String: Int64] = [:]
    /// By period.
    var runs: [String: Run] = [:]
}

/// What an event posted, for REVERSE.
struct Posted: Sendable {
    struct Part: Sendable {
        var person: Int
        var balance: String
        var side: Side
        var amount: Int64
    }

    var sequence: UInt64
    var kind: EventKind
    var parts: [Part]
    var people: [Int]
    /// Of a claim.
    var items: [String] = []
    var claim: String?
}

/// What a command came to, or must come to.
struct Reply: Equatable, Sendable {
    struct Change: Equatable, Sendable {
        var person: Int
        var balance: String
        var amount: Int64
        var after: Int64
    }

    struct Reached: Equatable, Sendable {
        var person: Int
        var ladder: String
        var from: Int64
        var to: Int64
    }

    var sequence: UInt64 = 0
    var time: Int64 = 0
    var changes: [Change] = []
    var reached: [Reached] = []
    var granted: [String] = []
    var explain: [String: Int64] = [:]
}

/// Codes of refusals as a set: the contract does not order them all, so the first that the engine
/// meets may be any of those that apply.
struct Reasons: OptionSet, Sendable, Hashable {
    var rawValue: UInt32
    init(rawValue: UInt32) { self.rawValue = rawValue }

    init(_ code: RefusalCode) {
        let position = RefusalCode.allCases.firstIndex(of: code) ?? 31
        rawValue = 1 << UInt32(position)
    }

    var codes: [String] {
        RefusalCode.allCases.filter { contains(Reasons($0)) }.map(\.rawValue)
    }
}

/// A remembered KEY or `once`.
struct Known: Sendable {
    var sequence: UInt64
    var identity: Ask.Identity
    var reply: Reply
    /// Commands decided as one share it.
    var group: Int
}

struct Token: Hashable, Sendable {
    /// −1: the ledger's own.
    var owner: Int
    var text: String
}
