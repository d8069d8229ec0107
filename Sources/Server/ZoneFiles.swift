import Ledger

/// The time zone database of this machine.
enum ZoneFiles {
    /// `nil` if there is none of that name.
    static func rules(_ name: String) -> ZoneRules? {
        let path = "\(ZoneRules.directory)/\(name)"
        return (try? Syscall.readFile(path, limit: ZoneRules.fileBytesMax)).flatMap {
            ZoneRules(file: $0)
        }
    }

    /// For rulebooks that this daemon is to bring into force.
    static let scrutiny = Scrutiny { rules($0) != nil }
}
