import Wire

/// Who wants to be told what: channels and patterns, and the connections that named them.
struct Subscriptions {
    /// A connection's own list, for the replies that count it and for its end.
    struct Own {
        var channels: Set<[UInt8]> = []
        var patterns: Set<[UInt8]> = []

        var count: Int { channels.count + patterns.count }
    }

    /// Connections by their numbers, under what they named.
    private var channels: [[UInt8]: [UInt64: Connection]] = [:]
    private var patterns: [[UInt8]: [UInt64: Connection]] = [:]
    /// Channels and patterns of all connections together.
    private(set) var total = 0
    private(set) var clientCount = 0

    /// Whether nobody listens, so that nothing need be told.
    var isEmpty: Bool { total == 0 }
    var patternCount: Int { patterns.count }
    var channelNames: some Sequence<[UInt8]> { channels.keys }

    func subscriberCount(_ channel: [UInt8]) -> Int { channels[channel]?.count ?? 0 }

    mutating func add(_ name: [UInt8], isPattern: Bool, _ connection: Connection) {
        if connection.subscriptions == nil { clientCount += 1 }
        var own = connection.subscriptions ?? Own()
        // Taken out of the connection, so that the set is changed in place.
        connection.subscriptions = nil
        let isNew =
            isPattern
            ? own.patterns.insert(name).inserted : own.channels.insert(name).inserted
        connection.subscriptions = own
        guard isNew else { return }
        total += 1
        if isPattern {
            patterns[name, default: [:]][connection.id] = connection
        } else {
            channels[name, default: [:]][connection.id] = connection
        }
    }

    mutating func remove(_ name: [UInt8], isPattern: Bool, _ connection: Connection) {
        guard var own = connection.subscriptions else { return }
        connection.subscriptions = nil
        let wasThere =
            (isPattern ? own.patterns.remove(name) : own.channels.remove(name)) != nil
        if own.count > 0 { connection.subscriptions = own } else { clientCount -= 1 }
        guard wasThere else { return }
        total -= 1
        if isPattern {
            Self.remove(name, connection, from: &patterns)
        } else {
            Self.remove(name, connection, from: &channels)
        }
    }

    mutating func removeAll(_ connection: Connection) {
        guard let own = connection.subscriptions else { return }
        connection.subscriptions = nil
        clientCount -= 1
        total -= own.count
        for name in own.channels { Self.remove(name, connection, from: &channels) }
        for name in own.patterns { Self.remove(name, connection, from: &patterns) }
    }

    private static func remove(
        _ name: [UInt8], _ connection: Connection,
        from table: inout [[UInt8]: [UInt64: Connection]]
    ) {
        table[name]?[connection.id] = nil
        if table[name]?.isEmpty == true { table[name] = nil }
    }

    // MARK: Who hears

    /// Whether somebody hears what is told on the channel.
    func hasListeners(_ channel: [UInt8]) -> Bool {
        channels[channel] != nil || patterns.keys.contains { Glob.matches(channel, pattern: $0) }
    }

    /// Those that named the channel, and with each pattern that fits it those that named that.
    func listeners(
        _ channel: [UInt8], _ body: (_ connection: Connection, _ pattern: [UInt8]?) -> Void
    ) {
        if let direct = channels[channel] {
            for connection in direct.values { body(connection, nil) }
        }
        for (pattern, connections) in patterns where Glob.matches(channel, pattern: pattern) {
            for connection in connections.values { body(connection, pattern) }
        }
    }
}
