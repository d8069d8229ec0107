private import Synchronization

/// Which runs there are: where one thread looks for tokens while another writes and merges runs.
final class KeyIndex: Sendable {
    private let state = Mutex(State())

    private struct State {
        /// Nil until the table was looked at.
        var list: KeyRunList?
        /// Counts what was added.
        var version: UInt64 = 1
        var nextNumber: UInt32 = 0
        /// Taken out while a step of it is made.
        var merge: KeyRunMerge?

        mutating func takeNumber() -> UInt32 {
            defer { nextNumber += 1 }
            return nextNumber
        }
    }

    /// Where to look now, oldest first; nil until loaded.
    var runs: [KeyRun]? { state.withLock { $0.list?.runs } }

    var version: UInt64 { state.withLock { $0.version } }

    /// What is left of runs that don't count any more.
    var remains: [UInt32] { state.withLock { $0.list?.remains ?? [] } }

    func load(_ list: KeyRunList) {
        let numbers = list.runs.map(\.number) + list.remains
        state.withLock {
            guard $0.list == nil else { return }
            $0.list = list
            $0.nextNumber = (numbers.max() ?? 0) + 1
        }
    }

    func reset() {
        state.withLock { state in
            let version = state.version + 1
            state = State()
            state.version = version
        }
    }

    func takeNumber() -> UInt32 {
        state.withLock { $0.takeNumber() }
    }

    /// Makes the run one to look in, instead of those that it replaces.
    func add(_ run: KeyRun) {
        state.withLock { state in
            state.list?.runs.removeAll { run.replaced.contains($0.number) }
            state.list?.runs.append(run)
            state.version += 1
            state.list?.remains += run.replaced
        }
    }

    func dropRemains(_ number: UInt32) {
        state.withLock { state in state.list?.remains.removeAll { $0 == number } }
    }

    /// The merge under way, or one that is worth beginning.
    func takeMerge() -> KeyRunMerge? {
        state.withLock { state in
            if let merge = state.merge.take() { return merge }
            guard let runs = state.list?.runs, let count = KeyIndex.mergeCount(runs) else {
                return nil
            }
            return KeyRunMerge(Array(runs.suffix(count)), number: state.takeNumber())
        }
    }

    func keep(_ merge: KeyRunMerge) {
        state.withLock { $0.merge = merge }
    }

    /// How many of the latest runs to make one of: at least four, of which none is more than half
    /// as large again as all later ones together. So an entry is moved a logarithmic number of
    /// times, and there are few places to look.
    private static func mergeCount(_ runs: [KeyRun]) -> Int? {
        var count = 0
        var sum: UInt64 = 0
        for run in runs.reversed() {
            guard count < 2 || run.entryCount <= sum + sum / 2 else { break }
            count += 1
            sum += run.entryCount
        }
        return count >= 4 ? count : nil
    }
}
