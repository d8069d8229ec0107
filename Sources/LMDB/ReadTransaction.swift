private import CLMDB

/// A snapshot of the environment. End it soon: while it lasts the file can only grow.
@safe package struct ReadTransaction: ~Copyable {
    private let handle: OpaquePointer
    private let environment: Environment

    /// Takes over the transaction that `handle` is.
    @unsafe
    init(handle: OpaquePointer, environment: Environment) {
        unsafe self.handle = handle
        self.environment = environment
    }

    deinit {
        unsafe mdb_txn_abort(handle)
        environment.leave()
    }

    /// Lends the value of `key` to `body`; nil if there is none.
    package func withValue<R>(
        forKey key: Span<UInt8>, in database: Database, _ body: (Span<UInt8>) -> R
    ) throws(LMDBError) -> R? {
        try unsafe lendValue(handle, key, database, body)
    }

    /// Lends a cursor over a database to `body`.
    package func withCursor<R>(
        in database: Database, _ body: (inout Cursor) throws(LMDBError) -> R
    ) throws(LMDBError) -> R {
        try unsafe lendCursor(handle, database, body)
    }

    /// The number of entries of a database.
    package func entryCount(in database: Database) throws(LMDBError) -> Int {
        var stat = MDB_stat()
        try check(unsafe mdb_stat(handle, database.number, &stat), "mdb_stat")
        return stat.ms_entries
    }
}

@available(*, unavailable)
extension ReadTransaction: Sendable {}

func lendValue<R>(
    _ transaction: OpaquePointer, _ key: Span<UInt8>, _ database: Database,
    _ body: (Span<UInt8>) -> R
) throws(LMDBError) -> R? {
    var value = unsafe MDB_val()
    let code = unsafe key.withLMDBValue {
        unsafe mdb_get(transaction, database.number, &$0, &value)
    }
    guard try checkFound(code, "mdb_get") else { return nil }
    // Valid until the transaction's next update or end; the caller borrows it meanwhile.
    return unsafe value.lend(body)
}

func lendCursor<R>(
    _ transaction: OpaquePointer, _ database: Database,
    _ body: (inout Cursor) throws(LMDBError) -> R
) throws(LMDBError) -> R {
    var handle: OpaquePointer? = nil
    try check(unsafe mdb_cursor_open(transaction, database.number, &handle), "mdb_cursor_open")
    defer { unsafe mdb_cursor_close(handle) }
    // A success has set it.
    var cursor = unsafe Cursor(handle: handle!)
    return try body(&cursor)
}
