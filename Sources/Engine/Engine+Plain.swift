package import Ledger

extension Engine {
    /// Finds what plain commands are about. They may be decided in parts, with other commands in between,
    /// as long as none of those forgets an account.
    package func lookUp(_ commands: inout PlainCommands, in bytes: Span<UInt8>) {
        ledger.lookUp(&commands, in: bytes)
    }

    /// Decides plain commands from `first` on.
    ///
    /// - Returns: the first that has to be asked for by itself, or their count. Replies to those before
    ///   it wait until `commands.newest` is durable.
    package func decide(
        _ commands: inout PlainCommands, from first: Int, in bytes: Span<UInt8>, from peer: Peer,
        at wall: Instant
    ) -> Int {
        // Without room writes are refused one by one.
        guard hasRoom(bytesMore: (commands.count - first) * Self.plainBytesMax) else {
            return first
        }
        return ledger.decide(&commands, from: first, in: bytes, from: peer, at: wall)
    }

    /// More than the events of a plain command ever take: the one that opens its account among them, or
    /// eight inputs of 99 bytes each.
    private static let plainBytesMax = 2_048
}
