import Ledger
import Wire

/// What is wrong with a command line.
struct UsageFault: Error, CustomStringConvertible {
    var description: String
    /// It is what was asked for, help or the version; nothing is wrong.
    var isAnswer = false
    /// It is the config file's mistake.
    var isConfig = false
}

/// The command line and the config file, taken together.
struct DaemonOptions {
    var directory: String
    var rulesPath: String?
    var configPath: String?
    var config = Config()
    var connectionsMax = ServerLimits.connectionsMax
    /// Whom to bring over when they are first touched.
    var legacy: LegacyFile.Options?
    var rations = RationLimits()
    private var values: [String: String]

    /// A door, and the descriptor that it was inherited by, if it was.
    struct PlannedDoor {
        var door: Door
        var inherited: Int32?
    }

    private static let names = [
        "data", "socket", "audit-socket", "operate-socket", "rules", "config", "legacy",
        "migration", "legacy-account",
    ]

    init(_ arguments: [String]) throws(UsageFault) {
        values = try Self.parse(arguments)
        configPath = values["config"]
        if let configPath {
            do throws(ConfigFault) {
                config = try Config.read(configPath)
            } catch {
                throw UsageFault(description: error.description, isConfig: true)
            }
        }
        values.merge(config.options) { given, _ in given }
        guard let data = values["data"], !data.isEmpty else {
            throw UsageFault(description: "--data DIR is missing: where the ledger lies")
        }
        directory = data
        rulesPath = values["rules"]
        legacy = try Self.legacy(values)
        try setLimits()
    }

    private mutating func setLimits() throws(UsageFault) {
        connectionsMax = try limit("connections-max", ServerLimits.connectionsMax) ?? connectionsMax
        rations.connections = try limit("user-connections-max", ServerLimits.connectionsMax) ?? 0
        rations.eventsPerSecond = try limit("user-events-per-second", 1_000_000_000) ?? 0
        rations.bytesPerSecond = try limit("user-bytes-per-second", 1_000_000_000_000) ?? 0
    }

    private func limit(_ name: String, _ most: Int) throws(UsageFault) -> Int? {
        guard let text = values[name] else { return nil }
        guard let number = Int(text), number >= 1, number <= most else {
            throw UsageFault(
                description: "\(name) is 1 to \(most), not '\(text)'", isConfig: true)
        }
        return number
    }

    private static func parse(_ arguments: [String]) throws(UsageFault) -> [String: String] {
        var values: [String: String] = [:]
        var index = 0
        while index < arguments.count {
            var word = arguments[index]
            index += 1
            if word == "--help" || word == "-h" || word == "help" {
                throw UsageFault(description: help, isAnswer: true)
            }
            if word == "--version" {
                throw UsageFault(description: "steled \(Front.version)\n", isAnswer: true)
            }
            guard word.hasPrefix("--") else {
                throw UsageFault(description: "unexpected argument '\(word)'")
            }
            word.removeFirst(2)
            var value: String?
            if let equals = word.firstIndex(of: "=") {
                value = String(word[word.index(after: equals)...])
                word = String(word[..<equals])
            }
            guard names.contains(word) else {
                throw UsageFault(description: "no such option --\(word)")
            }
            if value == nil {
                guard index < arguments.count else {
                    throw UsageFault(description: "--\(word) needs a value")
                }
                value = arguments[index]
                index += 1
            }
            guard values.updateValue(value ?? "", forKey: word) == nil else {
                throw UsageFault(description: "--\(word) is given twice")
            }
        }
        return values
    }

    private static func legacy(
        _ values: [String: String]
    ) throws(UsageFault) -> LegacyFile.Options? {
        switch (values["legacy"], values["migration"]) {
        case (nil, nil):
            guard values["legacy-account"] == nil else {
                throw UsageFault(description: "--legacy-account goes with --legacy FILE")
            }
            return nil
        case (let path?, let migration?):
            return LegacyFile.Options(
                path: path, migration: migration,
                accountField: values["legacy-account"] ?? "account")
        default:
            throw UsageFault(description: "--legacy FILE and --migration NAME go together")
        }
    }

    /// The doors to open: those inherited from a service manager if there are any, else those of
    /// the options. A role that has a door of its own isn't let in through another.
    func doors(_ manager: ServiceManager) -> [PlannedDoor] {
        guard manager.inherited.isEmpty else {
            let names = manager.inherited.map(\.name)
            return manager.inherited.map { descriptor, name in
                let role = ServiceManager.role(ofDoor: name, among: names)
                let path = name.isEmpty ? "descriptor \(descriptor)" : name
                return PlannedDoor(door: Door(path: path, role: role), inherited: descriptor)
            }
        }
        var main = Role.all
        var doors: [PlannedDoor] = []
        for (option, role) in [("audit", Role.audit), ("operate", .operate)] {
            guard let path = values["\(option)-socket"] else { continue }
            main.remove(role)
            doors.append(
                PlannedDoor(door: Door(path: path, role: role, group: values["\(option)-group"])))
        }
        let path = values["socket"] ?? "\(directory)/stele.sock"
        let door = Door(path: path, role: main, group: values["socket-group"])
        return [PlannedDoor(door: door)] + doors
    }

    static let help = """
        steled - keeps a ledger of game progression and serves it on a Unix-domain socket.

        usage: steled --data DIR [--socket PATH] [--rules FILE] [--config FILE]
                      [--audit-socket PATH] [--operate-socket PATH]
                      [--legacy FILE --migration NAME [--legacy-account FIELD]]

          --data DIR             where the ledger lies; made if it isn't there. One daemon at a time.
          --socket PATH          where clients connect (DIR/stele.sock), any Redis client among them.
          --rules FILE           the first start adopts this rulebook; later ones only say if it
                                 differs from the one in force, which RULES PUT changes.
          --audit-socket PATH    a door of its own for auditors (reads and streams) ...
          --operate-socket PATH  ... and for operators (everything). Without them the one socket
                                 admits all roles, and file permissions say who may connect.
          --config FILE          name = value lines, # begins a comment: the options above without
                                 their dashes, and
                                   socket-group, audit-group, operate-group   groups that may connect
                                   game-users, audit-users, operate-users     only these uids
                                   connections-max                            at most 10000
                                   user-connections-max, user-events-per-second,
                                   user-bytes-per-second       what one user's connections together
                                                               may do; beyond it they are kept waiting
                                 SIGHUP reads the users again, and takes over a clock that went
                                 forward by more than a minute at once, which isn't believed before.
          --legacy FILE          accounts of an older system, one JSON object a line: each is brought
                                 over when a write first touches it, in the same group, before it.
                                 The file must not change meanwhile. stele migrate brings all over.
          --migration NAME       the migration of the rulebook that brings them over
          --legacy-account FIELD whose a line is (account)
          --help, --version      this text; the version

        SIGTERM and SIGINT: answer what was received, store the state, exit 0. kill -9 is safe, too.
        Sockets passed by a service manager (LISTEN_FDS; named game, audit, operate) are used, and it
        is told when the daemon is ready (NOTIFY_SOCKET). Neither is needed.
        Memory is asked for in huge pages: at its start the daemon begins anew once with
        GLIBC_TUNABLES=glibc.malloc.hugetlb=1, unless that says something of hugetlb already.

        exit codes: 0 told to stop, 2 usage, 73 the directory or socket is held by another,
                    75 the disk failed or the ledger is damaged, 76 likewise, found by SIGBUS (a
                    file was cut short under the daemon), 78 configuration

        Try it:  redis-cli -s DIR/stele.sock PROFILE alice      or  stele --help

        """
}
