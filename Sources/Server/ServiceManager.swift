import Glibc
package import Ledger

/// What a service manager may hand to a daemon and wants to hear from it: sockets and news.
/// Neither is needed.
package struct ServiceManager: Sendable {
    private let notifySocket: String?
    /// File descriptors of listeners, with the names that their units gave them.
    package let inherited: [(descriptor: Int32, name: String)]

    package init() {
        self.init(environment: Syscall.environment, pid: getpid())
    }

    init(environment: (String) -> String?, pid: Int32) {
        notifySocket = environment("NOTIFY_SOCKET")
        // sd_listen_fds(3): descriptors begin at 3, and belong to us only if the pid is ours.
        guard environment("LISTEN_PID") == "\(pid)",
            let count = environment("LISTEN_FDS").flatMap({ Int32($0) }), count > 0, count <= 16
        else {
            inherited = []
            return
        }
        let names = (environment("LISTEN_FDNAMES") ?? "").split(
            separator: ":", omittingEmptySubsequences: false
        ).map(String.init)
        inherited = (0..<count).map { index in
            (3 + index, Int(index) < names.count ? names[Int(index)] : "")
        }
    }

    /// What an inherited door lets in, by its name.
    package static func role(ofDoor name: String, among names: [String]) -> Role {
        switch name {
        case "game": return .game
        case "audit": return .audit
        case "operate": return .operate
        default:
            // The only door, or one without a name: everything that has no door of its own.
            var role = Role.all
            if names.contains("game") { role.remove(.game) }
            if names.contains("audit") { role.remove(.audit) }
            if names.contains("operate") { role.remove(.operate) }
            return role
        }
    }

    package func notify(_ message: String) {
        guard let notifySocket else { return }
        Syscall.notify(notifySocket, message)
    }
}
