import Ledger
import Wire

// SUBSCRIBE and its like: who hears what the ledger tells.

extension Front {
    /// What a connection that has subscribed may still say under RESP2, where a reply couldn't be told
    /// from a message.
    func isRefusedWhileListening(_ name: CommandName, _ connection: Connection) -> Bool {
        guard connection.subscriptions != nil, !connection.output.writer.isRESP3 else {
            return false
        }
        switch name {
        case .subscribe, .psubscribe, .ssubscribe, .unsubscribe, .punsubscribe, .sunsubscribe,
            .ping, .quit, .reset:
            return false
        default: return true
        }
    }

    func refuseWhileListening(_ name: CommandName, _ connection: Connection) -> Dispatched {
        error(
            "ERR Can't execute '\(name)': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / "
                + "RESET are allowed in this context", connection)
    }

    /// Adds what is named, all of it or nothing; each is confirmed by itself.
    func subscribe(_ request: Request, isPattern: Bool, on connection: Connection) {
        let names = request.arguments.dropFirst()
        guard !names.isEmpty else {
            return connection.output.writer.wrongArity(isPattern ? "psubscribe" : "subscribe")
        }
        do throws(Refusal) {
            for name in names { try checkChannel(request.bytes, name, isPattern) }
            try checkRoom(for: names.count, isPattern, connection)
        } catch {
            counters.count(error)
            return connection.output.writer.refusal(error)
        }
        for name in names {
            let bytes = Array(request.bytes[name.range])
            subscriptions.add(bytes, isPattern: isPattern, connection)
            confirm(isPattern ? "psubscribe" : "subscribe", bytes, on: connection)
        }
    }

    private func checkChannel(
        _ bytes: [UInt8], _ name: ByteRange, _ isPattern: Bool
    ) throws(Refusal) {
        let refusal =
            isPattern ? Channel.refusePattern(bytes, name) : Channel.refuse(bytes, name)
        if let refusal { throw refusal }
    }

    private func checkRoom(
        for count: Int, _ isPattern: Bool, _ connection: Connection
    ) throws(Refusal) {
        let own = connection.subscriptions
        let had = isPattern ? own?.patterns.count ?? 0 : own?.channels.count ?? 0
        let most = isPattern ? ServerLimits.patternsMax : ServerLimits.channelsMax
        guard had + count <= most else {
            throw Refusal(
                .tooBig, [.init("max", "\(most)")],
                "a connection subscribes to at most \(most) "
                    + (isPattern ? "patterns: name channels" : "channels: use another connection"))
        }
        guard !isPattern || subscriptions.patternCount + count <= ServerLimits.patternsTotalMax
        else {
            throw Refusal(
                .busy, [.init("max", "\(ServerLimits.patternsTotalMax)")],
                "there are as many patterns as every notice can be held against: name channels")
        }
        guard subscriptions.total + count <= ServerLimits.subscriptionsTotalMax else {
            throw Refusal(
                .busy, [.init("max", "\(ServerLimits.subscriptionsTotalMax)")],
                "all connections together have as many subscriptions as there may be")
        }
    }

    /// Takes back what is named, or all of it.
    func unsubscribe(_ request: Request, isPattern: Bool, on connection: Connection) {
        let word = isPattern ? "punsubscribe" : "unsubscribe"
        var names = request.arguments.dropFirst().map { Array(request.bytes[$0.range]) }
        if names.isEmpty, let own = connection.subscriptions {
            names = Array(isPattern ? own.patterns : own.channels)
        }
        guard !names.isEmpty else { return confirm(word, nil, on: connection) }
        for name in names {
            subscriptions.remove(name, isPattern: isPattern, connection)
            confirm(word, name, on: connection)
        }
    }

    private func confirm(_ word: String, _ name: [UInt8]?, on connection: Connection) {
        connection.output.writer.push(3)
        connection.output.writer.bulk(word)
        if let name {
            connection.output.writer.bulk(name)
        } else {
            connection.output.writer.null()
        }
        connection.output.writer.integer(connection.subscriptions?.count ?? 0)
    }

    /// PING of a RESP2 connection that listens is answered in the form of a message.
    func pingWhileListening(_ request: Request, on connection: Connection) {
        guard request.count <= 2 else { return connection.output.writer.wrongArity("ping") }
        connection.output.writer.array(2)
        connection.output.writer.bulk("pong")
        if request.count == 2 {
            connection.output.writer.bulk(request.bytes, request.arguments[1])
        } else {
            connection.output.writer.bulk("")
        }
    }

    // MARK: PUBSUB

    /// PUBSUB CHANNELS, NUMSUB, NUMPAT: what is listened to.
    func pubsub(_ request: Request, on connection: Connection) {
        if request.count > 1, request.argument(1, is: "CHANNELS"), request.count <= 3 {
            var names = Array(subscriptions.channelNames)
            if request.count == 3 {
                let pattern = Array(request.bytes[request.arguments[2].range])
                names = names.filter { Glob.matches($0, pattern: pattern) }
            }
            connection.output.writer.array(names.count)
            for name in names { connection.output.writer.bulk(name) }
        } else if request.count > 1, request.argument(1, is: "NUMSUB") {
            connection.output.writer.array((request.count - 2) * 2)
            for name in request.arguments.dropFirst(2) {
                let bytes = Array(request.bytes[name.range])
                connection.output.writer.bulk(bytes)
                connection.output.writer.integer(subscriptions.subscriberCount(bytes))
            }
        } else if request.count == 2, request.argument(1, is: "NUMPAT") {
            connection.output.writer.integer(subscriptions.patternCount)
        } else {
            connection.output.writer.error(
                "ERR PUBSUB knows CHANNELS [pattern], NUMSUB [channel ...] and NUMPAT")
        }
    }
}
