import Ledger
import Wire

// What Redis clients say to set a connection up: answered so that they proceed.

extension Front {
    /// Answers a command that concerns the connection and not the ledger.
    func answerConnection(
        _ name: CommandName, _ request: Request, on connection: Connection
    ) {
        switch name {
        case .ping: ping(request, on: connection)
        case .echo:
            guard request.count == 2 else { return wrongArity(name, connection) }
            connection.output.writer.bulk(request.bytes, request.arguments[1])
        case .hello: hello(request, on: connection)
        case .auth: auth(request, on: connection)
        case .client: client(request, on: connection)
        case .command: connection.output.writer.command(request)
        case .config: config(request, on: connection)
        case .select: select(request, on: connection)
        case .quit:
            connection.output.writer.ok()
            connection.isClosing = true
        case .reset:
            subscriptions.removeAll(connection)
            connection.reset()
            connection.output.writer.simple("RESET")
        case .readonly, .readwrite, .asking, .unwatch: connection.output.writer.ok()
        case .time: time(on: connection)
        case .subscribe: subscribe(request, isPattern: false, on: connection)
        case .psubscribe: subscribe(request, isPattern: true, on: connection)
        case .unsubscribe: unsubscribe(request, isPattern: false, on: connection)
        case .punsubscribe: unsubscribe(request, isPattern: true, on: connection)
        case .pubsub: pubsub(request, on: connection)
        default: connection.output.writer.error(Self.refusal(of: name))
        }
    }

    /// Commands that are known only to be refused in words that clients understand.
    private static func refusal(of name: CommandName) -> String {
        switch name {
        case .cluster: "ERR This instance has cluster support disabled"
        case .sentinel: "ERR unknown command 'SENTINEL'"
        case .watch: "ERR WATCH is not supported: give writes EXPECT seq, the account's last event"
        case .publish: "ERR PUBLISH is not supported: the ledger alone tells, by its notices"
        default: "ERR \("\(name)".uppercased()) is not supported: use SUBSCRIBE"
        }
    }

    private func wrongArity(_ name: CommandName, _ connection: Connection) {
        connection.output.writer.wrongArity("\(name)")
    }

    func ping(_ request: Request, on connection: Connection) {
        if connection.subscriptions != nil, !connection.output.writer.isRESP3 {
            return pingWhileListening(request, on: connection)
        }
        switch request.count {
        case 1: connection.output.writer.fragment(Fragment.pong)
        case 2: connection.output.writer.bulk(request.bytes, request.arguments[1])
        default: wrongArity(.ping, connection)
        }
    }

    private func select(_ request: Request, on connection: Connection) {
        guard request.count == 2 else { return wrongArity(.select, connection) }
        if request.text(1) == "0" {
            connection.output.writer.ok()
        } else {
            connection.output.writer.error("ERR DB index is out of range")
        }
    }

    private func time(on connection: Connection) {
        connection.output.writer.array(2)
        connection.output.writer.bulk("\(wall.microseconds / 1_000_000)")
        connection.output.writer.bulk("\(wall.microseconds % 1_000_000)")
    }

    // MARK: Who is there

    /// Passwords mean nothing here: the socket and the kernel say who a peer is. A client that has
    /// one configured for the default user proceeds as it would with a server that has none.
    private func auth(_ request: Request, on connection: Connection) {
        switch request.count {
        case 2:
            connection.output.writer.error(
                "ERR AUTH called without any password configured for the default user: "
                    + "the socket and the kernel say who you are")
        case 3 where request.text(1) == "default": connection.output.writer.ok()
        case 3: connection.output.writer.error(Self.wrongPass)
        default: wrongArity(.auth, connection)
        }
    }

    private static let wrongPass =
        "WRONGPASS there are no users: the socket and the kernel say who you are"

    private func hello(_ request: Request, on connection: Connection) {
        var isRESP3 = connection.output.writer.isRESP3
        var name: ByteRange?
        var at = 1
        if request.count > 1 {
            switch request.text(1) {
            case "2": isRESP3 = false
            case "3": isRESP3 = true
            default:
                return connection.output.writer.error("NOPROTO unsupported protocol version")
            }
            at = 2
        }
        while at < request.count {
            if request.argument(at, is: "AUTH"), at + 2 < request.count {
                guard request.text(at + 1) == "default" else {
                    return connection.output.writer.error(Self.wrongPass)
                }
                at += 3
            } else if request.argument(at, is: "SETNAME"), at + 1 < request.count {
                guard isClientName(request, at + 1) else { return badName(connection) }
                name = request.arguments[at + 1]
                at += 2
            } else {
                return connection.output.writer.error("ERR syntax error in HELLO")
            }
        }
        if let name { connection.name = Array(request.bytes[name.range]) }
        connection.output.writer.isRESP3 = isRESP3
        describeServer(to: connection)
    }

    private func describeServer(to connection: Connection) {
        let isRESP3 = connection.output.writer.isRESP3
        connection.output.writer.map(7)
        connection.output.writer.bulk("server")
        connection.output.writer.bulk("stele")
        connection.output.writer.bulk("version")
        connection.output.writer.bulk(Front.version)
        connection.output.writer.bulk("proto")
        connection.output.writer.integer(isRESP3 ? 3 : 2)
        connection.output.writer.bulk("id")
        connection.output.writer.integer(connection.id)
        connection.output.writer.bulk("mode")
        connection.output.writer.bulk("standalone")
        connection.output.writer.bulk("role")
        connection.output.writer.bulk("master")
        connection.output.writer.bulk("modules")
        connection.output.writer.array(0)
    }

    // MARK: CLIENT

    private func client(_ request: Request, on connection: Connection) {
        guard request.count > 1 else { return wrongArity(.client, connection) }
        guard let sub = CommandTable.spec(.client).subcommand(request.text(1)) else {
            return connection.output.writer.error(
                "ERR unknown subcommand '\(Misspelt.quoted(request.bytes, request.arguments[1]))'. Try COMMAND DOCS client."
            )
        }
        let isEnough = request.count >= sub.wordsMin(depth: 2)
        guard isEnough, sub.wordsMax(depth: 2).map({ request.count <= $0 }) ?? true else {
            return connection.output.writer.wrongArity("client|\(sub.name)")
        }
        switch sub.name {
        case "setname":
            guard isClientName(request, 2) else { return badName(connection) }
            connection.name = Array(request.bytes[request.arguments[2].range])
            connection.output.writer.ok()
        case "getname":
            if connection.name.isEmpty {
                connection.output.writer.null()
            } else {
                connection.output.writer.bulk(connection.name)
            }
        case "setinfo": setInfo(request, on: connection)
        case "id": connection.output.writer.integer(connection.id)
        case "info": connection.output.writer.verbatim(describe(connection) + "\n")
        case "list":
            connection.output.writer.verbatim(
                table.all.map { describe($0) + "\n" }.joined())
        case "tracking", "reply": clientSwitch(sub.name, request, on: connection)
        case "caching":
            connection.output.writer.error(
                "ERR CLIENT CACHING needs CLIENT TRACKING, which is not supported")
        default: connection.output.writer.ok()
        }
    }

    private func setInfo(_ request: Request, on connection: Connection) {
        guard isClientName(request, 3) else { return badName(connection) }
        let value = Array(request.bytes[request.arguments[3].range])
        if request.argument(2, is: "LIB-NAME") {
            connection.library = value
        } else if request.argument(2, is: "LIB-VER") {
            connection.libraryVersion = value
        } else {
            return connection.output.writer.error("ERR Unrecognized option '\(request.text(2))'")
        }
        connection.output.writer.ok()
    }

    /// What can be switched only to what it is anyway.
    private func clientSwitch(_ name: String, _ request: Request, on connection: Connection) {
        if request.argument(2, is: name == "reply" ? "ON" : "OFF") {
            connection.output.writer.ok()
        } else {
            connection.output.writer.error(
                "ERR CLIENT \(name.uppercased()) \(request.text(2)) is not supported")
        }
    }

    private func isClientName(_ request: Request, _ index: Int) -> Bool {
        let range = request.arguments[index]
        guard range.count <= ServerLimits.clientNameBytesMax else { return false }
        return request.bytes[range.range].allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    private func badName(_ connection: Connection) {
        connection.output.writer.error(
            "ERR Client names cannot contain spaces, newlines or special characters.")
    }

    /// One line in the form that clients of CLIENT LIST take apart.
    private func describe(_ connection: Connection) -> String {
        let name = String(decoding: connection.name, as: UTF8.self)
        let library = String(decoding: connection.library, as: UTF8.self)
        let version = String(decoding: connection.libraryVersion, as: UTF8.self)
        let age = (now - connection.connectedAt) / 1_000
        let idle = (now - connection.lastActiveAt) / 1_000
        let own = connection.subscriptions
        let multi = connection.transaction.isOpen ? connection.transaction.entries.count : -1
        return "id=\(connection.id) addr=\(connection.door.path):0 fd=\(connection.rawDescriptor) "
            + "name=\(name) age=\(age) idle=\(idle) flags=\(flags(of: connection)) db=0 "
            + "sub=\(own?.channels.count ?? 0) psub=\(own?.patterns.count ?? 0) ssub=0 multi=\(multi) qbuf=\(connection.input.count) "
            + "omem=\(connection.output.count) events=rw cmd=\(connection.lastCommand) "
            + "user=\(connection.peer.uid) uid=\(connection.peer.uid) pid=\(connection.pid) "
            + "resp=\(connection.output.writer.isRESP3 ? 3 : 2) lib-name=\(library) lib-ver=\(version)"
    }

    private func flags(of connection: Connection) -> String {
        if connection.pause == .events { return "b" }
        return connection.subscriptions == nil ? "N" : "P"
    }

    // MARK: CONFIG

    /// Settings that clients and redis-benchmark ask for before they begin.
    private static let settings: [(String, String)] = [
        ("appendfsync", "always"), ("appendonly", "yes"), ("databases", "1"),
        ("maxclients", "\(ServerLimits.connectionsMax)"), ("maxmemory", "0"),
        ("maxmemory-policy", "noeviction"),
        ("proto-max-bulk-len", "\(WireLimits.frameBytesMax)"), ("save", ""), ("timeout", "0"),
    ]

    private func config(_ request: Request, on connection: Connection) {
        guard request.count >= 3, request.argument(1, is: "GET") else {
            return connection.output.writer.error(
                "ERR only CONFIG GET is supported: settings stand in the command line and the config file"
            )
        }
        let patterns = (2..<request.count).map { request.text($0).lowercased() }
        let found = Self.settings.filter { setting in
            patterns.contains { Glob.matches(setting.0, pattern: $0) }
        }
        connection.output.writer.map(found.count)
        for (name, value) in found {
            connection.output.writer.bulk(name)
            connection.output.writer.bulk(value)
        }
    }
}
