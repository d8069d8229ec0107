/// What a checkpoint has taken from the state: still looked up here until it is stored.
package struct Leaving: Sendable {
    package var ids: [AccountNumber: State.NewID] = [:]
    package var keys: FrozenTokens?
    package var directory: [Token] = []
    /// Accounts whose rows are to be taken, and those whose rows were.
    package var dirty: [AccountNumber] = []
    package var taken: [AccountNumber] = []

    package init() {}
}

extension State {
    /// Takes everything that changed since the last checkpoint; rows follow by `takeRow`, and may
    /// have changed again by then.
    package mutating func beginCheckpoint() {
        leaving.ids = newIDs
        var taken = TokenTable()
        swap(&taken, &recentKeys)
        leaving.keys = FrozenTokens(taken)
        leaving.directory = directoryChanges
        leaving.dirty = dirty
        newIDs = [:]
        directoryChanges = []
        dirty = []
    }

    /// The row of the next account that the checkpoint has to store; `nil` once there is none.
    package mutating func takeRow() -> (account: AccountNumber, row: [UInt8])? {
        while let account = leaving.dirty.popLast() {
            rows[account].flags.remove(.dirty)
            // One whose opening was taken back has nothing to store.
            guard account.rawValue <= accountCount else { continue }
            leaving.taken.append(account)
            return (account, encodeRow(account))
        }
        return nil
    }

    /// What the checkpoint took is stored now.
    package mutating func endCheckpoint() { leaving = Leaving() }

    /// Everything that the checkpoint took must be stored by the next one.
    package mutating func abandonCheckpoint() {
        for (account, id) in leaving.ids where newIDs[account] == nil { newIDs[account] = id }
        for entry in leaving.keys?.table.sorted() ?? [] {
            recentKeys.insert(entry.token, entry.value)
        }
        directoryChanges.append(contentsOf: leaving.directory)
        dirty.append(contentsOf: leaving.dirty)
        let taken = leaving.taken
        leaving = Leaving()
        for account in taken { touch(account) }
    }
}
