import Glibc
import Ledger

/// Which users may come in through a door, and as what: the role of the door, cut down to what
/// the config file leaves a user.
package final class Policy {
    private let configPath: String?
    private var config: Config

    package init(configPath: String?, config: Config) {
        self.configPath = configPath
        self.config = config
    }

    /// The uid that stands for users a namespace doesn't know: nobody we could attribute to.
    static let overflowUser: UInt32 = 65_534

    /// `nil`: not admitted.
    func role(_ door: Role, uid: UInt32) -> Role? {
        guard uid != Self.overflowUser else { return nil }
        var role = door
        for (one, users) in config.users where !users.contains(uid) { role.remove(one) }
        return role.isEmpty ? nil : role
    }

    /// Reads the file again; one that is wrong is reported and changes nothing.
    func reload() {
        guard let configPath else { return Report.line("reload: there is no config file") }
        do throws(ConfigFault) {
            config = try Config.read(configPath)
            Report.line("reload: \(configPath) is in force")
        } catch {
            Report.line("reload: \(error); what was in force stays")
        }
    }
}

/// What is wrong with a config file.
package struct ConfigFault: Error, Sendable, CustomStringConvertible {
    package var description: String
}

/// The config file: `name = value` lines, `#` begins a comment. Options of the command line win
/// over those of the file.
package struct Config: Sendable, Equatable {
    /// Options by their long names, without the dashes.
    package var options: [String: String] = [:]
    /// The only users that have a role, where the file names any.
    var users: [Role: Set<UInt32>] = [:]

    package init() {}

    private static let optionNames: Set<String> = [
        "data", "socket", "audit-socket", "operate-socket", "rules", "socket-group",
        "audit-group", "operate-group", "connections-max", "user-connections-max",
        "user-events-per-second", "user-bytes-per-second", "legacy", "migration", "legacy-account",
    ]
    private static let roles: [String: Role] = [
        "game-users": .game, "audit-users": .audit, "operate-users": .operate,
    ]

    package static func read(_ path: String) throws(ConfigFault) -> Config {
        let bytes: [UInt8]
        do throws(SystemFault) {
            bytes = try Syscall.readFile(path, limit: 64 * 1024)
        } catch {
            throw ConfigFault(description: "\(error)")
        }
        return try parse(String(decoding: bytes, as: UTF8.self), path)
    }

    static func parse(_ text: String, _ path: String) throws(ConfigFault) -> Config {
        var config = Config()
        for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let line = trimmed(
                raw.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)[0])
            guard !line.isEmpty else { continue }
            let place = "\(path):\(index + 1)"
            guard let equals = line.firstIndex(of: "=") else {
                throw ConfigFault(description: "\(place): expected name = value")
            }
            let name = trimmed(line[..<equals])
            let value = trimmed(line[line.index(after: equals)...])
            if let role = roles[name] {
                config.users[role] = try users(value, place)
            } else if optionNames.contains(name) {
                guard config.options.updateValue(value, forKey: name) == nil else {
                    throw ConfigFault(description: "\(place): \(name) is given twice")
                }
            } else {
                let known = (optionNames.union(roles.keys)).sorted().joined(separator: " ")
                throw ConfigFault(
                    description: "\(place): no such setting \(name); there are \(known)")
            }
        }
        return config
    }

    private static func users(_ value: String, _ place: String) throws(ConfigFault) -> Set<UInt32> {
        var users = Set<UInt32>()
        for word in value.split(separator: " ") {
            guard let uid = UInt32(word) else {
                throw ConfigFault(description: "\(place): \(word) is not a user's number")
            }
            users.insert(uid)
        }
        return users
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let first = text.first, first == " " || first == "\t" || first == "\r" {
            text.removeFirst()
        }
        while let last = text.last, last == " " || last == "\t" || last == "\r" {
            text.removeLast()
        }
        return String(text)
    }

    private static func trimmed(_ text: String) -> String { trimmed(text[...]) }
}

/// How the daemon was told to run.
package struct Settings {
    package var policy: Policy
    package var manager: ServiceManager
    package var connectionsMax: Int
    package var rations: RationLimits
    /// Where the files lie, for INFO.
    package var directory: String

    package init(
        policy: Policy, manager: ServiceManager, connectionsMax: Int, rations: RationLimits,
        directory: String
    ) {
        self.policy = policy
        self.manager = manager
        self.connectionsMax = connectionsMax
        self.rations = rations
        self.directory = directory
    }
}

/// Tells of SIGTERM, SIGINT and SIGHUP. Made before any thread, so that all of them leave these
/// signals to it.
package struct SignalSource: ~Copyable {
    private let descriptor: FileDescriptor

    package init() throws(SystemFault) {
        Syscall.ignoreBrokenPipes()
        descriptor = try Syscall.signalDescriptor([SIGTERM, SIGINT, SIGHUP])
    }

    consuming func take() -> FileDescriptor { descriptor }
}
