private import CLMDB
private import Glibc

/// The one transaction that changes the environment. All of it happens, durably, with `commit`;
/// without, nothing does.
///
/// It stays on the thread that began it: committed on another, LMDB reports success and the next
/// write transaction waits for ever.
@safe package struct WriteTransaction: ~Copyable {
    /// Nil once ended.
    private var handle: OpaquePointer?
    private let environment: Environment
    private let thread: pthread_t

    /// Takes over the transaction that `handle` is.
    @unsafe
    init(handle: OpaquePointer, environment: Environment) {
        unsafe self.handle = handle
        self.environment = environment
        thread = pthread_self()
    }

    deinit {
        guard let handle = unsafe handle else { return }
        checkThread()
        unsafe mdb_txn_abort(handle)
        environment.leave()
    }

    /// Writes everything and flushes it.
    /// - Throws: whatever went wrong. It is unknown then whether the transaction happened: the last
    ///   page may have reached the disk before the error did. Only a new start can tell.
    package consuming func commit() throws(LMDBError) {
        checkThread()
        // lmdb.h: the handle is freed even when the commit fails, so deinit must not find it.
        let ending = unsafe current
        unsafe handle = nil
        let code = unsafe mdb_txn_commit(ending)
        environment.leave()
        try check(code, "mdb_txn_commit")
    }

    /// The number that this transaction's commit will have.
    package var number: UInt64 {
        checkThread()
        return unsafe UInt64(mdb_txn_id(current))
    }

    /// Pages of a database's tree, and of values that have pages of their own.
    package func pageCount(of database: Database) throws(LMDBError) -> Int {
        checkThread()
        var stat = MDB_stat()
        try check(unsafe mdb_stat(current, database.number, &stat), "mdb_stat")
        return Int(stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages)
    }

    /// Lends the value of `key` to `body`; nil if there is none.
    package func withValue<R>(
        forKey key: Span<UInt8>, in database: Database, _ body: (Span<UInt8>) -> R
    ) throws(LMDBError) -> R? {
        checkThread()
        return try unsafe lendValue(current, key, database, body)
    }

    /// Lends a cursor over a database to `body`.
    package func withCursor<R>(
        in database: Database, _ body: (inout Cursor) throws(LMDBError) -> R
    ) throws(LMDBError) -> R {
        checkThread()
        return try unsafe lendCursor(current, database, body)
    }

    /// Sets the value of `key`, replacing the one before.
    ///
    /// - Parameter isLast: whether the key is greater than every one there is. It is looked for at the end
    ///   only then, and pages are filled before another one is begun, not left half empty.
    /// - Throws: `.keyExists` if it was to be the last one and isn't.
    package mutating func put(
        _ value: Span<UInt8>, forKey key: Span<UInt8>, isLast: Bool = false, in database: Database
    ) throws(LMDBError) {
        checkThread()
        let transaction = unsafe current
        let flags = isLast ? UInt32(MDB_APPEND) : 0
        let code = unsafe key.withLMDBValue { key in
            unsafe value.withLMDBValue {
                unsafe mdb_put(transaction, database.number, &key, &$0, flags)
            }
        }
        try check(code, "mdb_put")
    }

    /// Lends a place to write at, which moves with the keys: of entries that lie next to each other each is
    /// found beside the one before, where `put` looks for it from the tree's root.
    package mutating func withWriteCursor<R>(
        in database: Database, _ body: (inout WriteCursor) throws(LMDBError) -> R
    ) throws(LMDBError) -> R {
        checkThread()
        var handle: OpaquePointer?
        try check(unsafe mdb_cursor_open(current, database.number, &handle), "mdb_cursor_open")
        guard let handle = unsafe handle else { fatalError("mdb_cursor_open gave no cursor") }
        // lmdb.h: a cursor of a write transaction is closed before that ends, which can't be sooner.
        defer { unsafe mdb_cursor_close(handle) }
        var cursor = unsafe WriteCursor(handle: handle)
        return try body(&cursor)
    }

    /// Adds an entry after all others: its value is `head` and then `body`, copied once, straight
    /// into the page.
    /// - Throws: `.keyExists` unless `key` is greater than every key there is.
    package mutating func append(
        head: Span<UInt8>, body: Span<UInt8>, forKey key: Span<UInt8>, in database: Database
    ) throws(LMDBError) {
        checkThread()
        let transaction = unsafe current
        var value = unsafe MDB_val(mv_size: head.count + body.count, mv_data: nil)
        let code = unsafe key.withLMDBValue {
            unsafe mdb_put(
                transaction, database.number, &$0, &value, UInt32(MDB_RESERVE | MDB_APPEND))
        }
        try check(code, "mdb_put")
        // MDB_RESERVE: the value's memory is ours to fill, as large as we asked, until the next
        // update.
        let reserved = unsafe UnsafeMutableRawBufferPointer(
            start: value.mv_data, count: value.mv_size)
        unsafe head.withUnsafeBytes { unsafe reserved.copyMemory(from: $0) }
        unsafe body.withUnsafeBytes {
            unsafe UnsafeMutableRawBufferPointer(rebasing: reserved[head.count...]).copyMemory(
                from: $0)
        }
    }

    /// Removes the entry of `key`; false if there is none.
    @discardableResult
    package mutating func delete(
        key: Span<UInt8>, in database: Database
    ) throws(LMDBError) -> Bool {
        checkThread()
        let transaction = unsafe current
        let code = unsafe key.withLMDBValue {
            unsafe mdb_del(transaction, database.number, &$0, nil)
        }
        return try checkFound(code, "mdb_del")
    }

    private var current: OpaquePointer {
        guard let handle = unsafe handle else { fatalError("the transaction has ended") }
        return unsafe handle
    }

    private func checkThread() {
        guard pthread_equal(thread, pthread_self()) != 0 else {
            fatalError("a write transaction was used on another thread than it began on")
        }
    }
}

@available(*, unavailable)
extension WriteTransaction: Sendable {}
