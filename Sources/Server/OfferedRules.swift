import Ledger

/// The rulebook of the command line. It is read and looked through before anything is made, so that one
/// that can't be adopted leaves no empty ledger behind.
struct OfferedRules {
    let path: String
    let source: [UInt8]
    /// `nil` if it may come into force.
    let mistakes: Mistakes?

    init(_ path: String) throws {
        self.path = path
        source = try Syscall.readFile(path, limit: Limits.rulebookBytesMax + 1)
        guard source.count <= Limits.rulebookBytesMax else {
            throw ConfigFault(description: "\(path): a rulebook has at most 1 MiB")
        }
        let checked = Ledger(source: EmptySource()).check(
            source, file: path, scrutiny: ZoneFiles.scrutiny)
        if case .failure(let mistakes) = checked {
            self.mistakes = mistakes
        } else {
            mistakes = nil
        }
    }

    func refuseMistakes() throws(ConfigFault) {
        if let mistakes { throw ConfigFault(description: "\(mistakes)") }
    }
}
