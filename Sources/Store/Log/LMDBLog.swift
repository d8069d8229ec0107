package import LMDB
internal import Synchronization

/// The log in an LMDB environment, the keys in a file beside it.
///
/// A commit is flushed once: its pages, and with them the meta page of the commit before. Its own
/// meta page is written after that and left to the next flush, so a power cut may leave the trees as of
/// the commit before. Nothing is lost with that: the batch lies on disk, in pages that the trees on
/// disk hold to be free, and the next start finds it there (`UnreachedBatches`).
package final class LMDBLog: LogStorage {
    private let environment: Environment
    private let database: Database
    let dataFile: File
    private let keyFile: KeyFile
    let paths: LedgerPaths
    let state: Mutex<State>
    /// Held while a piece is being filled.
    let filler = Mutex<ZeroFiller?>(nil)
    /// Held while the log's file is being extended: two at once could each be refused what the last
    /// room on the disk has for one of them.
    private let extending = Mutex<Void>(())

    /// What the appending thread knows, and whoever asks for room looks at.
    struct State {
        var room: Room
        var ahead = WriteAhead()
        var lastTransaction: UInt64
        var hasFailed = false
        /// Of all commits the first flushes its meta page as well: what an earlier process has left in
        /// free pages, and never reported, can't be taken for what this one has reported.
        var isFirst = true
    }

    typealias Access = Environment.Access

    /// Opens the log of a directory that was found to be sound.
    init(paths: LedgerPaths, mapSize: Int, access: Access) throws(StoreError) {
        let environment = try lmdb { () throws(LMDBError) in
            try Environment(
                path: paths.log, access: access, flushing: .allButMeta, mapSize: mapSize)
        }
        // The unnamed database is always there.
        guard let database = try lmdb({ () throws(LMDBError) in try environment.openDatabase() })
        else { throw .missing(path: paths.log) }
        _ = try lmdb { () throws(LMDBError) in try environment.removeDeadReaders() }
        dataFile = try File(paths.logData, access == .readOnly ? .read : .readWrite)
        keyFile = try KeyFile(paths.keys, access == .readOnly ? .read : .readWrite)
        self.environment = environment
        self.database = database
        self.paths = paths
        let info = environment.info
        state = Mutex(
            State(
                // What the file has behind its last page may be a hole, so nothing of it is ours
                // yet.
                room: Room(logUsed: info.usedSize, logReserved: info.usedSize, keysReserved: 0),
                lastTransaction: info.lastTransaction))
    }

    /// Bytes that the log takes, and those it can grow to before the map does.
    package var info: EnvironmentInfo { environment.info }

    /// Bytes of the file that the last commit reaches to.
    package var usedSize: Int { environment.info.usedSize }

    /// Of those who read a commit that isn't the newest, the one that reads the oldest.
    func oldestReader() -> LogReaderPlace? {
        let newest = environment.info.lastTransaction
        guard let readers = try? environment.readers(),
            let oldest = readers.min(by: { $0.transaction < $1.transaction }),
            oldest.transaction < newest
        else { return nil }
        return LogReaderPlace(process: oldest.process, transaction: oldest.transaction)
    }

    func removeDeadReaders() -> Int { (try? environment.removeDeadReaders()) ?? 0 }

    package func append(
        head: Span<UInt8>, body: Span<UInt8>, first: UInt64
    ) throws(StoreError) {
        let last = try state.withLock { (state) throws(StoreError) in
            guard !state.hasFailed else { throw .faulted }
            // Until the commit has returned and is accounted for.
            state.hasFailed = true
            return state.lastTransaction
        }
        let isFirst = state.withLock { $0.isFirst }
        let need = RoomNeed(batchBytes: head.count + body.count, highestAccount: 0).logBytes
        try growMap(for: need)
        let number = try commit(head: head, body: body, first: first, after: last, need: need)
        if isFirst { try synchronize() }
        let info = environment.info
        // A meta page that never reached the file would leave LMDB going on from the commit before.
        guard info.lastTransaction == number else {
            throw .commitUnaccounted(expected: number, found: info.lastTransaction)
        }
        state.withLock {
            precondition(
                $0.ahead.wasClear(committed: info.usedSize),
                "a commit reached further than was reckoned, into what was being filled")
            $0.lastTransaction = number
            $0.room.logUsed = info.usedSize
            $0.isFirst = false
            $0.hasFailed = false
        }
    }

    /// Flushes the last commit's meta page, too: for anybody who looks at the files before the next
    /// start does.
    package func synchronize() throws(StoreError) {
        try lmdb { () throws(LMDBError) in try environment.synchronize() }
    }

    /// - Parameter need: bytes that the batch and the trees to it take.
    private func commit(
        head: Span<UInt8>, body: Span<UInt8>, first: UInt64, after last: UInt64, need: Int
    ) throws(StoreError) -> UInt64 {
        let key = [UInt8](bigEndian: first)
        let info = environment.info
        do throws(LMDBError) {
            var transaction = try environment.beginWrite()
            let number = transaction.number
            guard number == last + 1 else {
                throw LMDBError(code: .panic, operation: "mdb_txn_id")
            }
            // What is known of free pages is written anew, too: at most all of it, in copies of its pages,
            // and what those hold once more.
            let listed = 3 * (try transaction.pageCount(of: .freePages))
            keepClear(of: info.usedSize + need + listed * info.pageSize)
            try transaction.append(head: head, body: body, forKey: key.span, in: database)
            try transaction.commit()
            return number
        } catch {
            throw .lmdb(error)
        }
    }

    /// Makes the map larger long before it is full, waiting for readers, whose pages are bounded.
    private func growMap(for need: Int) throws(StoreError) {
        let info = environment.info
        let needed = info.usedSize + need
        guard needed > info.mapSize / 10 * 9 else { return }
        let size = max(2 * info.mapSize, 2 * needed)
        try lmdb { () throws(LMDBError) in try environment.resize(to: size) }
    }

    package func scan(
        from sequence: UInt64, _ direction: ScanDirection,
        _ body: (_ first: UInt64, _ value: Span<UInt8>) -> Bool
    ) throws(StoreError) {
        let key = [UInt8](bigEndian: sequence)
        // A key of another length than ours is damage: no batch says of itself that it lies under
        // 0.
        func lend(_ key: Span<UInt8>, _ value: Span<UInt8>) -> Bool {
            body(key.count == 8 ? key.bigEndianU64 : 0, value)
        }
        try lmdb { () throws(LMDBError) in
            let transaction = try environment.beginRead()
            try transaction.withCursor(in: database) { (cursor) throws(LMDBError) in
                var goesOn = try cursor.seek(atOrBefore: key.span, lend)
                if goesOn == nil, direction == .forward { goesOn = try cursor.first(lend) }
                while goesOn == true {
                    switch direction {
                    case .forward: goesOn = try cursor.next(lend)
                    case .backward: goesOn = try cursor.previous(lend)
                    }
                }
            }
        }
    }

    /// Pages that a commit may have written without the trees leading to them: those that are free,
    /// and those behind the last one in use, in ascending order.
    func pagesOutOfReach() throws(StoreError) -> [Int] {
        var pages: [Int] = []
        func take(_: Span<UInt8>, _ value: Span<UInt8>) {
            guard value.count >= 8 else { return }
            let count = min(Int(clamping: value.u64(at: 0)), value.count / 8 - 1)
            for index in 0..<count { pages.append(Int(clamping: value.u64(at: 8 + 8 * index))) }
        }
        try lmdb { () throws(LMDBError) in
            let transaction = try environment.beginRead()
            try transaction.withCursor(in: .freePages) { (cursor) throws(LMDBError) in
                var entry: Void? = try cursor.first(take)
                while entry != nil { entry = try cursor.next(take) }
            }
        }
        let info = environment.info
        let end =
            min(
                try dataFile.size(), info.usedSize + UnreachedBatches.bytesAddedMax) / info.pageSize
        pages.append(contentsOf: (info.lastPageNumber + 1)..<max(end, info.lastPageNumber + 1))
        return pages.filter { $0 < 1 << 40 }.sorted()
    }

    package func write(keys: [KeySlot]) throws(StoreError) {
        try keyFile.write(keys)
    }

    package func key(of account: UInt32) throws(StoreError) -> [UInt8] {
        try keyFile.slots(from: account, count: 1)
    }

    package func keys(from account: UInt32, count: Int) throws(StoreError) -> [UInt8] {
        try keyFile.slots(from: account, count: count)
    }

    package func hasRoom(batchBytes: Int, highestAccount: UInt32) -> Bool {
        let need = RoomNeed(batchBytes: batchBytes, highestAccount: highestAccount)
        return state.withLock { $0.room.holds(need) }
    }

    package func reserveRoom(batchBytes: Int, highestAccount: UInt32) throws(StoreError) -> Bool {
        let need = RoomNeed(batchBytes: batchBytes, highestAccount: highestAccount)
        let room = state.withLock { $0.room }
        if room.logUsed + need.logBytes > room.logReserved {
            _ = try reserveLog(
                through: room.logUsed + need.logBytes, ahead: Room.logAhead(used: room.logUsed))
        }
        if need.keyBytes > room.keysReserved {
            let reserved = try reserve(
                from: room.keysReserved, through: need.keyBytes, ahead: Room.keysAhead
            ) { (count, offset) throws(StoreError) in
                try keyFile.allocate(count: count, at: offset)
            }
            state.withLock { $0.room.keysReserved = reserved }
        }
        return state.withLock { $0.room.holds(need) }
    }

    /// Makes sure of blocks for the log's file up to `end`, and some way ahead if the disk has them.
    /// - Returns: whether there are any up to `end`.
    func reserveLog(through end: Int, ahead: Int) throws(StoreError) -> Bool {
        try extending.withLock { (_) throws(StoreError) in
            let start = state.withLock { $0.room.logReserved }
            guard start < end else { return true }
            let reserved = try reserve(from: start, through: end, ahead: ahead) {
                (count, offset) throws(StoreError) in
                try dataFile.allocate(count: count, at: offset)
            }
            state.withLock { $0.room.logReserved = reserved }
            return reserved >= end
        }
    }

    /// Extends what is reserved to `end` and some way ahead, on a nearly full disk to `end` only.
    /// - Returns: how far it reaches now.
    private func reserve(
        from start: Int, through end: Int, ahead: Int,
        _ allocate: (_ count: Int, _ offset: Int) throws(StoreError) -> File.Allocation
    ) throws(StoreError) -> Int {
        for end in ahead > 0 ? [end + ahead, end] : [end] {
            switch try allocate(end - start, start) {
            case .done: return end
            case .full: continue
            case .unsupported:
                // No promise to be had: at least the disk must have the room now.
                return try Directory.freeSize(dataFile.path) > end - start + Room.keysAhead
                    ? end : start
            }
        }
        return start
    }
}

extension Span<UInt8> {
    /// The eight bytes as a number, most significant first.
    fileprivate var bigEndianU64: UInt64 { u64(at: 0).byteSwapped }
}
