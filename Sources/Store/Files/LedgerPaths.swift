/// The names in a ledger's directory, and whether what they lead to may be trusted.
struct LedgerPaths: Sendable {
    let directory: String

    var lock: String { directory + "/lock" }
    var keys: String { directory + "/keys" }
    var log: String { directory + "/log" }
    var logData: String { log + "/data.mdb" }
    /// A first start's log until it is whole.
    var newLog: String { directory + "/log.tmp" }
    /// Batches that a start found out of the trees' reach, while it puts them where they belong.
    var rescue: String { directory + "/log.rescue" }
    var rescueDraft: String { rescue + ".new" }
    var state: String { directory + "/state" }
    var stateData: String { state + "/data.mdb" }
    /// There while a start reads the state for the first time.
    var stateDoubt: String { LedgerPaths.doubt(inState: state) }

    static func doubt(inState directory: String) -> String { directory + "/unread" }

    /// Makes sure that the directory is there and safe to put the lock into.
    func prepareDirectory(mayCreate: Bool) throws(StoreError) {
        if try Directory.entry(directory) == nil {
            guard mayCreate else { throw .missing(path: directory) }
            try Directory.create(directory)
            try Directory.synchronize(parent)
        }
        try LedgerPaths.check(directory, isDirectory: true)
        guard try Directory.fileSystem(directory) != .network else {
            throw .unsafePath(path: directory, why: .networkFileSystem)
        }
    }

    /// Checks every name that is there already.
    /// - Returns: warnings.
    func check() throws(StoreError) -> [String] {
        for (path, isDirectory) in [
            (log, true), (logData, false), (keys, false), (rescue, false), (rescueDraft, false),
            (state, true), (stateData, false),
        ] where try Directory.entry(path) != nil {
            try LedgerPaths.check(path, isDirectory: isDirectory)
        }
        guard case .doubtful(let name) = try Directory.fileSystem(directory) else { return [] }
        return ["\(directory) lies on \(name), which may keep nothing past a power cut"]
    }

    /// Checks the log's first pages, so that damage is an error and not a signal.
    func checkLog() throws(StoreError) {
        guard try Directory.entry(logData) != nil else { throw .missing(path: logData) }
        _ = try MetaPages(of: File(logData, .read)).checked()
    }

    private var parent: String {
        guard let slash = directory.lastIndex(of: "/") else { return "." }
        let head = directory[..<slash]
        return head.isEmpty ? "/" : String(head)
    }

    private static func check(_ path: String, isDirectory: Bool) throws(StoreError) {
        guard let entry = try Directory.entry(path) else { throw .missing(path: path) }
        func refuse(_ why: PathFlaw) -> StoreError { .unsafePath(path: path, why: why) }
        if entry.isLink { throw refuse(.link) }
        if isDirectory, !entry.isDirectory { throw refuse(.notADirectory) }
        if !isDirectory, !entry.isFile { throw refuse(.notAFile) }
        guard entry.isOwn else { throw refuse(.otherOwner) }
        if entry.isOpenToOthers { throw refuse(.openToOthers) }
    }
}
