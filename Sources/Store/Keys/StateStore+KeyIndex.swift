extension StateStore {
    /// The event that carries the token, if any run has it. Any thread may ask, also while
    /// another writes and merges.
    /// - Throws: `.stateDamaged` rather than answer from what can't be relied on.
    package func sequence(ofToken token: KeyToken) throws(StoreError) -> UInt64? {
        while true {
            let runs = try currentRuns()
            do throws(StoreError) {
                return try sequence(of: token, in: runs)
            } catch {
                // A run may have been merged and removed since we looked; then the next look finds
                // the one that replaced it.
                guard keyIndex.runs != runs else { throw error }
            }
        }
    }

    /// Counts the changes of what `sequence(ofToken:)` finds.
    package var keysVersion: UInt64 { keyIndex.version }

    /// Which of at most 64 tokens some run may have, by their bits; it is certain of the others that none
    /// has them. Asked of many at a time, since it is memory that each waits for.
    package func mayHave(_ tokens: [KeyToken]) throws(StoreError) -> UInt64 {
        precondition(tokens.count <= 64, "a bit for each")
        let runs = try currentRuns()
        var found: UInt64 = 0
        for run in runs { found |= run.filter.mayContain(tokens) }
        return found
    }

    /// Writes entries as a run of their own, which tokens are looked for in once this returns. Merges
    /// some of what there is on the way.
    ///
    /// - Parameters:
    ///   - count: how many there are at most.
    ///   - through: up to where in the log this run, with those that there are, has every token.
    ///   - next: appends the next entries, sorted by token, to an array that is empty; false once it
    ///     has none.
    package func writeRun(
        count: Int, through: LogMark? = nil, _ next: (inout [KeyEntry]) -> Bool
    ) throws(StoreError) {
        _ = try currentRuns()
        var builder = KeyRunBuilder(
            number: keyIndex.takeNumber(), entryCountMax: UInt64(count))
        var entries: [KeyEntry] = []
        while next(&entries) {
            try builder.append(entries, to: self)
            entries.removeAll(keepingCapacity: true)
        }
        keyIndex.add(try builder.finish(through: through, in: self))
        // Some times as many as were written, so that merging keeps up whatever the tiers.
        _ = try mergeRuns(entryCount: 8 * count)
    }

    /// Goes on merging runs, by at least `entryCount` entries if there are so many to move.
    /// - Returns: true if there is more to do. Only one thread may write and merge.
    package func mergeRuns(entryCount: Int) throws(StoreError) -> Bool {
        _ = try currentRuns()
        for number in keyIndex.remains {
            while try !removeKeyRun(number, countMax: keyChunksPerTransaction) {}
            keyIndex.dropRemains(number)
        }
        var moved = 0
        while moved < entryCount {
            guard var merge = keyIndex.takeMerge() else { return false }
            if let run = try merge.step(entryCount: entriesPerStep, in: self) {
                keyIndex.add(run)
                return try mergeRuns(entryCount: entryCount - moved)
            }
            keyIndex.keep(merge)
            moved += entriesPerStep
        }
        return true
    }

    private func currentRuns() throws(StoreError) -> [KeyRun] {
        if let runs = keyIndex.runs { return runs }
        keyIndex.load(try keyRuns())
        return keyIndex.runs ?? []
    }
}

/// A few milliseconds' worth.
private let entriesPerStep = 32_768
