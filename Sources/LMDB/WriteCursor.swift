private import CLMDB

/// A place in a database to write at, lent by the write transaction, which is changed by nobody else
/// meanwhile.
@safe package struct WriteCursor: ~Copyable {
    private let handle: OpaquePointer

    @unsafe
    init(handle: OpaquePointer) {
        unsafe self.handle = handle
    }

    /// Moves to the key and sets its value, replacing the one before.
    ///
    /// - Parameter isLast: as for `WriteTransaction.put`.
    /// - Throws: `.keyExists` if it was to be the last one and isn't.
    package mutating func put(
        _ value: Span<UInt8>, forKey key: Span<UInt8>, isLast: Bool = false
    ) throws(LMDBError) {
        let flags = isLast ? UInt32(MDB_APPEND) : 0
        let code = unsafe key.withLMDBValue { key in
            unsafe value.withLMDBValue { unsafe mdb_cursor_put(handle, &key, &$0, flags) }
        }
        try check(code, "mdb_cursor_put")
    }

    /// As `put`, where the key is likely to be one of the next entries: to step there takes less than to
    /// look for it.
    ///
    /// - Parameter stepsMax: how many entries on it may be.
    package mutating func put(
        _ value: Span<UInt8>, forKey key: Span<UInt8>, stepsMax: Int
    ) throws(LMDBError) {
        for _ in 0..<stepsMax {
            var (next, old) = unsafe (MDB_val(), MDB_val())
            guard unsafe mdb_cursor_get(handle, &next, &old, MDB_NEXT) == MDB_SUCCESS else {
                break
            }
            let order = unsafe next.lend { $0.compare(key) }
            if order > 0 { break }
            guard order == 0 else { continue }
            let code = unsafe key.withLMDBValue { key in
                unsafe value.withLMDBValue {
                    unsafe mdb_cursor_put(handle, &key, &$0, UInt32(MDB_CURRENT))
                }
            }
            return try check(code, "mdb_cursor_put")
        }
        try put(value, forKey: key)
    }

    /// Moves to the key and removes its entry; false if there is none.
    @discardableResult
    package mutating func delete(key: Span<UInt8>) throws(LMDBError) -> Bool {
        var value = unsafe MDB_val()
        let code = unsafe key.withLMDBValue {
            unsafe mdb_cursor_get(handle, &$0, &value, MDB_SET)
        }
        guard try checkFound(code, "mdb_cursor_get") else { return false }
        try check(unsafe mdb_cursor_del(handle, 0), "mdb_cursor_del")
        return true
    }

    /// Moves to the last entry and lends its key; nil if there is none.
    package mutating func last<R>(_ body: (_ key: Span<UInt8>) -> R) throws(LMDBError) -> R? {
        var key = unsafe MDB_val()
        var value = unsafe MDB_val()
        let code = unsafe mdb_cursor_get(handle, &key, &value, MDB_LAST)
        guard try checkFound(code, "mdb_cursor_get") else { return nil }
        return unsafe key.lend(body)
    }
}

@available(*, unavailable)
extension WriteCursor: Sendable {}
