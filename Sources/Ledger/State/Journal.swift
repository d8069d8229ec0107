/// What must be put back to undo the changes since recording began.
struct Journal: Sendable {
    enum Entry: Sendable {
        case cell(AccountNumber, CellKey, CellValue?)
        case row(AccountNumber, AccountRow)
        case directory(Token, UInt64?)
        case recentKey(Token)
        case newID(AccountNumber, State.NewID?)
    }

    /// Counters as they were when recording began.
    struct Start: Sendable {
        var head: SequenceNumber
        var time: Instant
        var accountCount: UInt32
        var wordCount: Int
        var actorCount: Int
    }

    private(set) var isRecording = false
    private(set) var entries: [Entry] = []
    private(set) var start: Start?

    mutating func begin(_ start: Start) {
        precondition(!isRecording, "a journal is begun once")
        isRecording = true
        self.start = start
    }

    mutating func record(_ entry: Entry) { entries.append(entry) }

    mutating func end() {
        isRecording = false
        start = nil
        entries.removeAll(keepingCapacity: true)
    }
}

extension State {
    package var isJournalling: Bool { journal.isRecording }

    /// How many words and accounts there were when the journal began.
    var journalledCounts: (words: Int, accounts: UInt32) {
        (journal.start?.wordCount ?? words.count, journal.start?.accountCount ?? accountCount)
    }

    /// From here on changes can be taken back.
    package mutating func beginJournal() {
        journal.begin(
            Journal.Start(
                head: head, time: time, accountCount: accountCount, wordCount: words.count,
                actorCount: actors.count))
    }

    /// The row as it was when the journal began, if it has changed since.
    func journalled(_ account: AccountNumber) -> AccountRow? {
        for case .row(account, let row) in journal.entries { return row }
        return nil
    }

    /// The changes since `beginJournal` stand.
    package mutating func keepJournal() { journal.end() }

    /// Takes back the changes since `beginJournal`. Rulebooks are not adopted within a journal.
    package mutating func rollBackJournal() {
        guard let start = journal.start else { return }
        let entries = journal.entries
        journal.end()
        for entry in entries.reversed() { undo(entry) }
        head = start.head
        time = start.time
        accountCount = start.accountCount
        standings.ranked = min(standings.ranked, accountCount)
        words.truncate(to: start.wordCount)
        while actors.count > start.actorCount { actorNumbers[actors.removeLast()] = nil }
    }

    private mutating func undo(_ entry: Journal.Entry) {
        switch entry {
        case .cell(let account, let key, let old):
            if key.kind == .board {
                standings.move(account, key, from: loadedValue(account, key), to: old)
            }
            if let old {
                pool.set(&rows[account].block, key, old)
            } else {
                pool.remove(&rows[account].block, key)
            }
        case .row(let account, let old):
            let block = rows.block(account)
            let now = rows[account]
            rows[account] = old
            rows[account].block = block
            // What isn't the ledger's own stays as it is.
            rows[account].idHigh = now.idHigh
            rows[account].idMiddle = now.idMiddle
            if now.flags.contains(.dirty) { rows[account].flags.insert(.dirty) }
        case .directory(let key, let old):
            setDirectoryValue(key, old)
        case .recentKey(let token):
            recentKeys.remove(token)
        case .newID(let account, let old):
            newIDs[account] = old
            ids[account] = nil
        }
    }
}
