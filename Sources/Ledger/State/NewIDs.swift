/// Ids that no checkpoint has stored yet, as they were sealed, in one piece of memory: there may be
/// millions, and giving up an array for each takes long enough for clients to notice.
package struct NewIDs: Sendable {
    private struct Entry: Sendable {
        var account: AccountNumber
        var opened: SequenceNumber
        /// Where its bytes lie.
        var start: Int
        var count: Int
        var isThere = true
    }

    private var entries: [Entry] = []
    private var bytes: [UInt8] = []
    private var places: [AccountNumber: Int] = [:]

    package subscript(account: AccountNumber) -> State.NewID? {
        get { places[account].flatMap { id(at: $0) } }
        set {
            if let newValue { set(account, newValue) } else { remove(account) }
        }
    }

    /// How many there were, some of which may have been taken back.
    var entryCount: Int { entries.count }

    /// The entry of an index, in the order in which they came.
    func entry(at index: Int) -> (account: AccountNumber, id: State.NewID)? {
        id(at: index).map { (entries[index].account, $0) }
    }

    private func id(at index: Int) -> State.NewID? {
        let entry = entries[index]
        guard entry.isThere else { return nil }
        return State.NewID(
            opened: entry.opened, sealed: Array(bytes[entry.start..<(entry.start + entry.count)]))
    }

    private mutating func set(_ account: AccountNumber, _ id: State.NewID) {
        let entry = Entry(
            account: account, opened: id.opened, start: bytes.count, count: id.sealed.count)
        bytes += id.sealed
        if let place = places[account] {
            entries[place] = entry
        } else {
            places[account] = entries.count
            entries.append(entry)
        }
    }

    private mutating func remove(_ account: AccountNumber) {
        guard let place = places.removeValue(forKey: account) else { return }
        entries[place].isThere = false
        // What is taken back was mostly the last to come.
        while let last = entries.last, !last.isThere {
            if last.start + last.count == bytes.count { bytes.removeLast(last.count) }
            entries.removeLast()
        }
    }
}
