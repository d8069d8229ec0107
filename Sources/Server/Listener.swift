import Glibc
package import Ledger

/// A door that peers come in through, and what it lets them do.
package struct Door: Sendable, Equatable {
    package var path: String
    package var role: Role
    /// A group that may connect; `nil`: only the daemon's own user.
    package var group: String?

    package init(path: String, role: Role, group: String? = nil) {
        self.path = path
        self.role = role
        self.group = group
    }
}

/// A door that is open.
final class Listener {
    let door: Door
    let descriptor: FileDescriptor
    /// Ours to remove: systemd removes its own.
    private let isOwned: Bool

    private init(_ door: Door, _ descriptor: consuming FileDescriptor, isOwned: Bool) {
        self.door = door
        self.descriptor = descriptor
        self.isOwned = isOwned
    }

    /// Opens the door. A socket that nobody listens at is left over from a crash and removed; the
    /// caller holds the data directory's lock, so no daemon of this ledger is being started.
    static func open(_ door: Door) throws(SystemFault) -> Listener {
        if try checkFree(door) == .socket { try Syscall.remove(door.path) }
        let descriptor = try Syscall.listen(at: door.path)
        if let group = door.group { try Syscall.admit(group: group, to: door.path) }
        return Listener(door, descriptor, isOwned: true)
    }

    /// Refuses a path where something else lies, or somebody listens.
    ///
    /// - Returns: what is there: nothing, or a socket that is left over.
    @discardableResult
    static func checkFree(_ door: Door) throws(SystemFault) -> Syscall.PathKind {
        let kind = Syscall.kind(of: door.path)
        switch kind {
        case .nothing: break
        case .other:
            throw SystemFault(
                operation: "socket \(door.path): what is there is no socket", code: EEXIST)
        case .socket:
            if let holder = try Syscall.holder(of: door.path) {
                // 0 where the holder lives in another namespace of processes.
                let who = holder > 0 ? "pid \(holder)" : "another process"
                throw SystemFault(
                    operation: "socket \(door.path) is held by \(who)", code: EADDRINUSE)
            }
        }
        return kind
    }

    /// Takes over a door that was opened by whoever started us.
    static func inherit(_ raw: Int32, _ door: Door) throws(SystemFault) -> Listener {
        Listener(door, try Syscall.adoptListener(raw), isOwned: false)
    }

    func removePath() {
        if isOwned { try? Syscall.remove(door.path) }
    }
}
