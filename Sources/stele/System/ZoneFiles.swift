import Ledger

/// The time zone database of this machine, where the daemon is taken to run.
enum ZoneFiles {
    static let scrutiny = Scrutiny { name in
        let path = "\(ZoneRules.directory)/\(name)"
        let bytes = try? FileContent.read(path, bytesMax: ZoneRules.fileBytesMax)
        return bytes.flatMap { ZoneRules(file: $0) } != nil
    }
}
