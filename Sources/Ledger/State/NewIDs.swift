/// Ids that no checkpoint has stored yet, as they were sealed, in one piece of memory: there may be
/// millions, and giving up an array for each takes long enough for clients to notice.
package struct NewIDs: Sendable {
    private struct Entry: Sendable {
        var opened: SequenceNumber
        /// Where its bytes lie.
        var start: Int
        var account: AccountNumber
        var count: UInt32
        var isThere: Bool { count != Self.takenBack }

        static let takenBack = UInt32.max
    }

    /// In ascending order of their accounts, as those are opened: that is how they are found.
    private var entries: [Entry] = []
    /// Those that came later than an account opened after theirs: FORGET changes old ones.
    private var others: [Entry] = []
    private var places: [AccountNumber: Int] = [:]
    private var bytes: [UInt8] = []

    package subscript(account: AccountNumber) -> State.NewID? {
        get {
            if let index = index(account) { return id(entries[index]) }
            return places[account].flatMap { id(others[$0]) }
        }
        set {
            if let newValue { set(account, newValue) } else { remove(account) }
        }
    }

    /// How many there were, some of which may have been taken back.
    var entryCount: Int { entries.count + others.count }

    /// The entry of an index; those of accounts opened since the last checkpoint come in order.
    func entry(at index: Int) -> (account: AccountNumber, id: State.NewID)? {
        let entry = index < entries.count ? entries[index] : others[index - entries.count]
        return id(entry).map { (entry.account, $0) }
    }

    private func id(_ entry: Entry) -> State.NewID? {
        guard entry.isThere else { return nil }
        let end = entry.start + Int(entry.count)
        return State.NewID(opened: entry.opened, sealed: Array(bytes[entry.start..<end]))
    }

    /// The index among `entries`.
    private func index(_ account: AccountNumber) -> Int? {
        guard let last = entries.last, account <= last.account else { return nil }
        var low = 0
        var high = entries.count - 1
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].account < account { low = middle + 1 } else { high = middle }
        }
        return entries[low].account == account ? low : nil
    }

    private mutating func set(_ account: AccountNumber, _ id: State.NewID) {
        let entry = Entry(
            opened: id.opened, start: bytes.count, account: account, count: UInt32(id.sealed.count))
        bytes += id.sealed
        if entries.isEmpty || account > entries[entries.count - 1].account {
            entries.append(entry)
        } else if let index = index(account) {
            entries[index] = entry
        } else if let place = places[account] {
            others[place] = entry
        } else {
            places[account] = others.count
            others.append(entry)
        }
    }

    private mutating func remove(_ account: AccountNumber) {
        if let index = index(account) {
            let entry = entries[index]
            entries[index].count = Entry.takenBack
            // What is taken back was mostly the last to come.
            if entry.isThere, entry.start + Int(entry.count) == bytes.count {
                bytes.removeLast(Int(entry.count))
            }
            while let last = entries.last, !last.isThere { entries.removeLast() }
        } else if let place = places.removeValue(forKey: account) {
            others[place].count = Entry.takenBack
        }
    }
}
