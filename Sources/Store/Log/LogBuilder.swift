import LMDB

/// Fills a new environment with batches, one transaction each, before anybody serves from it.
struct LogBuilder {
    private let environment: Environment
    private let database: Database

    /// - Parameter path: an empty directory.
    init(_ path: String, mapSize: Int = 1 << 30) throws(StoreError) {
        let environment = try lmdb { () throws(LMDBError) in
            try Environment(path: path, access: .readWrite, mapSize: mapSize)
        }
        guard let database = try lmdb({ () throws(LMDBError) in try environment.openDatabase() })
        else { throw .missing(path: path) }
        self.environment = environment
        self.database = database
    }

    /// Adds a batch's value, given in two parts.
    func append(head: Span<UInt8>, body: Span<UInt8>, first: UInt64) throws(StoreError) {
        let info = environment.info
        let needed = info.usedSize + 2 * (head.count + body.count) + (1 << 20)
        if needed > info.mapSize {
            try lmdb { () throws(LMDBError) in try environment.resize(to: 2 * needed) }
        }
        let key = [UInt8](bigEndian: first)
        try lmdb { () throws(LMDBError) in
            var transaction = try environment.beginWrite()
            try transaction.append(head: head, body: body, forKey: key.span, in: database)
            try transaction.commit()
        }
    }
}
