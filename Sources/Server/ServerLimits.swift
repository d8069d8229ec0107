import Engine
import Ledger
import Wire

/// What peers together and each alone may make the daemon hold. `INFO limits` prints them.
package enum ServerLimits {
    /// Connections at once; more get an error and are closed.
    package static let connectionsMax = 10_000
    /// Of these, so many only for doors that admit operators: they can always look at a full house.
    package static let connectionsReserved = 8

    /// Commands of one turn before another connection has one, which take some two hundred
    /// microseconds. The more of a pipeline come into one batch, the fewer pieces its replies are sent in.
    package static let turnCommandsMax = 256
    /// Likewise bytes of its replies: as many as the kernel takes of a connection at once.
    package static let turnReplyBytesMax = 32 * 1024
    /// Bytes of long replies that are sent before the loop looks who else has come; who gets no more than
    /// a short one doesn't have to wait for them.
    package static let flushBytesMax = 64 * 1024
    package static let shortOutputBytesMax = 4 * 1024
    /// Who sends no more at once after a silence doesn't have to queue up.
    package static let shortInputBytesMax = 1_024
    /// Commands of a connection that wait for their batch to be written; then it isn't read.
    package static let inFlightCommandsMax = 8_192
    /// Bytes of replies that wait for their batch, of one connection and of all.
    package static let inFlightBytesMax = 4 << 20
    package static let inFlightBytesTotalMax = 64 << 20

    /// Replies of one connection that it has not read: a plain client sends a whole pipeline
    /// before it reads. Beyond that it is closed.
    package static let outputBytesMax = 64 << 20
    /// Likewise of all together; beyond that the largest is closed.
    package static let outputBytesTotalMax = 256 << 20
    /// Likewise of one that subscribed: what is told comes without its asking. Beyond that it is
    /// closed, and catches up from the log.
    package static let subscriberOutputBytesMax = 16 << 20
    /// Channels and patterns of one connection.
    package static let channelsMax = 65_536
    package static let patternsMax = 64
    /// Different patterns of all connections: every notice is held against every one.
    package static let patternsTotalMax = 512
    /// Channels and patterns of all connections together.
    package static let subscriptionsTotalMax = 1 << 20
    /// The kernel's share of unread replies: a connection that doesn't read parks 57 KB there
    /// instead of 180.
    package static let sendBufferBytes = 32 * 1024

    /// Input is read in pieces of this size.
    package static let inputBufferBytes = 64 * 1024
    /// Buffers kept for the next who needs one.
    package static let pooledBuffersMax = 64
    /// A buffer that grew beyond this is given back to the allocator.
    package static let pooledBufferBytesMax = 1 << 20

    /// How long one may hold on to an old commit of the log before it is reported; own reads end
    /// page by page, long before.
    package static let readTransactionSeconds = 1
    /// How long a user waits at least who has had this second's share.
    package static let rationPauseMilliseconds: Int64 = 5
    /// Time to finish a request, and to read any reply at all.
    package static let partialFrameSeconds = 10
    package static let writeStallSeconds = 30

    /// Connections taken from a door in one turn.
    package static let acceptsPerTurnMax = 256
    /// Events that are worth handing over while more input waits: larger batches hash and write
    /// more cheaply, smaller ones answer sooner.
    package static let batchEventsWanted = 4_096
    /// Events that the front thread commits itself if nobody else is there.
    package static let loneEventsMax = 64
    /// It leaves that to the committer for a while when the disk took longer than this.
    package static let slowCommitMicroseconds: Int64 = 20_000
    package static let slowDiskMilliseconds: Int64 = 1_000
    /// A checkpoint that isn't pressed for time writes a slice of some thousand rows so often.
    package static let millisecondsPerSlice: Int64 = 100
    /// So long a rebuild leaves the processors to others, and a second more for each million events that
    /// there were: several times what it takes where nobody else wants them.
    package static let rebuildPatienceMilliseconds: Int64 = 10_000
    /// Reads of the log under way or waiting.
    package static let logReadsMax = 1_024
    /// Events that are printed by the front thread, in a fraction of a millisecond; the reader
    /// prints what has more.
    package static let eventsPrintedAtOnceMax = 16
    /// Bytes of a client's name or library.
    package static let clientNameBytesMax = 64

    /// All of them by the names that INFO shows.
    package static var listing: [(String, Int)] {
        [
            ("connections_max", connectionsMax), ("connections_reserved", connectionsReserved),
            ("frame_bytes_max", WireLimits.frameBytesMax),
            ("rules_frame_bytes_max", WireLimits.rulesFrameBytesMax),
            ("arguments_max", WireLimits.argumentsMax),
            ("group_commands_max", Limits.groupCommandsMax),
            ("page_rows_max", WireLimits.pageRowsMax), ("page_bytes_max", LogPage.bytesMax),
            ("turn_commands_max", turnCommandsMax), ("turn_reply_bytes_max", turnReplyBytesMax),
            ("flush_bytes_max", flushBytesMax), ("short_output_bytes_max", shortOutputBytesMax),
            ("short_input_bytes_max", shortInputBytesMax),
            ("in_flight_commands_max", inFlightCommandsMax),
            ("in_flight_bytes_max", inFlightBytesMax),
            ("in_flight_bytes_total_max", inFlightBytesTotalMax),
            ("output_bytes_max", outputBytesMax),
            ("output_bytes_total_max", outputBytesTotalMax),
            ("subscriber_output_bytes_max", subscriberOutputBytesMax),
            ("channels_max", channelsMax), ("patterns_max", patternsMax),
            ("patterns_total_max", patternsTotalMax),
            ("subscriptions_total_max", subscriptionsTotalMax),
            ("partial_frame_seconds", partialFrameSeconds),
            ("write_stall_seconds", writeStallSeconds),
            ("read_transaction_seconds", readTransactionSeconds), ("log_reads_max", logReadsMax),
            ("send_buffer_bytes", sendBufferBytes),
            ("account_bytes_max", Limits.accountBytesMax),
            ("key_bytes_max", Limits.keyBytesMax), ("memo_bytes_max", Limits.memoBytesMax),
        ]
    }
}
