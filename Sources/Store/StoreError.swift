package import LMDB

/// What keeps a ledger's files from being used, each case with what an operator needs to act.
package enum StoreError: Error, Sendable {
    /// Another process has the directory; `holder` is what its lock file says.
    case held(holder: String)
    /// The path is not what a ledger may lie in: a link, another owner's, open to others.
    case unsafePath(path: String, why: PathFlaw)
    /// There is nothing to open and nothing may be created.
    case missing(path: String)
    /// Keys are there but the log that needs them isn't: a new ledger would overwrite them.
    case logMissing(path: String)
    /// The log's first two pages, which lead to everything else, contradict themselves.
    case metaDamaged(MetaFlaw)
    /// The log's file ends before what its first pages lead to.
    case truncated(size: Int, needed: Int)
    /// The log ends before what is known to have been in it.
    case logRegressed(head: UInt64, mark: UInt64)
    /// The log holds another history than the one that is known.
    case logDiverged(sequence: UInt64)
    case batchDamaged(BatchDamage)
    /// The batch that should hold this event isn't there.
    case batchMissing(sequence: UInt64)
    /// An entry of the state isn't what its checksum was made from: wipe and fold again.
    case stateDamaged(table: StateTable, key: [UInt8])
    /// A process has found the state damaged, or died while it read it.
    case stateUnreadable
    /// The disk has no room for the state; nothing was written.
    case stateFull
    /// The commit returned, but the file's count of commits isn't one more than before.
    case commitUnaccounted(expected: UInt64, found: UInt64)
    /// An append failed before; nothing may be written until a new start.
    case faulted
    case lmdb(LMDBError)
    case system(operation: StaticString, code: Int32, path: String)
}

/// What is wrong with a path.
package enum PathFlaw: String, Sendable {
    case notADirectory = "it is not a directory"
    case notAFile = "it is not a regular file"
    case link = "it is a symbolic link"
    case otherOwner = "it belongs to another user"
    case openToOthers = "others than its owner may use it; chmod go= takes that away"
    case networkFileSystem =
        "it lies on a network file system, where locks and flushes can't be relied on"
}

/// What is wrong with the log's meta pages.
package enum MetaFlaw: Equatable, Sendable {
    /// Not the pages of an LMDB file of the known version and page size.
    case page(number: Int)
    /// Each by itself is one, but they can't both be of this file.
    case contradiction(transactions: [UInt64])
}

extension StoreError {
    /// EACCES of Linux, of LMDB's calls or of ours.
    package var isPermissionDenied: Bool {
        switch self {
        case .lmdb(let error): error.code.rawValue == 13
        case .system(_, let code, _): code == 13
        default: false
        }
    }
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .held(let holder): "the directory is held by \(holder)"
        case .unsafePath(let path, let why): "\(path): \(why.rawValue)"
        case .missing(let path): "\(path): there is no ledger"
        case .logMissing(let path): "\(path): there are keys but no log"
        case .metaDamaged(.page(let number)): "meta damaged: page \(number) of the log"
        case .metaDamaged(.contradiction(let numbers)):
            "meta damaged: the log's pages are of transactions \(numbers[0]) and \(numbers[1])"
        case .truncated(let size, let needed):
            "log truncated: the file has \(size) bytes, its pages need \(needed)"
        case .logRegressed(let head, let mark):
            "log regressed: it ends at seq=\(head), but seq=\(mark) is known to have been there"
        case .logDiverged(let sequence):
            "log diverged: seq=\(sequence) isn't the event that is known to have been there"
        case .batchDamaged(let damage): "log damaged: \(damage)"
        case .batchMissing(let sequence): "log damaged: seq=\(sequence) is missing"
        case .stateDamaged(let table, let key):
            "state damaged: \(table) \(key.map { String($0, radix: 16) }.joined(separator: " ")); "
                + "the next start of the daemon builds it anew from the log"
        case .stateUnreadable: "a process before this one found it damaged, or died of it"
        case .stateFull: "the disk has no room for the state"
        case .commitUnaccounted(let expected, let found):
            "the commit is number \(found) in the file, \(expected) was expected"
        case .faulted: "an append failed before"
        case .lmdb(let error): "\(error)"
        case .system(let operation, let code, let path):
            "\(path): \(operation): \(LMDBCode(rawValue: code))"
        }
    }
}

/// Runs an operation of LMDB's, saying its errors as ours.
func lmdb<R: ~Copyable>(_ operation: () throws(LMDBError) -> R) throws(StoreError) -> R {
    do throws(LMDBError) {
        return try operation()
    } catch {
        throw .lmdb(error)
    }
}
