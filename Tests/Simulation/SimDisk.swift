import Store

/// The files of a ledger on a disk that fails on purpose, and what is to fail.
///
/// One thread uses all of it; `@unchecked Sendable` because the storage protocols ask for it.
final class SimDisk: @unchecked Sendable {
    /// How often something fails, out of 10,000 operations each.
    struct Faults: Sendable {
        var errors = 0
        var cuts = 0
        var isFull = 0

        init() {}
    }

    /// What becomes of an operation.
    enum Fate {
        case done
        /// An error is reported and nothing was done.
        case failed
        /// An error is reported, yet it was done.
        case failedDone
        /// The machine goes dark before it, or right after.
        case cutBefore
        case cutAfter
    }

    let log = SimFile()
    let keys = SimFile()
    /// Renamed into its place once it is flushed: there wholly or not at all.
    var rescue: [UInt8]?
    var tables = SimTables()
    var tape: Tape
    var faults = Faults()
    let mutant: Mutant?
    /// The machine went dark within an operation.
    var isDark = false
    /// What went wrong, by kind, to show that a run met it.
    private(set) var counts: [String: Int] = [:]

    init(seed: UInt64, mutant: Mutant?) {
        tape = Tape(seed: seed, part: 1)
        self.mutant = mutant
    }

    func fate() -> Fate {
        if faults.errors == 0, faults.cuts == 0 { return .done }
        if tape.chance(faults.errors) { return tape.below(2) == 0 ? .failed : .failedDone }
        if tape.chance(faults.cuts) { return tape.below(2) == 0 ? .cutBefore : .cutAfter }
        return .done
    }

    /// Does an operation, or not, as its fate is.
    func run(_ name: StaticString, _ operation: () -> Void) throws(StoreError) {
        let fate = fate()
        switch fate {
        case .done, .failedDone, .cutAfter: operation()
        case .failed, .cutBefore: break
        }
        if case .done = fate { return }
        count("\(name) \(fate)")
        switch fate {
        case .cutBefore, .cutAfter: isDark = true
        default: break
        }
        throw .system(operation: name, code: 5, path: "simulated")
    }

    func count(_ name: String) { counts[name, default: 0] += 1 }

    /// The power fails: what wasn't flushed is there or not.
    func cut() {
        log.cut(&tape)
        keys.cut(&tape)
        isDark = false
    }

    /// What a start does before it trusts the files.
    func synchronize() throws(StoreError) {
        try run("fsync of the log") { log.synchronize() }
        try run("fsync of the keys") { keys.synchronize() }
    }

    /// Another disk with the same files.
    func copy() -> SimDisk {
        let other = SimDisk(seed: 0, mutant: nil)
        other.log.copy(log)
        other.keys.copy(keys)
        other.rescue = rescue
        other.tables = tables
        return other
    }
}
