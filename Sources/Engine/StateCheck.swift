package import Store

/// Reads everything that the state has stored, a piece at a time, while the ledger serves from it: so
/// damage is found long before somebody needs what is damaged.
package struct StateCheck<Stored: StateStorage>: Sendable {
    private let state: StateStore<Stored>
    private var tables = StateTable.allCases[...]
    /// Where to go on in the first of them.
    private var next: [UInt8] = []

    /// Some milliseconds' worth: the state's file can't reuse its pages while they are read.
    private static var entriesAtOnce: Int { 4_096 }

    package init(_ state: StateStore<Stored>) { self.state = state }

    /// Reads some entries more, and notes it when the last was read.
    ///
    /// - Returns: whether more follow.
    /// - Throws: `.stateDamaged`; the state is then built anew by the next start.
    package mutating func step() throws(StoreError) -> Bool {
        guard let table = tables.first else { return false }
        var count = 0
        var last: [UInt8] = []
        do throws(StoreError) {
            try state.scan(table, from: next) { key, _ in
                count += 1
                guard count == Self.entriesAtOnce else { return true }
                last = [UInt8](bytes: key)
                return false
            }
        } catch {
            try? state.storage.distrust()
            throw error
        }
        // The least key that comes after.
        next = last.isEmpty ? [] : last + [0]
        if last.isEmpty { tables.removeFirst() }
        if tables.isEmpty { try state.storage.noteRead() }
        return !tables.isEmpty
    }
}
