import Wire

extension Reply {
    /// What a daemon would answer with the same values, so that one printer serves both.
    static func made(_ body: (inout RESPValues) -> Void) -> Reply {
        var values = RESPValues(ReplyWriter(isRESP3: true))
        body(&values)
        var reader = ReplyReader()
        reader.append(values.reply.bytes[...])
        // What our own writer wrote is a whole reply, and it isn't long.
        guard let reply = try? reader.next() else { return .null }
        return reply
    }
}
