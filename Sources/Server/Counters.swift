import Ledger
import Wire

/// What has happened since the start, for INFO.
struct Counters {
    var commands: UInt64 = 0
    var byCommand = [UInt64](repeating: 0, count: CommandName.allCases.count)
    var refusals: [RefusalCode: UInt64] = [:]
    var connectionsAccepted: UInt64 = 0
    var connectionsRefused: UInt64 = 0
    var peersDenied: UInt64 = 0
    var malformedFrames: UInt64 = 0
    var partialFramesTimedOut: UInt64 = 0
    var writeStallsTimedOut: UInt64 = 0
    var outputOverflows: UInt64 = 0
    var inputOverflows: UInt64 = 0
    var noticesTold: UInt64 = 0
    var subscribersCutOff: UInt64 = 0
    var descriptorsExhausted: UInt64 = 0
    var throttlings: UInt64 = 0
    var rationings: UInt64 = 0
    var bytesReceived: UInt64 = 0
    var bytesSent: UInt64 = 0
    var batches: UInt64 = 0
    var logReads: UInt64 = 0
    var checkpoints: UInt64 = 0

    mutating func count(_ refusal: Refusal) { refusals[refusal.code, default: 0] += 1 }
}
