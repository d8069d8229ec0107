import LMDB

/// Opening the state, which is never worth refusing a start for.
enum StateDirectory {
    /// Opens the tables, anew if they are missing or LMDB's own pages are damaged.
    static func open(
        _ paths: LedgerPaths, mapSize: Int
    ) throws(StoreError) -> (state: LMDBState, warnings: [String]) {
        guard try Directory.entry(paths.state) != nil else {
            return (try create(paths, mapSize: mapSize), [])
        }
        do throws(StoreError) {
            let doubt = try StateDoubt.read(paths.stateDoubt)
            guard doubt != .deep else { throw .stateUnreadable }
            try (doubt == nil ? StateDoubt.slight : .deep).write(paths.stateDoubt)
            // Flushed before it is trusted, as the log is.
            try File(paths.stateData, .readWrite).synchronize()
            _ = try MetaPages(of: File(paths.stateData, .read)).checked()
            let state = try LMDBState(
                directory: paths.state, mapSize: mapSize, access: .readWrite,
                isDoubted: doubt != nil)
            return (state, [])
        } catch {
            try Directory.removeEnvironment(paths.state)
            let state = try create(paths, mapSize: mapSize)
            let why = "\(paths.state) could not be used and will be rebuilt: \(reason(error))"
            return (state, [why])
        }
    }

    /// What errors that speak of the log say of the state.
    private static func reason(_ error: StoreError) -> String {
        switch error {
        case .truncated(let size, let needed):
            "its file has \(size) bytes, its pages need \(needed)"
        case .metaDamaged: "its first pages are damaged"
        default: "\(error)"
        }
    }

    /// Opens the tables as they are; nil if there are none to read.
    static func openForReading(_ paths: LedgerPaths) throws(StoreError) -> LMDBState? {
        guard try Directory.entry(paths.stateData) != nil else { return nil }
        do throws(StoreError) {
            _ = try MetaPages(of: File(paths.stateData, .read)).checked()
            return try LMDBState(directory: paths.state, mapSize: 0, access: .readOnly)
        } catch .missing {
            return nil
        } catch .metaDamaged {
            return nil
        } catch .truncated {
            return nil
        } catch {
            throw error
        }
    }

    private static func create(
        _ paths: LedgerPaths, mapSize: Int
    ) throws(StoreError) -> LMDBState {
        try Directory.create(paths.state)
        return try LMDBState(
            directory: paths.state, mapSize: mapSize, access: .readWrite, isNew: true)
    }
}
