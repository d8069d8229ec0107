import Ledger

/// A keyword that may follow the arguments of a write.
enum WriteOption: UInt16 {
    case key, by, memo, cause, expect, at, dryRun, until, purpose, period

    /// The option that an argument names, in any case; `nil` if it is none of this verb's.
    init?(_ bytes: [UInt8], _ range: ByteRange, _ verb: Verb) {
        switch range.count {
        case 2 where Self.matches(bytes, range, "BY"): self = .by
        case 2 where Self.matches(bytes, range, "AT"): self = .at
        case 3 where Self.matches(bytes, range, "KEY"): self = .key
        case 3 where verb == .spend && Self.matches(bytes, range, "FOR"): self = .purpose
        case 3 where verb == .run && Self.matches(bytes, range, "FOR"): self = .period
        case 4 where Self.matches(bytes, range, "MEMO"): self = .memo
        case 5 where Self.matches(bytes, range, "CAUSE"): self = .cause
        case 5 where verb == .hold && Self.matches(bytes, range, "UNTIL"): self = .until
        case 6 where Self.matches(bytes, range, "EXPECT"): self = .expect
        case 6 where Self.matches(bytes, range, "DRYRUN"): self = .dryRun
        default: return nil
        }
    }

    var keyword: String {
        switch self {
        case .key: "KEY"
        case .by: "BY"
        case .memo: "MEMO"
        case .cause: "CAUSE"
        case .expect: "EXPECT"
        case .at: "AT"
        case .dryRun: "DRYRUN"
        case .until: "UNTIL"
        case .purpose, .period: "FOR"
        }
    }

    /// The lengths are equal already.
    @inline(__always)
    private static func matches(_ bytes: [UInt8], _ range: ByteRange, _ upper: String) -> Bool {
        var at = range.start
        for byte in upper.utf8 {
            if bytes[at].uppercased != byte { return false }
            at += 1
        }
        return true
    }
}
