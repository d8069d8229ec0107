private import CLMDB
private import Glibc
private import Synchronization

/// An LMDB environment: a directory with `data.mdb` and `lock.mdb`, mapped into memory.
///
/// What commits leave to be flushed is said by `Flushing`; what lmdb.h offers to weaken them further
/// cannot be asked for. It is open as long as somebody holds it, which every transaction does.
@safe package final class Environment: @unchecked Sendable {
    // Sendable: lmdb.h allows any thread to begin a transaction; what may not happen at the same
    // time as transactions, changing the map's size, waits at the gate below. The rest never changes.
    private let handle: OpaquePointer
    private let path: String
    private let isReadOnly: Bool
    private let gate = Mutex(Gate())

    /// What the environment is opened for.
    package enum Access: Sendable {
        case readOnly
        case readWrite
    }

    /// What is on disk when a commit returns.
    package enum Flushing: Sendable {
        /// All of it.
        case all
        /// All that it wrote but the meta page, which says that it happened. That page is written, and
        /// on disk with the next commit or `synchronize`; until then a power cut may leave the
        /// environment, intact, as of the commit before. MDB_NOMETASYNC in lmdb.h.
        case allButMeta
    }

    /// Opens the environment in the existing directory `path`, creating its files if they may be
    /// written.
    ///
    /// Opening one directory twice in a process traps: lmdb.h says that it breaks locks and lets
    /// memory be unmapped under a reader.
    /// - Parameters:
    ///   - mapSize: bytes of address space, which bound the file's size; 0 adopts the size of the
    ///   file.
    ///   - databaseCount: how many named databases there may be.
    package init(
        path: String, access: Access, flushing: Flushing = .all, mapSize: Int,
        databaseCount: Int = 0, readerCount: Int = 126
    ) throws(LMDBError) {
        let resolved = try resolve(path)
        guard openPaths.withLock({ $0.insert(resolved).inserted }) else {
            fatalError("\(resolved) is already open in this process")
        }
        do throws(LMDBError) {
            unsafe handle = try openHandle(
                path: resolved, access: access, flushing: flushing, mapSize: mapSize,
                databaseCount: databaseCount, readerCount: readerCount)
        } catch {
            _ = openPaths.withLock { $0.remove(resolved) }
            throw error
        }
        self.path = resolved
        isReadOnly = access == .readOnly
    }

    deinit {
        // Every transaction holds a reference to us, so none is left.
        unsafe mdb_env_close(handle)
        _ = openPaths.withLock { $0.remove(path) }
    }

    /// The state of the last commit, and how much of the map is used.
    package var info: EnvironmentInfo {
        var info = unsafe MDB_envinfo()
        var stat = MDB_stat()
        // Both only fail for a missing argument.
        _ = unsafe mdb_env_info(handle, &info)
        _ = unsafe mdb_env_stat(handle, &stat)
        return unsafe EnvironmentInfo(
            mapSize: info.me_mapsize, pageSize: Int(stat.ms_psize),
            lastPageNumber: info.me_last_pgno, lastTransaction: UInt64(info.me_last_txnid))
    }

    /// Frees the places of readers whose process died, and returns their number.
    @discardableResult
    package func removeDeadReaders() throws(LMDBError) -> Int {
        var count: Int32 = 0
        try check(unsafe mdb_reader_check(handle, &count), "mdb_reader_check")
        return Int(count)
    }

    /// Who reads this environment at the moment, in all processes: `mdb_reader_list`.
    package func readers() throws(LMDBError) -> [Reader] {
        let lines = Lines()
        try check(
            unsafe mdb_reader_list(
                handle,
                { text, context in
                    guard let text = unsafe text, let context = unsafe context else { return 0 }
                    let lines = unsafe Unmanaged<Lines>.fromOpaque(context).takeUnretainedValue()
                    lines.texts.append(unsafe String(cString: text))
                    return 0
                }, unsafe Unmanaged.passUnretained(lines).toOpaque()), "mdb_reader_list")
        return lines.texts.compactMap(Reader.init)
    }

    /// The database of that name, nil the unnamed one. Call it before other threads use the
    /// environment.
    /// - Parameter isCreating: whether one with a name is made if it doesn't exist.
    /// - Returns: nil if it doesn't exist.
    package func openDatabase(
        named name: String? = nil, isCreating: Bool = false
    ) throws(LMDBError) -> Database? {
        enter()
        defer { leave() }
        var transaction: OpaquePointer? = nil
        try check(
            unsafe mdb_txn_begin(handle, nil, isCreating ? 0 : UInt32(MDB_RDONLY), &transaction),
            "mdb_txn_begin")
        var number: MDB_dbi = 0
        do throws(LMDBError) {
            let flags = isCreating ? UInt32(MDB_CREATE) : 0
            guard
                try checkFound(
                    unsafe mdb_dbi_open(transaction, name, flags, &number), "mdb_dbi_open")
            else {
                unsafe mdb_txn_abort(transaction)
                return nil
            }
        } catch {
            unsafe mdb_txn_abort(transaction)
            throw error
        }
        // lmdb.h: the handle is private to the transaction until that commits, hence also for
        // reading.
        try check(unsafe mdb_txn_commit(transaction), "mdb_txn_commit")
        return Database(number: number)
    }

    /// Begins to read the newest snapshot. While it lasts, no page that it sees is used again.
    package func beginRead() throws(LMDBError) -> ReadTransaction {
        do throws(LMDBError) {
            return try unsafe begin(UInt32(MDB_RDONLY)) {
                unsafe ReadTransaction(handle: $0, environment: $1)
            }
        } catch {
            // Another process made the file larger than our map: lmdb.h says to adopt its size.
            guard error.code == .mapResized else { throw error }
            try resize(to: 0)
            return try unsafe begin(UInt32(MDB_RDONLY)) {
                unsafe ReadTransaction(handle: $0, environment: $1)
            }
        }
    }

    /// Begins the only write transaction, waiting for that of another thread or process to end.
    package func beginWrite() throws(LMDBError) -> WriteTransaction {
        try unsafe begin(0) { unsafe WriteTransaction(handle: $0, environment: $1) }
    }

    /// Flushes everything that commits have written: `mdb_env_sync`.
    package func synchronize() throws(LMDBError) {
        try check(unsafe mdb_env_sync(handle, 1), "mdb_env_sync")
    }

    /// Gives the map another size, waiting until this process has no transaction. Transactions
    /// that others begin meanwhile wait; the caller must hold none.
    /// - Parameter size: bytes; 0 adopts what another process has set.
    package func resize(to size: Int) throws(LMDBError) {
        gate.withLock { $0.isClosed = true }
        defer { gate.withLock { $0.isClosed = false } }
        while gate.withLock({ $0.transactionCount > 0 }) { usleep(pauseMicroseconds) }
        try check(unsafe mdb_env_set_mapsize(handle, size), "mdb_env_set_mapsize")
    }

    private func begin<T: ~Copyable>(
        _ flags: UInt32, _ make: (OpaquePointer, Environment) -> T
    ) throws(LMDBError) -> T {
        enter()
        var transaction: OpaquePointer? = nil
        do throws(LMDBError) {
            try check(unsafe mdb_txn_begin(handle, nil, flags, &transaction), "mdb_txn_begin")
        } catch {
            leave()
            throw error
        }
        // A success has set it.
        return unsafe make(transaction!, self)
    }

    /// Counts a transaction in, once the map's size is not being changed.
    private func enter() {
        // Changes are rare and short, so waiting by asking again costs nothing that counts.
        while !gate.withLock({ $0.admit() }) { usleep(pauseMicroseconds) }
    }

    func leave() {
        gate.withLock { $0.transactionCount -= 1 }
    }
}

/// What `mdb_reader_list` says, for as long as it takes.
private final class Lines {
    var texts: [String] = []
}

/// Somebody who reads an environment.
package struct Reader: Equatable, Sendable {
    package var process: Int32
    /// The number of the commit that is read.
    package var transaction: UInt64

    /// Takes a line `pid thread txnid` apart; `nil` for the heading, and for a place in the table
    /// that is kept but reads nothing.
    init?(_ line: String) {
        let fields = line.split(whereSeparator: { $0 == " " || $0 == "\n" })
        guard fields.count == 3, let process = Int32(fields[0]), let number = UInt64(fields[2])
        else { return nil }
        self.process = process
        transaction = number
    }
}

/// The figures of an environment.
package struct EnvironmentInfo: Sendable {
    /// Bytes that the file can grow to.
    package var mapSize: Int
    package var pageSize: Int
    /// The highest page in use, from 0.
    package var lastPageNumber: Int
    /// The number of the last committed write transaction.
    package var lastTransaction: UInt64

    /// Bytes of the file that the last commit reaches to.
    package var usedSize: Int { (lastPageNumber + 1) * pageSize }
}

/// One of an environment's key-value trees.
package struct Database: Sendable {
    let number: UInt32

    /// The pages given up: under the number of the commit that did so, how many they are and which,
    /// 8 bytes each in the machine's order. Only to be read; mdb_stat.c does it likewise.
    package static let freePages = Database(number: 0)
}

/// Keeps transactions and changes of the map's size apart.
private struct Gate {
    var transactionCount = 0
    var isClosed = false

    mutating func admit() -> Bool {
        guard !isClosed else { return false }
        transactionCount += 1
        return true
    }
}

private let pauseMicroseconds: UInt32 = 100

/// The directories that this process has open.
private let openPaths = Mutex<Set<String>>([])

private func resolve(_ path: String) throws(LMDBError) -> String {
    // realpath allocates what it returns; null means that errno says why.
    guard let resolved = unsafe realpath(path, nil) else {
        throw LMDBError(code: LMDBCode(rawValue: errno), operation: "realpath")
    }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
}

private func openHandle(
    path: String, access: Environment.Access, flushing: Environment.Flushing, mapSize: Int,
    databaseCount: Int, readerCount: Int
) throws(LMDBError) -> OpaquePointer {
    var created: OpaquePointer? = nil
    try check(unsafe mdb_env_create(&created), "mdb_env_create")
    // A success has set it.
    let handle = unsafe created!
    do throws(LMDBError) {
        try check(unsafe mdb_env_set_mapsize(handle, mapSize), "mdb_env_set_mapsize")
        try check(
            unsafe mdb_env_set_maxdbs(handle, UInt32(databaseCount)), "mdb_env_set_maxdbs")
        try check(
            unsafe mdb_env_set_maxreaders(handle, UInt32(readerCount)), "mdb_env_set_maxreaders")
        // NOTLS: a reader's place belongs to its transaction, so a thread may have several.
        let flags =
            UInt32(MDB_NOTLS) | (access == .readOnly ? UInt32(MDB_RDONLY) : 0)
            | (flushing == .allButMeta ? UInt32(MDB_NOMETASYNC) : 0)
        try check(unsafe mdb_env_open(handle, path, flags, 0o600), "mdb_env_open")
        // LMDB leaves the data file open across exec on purpose; a child of ours must not hold it.
        var descriptor: Int32 = -1
        try check(unsafe mdb_env_get_fd(handle, &descriptor), "mdb_env_get_fd")
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
            throw LMDBError(code: LMDBCode(rawValue: errno), operation: "fcntl")
        }
    } catch {
        // lmdb.h: also after a failed open the handle must be closed.
        unsafe mdb_env_close(handle)
        throw error
    }
    return unsafe handle
}
