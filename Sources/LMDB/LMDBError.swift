private import CLMDB

/// What LMDB or the system below it said, and of which call.
package struct LMDBError: Error, Equatable {
    package var code: LMDBCode
    package var operation: StaticString

    package init(code: LMDBCode, operation: StaticString) {
        self.code = code
        self.operation = operation
    }

    package static func == (a: LMDBError, b: LMDBError) -> Bool {
        a.code == b.code && a.operation.description == b.operation.description
    }
}

extension LMDBError: CustomStringConvertible {
    package var description: String {
        "\(operation): \(code)"
    }
}

/// A code of lmdb.h (negative) or an errno (positive).
package struct LMDBCode: RawRepresentable, Hashable, Sendable {
    package var rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let keyExists = LMDBCode(rawValue: MDB_KEYEXIST)
    package static let pageNotFound = LMDBCode(rawValue: MDB_PAGE_NOTFOUND)
    package static let corrupted = LMDBCode(rawValue: MDB_CORRUPTED)
    package static let panic = LMDBCode(rawValue: MDB_PANIC)
    package static let versionMismatch = LMDBCode(rawValue: MDB_VERSION_MISMATCH)
    package static let invalid = LMDBCode(rawValue: MDB_INVALID)
    package static let mapFull = LMDBCode(rawValue: MDB_MAP_FULL)
    package static let readersFull = LMDBCode(rawValue: MDB_READERS_FULL)
    package static let mapResized = LMDBCode(rawValue: MDB_MAP_RESIZED)

    /// Whether LMDB has come upon pages that it can't have written so. A key that is there though the last
    /// one is less is one of their signs.
    package var isDamage: Bool {
        [.pageNotFound, .corrupted, .panic, .invalid, .keyExists].contains(self)
    }
}

extension LMDBCode: CustomStringConvertible {
    package var description: String {
        // mdb_strerror returns a string that is never freed.
        unsafe String(cString: mdb_strerror(rawValue))
    }
}

/// Throws what `code` says unless it says success.
func check(_ code: Int32, _ operation: StaticString) throws(LMDBError) {
    guard code == MDB_SUCCESS else {
        throw LMDBError(code: LMDBCode(rawValue: code), operation: operation)
    }
}

/// As `check`, but false where there is nothing to find, which is no error.
func checkFound(_ code: Int32, _ operation: StaticString) throws(LMDBError) -> Bool {
    if code == MDB_NOTFOUND { return false }
    try check(code, operation)
    return true
}
