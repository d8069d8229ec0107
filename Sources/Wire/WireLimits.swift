/// What one request may weigh. Everything a peer can make us hold has its number here or in the
/// server's limits; `INFO limits` prints them all.
package enum WireLimits {
    /// One request, from its `*` to its last line feed. Sixteen times what the longest sensible
    /// write needs, and small enough that ten thousand half-sent ones fit in memory.
    package static let frameBytesMax = 64 * 1024
    /// A request whose command is RULES: it carries a whole rulebook of up to 1 MiB.
    package static let rulesFrameBytesMax = 1024 * 1024 + 1024
    /// Arguments of a request, its command included.
    package static let argumentsMax = 128
    /// Digits of a length or count on the wire: enough for 1 MiB, too few to overflow anything.
    package static let lengthDigitsMax = 7

    /// Rows of one page of history or of a stream, and what is sent when COUNT says nothing of a
    /// stream: no read holds its snapshot of the log for longer than that takes.
    package static let pageRowsMax = 1_000
    /// Rows of HISTORY when COUNT says nothing: a screenful.
    package static let historyRowsDefault = 20
    /// Accounts that TOP lists when COUNT says nothing.
    package static let boardRowsDefault = 10
    /// Streams that one XREAD may follow.
    package static let streamsMax = 32
    /// Longest XREAD BLOCK, in milliseconds: a day. 0 blocks for ever.
    package static let blockMillisecondsMax = 86_400_000

    /// Bytes of one outside text quoted in an error.
    package static let quotedBytesMax = 256
}
