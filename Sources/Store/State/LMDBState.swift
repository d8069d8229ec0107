package import LMDB

/// The state's tables in an LMDB environment.
package final class LMDBState: StateStorage {
    private let environment: Environment
    private let databases: [StateTable: Database]
    private let directory: String
    /// Whether a process before this one died before it had read all of it: then it must be read before
    /// anything is answered from it.
    package let isDoubted: Bool

    /// - Parameter isNew: whether its tables have yet to be made.
    /// - Throws: `.missing` if it lacks a table: one whose name is damaged must not pass for empty.
    init(
        directory: String, mapSize: Int, access: Environment.Access, isNew: Bool = false,
        isDoubted: Bool = false
    ) throws(StoreError) {
        self.directory = directory
        self.isDoubted = isDoubted
        let environment = try lmdb { () throws(LMDBError) in
            try Environment(
                path: directory, access: access, mapSize: mapSize,
                databaseCount: StateTable.allCases.count)
        }
        var databases: [StateTable: Database] = [:]
        for table in StateTable.allCases {
            databases[table] = try lmdb { () throws(LMDBError) in
                try environment.openDatabase(named: table.rawValue, isCreating: isNew)
            }
        }
        guard databases.count == StateTable.allCases.count else { throw .missing(path: directory) }
        _ = try lmdb { () throws(LMDBError) in try environment.removeDeadReaders() }
        self.environment = environment
        self.databases = databases
    }

    package var info: EnvironmentInfo { environment.info }

    package func withValue<R>(
        in table: StateTable, forKey key: Span<UInt8>, _ body: (Span<UInt8>) -> R
    ) throws(StoreError) -> R? {
        try lmdb { () throws(LMDBError) in
            try environment.beginRead().withValue(forKey: key, in: database(table), body)
        }
    }

    package func scan(
        _ table: StateTable, from key: Span<UInt8>,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool
    ) throws(StoreError) {
        try lmdb { () throws(LMDBError) in
            let transaction = try environment.beginRead()
            try transaction.withCursor(in: database(table)) { (cursor) throws(LMDBError) in
                var goesOn = try cursor.seek(atOrAfter: key, body)
                while goesOn == true { goesOn = try cursor.next(body) }
            }
        }
    }

    package func apply(_ changes: StateChanges) throws(StoreError) {
        try makeRoom(for: changes)
        try lmdb { () throws(LMDBError) in
            var transaction = try environment.beginWrite()
            for table in StateTable.allCases where changes.haveSome(of: table) {
                try transaction.withWriteCursor(in: database(table)) {
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
        try changes.visit { (other, key, value, isRemoval) throws(LMDBError) in
            guard other == table else { return }
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
            try cursor.put(value, forKey: key, isLast: isLast)
        }
    }

    package func removeAll() throws(StoreError) {
        try lmdb { () throws(LMDBError) in
            var transaction = try environment.beginWrite()
            for table in StateTable.allCases { try transaction.removeAll(in: database(table)) }
            try transaction.commit()
        }
    }

    package func neighbours(
        of key: Span<UInt8>, in table: StateTable,
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>, _ side: Neighbour) -> Void
    ) throws(StoreError) {
        try lmdb { () throws(LMDBError) in
            let transaction = try environment.beginRead()
            try transaction.withCursor(in: database(table)) { (cursor) throws(LMDBError) in
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
        // Scattered changes copy a leaf each, with the way to it shared by many; but no more than
        // there are.
        let info = environment.info
        let copied = min(2 * changes.count * MetaPage.pageSize, info.usedSize)
        let needed = 2 * changes.byteCount + copied + 64 * MetaPage.pageSize
        if info.usedSize + needed > info.mapSize / 10 * 9 {
            let size = max(2 * info.mapSize, 2 * (info.usedSize + needed))
            try lmdb { () throws(LMDBError) in try environment.resize(to: size) }
        }
        guard try Directory.freeSize(directory) >= needed else { throw .stateFull }
    }

    private func database(_ table: StateTable) -> Database {
        // The initializer opened every one of them.
        databases[table]!
    }
}
