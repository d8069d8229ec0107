extension State {
    /// Takes the recent keys, to be stored. They are still known until `dropLeavingKeys`.
    package mutating func freezeKeys() -> FrozenTokens {
        var taken = TokenTable()
        swap(&taken, &recentKeys)
        let frozen = FrozenTokens(taken)
        leavingKeys = frozen
        return frozen
    }

    /// The keys that were taken are stored now.
    package mutating func dropLeavingKeys() { leavingKeys = nil }

    /// The keys that were taken must be taken again.
    package mutating func takeBackLeavingKeys() {
        guard let leavingKeys else { return }
        var entries: [TokenTable.Entry] = []
        for part in 0..<TokenTable.partCount {
            entries.removeAll(keepingCapacity: true)
            leavingKeys.table.appendSorted(part, to: &entries)
            for entry in entries { recentKeys.insert(entry.token, entry.value) }
        }
        self.leavingKeys = nil
    }
}

/// What a checkpoint has taken from the state: still looked up here until it is stored.
package struct Leaving: ~Copyable, Sendable {
    package internal(set) var ids = NewIDs()
    /// Tokens whose directory entries changed.
    var directory = ChangedTokens()
    /// Accounts whose rows are to be stored.
    var dirty = AccountSet()

    // How far each was taken.
    var nextID = 0
    var nextList = 0
    /// Of the list before that.
    var nextToken = 0
    var tokensInList = 0
    var nextRow = AccountNumber.ledger
}

extension State {
    /// Takes everything that changed since the last checkpoint. Rows follow by `takeRow`, and may
    /// have changed again by then; ids and directory by `takeID` and `takeDirectoryEntry`.
    package mutating func beginCheckpoint() {
        leaving = Leaving()
        swap(&leaving.ids, &newIDs)
        swap(&leaving.directory, &directoryChanges)
        swap(&leaving.dirty, &dirty)
    }

    /// Writes the row of the next account that the checkpoint has to store, in order of their
    /// numbers; `nil` once there is none.
    package mutating func takeRow(into writer: inout ByteWriter) -> AccountNumber? {
        while let account = leaving.dirty.first(from: leaving.nextRow) {
            leaving.nextRow = account.next
            rows[account].flags.remove(.dirty)
            // One whose opening was taken back has nothing to store.
            guard account.rawValue <= accountCount else { continue }
            encodeRow(account, into: &writer)
            return account
        }
        leaving.nextRow = AccountNumber(.max)
        return nil
    }

    /// The next account whose id the checkpoint has to store; `nil` once there is none.
    package mutating func takeID() -> (account: AccountNumber, id: NewID)? {
        while leaving.nextID < leaving.ids.entryCount {
            leaving.nextID += 1
            if let entry = leaving.ids.entry(at: leaving.nextID - 1) { return entry }
        }
        return nil
    }

    /// The next key of the directory whose entry the checkpoint has to store, in the order of the keys'
    /// bytes, and the entry; `nil` once there is none.
    package mutating func takeDirectoryEntry() -> (key: Token, entry: DirectoryEntry)? {
        while true {
            while leaving.nextToken == leaving.tokensInList {
                guard leaving.nextList < leaving.directory.listCount else { return nil }
                leaving.tokensInList = leaving.directory.sortList(leaving.nextList)
                leaving.nextToken = 0
                leaving.nextList += 1
            }
            let token = leaving.directory.token(leaving.nextToken, ofList: leaving.nextList - 1)
            leaving.nextToken += 1
            // A change that was taken back left none.
            if let entry = directoryEntry(token) { return (token, entry) }
        }
    }

    /// What the checkpoint took is stored now.
    package mutating func endCheckpoint() { leaving = Leaving() }

    /// Everything that the checkpoint took must be stored by the next one.
    package mutating func abandonCheckpoint() {
        for index in 0..<leaving.ids.entryCount {
            guard let (account, id) = leaving.ids.entry(at: index), newIDs[account] == nil else {
                continue
            }
            newIDs[account] = id
        }
        directoryChanges.append(leaving.directory)
        var next = AccountNumber.ledger
        while let account = leaving.dirty.first(from: next) {
            touch(account)
            dirty.insert(account)
            next = account.next
        }
        leaving = Leaving()
    }
}
