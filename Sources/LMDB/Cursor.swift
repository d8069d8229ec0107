private import CLMDB

/// A place in a database, lent by a transaction; it moves in the order of the keys' bytes.
@safe package struct Cursor: ~Copyable {
    private let handle: OpaquePointer

    @unsafe
    init(handle: OpaquePointer) {
        unsafe self.handle = handle
    }

    /// Moves to the first entry and lends it; nil if there is none.
    package mutating func first<R>(
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> R
    ) throws(LMDBError) -> R? {
        try move(MDB_FIRST, body)
    }

    /// Moves to the last entry and lends it; nil if there is none.
    package mutating func last<R>(
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> R
    ) throws(LMDBError) -> R? {
        try move(MDB_LAST, body)
    }

    /// Moves on by one entry and lends it; nil past the last one.
    package mutating func next<R>(
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> R
    ) throws(LMDBError) -> R? {
        try move(MDB_NEXT, body)
    }

    /// Moves back by one entry and lends it; nil before the first one.
    package mutating func previous<R>(
        _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> R
    ) throws(LMDBError) -> R? {
        try move(MDB_PREV, body)
    }

    /// Moves to the first entry whose key is not less than `key`, which may be empty, and lends it.
    package mutating func seek<R>(
        atOrAfter key: Span<UInt8>, _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> R
    ) throws(LMDBError) -> R? {
        // LMDB has no empty keys and refuses to look for one.
        guard !key.isEmpty else { return try first(body) }
        // LMDB refuses an empty key, behind which all keys lie.
        guard !key.isEmpty else { return try move(MDB_FIRST, body) }
        var found = unsafe MDB_val()
        var value = unsafe MDB_val()
        let code = unsafe key.withLMDBValue { sought in
            let code = unsafe mdb_cursor_get(handle, &sought, &value, MDB_SET_RANGE)
            // LMDB has replaced the key by the one that it found.
            unsafe found = sought
            return code
        }
        guard try checkFound(code, "mdb_cursor_get") else { return nil }
        return unsafe lend(found, value, body)
    }

    /// Moves to the last entry whose key is not greater than `key` and lends it.
    package mutating func seek<R>(
        atOrBefore key: Span<UInt8>, _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> R
    ) throws(LMDBError) -> R? {
        let count = key.count
        let isThere = try seek(atOrAfter: key) { found, _ in
            guard found.count == count else { return false }
            for index in 0..<count where found[index] != key[index] { return false }
            return true
        }
        switch isThere {
        case true?: return try move(MDB_GET_CURRENT, body)
        case false?: return try move(MDB_PREV, body)
        case nil: return try move(MDB_LAST, body)
        }
    }

    private mutating func move<R>(
        _ operation: MDB_cursor_op, _ body: (_ key: Span<UInt8>, _ value: Span<UInt8>) -> R
    ) throws(LMDBError) -> R? {
        var key = unsafe MDB_val()
        var value = unsafe MDB_val()
        let code = unsafe mdb_cursor_get(handle, &key, &value, operation)
        guard try checkFound(code, "mdb_cursor_get") else { return nil }
        return unsafe lend(key, value, body)
    }
}

@available(*, unavailable)
extension Cursor: Sendable {}

/// Valid until the transaction's next update or end, which can't come while its cursor is lent.
@unsafe
private func lend<R>(
    _ key: MDB_val, _ value: MDB_val, _ body: (Span<UInt8>, Span<UInt8>) -> R
) -> R {
    unsafe key.lend { keyBytes in unsafe value.lend { body(keyBytes, $0) } }
}
