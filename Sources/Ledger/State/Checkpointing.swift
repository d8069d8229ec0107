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

extension State {
    /// Takes the new ids, to be stored before the next checkpoint: a million of them would take fifty
    /// bytes each until then. They are still known until `dropLeavingIDs`.
    ///
    /// Only where all are of accounts that were opened since the last checkpoint began: one under way
    /// might store what it has of others after this.
    package mutating func takeNewIDs() -> NewIDs? {
        precondition(leavingIDs.entryCount == 0, "ids leave one after the other")
        guard newIDs.isInOrder, newIDs.entryCount > 0 else { return nil }
        swap(&leavingIDs, &newIDs)
        return leavingIDs
    }

    /// The ids that were taken are stored now.
    package mutating func dropLeavingIDs() { leavingIDs = NewIDs() }

    /// The ids that were taken must be taken again. A checkpoint under way is abandoned before: what it
    /// has of them is newer.
    package mutating func takeBackLeavingIDs() {
        takeBack(leavingIDs)
        leavingIDs = NewIDs()
    }

    private mutating func takeBack(_ ids: NewIDs) {
        for index in 0..<ids.entryCount {
            guard let (account, id) = ids.entry(at: index), newIDs[account] == nil else {
                continue
            }
            newIDs[account] = id
        }
    }
}

/// What a checkpoint has taken from the state: still looked up here until it is stored.
package struct Leaving: ~Copyable, Sendable {
    package internal(set) var ids = NewIDs()
    /// Accounts that entered the directory, and tokens that left it.
    var indexed = AccountSet()
    var removals = ChangedTokens()
    /// Accounts whose rows are to be stored.
    var dirty = AccountSet()

    // How far each was taken.
    var nextID = 0
    /// Where to look on in the directory, what was found there and how far that was taken.
    var place = (part: 0, tag: UInt32(0))
    var found: [UInt64] = []
    var foundPart = 0
    var nextFound = 0
    var nextList = 0
    /// Of the list before that.
    var nextToken = 0
    var tokensInList = 0
    var nextRow = AccountNumber.ledger
    /// Rows, ids and directory entries: how many there were, and how many of them were taken.
    var entryCount = 0
    var takenCount = 0

    /// How much of it was taken, of 1.
    package var takenShare: Double { Double(takenCount) / Double(max(1, entryCount)) }
}

extension State {
    /// Takes everything that changed since the last checkpoint. Rows follow by `takeRow`, and may
    /// have changed again by then; ids and directory by `takeID` and `takeDirectoryEntry`.
    package mutating func beginCheckpoint() {
        leaving = Leaving()
        swap(&leaving.ids, &newIDs)
        swap(&leaving.indexed, &newlyIndexed)
        swap(&leaving.removals, &directoryRemovals)
        swap(&leaving.dirty, &dirty)
        let indexedCount = leaving.indexed.count
        // Where nobody entered it there is nothing to look for.
        if indexedCount == 0 { leaving.place.part = Directory.partCount }
        leaving.entryCount =
            leaving.dirty.count + leaving.ids.entryCount + indexedCount + leaving.removals.count
    }

    /// Writes the row of the next account that the checkpoint has to store, in order of their
    /// numbers; `nil` once there is none.
    package mutating func takeRow(into writer: inout ByteWriter) -> AccountNumber? {
        while let account = leaving.dirty.first(from: leaving.nextRow) {
            bringNearAfter(account)
            leaving.nextRow = account.next
            leaving.takenCount += 1
            rows[account].flags.remove(.dirty)
            // One whose opening was taken back has nothing to store.
            guard account.rawValue <= accountCount else { continue }
            encodeRow(account, into: &writer)
            return account
        }
        leaving.nextRow = AccountNumber(.max)
        return nil
    }

    /// Has fetched what rows come to that are taken soon: a row's place is found in a moment, its memory in
    /// longer than all the rest takes.
    @inline(__always)
    private func bringNearAfter(_ account: AccountNumber) {
        if let far = leaving.dirty.first(from: AccountNumber(account.rawValue &+ 32)) {
            bringRowNear(far)
        }
        if let near = leaving.dirty.first(from: AccountNumber(account.rawValue &+ 16)) {
            bringCellsNear(near)
        }
    }

    /// The next account whose id the checkpoint has to store; `nil` once there is none.
    package mutating func takeID() -> (account: AccountNumber, id: NewID)? {
        while leaving.nextID < leaving.ids.entryCount {
            leaving.nextID += 1
            leaving.takenCount += 1
            if let entry = leaving.ids.entry(at: leaving.nextID - 1) { return entry }
        }
        return nil
    }

    /// What a look for the next directory entry came to.
    package enum DirectoryStep: Sendable {
        case entry(Token, DirectoryEntry)
        /// Some of the directory was searched, and nothing found there: look again.
        case searched
        case done
    }

    /// The next key of the directory whose entry the checkpoint has to store, and the entry: first those
    /// of accounts, in the order of the keys' bytes, then those of ids that were forgotten.
    package mutating func takeDirectoryEntry() -> DirectoryStep {
        guard let token = nextIndexed() ?? nextRemoval() else {
            return leaving.place.part < Directory.partCount ? .searched : .done
        }
        leaving.takenCount += 1
        // A change that was taken back left none.
        return directoryEntry(token).map { .entry(token, $0) } ?? .searched
    }

    /// `nil` where none was found; the next call looks on.
    private mutating func nextIndexed() -> Token? {
        if leaving.nextFound == leaving.found.count, leaving.place.part < Directory.partCount {
            leaving.nextFound = 0
            leaving.found.removeAll(keepingCapacity: true)
            leaving.foundPart = leaving.place.part
            directory.appendSome(of: leaving.indexed, at: &leaving.place, to: &leaving.found)
            for slot in leaving.found { rows.prefetch(Directory.account(slot)) }
        }
        guard leaving.nextFound < leaving.found.count else { return nil }
        let slot = leaving.found[leaving.nextFound]
        leaving.nextFound += 1
        return rows.token(
            Directory.account(slot),
            beginning: Directory.firstBytes(slot, ofPart: leaving.foundPart))
    }

    private mutating func nextRemoval() -> Token? {
        guard leaving.place.part == Directory.partCount else { return nil }
        while leaving.nextToken == leaving.tokensInList {
            guard leaving.nextList < leaving.removals.listCount else { return nil }
            leaving.tokensInList = leaving.removals.sortList(leaving.nextList)
            leaving.nextToken = 0
            leaving.nextList += 1
        }
        leaving.nextToken += 1
        return leaving.removals.token(leaving.nextToken - 1, ofList: leaving.nextList - 1)
    }

    /// What the checkpoint took is stored now.
    package mutating func endCheckpoint() { leaving = Leaving() }

    /// Everything that the checkpoint took must be stored by the next one.
    package mutating func abandonCheckpoint() {
        takeBack(leaving.ids)
        directoryRemovals.append(leaving.removals)
        var indexed = AccountNumber.ledger
        while let account = leaving.indexed.first(from: indexed) {
            newlyIndexed.insert(account)
            indexed = account.next
        }
        var next = AccountNumber.ledger
        while let account = leaving.dirty.first(from: next) {
            touch(account)
            dirty.insert(account)
            next = account.next
        }
        leaving = Leaving()
    }
}
