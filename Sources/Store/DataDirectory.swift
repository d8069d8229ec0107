import LMDB

/// A ledger's directory, opened the one way that is safe: locked, checked and flushed before
/// anything in it is trusted.
package final class DataDirectory: Sendable {
    package let path: String
    package let log: LMDBLog
    /// Nil only when reading a ledger that has none yet.
    package let state: LMDBState?
    /// Things that an operator should know of, one line each.
    package let warnings: [String]
    /// True if this start made the ledger.
    package let wasCreated: Bool
    /// Batches that were on disk, but that the log didn't lead to: of a commit that was cut.
    package let rescuedCount: Int
    private let lock: DirectoryLock?

    private init(
        _ paths: LedgerPaths, access: LMDBLog.Access, settings: Settings, wasCreated: Bool,
        lock: consuming DirectoryLock?, warnings: [String]
    ) throws(StoreError) {
        path = paths.directory
        log = try LMDBLog(paths: paths, mapSize: settings.logMapSize, access: access)
        switch access {
        case .readWrite:
            rescuedCount = try Rescue(log).run()
            let opened = try StateDirectory.open(paths, mapSize: settings.stateMapSize)
            state = opened.state
            self.warnings = warnings + opened.warnings
        case .readOnly:
            rescuedCount = 0
            state = try StateDirectory.openForReading(paths)
            self.warnings = warnings
        }
        self.wasCreated = wasCreated
        self.lock = lock
    }

    /// Opens the ledger for the one process that may write it, making it if there is none.
    ///
    /// In this order: lock, path checks, first creation, the log's first pages, flush, open, the batch
    /// that the first pages don't lead to yet. What else the log holds is not read yet: that is
    /// `LogReader.resume`.
    /// - Parameter genesis: the first batch of a new ledger, with the ledger's own key.
    package static func open(
        _ path: String, settings: Settings = Settings(),
        genesis: () throws(StoreError) -> PendingBatch
    ) throws(StoreError) -> DataDirectory {
        let paths = LedgerPaths(directory: path)
        try paths.prepareDirectory(mayCreate: settings.mayCreate)
        let lock = try DirectoryLock(paths.lock, holder: settings.holder)
        let warnings = try paths.check()
        let isNew = try Directory.entry(paths.log) == nil
        if isNew {
            guard settings.mayCreate else { throw .missing(path: path) }
            try FirstStart.create(paths, genesis: genesis)
        }
        try paths.checkLog()
        // What a process that died in a flush left in the page cache must not be answered from
        // before it is on disk. A failure refuses the start; it is never tried again.
        let data = try File(paths.logData, .readWrite)
        try MetaPages.renew(in: data)
        try data.synchronize()
        try File(paths.keys, .readWrite).synchronize()
        return try DataDirectory(
            paths, access: .readWrite, settings: settings, wasCreated: isNew, lock: lock,
            warnings: warnings)
    }

    /// The file where the byte 02 has the next start build the state anew: what a process leaves that dies
    /// of a damaged page.
    package static func stateDoubt(in path: String) -> String {
        LedgerPaths(directory: path).stateDoubt
    }

    /// Opens the ledger to read it, also beside a daemon: takes no lock and writes nothing.
    package static func openForReading(_ path: String) throws(StoreError) -> DataDirectory {
        let paths = LedgerPaths(directory: path)
        if let entry = try Directory.entry(path), !entry.isDirectory, !entry.isLink {
            throw .unsafePath(path: path, why: .notADirectory)
        }
        guard try Directory.entry(paths.log) != nil else { throw .missing(path: path) }
        try paths.checkLog()
        // A map size of 0 adopts the writer's.
        let settings = Settings(logMapSize: 0, stateMapSize: 0, mayCreate: false)
        return try DataDirectory(
            paths, access: .readOnly, settings: settings, wasCreated: false, lock: nil, warnings: []
        )
    }

    /// What may be chosen when opening.
    package struct Settings: Sendable {
        /// Bytes of address space to begin with; they cost nothing and grow. Together less than what
        /// valgrind leaves a program.
        package var logMapSize: Int
        package var stateMapSize: Int
        /// Whether a ledger may be made where there is none.
        package var mayCreate: Bool
        /// What is told to whoever finds the directory locked, besides our process's number.
        package var holder: String

        package init(
            logMapSize: Int = 32 << 30, stateMapSize: Int = 16 << 30, mayCreate: Bool = true,
            holder: String = "steled"
        ) {
            self.logMapSize = logMapSize
            self.stateMapSize = stateMapSize
            self.mayCreate = mayCreate
            self.holder = holder
        }
    }
}
