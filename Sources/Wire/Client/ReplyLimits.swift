/// What a reader of replies accepts at most, so that a broken daemon can't make a client eat memory.
package struct ReplyLimits: Sendable {
    /// The daemon nests maps in lists in maps; RESP itself sets no bound.
    package var depthMax = 16
    /// A line is a number, a status or an error; errors of a rulebook list every mistake.
    package var lineBytesMax = 1 << 20
    /// As much output as the daemon queues for one connection.
    package var replyBytesMax = 64 << 20
    /// Elements of one reply, nested ones included; a map's pair counts as two.
    package var elementsMax = 4 << 20

    package init() {}
}

/// Why a stream of replies can't be read on. The connection is of no more use then.
package enum ReplyFault: Error, Sendable, Equatable {
    /// A byte that starts no reply, at this offset of the reply.
    case unknownType(UInt8, offset: Int)
    /// A number that isn't one: signs, leading zeros, letters, too large.
    case badNumber(offset: Int)
    /// A line end that isn't CR LF, or a text without one after it.
    case badLineEnd(offset: Int)
    case tooDeep
    case lineTooLong
    case replyTooLong
    case tooManyElements
}

extension ReplyFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownType(let byte, let offset):
            "byte \(byte) at offset \(offset) of a reply starts no RESP type"
        case .badNumber(let offset): "a reply has a malformed number at offset \(offset)"
        case .badLineEnd(let offset): "a reply has a malformed line end at offset \(offset)"
        case .tooDeep: "a reply is nested too deeply"
        case .lineTooLong: "a reply has too long a line"
        case .replyTooLong: "a reply is too long"
        case .tooManyElements: "a reply has too many elements"
        }
    }
}
