import Store

extension StateStore {
    /// Writes entries, sorted by token, as a run of their own.
    func writeRun(_ entries: [KeyEntry], through: LogMark? = nil) throws(StoreError) {
        var pieces = [entries.prefix(entries.count / 3), entries.dropFirst(entries.count / 3)]
        try writeRun(count: entries.count, through: through) { next in
            guard !pieces.isEmpty else { return false }
            next.append(contentsOf: pieces.removeFirst())
            return true
        }
    }
}
