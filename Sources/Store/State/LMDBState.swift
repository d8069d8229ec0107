import LMDB
private import Synchronization

/// The state's tables in an LMDB environment.
package final class LMDBState: StateStorage {
    /// Nil once it was to be made anew and that failed.
    private let tables: Mutex<Tables?>
    private let directory: String
    private let access: Environment.Access
    /// Whether a process before this one died before it had read all of it: then it must be read before
    /// anything is answered from it.
    package let isDoubted: Bool

    private struct Tables {
        var environment: Environment
        var databases: [StateTable: Database] = [:]

        /// The initializer opened every one of them.
        func database(_ table: StateTable) -> Database { databases[table]! }

        init(
            directory: String, mapSize: Int, access: Environment.Access, isNew: Bool
        ) throws(StoreError) {
            environment = try lmdb { () throws(LMDBError) in
                try Environment(
                    path: directory, access: access, mapSize: mapSize,
                    databaseCount: StateTable.allCases.count)
            }
            for table in StateTable.allCases {
                databases[table] = try lmdb { [environment] () throws(LMDBError) in
                    try environment.openDatabase(named: table.rawValue, isCreating: isNew)
                }
            }
            guard databases.count == StateTable.allCases.count else {
                throw .missing(path: directory)
            }
            _ = try lmdb { [environment] () throws(LMDBError) in
                try environment.removeDeadReaders()
            }
        }
    }

    /// - Parameter isNew: whether its tables have yet to be made.
    /// - Throws: `.missing` if it lacks a table: one whose name is damaged must not pass for empty.
    init(
        directory: String, mapSize: Int, access: Environment.Access, isNew: Bool = false,
        isDoubted: Bool = false
    ) throws(StoreError) {
        self.directory = directory
        self.access = access
        self.isDoubted = isDoubted
        tables = Mutex(
            try Tables(directory: directory, mapSize: mapSize, access: access, isNew: isNew))
    }

    package func withValue<R>(
        in table: StateTable, forKey key: Span<UInt8>, _ body: (Span<UInt8>) -> R
    ) throws(StoreError) -> R? {
        try withTables { (tables) throws(LMDBError) in
            try tables.environment.beginRead().withValue(
                forKey: key, in: tables.database(table), body)
        }
    }

    package func scan(
        _ table: StateTable, from key: Span<UInt8>,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) throws(StoreError) {
        try withTables { (tables) throws(LMDBError) in
            let transaction = try tables.environment.beginRead()
            try transaction.withCursor(in: tables.database(table)) { (cursor) throws(LMDBError) in
                var goesOn = try cursor.seek(atOrAfter: key, body)
                while goesOn == true { goesOn = try cursor.next(body) }
            }
        }
    }

    package func apply(_ changes: StateChanges) throws(StoreError) {
        try makeRoom(for: changes)
        try withTables { (tables) throws(LMDBError) in
            var transaction = try tables.environment.beginWrite()
            for table in StateTable.allCases where changes.haveSome(of: table) {
                try transaction.withWriteCursor(in: tables.database(table)) {
                    (cursor) throws(LMDBError) in
                    try Self.apply(changes, of: table, to: &cursor)
                }
            }
            try transaction.commit()
        }
    }

    private static func apply(
        _ changes: StateChanges, of table: StateTable, to cursor: inout WriteCursor
    ) throws(LMDBError) {
        // The greatest key.
        var end = try cursor.last { [UInt8](copying: $0) } ?? []
        // Where the cursor is, if that is a number's place.
        var place: UInt32?
        try changes.visit { (other, key, value, isRemoval) throws(LMDBError) in
            guard other == table else { return }
            let before = place
            place = nil
            if isRemoval {
                try cursor.delete(key: key)
                return
            }
            // It may be one that was removed: then it is no smaller than those that are there.
            let isLast = end.span.compare(key) < 0
            if isLast {
                end.removeAll(keepingCapacity: true)
                end.append(copying: key)
            }
            place = key.bigEndianNumber
            if !isLast, let before, let place, place > before, place - before <= stepsMax {
                try cursor.put(value, forKey: key, stepsMax: Int(place - before))
            } else {
                try cursor.put(value, forKey: key, isLast: isLast)
            }
        }
    }

    /// Up to so many entries on it takes less to step there than to look for one.
    private static let stepsMax: UInt32 = 6

    /// Begins with new files: LMDB would follow the pages of the old ones to free them, and of those that
    /// are damaged no process would come back.
    package func removeAll() throws(StoreError) {
        try tables.withLock { (tables) throws(StoreError) in
            let mapSize = tables?.environment.info.mapSize ?? 0
            // Closes it: nobody else uses it at such a time.
            tables = nil
            try Directory.removeEnvironment(directory)
            try Directory.create(directory)
            tables = try Tables(
                directory: directory, mapSize: mapSize, access: .readWrite, isNew: true)
        }
    }

    package func neighbours(
        of key: Span<UInt8>, in table: StateTable,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>, _ side: Neighbour) -> Void
    ) throws(StoreError) {
        try withTables { (tables) throws(LMDBError) in
            let transaction = try tables.environment.beginRead()
            try transaction.withCursor(in: tables.database(table)) { (cursor) throws(LMDBError) in
                let found: Void? = try cursor.seek(atOrAfter: key) { body($0, $1, .atOrAfter) }
                if found != nil {
                    _ = try cursor.previous { body($0, $1, .before) }
                } else {
                    _ = try cursor.last { body($0, $1, .before) }
                }
            }
        }
    }

    package func noteRead() throws(StoreError) {
        try StateDoubt.clear(LedgerPaths.doubt(inState: directory))
    }

    package func distrust() throws(StoreError) {
        try StateDoubt.deep.write(LedgerPaths.doubt(inState: directory))
    }

    /// Grows the map, and refuses while the disk has less room than the changes may take.
    private func makeRoom(for changes: StateChanges) throws(StoreError) {
        let needed = try withTables { (tables) throws(LMDBError) in
            let info = tables.environment.info
            // Scattered changes copy a leaf each, with the way to it shared by many; but no more than
            // there are.
            let copied = min(2 * changes.count * MetaPage.pageSize, info.usedSize)
            let needed = 2 * changes.byteCount + copied + 64 * MetaPage.pageSize
            if info.usedSize + needed > info.mapSize / 10 * 9 {
                let size = max(2 * info.mapSize, 2 * (info.usedSize + needed))
                try tables.environment.resize(to: size)
            }
            return needed
        }
        guard try Directory.freeSize(directory) >= needed else { throw .stateFull }
    }

    private func withTables<R>(
        _ operation: (Tables) throws(LMDBError) -> R
    ) throws(StoreError) -> R {
        guard let tables = tables.withLock({ $0 }) else { throw .missing(path: directory) }
        do throws(LMDBError) {
            return try operation(tables)
        } catch {
            // Who only reads may look at pages that the daemon is about to use again.
            if error.code.isDamage, access == .readWrite { try? distrust() }
            throw .lmdb(error)
        }
    }
}
